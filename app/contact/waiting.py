"""How long an answer takes: what was measured, else what is promised. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, takewhile
from math import ceil
from typing import Final

from app.hours import OpeningHours, Span
from app.store import Promise, Waits

# What was measured is said from so many first replies on, of so many days.
LEAST: Final = 10
DAYS: Final = 30
_TYPICAL: Final = 0.5
_LATEST: Final = 0.8
_MINUTE: Final = timedelta(minutes=1)
# Beyond this many days nothing is promised to the minute.
_AHEAD: Final = 400
_WHOLE_DAY: Final = 24 * 60


def expected_reply(
    waits: Waits, hours: OpeningHours, promised_hours: int | None, now: datetime
) -> Promise | None:
    """What to tell who writes `now`; null where too little was measured and nothing is promised.

    What is measured counts in opening hours, what is promised in hours of days that have any.
    """
    if len(waits.answered) >= LEAST:
        measured = _in_order(waits, hours, now)
        typical, latest = _percentile(measured, _TYPICAL), _percentile(measured, _LATEST)
        return Promise("measured", typical, latest, after(hours, now, latest))
    if promised_hours is None:
        return None
    minutes = promised_hours * 60
    by = after(whole_days(hours), now, minutes)
    # Nobody writes when all are at home: what is promised by midnight is promised by closing time.
    return Promise("promised", None, minutes, _last_open(hours, now, by) if minutes >= _WHOLE_DAY else by)


def between(hours: OpeningHours, start: datetime, end: datetime) -> int:
    """The open minutes between two moments."""
    open_ = sum(
        (
            max(min(closes, end) - max(opens, start), timedelta())
            for opens, closes in takewhile(lambda span: span[0] < end, _stretches(hours, start, end))
        ),
        timedelta(),
    )
    return round(open_ / _MINUTE)


def after(hours: OpeningHours, start: datetime, minutes: int) -> datetime:
    """The moment, in UTC, when so many open minutes have passed since `start`."""
    left = timedelta(minutes=minutes)
    for opens, closes in _stretches(hours, start, start + timedelta(days=_AHEAD)):
        begins = max(opens, start)
        if closes - begins >= left:
            return (begins + left).astimezone(UTC)
        left -= max(closes - begins, timedelta())
    return (start + left).astimezone(UTC)  # they never open: the clock goes on


def whole_days(hours: OpeningHours) -> OpeningHours:
    """The same days, from midnight to midnight."""
    day = (Span(0, 24 * 60),)
    return replace(hours, week=tuple(day if spans else () for spans in hours.week))


def _last_open(hours: OpeningHours, start: datetime, end: datetime) -> datetime:
    """The last open moment up to `end`; `end` itself where there is none since `start`."""
    begun = [min(closes, end) for opens, closes in _stretches(hours, start, end) if opens < end]
    return max((moment for moment in begun if moment > start), default=end)


def _in_order(waits: Waits, hours: OpeningHours, now: datetime) -> list[int]:
    """Every wait in minutes, the shortest first.

    Who still waits counts once they have waited longer than the slowest fifth of those who were answered:
    so a desk that leaves the hard ones lying does not look fast.
    """
    answered = sorted(between(hours, wrote, replied) for wrote, replied in waits.answered)
    slow = _percentile(answered, _LATEST)
    waiting = (between(hours, wrote, now) for wrote in waits.waiting)
    return answered + sorted(minutes for minutes in waiting if minutes > slow)


def _percentile(ordered: Sequence[int], share: float) -> int:
    """By nearest rank: a wait that somebody really had."""
    return sorted(ordered)[ceil(share * len(ordered)) - 1]


def _stretches(hours: OpeningHours, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """When it is open, in UTC, from the day before `start` (its night may reach over) to the day of `end`."""
    first = start.astimezone(hours.zone).date() - timedelta(days=1)
    last = end.astimezone(hours.zone).date()
    days = takewhile(lambda day: day <= last, (first + timedelta(days=n) for n in count()))
    for day in days:
        for span in hours.on(day):
            yield _at(hours, day, span.opens), _at(hours, day, span.closes)


def _at(hours: OpeningHours, day: date, minutes: int) -> datetime:
    """A minute of a day by the clock on the wall, in UTC; the day the clocks change has more or fewer."""
    on_the_wall = datetime.combine(day, time.min) + timedelta(minutes=minutes)
    return on_the_wall.replace(tzinfo=hours.zone).astimezone(UTC)
