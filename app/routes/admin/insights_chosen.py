"""Which figures an address asks for, and the address that asks for them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from app.insights.wanted import MOST_DAYS, Wanted, last_days
from app.routes.admin import places
from app.store.searches import Asker
from search.analysis import normalise

PERIODS: Final = (7, 30, 90, 365)
_USUAL: Final = 30
_LONGEST: Final = 200
# Older than any help centre of ours, and far enough from where the calendar ends.
_EARLIEST: Final = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The days and filters of an address; `period`: how many days up to today, null for others."""

    wanted: Wanted
    period: int | None

    def link(self, what: str = "", **more: str) -> str:
        """The address of something of the same days and filters: a chart, an export, a list."""
        wanted = self.wanted
        days = (
            {"days": str(self.period)}
            if self.period
            else {"from": wanted.first.isoformat(), "to": wanted.last.isoformat()}
        )
        filters = {"lang": wanted.lang, "category": wanted.category, "source": wanted.source}
        fields = {name: value for name, value in {**days, **filters, **more}.items() if value}
        return f"{places.INSIGHTS}{what}?{urlencode(fields)}"

    def over(self, days: int) -> str:
        """The address of the same filters over the last `days`."""
        return replace(self, period=days).link()


def chosen(asked: Mapping[str, str], now: datetime, zone: ZoneInfo) -> Chosen:
    """What an address asks for; what cannot be read of it is as if it were not there."""
    first, last = _day(asked.get("from", "")), _day(asked.get("to", ""))
    period = _number(asked.get("days", "")) or (None if first or last else _USUAL)
    wanted = last_days(period or _USUAL, now, zone)
    if not period:
        last = min(last or wanted.last, wanted.last)
        first = min(first or last, last)
        wanted = replace(wanted, first=max(first, last - timedelta(days=MOST_DAYS - 1)), last=last)
    source = asked.get("source", "")
    return Chosen(
        replace(
            wanted,
            lang=normalise(asked.get("lang", ""), _LONGEST),
            category=normalise(asked.get("category", ""), _LONGEST),
            source=source if source in get_args(Asker) else "",
        ),
        period and wanted.days,
    )


def _number(written: str) -> int | None:
    short = written.isascii() and written.isdigit() and len(written) <= 4
    return int(written) or None if short else None


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return max(day, _EARLIEST)
