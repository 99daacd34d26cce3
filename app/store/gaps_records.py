"""What has no answer yet, as it goes into the store and comes out."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

GapState = Literal["open", "answered", "dismissed"]
# Nothing near; or an article that some of those who asked found, or were sent, in the end.
GapVerdict = Literal["missing", "not_found"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A wording as it was understood, and how often it went without an answer since a moment.

    `unanswered`: it had no result or was judged `no`; `unopened`: it was judged `maybe` and nothing that was
    shown was opened. Searches are counted: another wording of the same visitor is another one. `lately` and
    `before` are the sum of both in two spans of equal length, the last and the one before it. `weight` is how
    many of these askers are held to have gone without an answer: one for each `no`, and for each `maybe` what
    its confidence leaves. `shown` are the article ids that were shown when it was asked last, best first.
    """

    lang: str
    wording: str
    unanswered: int
    unopened: int
    lately: int
    before: int
    weight: float
    first_at: datetime
    last_at: datetime
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Those who asked a wording and came upon an article in the end.

    `opened`: with other words, or although nothing was promised; `solved`: they said that it was the answer;
    `sent`: staff attached it to a reply.
    """

    lang: str
    wording: str
    article: str
    opened: int = 0
    solved: int = 0
    sent: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an article as a gap's answer, counted over all its wordings; as in `Found`."""

    article: str
    opened: int
    solved: int
    sent: int


@dataclass(frozen=True, slots=True)
class GapQuestion:
    """A wording of a gap. `answered_by` is the article that answers it since it was last asked in vain."""

    doubt: Doubt
    answered_by: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that mean the same and have no answer, the heaviest wording first.

    `evidence` begins with the article that most speaks for, if any does; `nearest` is the article least far
    from an answer, `article` the one that closed the gap, `draft` the path, within the content folder, of the
    file that was begun for it. `changed_by` is the id of the user who changed its state last; null: it was
    the questions being asked again.
    """

    id: str
    state: GapState
    found_at: datetime
    changed_at: datetime
    changed_by: str | None = None
    evidence: tuple[Evidence, ...] = ()
    nearest: str | None = None
    article: str | None = None
    draft: str | None = None
    questions: tuple[GapQuestion, ...] = field(default=())

    @property
    def verdict(self) -> GapVerdict:
        """Whether an article is missing, or there is one that is not found."""
        return "not_found" if self.evidence else "missing"

    @property
    def weight(self) -> float:
        """How many of its askers are held to have gone without an answer."""
        return sum(question.doubt.weight for question in self.questions)

    @property
    def unanswered(self) -> int:
        """How often it had no result or was judged `no`."""
        return sum(question.doubt.unanswered for question in self.questions)

    @property
    def unopened(self) -> int:
        """How often what was shown was doubtful, and nobody opened it."""
        return sum(question.doubt.unopened for question in self.questions)

    @property
    def lately(self) -> int:
        """How often it was asked in the last span of days."""
        return sum(question.doubt.lately for question in self.questions)

    @property
    def before(self) -> int:
        """How often in the span of as many days before it."""
        return sum(question.doubt.before for question in self.questions)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those it was asked in, the commonest first."""
        weight: dict[str, float] = {}
        for question in self.questions:
            weight[question.doubt.lang] = weight.get(question.doubt.lang, 0.0) + question.doubt.weight
        return tuple(sorted(weight, key=lambda lang: (-weight[lang], lang)))


@dataclass(frozen=True, slots=True)
class Review:
    """When the questions were last looked through, and the snapshot they were asked of."""

    at: datetime
    snapshot: str
