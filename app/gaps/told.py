"""Which of a gap's wordings may be told in words, and how many are counted only."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.store import Store
from app.store.gaps_records import Gap, GapQuestion


@dataclass(frozen=True, slots=True)
class Told:
    """A gap; `questions` are its wordings that enough visits used, the commonest first.

    `hidden` more, asked `hidden_count` times in all, were used by too few.
    """

    gap: Gap
    questions: tuple[GapQuestion, ...]
    hidden: int
    hidden_count: int

    @property
    def name(self) -> GapQuestion | None:
        """The wording it is known by; null where none may be told."""
        return next(iter(self.questions), None)


def told(store: Store, gaps: Sequence[Gap], least: int) -> list[Told]:
    """Each of `gaps`, with what at least `least` visits asked letter for letter. Raises StoreError."""
    wordings = {question.doubt.wording for gap in gaps for question in gap.questions}
    enough = store.searches.understood_by_enough(wordings, least)
    return [_told(gap, enough) for gap in gaps]


def times(question: GapQuestion) -> int:
    """How often a wording was asked in vain, whichever way."""
    return question.doubt.unanswered + question.doubt.unopened


def _told(gap: Gap, enough: frozenset[str]) -> Told:
    listed = sorted(gap.questions, key=lambda question: -times(question))  # else as heavy as they are
    hidden = [question for question in listed if question.doubt.wording not in enough]
    return Told(
        gap,
        tuple(question for question in listed if question.doubt.wording in enough),
        len(hidden),
        sum(map(times, hidden)),
    )
