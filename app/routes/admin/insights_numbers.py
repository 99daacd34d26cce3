"""Figures as a language writes them."""

from dataclasses import dataclass
from typing import Final

from babel import Locale
from babel.dates import format_date, format_interval
from babel.numbers import format_decimal, format_percent

from app.insights.wanted import Wanted
from app.languages import Interface

NOTHING: Final = "–"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one language."""

    locale: Locale

    def count(self, number: float) -> str:
        """`1,234`."""
        return str(format_decimal(round(number), locale=self.locale))

    def share(self, share: float | None) -> str:
        """`12.3%`; a dash where there is nothing to take a share of."""
        return NOTHING if share is None else str(format_percent(share, "#,##0.0%", locale=self.locale))

    def decimal(self, number: float | None) -> str:
        """`2.4`; a dash for none."""
        return NOTHING if number is None else str(format_decimal(number, "#,##0.0", locale=self.locale))

    def points(self, difference: float) -> str:
        """A difference of two shares in points, with its sign: `+4.1`."""
        return str(format_decimal(difference * 100, "+#,##0.0;−#,##0.0", locale=self.locale))

    def days(self, wanted: Wanted) -> str:
        """The days of a report: `24 Oct – 22 Nov 2026`."""
        if wanted.first == wanted.last:
            return str(format_date(wanted.first, "long", locale=self.locale))
        return str(format_interval(wanted.first, wanted.last, "yMMMd", locale=self.locale))


def numbers(interface: Interface) -> Numbers:
    """The numbers of an interface's language."""
    return Numbers(Locale.parse(interface.lang, sep="-"))
