"""The wait, in words."""

from datetime import time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from app.languages import Interface
from app.store import Promise


def in_words(promise: Promise | None, interface: Interface, zone: ZoneInfo) -> tuple[str, ...]:
    """One sentence on how long it takes, one on when that is; none where nothing is known."""
    if promise is None:
        return ()
    gettext = interface.texts.gettext
    latest = _hours(promise.latest, interface)
    ends = promise.by.astimezone(zone)
    if ends.time() == time.min:  # to most people, midnight is the end of a day and not the begin of the next
        ends -= timedelta(minutes=1)
    when = {
        "day": interface.weekday(ends.weekday()),
        "date": interface.date(ends.date()),
        "time": interface.time(ends.time()),
    }
    if promise.typical is None:
        return (
            gettext("On working days we reply within %(time)s.") % {"time": latest},
            gettext("So you will hear from us by %(day)s, %(date)s, at %(time)s.") % when,
        )
    typical = _hours(promise.typical, interface)
    return (
        gettext(
            "Of late, half of those who wrote about this had a reply within %(typical)s of opening time, and "
            "four in five within %(latest)s."
        )
        % {"typical": typical, "latest": latest},
        gettext("So you will most likely hear from us by %(day)s, %(date)s, at %(time)s.") % when,
    )


def _hours(minutes: int, interface: Interface) -> str:
    return interface.duration(max(1, ceil(minutes / 60)), "hour")
