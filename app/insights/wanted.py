"""Which part of the data a question is about. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.store.insights_rows import Span

# Longer looks back read more rows than a page can wait for.
MOST_DAYS: Final = 366


@dataclass(frozen=True, slots=True)
class Wanted:
    """From one day to another, both included, on the clock of `zone`; an empty filter leaves nothing out.

    `source` is site, api or widget.
    """

    first: date
    last: date
    zone: ZoneInfo
    lang: str = ""
    category: str = ""
    source: str = ""

    @property
    def span(self) -> Span:
        """The moments of these days."""
        return Span(self.start(self.first), self.start(self.last + timedelta(days=1)))

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def start(self, day: date) -> datetime:
        """When a day begins."""
        return datetime.combine(day, time(), self.zone)


def last_days(days: int, now: datetime, zone: ZoneInfo) -> Wanted:
    """The last `days`, today included."""
    today = now.astimezone(zone).date()
    return Wanted(today - timedelta(days=min(max(days, 1), MOST_DAYS) - 1), today, zone)
