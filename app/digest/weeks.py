"""Which week is told, and when. Pure."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.insights.wanted import Wanted

# On Mondays, on the site's own clock.
MORNING: Final = time(8)
# How long one is kept: well beyond the week in which it might be written again.
KEPT: Final = timedelta(days=14)
_WEEK: Final = timedelta(days=7)
_SUNDAY: Final = timedelta(days=6)


def last_week(now: datetime, zone: ZoneInfo) -> date:
    """The Monday that begins the last full week."""
    today = now.astimezone(zone).date()
    return today - timedelta(days=today.weekday()) - _WEEK


def due(now: datetime, zone: ZoneInfo) -> date | None:
    """The same, from Monday morning on; null before: what is a week late by then is not sent any more."""
    here = now.astimezone(zone)
    return None if here.weekday() == 0 and here.time() < MORNING else last_week(now, zone)


def morning_after(week: date, zone: ZoneInfo) -> datetime:
    """When the digest of a week is due."""
    return datetime.combine(week + _WEEK, MORNING, zone)


def days_of(week: date, zone: ZoneInfo) -> Wanted:
    """Its Monday to Sunday."""
    return Wanted(week, week + _SUNDAY, zone)


def before(week: date) -> date:
    """The Monday of the week before."""
    return week - _WEEK
