"""`golden.yaml`, changed as an editor would: a question added, changed or taken out.

What is not meant to change stays byte for byte: comments, quotes, line endings, a byte-order mark.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from filelock import FileLock

from indexer.articles import MAX_BYTES
from indexer.editing import EditError, replace_file, write_new
from indexer.goldenfile import NAME, Question

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_END: Final = re.compile(r"\r\n?|\n")
# What YAML counts as one: its marks are in such lines.
_BREAK: Final = re.compile(r"\r\n?|[\n\x85\u2028\u2029]")
_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9/-]*")
_EMPTY_LIST: Final = re.compile(r"^(\w+:)\s*\[\s*\]")
# What YAML reads as no text.
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_HEADER: Final = "# question → article, with the reason; and questions that must get no answer\n"
_SECTIONS: Final = ("questions", "unanswerable")
_FIELDS: Final = ("ask", "lang", "expect", "why")

# The file, its list, the mapping in it.
_OF_ENTRY: Final = 3

# Line and column, from 0.
_Mark = tuple[int, int]


class AskedTwiceError(Exception):
    """Another golden question asks the same in the same language: nothing was written."""


def change(root: Path, data: Path, was: tuple[str, str] | None, now: Question | None) -> Path:
    """Write `now` in the place of the question whose (lang, ask) `was`; the file's path.

    Without `was` it is added; without `now` the question is taken out. One at a time for a data folder.
    Raises EditError, `gone` where there is no such question, and AskedTwiceError.
    """
    path = root / NAME
    with FileLock(data / "content.lock"):
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise EditError("unwritable")
        try:
            before = path.read_bytes()
        except FileNotFoundError:
            if was is not None or now is None:
                raise EditError("gone") from None
            write_new(path, edited(_HEADER, None, now).encode())
            return path
        except OSError:
            raise EditError("unwritable") from None
        if len(before) > MAX_BYTES:
            raise EditError("large")
        try:
            text = before.decode()
        except UnicodeDecodeError:
            raise EditError("broken") from None
        replace_file(path, before, edited(text, was, now).encode())
    return path


def edited(text: str, was: tuple[str, str] | None, now: Question | None) -> str:
    """The file's text with that change; all else stays. Raises EditError and AskedTwiceError."""
    file = _File(text)
    asked = [(entry.text("lang"), entry.text("ask")) for entry in file.entries]
    if was is not None and was not in asked:
        raise EditError("gone")
    if now is not None and (now.lang, now.ask) in asked and (now.lang, now.ask) != was:
        raise AskedTwiceError
    expected = [entry.question for entry in file.entries]
    if was is not None:
        at = asked.index(was)
        moves = now is None or _section(now) != file.entries[at].section
        expected[at : at + 1] = [] if moves or now is None else [now]
        if moves and now is not None:
            expected.append(now)
    elif now is not None:
        expected.append(now)
    for way in file.ways(None if was is None else asked.index(was), now):
        if _same(way, expected):
            return way
    raise EditError("shape")


def _same(text: str, expected: Sequence[Question]) -> bool:
    try:
        found = [entry.question for entry in _File(text).entries]
    except EditError:
        return False
    return sorted(map(_key, found)) == sorted(map(_key, expected))


def _key(question: Question) -> tuple[str, str, str, str]:
    return question.lang, question.ask, question.expect, question.why


def _section(question: Question) -> str:
    return _SECTIONS[0] if question.expect else _SECTIONS[1]


@dataclass(frozen=True, slots=True)
class _Value:
    """A scalar as it is read, and where it stands."""

    text: str
    start: _Mark
    end: _Mark


@dataclass(slots=True)
class _Entry:
    """One question: where it begins and where the last of it ends."""

    section: str
    start: _Mark
    values: dict[str, _Value] = field(default_factory=dict)
    end: _Mark = (0, 0)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return " ".join(value.text.split()) if value else ""

    @property
    def question(self) -> Question:
        return Question(*(self.text(name) for name in _FIELDS))


class _Places:
    """Where the questions stand, and by its name the line of each section. Raises EditError."""

    def __init__(self, text: str) -> None:
        self.entries: list[_Entry] = []
        self.sections: dict[str, int] = {}
        self._shift = text.startswith("\ufeff")
        self._depth = 0
        self._section = ""
        self._key: str | None = None
        try:
            for event in yaml.parse(text.removeprefix("\ufeff"), Loader=_LOADER):
                self._event(event)
        except yaml.YAMLError:
            raise EditError("broken") from None

    def _event(self, event: yaml.Event) -> None:
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._depth += 1
            self._key = None
            if self._depth == _OF_ENTRY:
                self.entries.append(_Entry(self._section, self._mark(event.start_mark)))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._depth -= 1
            self._key = None
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            raise EditError("broken")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        if self._key is None:
            self._key = event.value
            if self._depth == 1:
                self._section = event.value
                self.sections[event.value] = self._mark(event.start_mark)[0]
            return
        if self._depth == _OF_ENTRY:
            start, end = self._mark(event.start_mark), self._mark(event.end_mark)
            self.entries[-1].values.setdefault(self._key, _Value(event.value, start, end))
            self.entries[-1].end = end
        self._key = None

    def _mark(self, mark: Any) -> _Mark:
        return mark.line, mark.column + (self._shift and mark.line == 0)


class _File:
    """The text with the places of its questions. Raises EditError for one that cannot be read as such."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in _BREAK.finditer(text))]
        self._newline = found[0] if (found := _LINE_END.search(text)) else "\n"
        places = _Places(text)
        self.entries, self._sections = places.entries, places.sections

    def ways(self, at: int | None, now: Question | None) -> Iterator[str]:
        """The text with the change written where it may belong; what is read of each must be looked at."""
        if at is None:
            if now is not None:
                yield from self._added(now)
            return
        entry = self.entries[at]
        if now is None:
            yield self._without(entry)
        elif _section(now) == entry.section:
            yield self._with(entry, now)
            yield self._instead(entry, now)
        else:
            yield from _File(self._without(entry))._added(now)  # noqa: SLF001  one of ours

    def _with(self, entry: _Entry, now: Question) -> str:
        """Only the values that differ are written; those on the last lines first."""
        text = self._text
        changed = [
            (entry.values[name], getattr(now, name))
            for name in _FIELDS
            if name in entry.values and entry.text(name) != getattr(now, name)
        ]
        for value, new in sorted(changed, key=lambda pair: pair[0].start, reverse=True):
            text = text[: self._offset(value.start)] + _scalar(new) + text[self._offset(value.end) :]
        return text

    def _instead(self, entry: _Entry, now: Question) -> str:
        first, end = self._lines(entry)
        return self._text[:first] + self._written(now, self._column(entry)) + self._text[end:]

    def _without(self, entry: _Entry) -> str:
        first, end = self._lines(entry)
        return self._text[:first] + self._text[end:]

    def _added(self, now: Question) -> Iterator[str]:
        """Behind the last one of its section; else below the section's name; else with a section."""
        section = _section(now)
        there = [entry for entry in self.entries if entry.section == section]
        columns = [self._column(entry) for entry in there or self.entries] or [2]
        written = self._written(now, columns[-1])
        if there:
            end = self._lines(there[-1])[1]
            yield self._text[:end] + self._ended(end) + written + self._text[end:]
        if section in self._sections:
            yield self._below(self._sections[section], written)
        else:
            end = len(self._text)
            yield self._text + self._ended(end) + f"{section}:{self._newline}" + written

    def _below(self, line: int, written: str) -> str:
        """Below a section's name, which stands alone; an empty list beside it goes."""
        start = self._starts[line]
        at = self._starts[line + 1] if line + 1 < len(self._starts) else len(self._text)
        named = _EMPTY_LIST.sub(r"\1", self._text[start:at])
        ended = "" if named.endswith(("\r", "\n")) else self._newline
        return self._text[:start] + named + ended + written + self._text[at:]

    def _ended(self, at: int) -> str:
        """What is missing for a new line to begin there."""
        return "" if at == 0 or self._text[at - 1] in "\r\n" else self._newline

    def _written(self, now: Question, column: int) -> str:
        names = [name for name in _FIELDS if name != "expect" or now.expect]
        lines = [f"{name}: {_scalar(getattr(now, name))}" for name in names]
        indent = " " * column
        first, *others = lines
        written = (f"- {first}", *(f"  {one}" for one in others))
        return "".join(f"{indent}{line}{self._newline}" for line in written)

    def _column(self, entry: _Entry) -> int:
        """Where the dash of an entry stands."""
        line = self._line(entry.start[0])
        return len(line) - len(line.lstrip(" "))

    def _lines(self, entry: _Entry) -> tuple[int, int]:
        """From where to where the lines are that only this entry is on."""
        line, column = entry.end
        last = line if column == 0 and line > entry.start[0] else line + 1
        end = self._starts[last] if last < len(self._starts) else len(self._text)
        return self._starts[entry.start[0]], end

    def _line(self, number: int) -> str:
        end = self._starts[number + 1] if number + 1 < len(self._starts) else len(self._text)
        return self._text[self._starts[number] : end]

    def _offset(self, mark: _Mark) -> int:
        return self._starts[mark[0]] + mark[1]


def _scalar(text: str) -> str:
    """Bare where every program reads it as the same text, else in double quotes."""
    bare = _BARE.fullmatch(text) and text.lower() not in _WORDS
    return text if bare else json.dumps(text, ensure_ascii=False)
