"""What a digest tells, as it is frozen for all who get it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Part:
    """`count` of `whole`."""

    count: int
    whole: int


@dataclass(frozen=True, slots=True)
class Week:
    """The figures of a week, as docs/metrics.md defines them; `first` is its Monday.

    `solved` is of the widget's visits that saw a suggestion. Of its `tickets`, `elsewhere` went to another
    system. `median` is the wait for the `replies` first replies given in the week, in minutes; null: none
    was given. `lost`: searches that came too fast to be written down.
    """

    first: date
    questions: int
    unanswered: Part
    solved: Part
    tickets: int
    elsewhere: int
    replies: int
    median: int | None
    helpful: Part
    satisfied: Part
    lost: int

    @property
    def is_quiet(self) -> bool:
        """Whether nothing at all happened."""
        wholes = (self.solved.whole, self.helpful.whole, self.satisfied.whole)
        return not (self.questions or self.tickets or self.replies or self.lost or any(wholes))


@dataclass(frozen=True, slots=True)
class Missing:
    """An open gap: its commonest wording, and how often all of them were asked in vain.

    Without a wording, too few visits used any of them.
    """

    id: str
    lang: str
    wording: str
    times: int


@dataclass(frozen=True, slots=True)
class Mended:
    """A gap that closed: as before, and the title of the article that answers it; empty: it is gone again."""

    id: str
    lang: str
    wording: str
    article: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A week beside the one before it; the heaviest gaps, and how many there are in all.

    `in_hours`: waits are counted in opening hours.
    """

    week: Week
    before: Week
    missing: tuple[Missing, ...]
    missing_count: int
    mended: tuple[Mended, ...]
    mended_count: int
    in_hours: bool
