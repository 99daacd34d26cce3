"""Opening hours: what an operator writes, whether someone answers now, and when that changes."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby, pairwise
from typing import Final
from zoneinfo import ZoneInfo

_DAYS: Final = ("mo", "tu", "we", "th", "fr", "sa", "su")
_RULE: Final = re.compile(r"(?P<days>[a-z]{2}(?:-[a-z]{2})?(?:,[a-z]{2}(?:-[a-z]{2})?)*) (?P<times>\S+)")
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DAY: Final = 24 * 60
# A week says all there is; the day before it may reach into it, the day after close it.
_AHEAD: Final = 8


class HoursError(ValueError):
    """Hours that cannot be read, in one sentence."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From one minute of a day to another; `closes` is beyond 1440 where it is the next day's."""

    opens: int
    closes: int

    @property
    def start(self) -> time:
        """When it begins."""
        return _clock(self.opens)

    @property
    def end(self) -> time:
        """When it ends; midnight is 00:00."""
        return _clock(self.closes)


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether someone answers, and until when.

    `changes` is on the wall clock there, null where it never does; `days` is how many midnights lie between.
    """

    open: bool
    changes: datetime | None
    days: int


@dataclass(frozen=True, slots=True)
class DayGroup:
    """Neighbouring days (0 is Monday) with the same hours; without a span they are closed."""

    first: int
    last: int
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week's hours: one tuple of spans a day, Monday first, on the wall clock of `zone`.

    On `holidays` there are none.
    """

    week: tuple[tuple[Span, ...], ...]
    zone: ZoneInfo
    holidays: Container[date] = frozenset()

    def standing(self, moment: datetime) -> Standing:
        """Open or closed at a moment, which must know its time zone."""
        now = moment.astimezone(self.zone).replace(tzinfo=None)
        for opens, closes in self._stretches(now.date()):
            if closes <= now:
                continue
            is_open = opens <= now
            change = closes if is_open else opens
            if is_open and change - now >= timedelta(days=_AHEAD - 1):
                break  # a stretch that lasts as far as one looks never ends
            return Standing(is_open, change, (change.date() - now.date()).days)
        else:
            is_open = False
        return Standing(is_open, changes=None, days=0)

    def groups(self) -> tuple[DayGroup, ...]:
        """The week as people say it: Monday to Friday, Saturday, Sunday."""
        groups = []
        for spans, days in groupby(range(7), key=self.week.__getitem__):
            run = list(days)
            groups.append(DayGroup(run[0], run[-1], spans))
        return tuple(groups)

    def _stretches(self, today: date) -> Iterator[tuple[datetime, datetime]]:
        """When someone answers without a pause, from yesterday on, in order."""
        held: tuple[datetime, datetime] | None = None
        for day in (today + timedelta(days=n) for n in range(-1, _AHEAD + 1)):
            for span in self.on(day):
                midnight = datetime.combine(day, time.min)
                opens, closes = (midnight + timedelta(minutes=m) for m in (span.opens, span.closes))
                if held and opens <= held[1]:
                    held = (held[0], max(held[1], closes))
                    continue
                if held:
                    yield held
                held = (opens, closes)
        if held:
            yield held

    def on(self, day: date) -> tuple[Span, ...]:
        """The one place that knows which hours a date has."""
        return () if day in self.holidays else self.week[day.weekday()]


def parse_hours(text: str, zone: ZoneInfo) -> OpeningHours:
    """Hours written as `mo-fr 09:00-13:00,14:00-18:00; sa 09:00-13:00`, on `zone`'s clock.

    A span that ends before it begins ends the next day; days that are not named are closed.
    Raises HoursError.
    """
    week: list[list[Span]] = [[] for _ in _DAYS]
    for written in filter(None, (part.strip() for part in text.lower().split(";"))):
        rule = _RULE.fullmatch(re.sub(r"\s*([,-])\s*", r"\1", " ".join(written.split())))
        if rule is None:
            raise HoursError(f"“{written}” is not days and hours such as mo-fr 09:00-18:00")
        spans = [_span(part) for part in rule["times"].split(",")]
        for day in (day for part in rule["days"].split(",") for day in _days(part)):
            week[day] += spans
    if not any(week):
        raise HoursError("it names no day")
    return OpeningHours(tuple(_in_order(day, spans) for day, spans in enumerate(week)), zone)


def _days(written: str) -> list[int]:
    first, _, last = written.partition("-")
    for name in (first, last or first):
        if name not in _DAYS:
            raise HoursError(f"“{name}” is no day: write {', '.join(_DAYS)}")
    start, end = _DAYS.index(first), _DAYS.index(last or first)
    return [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]


def _span(written: str) -> Span:
    match = _SPAN.fullmatch(written)
    if match is None:
        raise HoursError(f"“{written}” is no span of time such as 09:00-18:00")
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    opens, closes = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if max(from_minute, to_minute) > 59 or opens >= _DAY or closes > _DAY:
        raise HoursError(f"“{written}” has a time that no clock shows")
    if opens == closes:
        raise HoursError(f"“{written}” lasts no time: for the whole day write 00:00-24:00")
    return Span(opens, closes if closes > opens else closes + _DAY)


def _in_order(day: int, spans: list[Span]) -> tuple[Span, ...]:
    ordered = sorted(spans)
    for one, other in pairwise(ordered):
        if other.opens < one.closes:
            raise HoursError(f"two spans of “{_DAYS[day]}” overlap")
    return tuple(ordered)


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
