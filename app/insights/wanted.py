"""Which part of the data a question is about. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.insights.episodes import WINDOW
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
        return Span(self._start(self.first), self._start(self.last + timedelta(days=1)))

    @property
    def around(self) -> Span:
        """With a window before and two behind: sessions that began before, and what came of them after."""
        span = self.span
        return Span(span.since - WINDOW, span.until + 2 * WINDOW)

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def admits(self, at: datetime, lang: str, category: str) -> bool:
        """Whether something of this moment, language and category is wanted."""
        span = self.span
        return span.since <= at < span.until and self.of(lang, category)

    def of(self, lang: str, category: str) -> bool:
        """Whether something of this language and category is wanted."""
        return self.lang in {"", lang} and self.category in {"", category}

    def day(self, at: datetime) -> date:
        """The day of a moment."""
        return at.astimezone(self.zone).date()

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)


def last_days(days: int, now: datetime, zone: ZoneInfo) -> Wanted:
    """The last `days`, today included."""
    today = now.astimezone(zone).date()
    return Wanted(today - timedelta(days=min(max(days, 1), MOST_DAYS) - 1), today, zone)
