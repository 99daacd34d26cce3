"""Two edits of one article put together: what each changed alone is taken, what both did is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from merge3 import Merge3

from app.articles.reading import FIELDS, alike
from app.articles.records import ArticleDraft
from indexer.lines import are_too_alike


@dataclass(frozen=True, slots=True)
class Merged:
    """Both edits in one: `collided` are the fields that both changed otherwise, which are as `mine` has them.

    Where both changed the same lines of the text, those of both stand there, theirs first: `places` times.
    """

    draft: ArticleDraft
    collided: frozenset[str]
    places: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text beside another text; `is_alone`: the other one has it not."""

    text: str
    is_alone: bool


def merge(base: ArticleDraft, mine: ArticleDraft, theirs: ArticleDraft) -> Merged:
    """What to save when `mine` and `theirs` both began as `base`."""
    body, places = _merged_text(base.body, mine.body, theirs.body)
    collided: set[str] = set()
    fields = dict(theirs.fields)
    for name in (*FIELDS, "questions", "title"):
        was, my, their = _of(base, name), _of(mine, name), _of(theirs, name)
        if alike(name, my, was) or alike(name, my, their):
            continue
        fields[name] = my
        if not alike(name, their, was):
            collided.add(name)
    title, questions = fields.pop("title", (theirs.title,)), fields.pop("questions", theirs.questions)
    merged = replace(theirs, title=" ".join(title), questions=questions, body=body, fields=fields)
    return Merged(merged, frozenset(collided), places)


def side_by_side(one: str, other: str) -> tuple[list[Line], list[Line]]:
    """The lines of both texts, those marked that the other has not."""
    mine, theirs = one.split("\n"), other.split("\n")
    if are_too_alike(mine, theirs):
        return [Line(text, True) for text in mine], [Line(text, True) for text in theirs]
    left: list[Line] = []
    right: list[Line] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, mine, theirs).get_opcodes():
        left += [Line(text, kind != "equal") for text in mine[i1:i2]]
        right += [Line(text, kind != "equal") for text in theirs[j1:j2]]
    return left, right


def _of(draft: ArticleDraft, name: str) -> tuple[str, ...]:
    if name == "title":
        return (draft.title,)
    return draft.questions if name == "questions" else tuple(draft.fields.get(name, ()))


def _merged_text(base: str, mine: str, theirs: str) -> tuple[str, int]:
    was, my, their = base.split("\n"), mine.split("\n"), theirs.split("\n")
    if are_too_alike(was, my) or are_too_alike(was, their):
        return "\n".join(_both(their, my)), 1
    merged: list[str] = []
    places = 0
    for region in Merge3(was, my, their).merge_regions():
        kind, start, end, *_ = region
        if kind == "conflict":
            places += 1
            merged += _both(their[region[5] : region[6]], my[region[3] : region[4]])  # type: ignore[misc]
        else:
            merged += {"unchanged": was, "a": my, "same": my, "b": their}[kind][start:end]
    return "\n".join(merged), places


def _both(theirs: Sequence[str], mine: Sequence[str]) -> list[str]:
    between = [""] if theirs and mine and theirs[-1].strip() and mine[0].strip() else []
    return [*theirs, *between, *mine]
