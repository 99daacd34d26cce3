"""The interface's own texts by language, and which language a visitor reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from io import BytesIO
from math import isfinite
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import (
    format_date,
    format_time,
    format_timedelta,
    get_day_names,
    get_timezone_location,
)
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from babel.units import format_unit
from markupsafe import Markup, escape

LOCALES: Final = Path(__file__).parent / "locales"
# The language the texts are written in, for content whose own language has no catalogue.
FALLBACK: Final = "en"
# No browser sends more; the rest of a longer header is not read.
_MOST_RANGES: Final = 30


@dataclass(frozen=True, slots=True)
class Interface:
    """The interface in one language: its texts, dates and names of languages."""

    lang: str
    texts: Translations

    def gettext(self, message: str, /, **values: object) -> Markup:
        """`message` in this language, its `%(name)s` replaced by the escaped values."""
        text = escape(self.texts.gettext(message))
        return text % values if values else text

    def ngettext(self, singular: str, plural: str, number: int, /, **values: object) -> Markup:
        """The form for `number`, which is also `%(number)s`."""
        return escape(self.texts.ngettext(singular, plural, number)) % {"number": number, **values}

    def date(self, day: date) -> str:
        """`day` in words."""
        return format_date(day, "long", locale=Locale.parse(self.lang, sep="-"))

    def time(self, clock: time) -> str:
        """A time of day as it is written here: `18:00`, `6:00 PM`."""
        return format_time(clock, "short", locale=Locale.parse(self.lang, sep="-"))

    def weekday(self, day: int) -> str:
        """The name of a day; 0 is Monday."""
        return str(get_day_names("wide", "format", Locale.parse(self.lang, sep="-"))[day])

    def duration(self, number: int, unit: Literal["minute", "hour"]) -> str:
        """`24 hours`."""
        return format_unit(number, f"duration-{unit}", locale=Locale.parse(self.lang, sep="-"))

    def moment(self, at: datetime, zone: ZoneInfo) -> str:
        """A moment on `zone`'s clock: `22 nov 2026, 09:30`."""
        here = at.astimezone(zone)
        return f"{format_date(here, 'medium', locale=self._babel)}, {self.time(here.time())}"

    def span(self, length: timedelta) -> str:
        """How long something takes, in its largest unit: `3 hours`."""
        return format_timedelta(length, granularity="minute", threshold=1, locale=self._babel)

    def size(self, bytes_: int) -> str:
        """A file's size: `1.2 MB`."""
        if bytes_ < 1_000:
            return format_unit(bytes_, "digital-byte", "short", locale=self._babel)
        unit, number = (
            ("kilobyte", round(bytes_ / 1_000)) if bytes_ < 1_000_000 else ("megabyte", bytes_ / 1e6)
        )
        return format_unit(round(number, 1), f"digital-{unit}", "short", locale=self._babel)

    def city(self, zone: ZoneInfo) -> str:
        """The city that a time zone is named after: `Europe/Rome` → `Roma`."""
        return get_timezone_location(zone, Locale.parse(self.lang, sep="-"), return_city=True)

    @property
    def _babel(self) -> Locale:
        return Locale.parse(self.lang, sep="-")

    def language_name(self, tag: str) -> str:
        """What this language calls another."""
        locale = _locale(tag)
        return (locale and locale.get_display_name(Locale.parse(self.lang, sep="-"))) or tag


def load_interfaces(folder: Path = LOCALES) -> Mapping[str, Interface]:
    """Every catalogue in `folder`, by language; each is read once in a process."""
    found = sorted(folder.glob("*/LC_MESSAGES/sportello.po"))
    return {path.parts[-3]: Interface(path.parts[-3], _read(path)) for path in found}


@cache
def _read(path: Path) -> Translations:
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return Translations(compiled)


def interface_for(interfaces: Mapping[str, Interface], lang: str) -> Interface:
    """The interface to show content of a language in: its own, its base's, or the fallback's."""
    return interfaces.get(lang) or interfaces.get(base_of(lang)) or interfaces[FALLBACK]


def base_of(tag: str) -> str:
    """`pt-BR` → `pt`."""
    return tag.partition("-")[0].lower()


def own_name(tag: str) -> str:
    """What a language calls itself, to stand alone: `it` → `Italiano`."""
    locale = _locale(tag)
    name = (locale and locale.get_display_name()) or tag
    return name[:1].upper() + name[1:]


@lru_cache(maxsize=256)
def territorial(tag: str) -> str:
    """A language with the country that speaks it most, as link previews name it: `it` → `it_IT`."""
    locale = _locale(tag)
    if locale is None:
        return tag
    likely = get_global("likely_subtags").get(locale.language, locale.language)
    territory = locale.territory or Locale.parse(likely).territory
    return f"{locale.language}_{territory}" if territory else locale.language


def direction(tag: str) -> str:
    """`rtl` for a language written from right to left, else `ltr`."""
    locale = _locale(tag)
    return locale.text_direction if locale else "ltr"


@lru_cache(maxsize=256)
def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


def preferred(header: str, available: Sequence[str]) -> str | None:
    """The language among `available` that an Accept-Language header likes best; null where it likes none."""
    for wanted in _wanted(header.split(",")[:_MOST_RANGES]):
        exact = (tag for tag in available if tag.lower() == wanted)
        same_base = (tag for tag in available if base_of(tag) == base_of(wanted))
        if found := next(exact, None) or next(same_base, None):
            return found
    return None


def _wanted(ranges: Iterable[str]) -> list[str]:
    """The languages of `it;q=0.8, en`, best first; those refused by `q=0` and unreadable ones left out."""
    weighted = []
    for item in ranges:
        tag, _, parameter = item.strip().lower().partition(";")
        weight = _weight(parameter.strip())
        if tag and weight > 0:
            weighted.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighted, key=lambda pair: -pair[0])]


def _weight(parameter: str) -> float:
    if not parameter:
        return 1.0
    try:
        weight = float(parameter.removeprefix("q").strip().removeprefix("="))
    except ValueError:
        return 0.0
    return weight if isfinite(weight) and weight <= 1 else 0.0
