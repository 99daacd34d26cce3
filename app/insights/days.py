"""Which days are counted already, and which part of them is to be counted. Pure."""

from collections.abc import Iterator, Mapping, Set
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from app.store.insights_rows import Span
from app.store.late import LEEWAY, REACH
from app.store.segments import Segment

# Goes up with each change of what is counted, or of how that is kept: what others counted is counted anew.
RULES: Final = 1
# Clocks, and writers that take their time.
_SLACK: Final = timedelta(minutes=5)
_DAY: Final = timedelta(days=1)


def closed_at(now: datetime) -> datetime:
    """Before this full hour, all that began has ended: only what is noted as late can change it."""
    moment = now.astimezone(UTC) - REACH - LEEWAY - _SLACK
    return moment.replace(minute=0, second=0, microsecond=0)


def day_of(at: datetime) -> date:
    """The day (UTC) that a moment is counted in."""
    return at.astimezone(UTC).date()


def begin(day: date) -> datetime:
    """When it begins."""
    return datetime.combine(day, time(), UTC)


def is_good(segment: Segment | None, late: Set[date]) -> bool:
    """Whether what was counted of a day still stands."""
    return segment is not None and segment.rules == RULES and segment.day not in late


def next_part(
    segments: Mapping[date, Segment], late: Set[date], oldest: date, closed: datetime
) -> Span | None:
    """What the keeper counts next: of the newest day that misses something, what it misses."""
    day = day_of(closed)
    while day >= oldest:
        segment, end = segments.get(day), min(begin(day) + _DAY, closed)
        if segment is None or not is_good(segment, late):
            # A day whose segment reaches further than now's clock says is counted as far again.
            return Span(begin(day), max(end, segment.until if segment else end))
        if segment.until < end:
            whole = end == begin(day) + _DAY
            return Span(begin(day) if whole else segment.until, end)
        day -= _DAY
    return None


def parts(segments: Mapping[date, Segment], late: Set[date], span: Span) -> Iterator[date | Span]:
    """A span of whole days in order: the days that were counted, and what must be counted between them."""
    at = span.since
    missing: datetime | None = None
    while at < span.until:
        segment = segments.get(day_of(at))
        if segment is not None and is_good(segment, late) and segment.until > at:
            if missing:
                yield Span(missing, at)
            yield segment.day
            missing = segment.until if segment.until < at + _DAY else None
        else:
            missing = missing or at
        at += _DAY
    if missing:
        yield Span(missing, span.until)
