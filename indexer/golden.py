"""The golden questions asked of what is served, and which fare otherwise than in the last accepted run.

That run lies in the data folder: it is what an editor has looked at and found well enough, not what is right.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from pydantic import TypeAdapter, ValidationError

from indexer.goldenfile import Question
from search.engine import SearchEngine
from search.errors import InputError
from search.records import Answer, SearchResult

ACCEPTED: Final = "golden-accepted.json"
# Nobody looks further; so far it is worth saying where an article went.
DEPTH: Final = 10
# What a customer sees without scrolling, and what the widget shows.
SHOWN: Final = 3
_PLACES: Final = ("first", "second", "third")


class GoldenError(InputError):
    """There are no golden questions to ask, in one sentence."""


@dataclass(frozen=True, slots=True)
class Fared:
    """How a question fared: `rank`, from 1, of its article among the first DEPTH, and the verdict."""

    ask: str
    lang: str
    expect: str
    why: str
    rank: int | None
    answer: Answer

    @property
    def refused(self) -> bool:
        """Whether the customer was told that there is no answer."""
        return self.answer == "no"

    @property
    def standing(self) -> int:
        """The less the better: 1 for an article found first, and for a question rightly refused."""
        if not self.expect:
            return 1 if self.refused else SHOWN + 1
        if self.refused:
            return SHOWN + 2
        return self.rank if self.rank and self.rank <= SHOWN else SHOWN + 1

    @property
    def said(self) -> str:
        """How it fared, in an editor's words."""
        if self.refused or not self.expect:
            return "refused" if self.refused else "answered"
        if self.rank is None:
            return f"not among the first {DEPTH}"
        return _PLACES[self.rank - 1] if self.rank <= len(_PLACES) else f"number {self.rank}"

    def __str__(self) -> str:
        return f"«{self.ask}»{f' → {self.expect}' if self.expect else ''} ({self.why})"


@dataclass(frozen=True, slots=True)
class Run:
    """All the golden questions, asked of the snapshot of that name."""

    snapshot: str
    results: tuple[Fared, ...]


@dataclass(frozen=True, slots=True)
class Flip:
    """A question that fares otherwise than when the last run was accepted."""

    was: Fared
    now: Fared

    @property
    def worse(self) -> bool:
        """Whether it fares worse."""
        return self.now.standing > self.was.standing

    def __str__(self) -> str:
        return f"was {self.was.said}, now {self.now.said}: {self.now}"


_RUN = TypeAdapter(Run)


def ask_golden(questions: Iterable[Question], engine: SearchEngine) -> Run:
    """Ask each question as a customer would."""
    return Run(engine.snapshot.manifest.id, tuple(_ask(question, engine) for question in questions))


def _ask(question: Question, engine: SearchEngine) -> Fared:
    return fared(question, engine.search(question.ask, question.lang, limit=DEPTH))


def fared(question: Question, found: SearchResult) -> Fared:
    """How a question fared that found this, of DEPTH hits."""
    # The article in the customer's language: its translation would be found too, and is not the answer.
    own = [h.article.id if h.article.lang == question.lang else "" for h in found.hits]
    rank = own.index(question.expect) + 1 if question.expect and question.expect in own else None
    return Fared(question.ask, question.lang, question.expect, question.why, rank, found.verdict.answer)


def accept(run: Run, data: Path) -> None:
    """Keep `run` as what later ones are held against."""
    aside = data / f".{ACCEPTED}-{os.getpid()}"
    aside.write_bytes(orjson.dumps(run, option=orjson.OPT_INDENT_2))
    aside.replace(data / ACCEPTED)


def read_accepted(data: Path) -> Run | None:
    """The last accepted run; null where there is none or it is unreadable, and one must be accepted anew."""
    try:
        return _RUN.validate_json((data / ACCEPTED).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def flips(accepted: Run | None, run: Run) -> tuple[Flip, ...]:
    """What stands otherwise than it did, the worse first; a question asked or expected anew flips nothing."""
    before = {(f.lang, f.ask, f.expect): f for f in accepted.results} if accepted else {}
    known = ((before.get((now.lang, now.ask, now.expect)), now) for now in run.results)
    flipped = [Flip(was, now) for was, now in known if was and was.standing != now.standing]
    return tuple(sorted(flipped, key=lambda flip: not flip.worse))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the questions fared how; `first_three` has those of `first` too, `not_found` the rest.

    Wrongly refused are counted where their article was found as well: the customer sees the refusal.
    """

    questions: int
    first: int
    first_three: int
    not_found: int
    wrongly_refused: int
    unanswerable: int
    rightly_refused: int

    def __str__(self) -> str:
        return (
            f"{self.questions} questions: {self.first} find their article first, {self.first_three} among "
            f"the first three, {self.not_found} do not; {self.wrongly_refused} wrongly refused.\n"
            f"{self.unanswerable} without an answer: {self.rightly_refused} rightly refused."
        )


def count(results: Sequence[Fared]) -> Counts:
    """The counts of a run."""
    answerable = [f for f in results if f.expect]
    ranks = [f.rank or DEPTH + 1 for f in answerable]
    rest = [f for f in results if not f.expect]
    shown = sum(rank <= SHOWN for rank in ranks)
    return Counts(
        questions=len(answerable),
        first=sum(rank == 1 for rank in ranks),
        first_three=shown,
        not_found=len(answerable) - shown,
        wrongly_refused=sum(f.refused for f in answerable),
        unanswerable=len(rest),
        rightly_refused=sum(f.refused for f in rest),
    )


def told(run: Run, accepted: Run | None, flipped: Sequence[Flip]) -> Iterator[str]:
    """A run, line by line, for an editor: how many, which not first, and what flipped."""
    yield str(count(run.results))
    for fared in sorted((f for f in run.results if f.standing > 1), key=_worst_first):
        yield f"{fared.said}: {fared}"
    if accepted is None:
        yield "No run was accepted yet: `sportello golden --accept` keeps this one, to compare with."
        return
    yield f"{len(flipped)} flipped since the accepted run, of {accepted.snapshot}."
    yield from map(str, flipped)


def as_object(run: Run, accepted: Run | None, flipped: Sequence[Flip]) -> dict[str, Any]:
    """The same for `--json`: `was` says how a question that flipped fared before."""
    changed = {(flip.now.lang, flip.now.ask): flip for flip in flipped}
    return {
        "snapshot": run.snapshot,
        "accepted": accepted.snapshot if accepted else None,
        **asdict(count(run.results)),
        "flipped": len(flipped),
        "worse": sum(flip.worse for flip in flipped),
        "results": [
            {**asdict(fared), "flipped": flip is not None, "was": flip.was.said if flip else None}
            for fared in run.results
            for flip in [changed.get((fared.lang, fared.ask))]
        ],
    }


def _worst_first(fared: Fared) -> tuple[bool, int]:
    return not fared.expect, -fared.standing
