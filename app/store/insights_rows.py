"""What the figures are made of, as it comes out of the store."""

from dataclasses import dataclass
from datetime import datetime

from app.store.records import EventType
from app.store.searches import Asker


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment on, and before another."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Searched:
    """A search.

    `answered`: it had results, and was not judged `no`. `category`: the one that was chosen, else the best
    result's; empty where there is neither.
    """

    id: str
    at: datetime
    source: Asker
    lang: str
    query: str
    answered: bool
    category: str
    previous: str | None
    session: str | None


@dataclass(frozen=True, slots=True)
class Offered:
    """A widget's question; `something`: there was an answer to show, or to hold back."""

    id: str
    session: str
    at: datetime
    search_id: str
    lang: str
    question: str
    something: bool
    category: str
    holdout: bool


@dataclass(frozen=True, slots=True)
class Act:
    """What a visitor did."""

    type: EventType
    at: datetime
    session: str | None
    search_id: str | None
    deflection_id: str | None
    article: str | None
    lang: str | None
    position: int | None
    value: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A ticket that is none in quarantine, with what its trail names."""

    id: str
    at: datetime
    lang: str
    category: str
    search_id: str | None
    deflections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grades:
    """How satisfied customers were with tickets, from 1 to 5: how many said, the sum, and how many 4 or 5."""

    count: int
    sum: int
    satisfied: int
