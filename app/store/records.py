"""What goes into the store and comes out of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

EventType = Literal["shown", "opened", "solved", "not_solved", "submitted", "left", "clicked", "rated"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something a visitor did; free text in it is scrubbed already.

    `id` is unique, and whoever sent the event knows it; `at` has a time zone. `position` counts from 1.
    A rating's `value` is yes or no; `reason` is a code, `comment` the visitor's own words.
    """

    id: str
    type: EventType
    at: datetime
    session: str | None = None
    search_id: str | None = None
    deflection_id: str | None = None
    article: str | None = None
    lang: str | None = None
    position: int | None = None
    value: str | None = None
    reason: str | None = None
    comment: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class Read:
    """An article, read on a day (UTC)."""

    day: date
    lang: str
    article: str
