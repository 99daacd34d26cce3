"""A text's lines, changed where somebody changed them: every other one stays byte for byte."""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from indexer.markdown import printable

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+\Z")
_END = re.compile(r"(?:\r\n?|\n)\Z")
# Pairs of lines that are alike: so many are compared within a second or two; beyond, it may take hours.
_MOST_PAIRS = 1_000_000
# From so many lines on, `difflib` leaves out those that are more than a hundredth of them.
_MANY = 200


def shown(raw: str) -> str:
    """What somebody edits of a text: without odd characters, and without empty lines around it."""
    bare = [_bare(line) for line in _LINE.findall(raw)]
    first, last = _edges(bare)
    return "\n".join(bare[first:last])


def relined(raw: str, new: str) -> str:
    """`raw` with the lines of `new`, which is an edit of `shown(raw)`.

    Lines that are the same keep their odd characters and line ends; empty lines around the text stay. New
    ones end as the first one does.
    """
    lines = _LINE.findall(raw)
    bare = [_bare(line) for line in lines]
    first, last = _edges(bare)
    wanted = printable(new).split("\n")
    begin, end = _edges(wanted)
    wanted = wanted[begin:end]
    if wanted == bare[first:last]:
        return raw
    found = _END.search(lines[0]) if lines else None
    line_end = found[0] if found else "\n"
    before, after = lines[:first], lines[last:]
    core = _merged(lines[first:last], bare[first:last], wanted, line_end)
    return "".join(_closed(before + core + after, line_end))


def are_too_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether so many lines stand in both so often that nobody can wait until they are compared."""
    ours, theirs = Counter(one), Counter(other)
    common = len(other) // 100 + 1 if len(other) >= _MANY else len(other)
    return sum(n * theirs[line] for line, n in ours.items() if theirs[line] <= common) > _MOST_PAIRS


def _merged(lines: Sequence[str], bare: Sequence[str], wanted: Sequence[str], line_end: str) -> list[str]:
    """The wanted lines: those that are there already as they are."""
    same = _common(bare, wanted)
    tail = _common(bare[same:][::-1], wanted[same:][::-1])
    old, new = bare[same : len(bare) - tail], wanted[same : len(wanted) - tail]
    middle: list[str] = []
    if are_too_alike(old, new):
        return [*lines[:same], *(text + line_end for text in new), *lines[len(lines) - tail :]]
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new).get_opcodes():
        if kind == "equal":
            middle += lines[same + i1 : same + i2]
        else:
            middle += [text + line_end for text in new[j1:j2]]
    return [*lines[:same], *middle, *lines[len(lines) - tail :]]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """With how many lines alike both begin."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _closed(lines: Sequence[str], line_end: str) -> list[str]:
    """Each but the last has its end."""
    closed: list[str] = []
    for number, line in enumerate(lines, start=1):
        ended = line if _END.search(line) or number == len(lines) else line + line_end
        # After an old Mac's line end, an empty line of today's would be read as the rest of that.
        joins = ended == "\n" and closed and closed[-1].endswith("\r")
        closed.append("\r" if joins else ended)
    return closed


def _edges(bare: Sequence[str]) -> tuple[int, int]:
    """Where the first line with something on it is, and behind the last one."""
    full = [number for number, line in enumerate(bare) if line.strip()]
    return (full[0], full[-1] + 1) if full else (len(bare), len(bare))


def _bare(line: str) -> str:
    return printable(_END.sub("", line))
