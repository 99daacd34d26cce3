"""`compiled`: from the store to a digest."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from app.contact.details import hours_of
from app.contact.waiting import between
from app.digest.records import Digest, Mended, Missing, Part, Week
from app.digest.weeks import before, days_of
from app.gaps.told import Told, times, told
from app.hours import OpeningHours
from app.insights.reader import Reader
from app.insights.wanted import Wanted
from app.settings import Settings
from app.store import Store
from app.store.gaps_records import Gap

# An article's title by its id; empty: there is none of that name.
Title = Callable[[str], str]

_MOST: Final = 5
_AT_ONCE: Final = 200
_MINUTE: Final = 60


def compiled(store: Store, settings: Settings, week: date, now: datetime, title: Title) -> Digest:
    """The digest of the week that begins on this Monday, as of a moment. Raises StoreError."""
    zone, least = ZoneInfo(settings.time_zone), settings.k_anonymity
    hours = hours_of(settings)
    reader = Reader(settings.data)
    this, last = (
        _week(store, reader, days_of(monday, zone), hours, least, now) for monday in (week, before(week))
    )
    heaviest, open_count = store.gaps.listed("open", limit=_MOST)
    closed = _closed_in(store, days_of(week, zone))
    return Digest(
        this,
        last,
        tuple(map(_missing, told(store, heaviest, least))),
        open_count,
        tuple(_mended(one, title) for one in told(store, closed[:_MOST], least)),
        len(closed),
        hours is not None,
    )


def _week(
    store: Store, reader: Reader, days: Wanted, hours: OpeningHours | None, least: int, now: datetime
) -> Week:
    found = reader.read(store, days, least, (), now)
    figures = found.figures
    said, widget = figures.satisfaction, figures.deflected
    waits = _waits(store, days, hours)
    return Week(
        first=days.first,
        questions=figures.funnel.episodes,
        unanswered=Part(figures.funnel.unanswered, figures.funnel.episodes),
        solved=Part(widget.confirmed, widget.shown),
        tickets=figures.service.tickets,
        elsewhere=figures.service.elsewhere,
        replies=len(waits),
        median=round(median(waits)) if waits else None,
        helpful=Part(said.helped, said.helped + said.not_helped),
        satisfied=Part(said.satisfied, said.grades),
        lost=found.lost,
    )


def _waits(store: Store, days: Wanted, hours: OpeningHours | None) -> list[float]:
    """The minutes that each first reply given on these days took: of opening time, where there are hours."""
    span = days.span
    answered = [
        (wrote, replied)
        for wrote, replied in store.tickets.waits(None, span.since).answered
        if span.since <= replied < span.until
    ]
    if hours is None:
        return [(replied - wrote).total_seconds() / _MINUTE for wrote, replied in answered]
    return [float(between(hours, wrote, replied)) for wrote, replied in answered]


def _closed_in(store: Store, days: Wanted) -> Sequence[Gap]:
    """The gaps that an article closed on these days, the heaviest first."""
    span, found, start, count = days.span, [], 0, 1
    while start < count:
        some, count = store.gaps.listed("answered", offset=start, limit=_AT_ONCE)
        found += [gap for gap in some if span.since <= gap.changed_at < span.until]
        start += _AT_ONCE
    return found


def _missing(one: Told) -> Missing:
    lang, wording = _name(one)
    return Missing(one.gap.id, lang, wording, sum(map(times, one.gap.questions)))


def _mended(one: Told, title: Title) -> Mended:
    lang, wording = _name(one)
    return Mended(one.gap.id, lang, wording, title(one.gap.article) if one.gap.article else "")


def _name(one: Told) -> tuple[str, str]:
    return (one.name.doubt.lang, one.name.doubt.wording) if one.name else ("", "")
