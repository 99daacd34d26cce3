"""The charts of the insights: which bars there are, and in which tone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from babel.dates import format_skeleton

from app.insights import charts
from app.insights.charts import Bar, Series
from app.insights.episodes import ENDINGS
from app.insights.figures import Day, Figures
from app.languages import Interface
from app.routes.admin.insights_numbers import numbers
from app.routes.admin.insights_words import names

# More days than these are shown by weeks.
_MOST_DAYS: Final = 62
_TONES: Final = {
    "clicked": "good", "no_click": "open", "reworded": "fair", "no_answer": "poor", "ticket": "person",
    "confirmed": "good", "potential": "fair", "failed": "poor", "ignored": "person", "abandoned": "open",
    "unassisted": "open", "unseen": "open",
}  # fmt: skip
OUTCOMES_SHOWN: Final = ("confirmed", "potential", "failed", "ignored", "abandoned", "unassisted", "unseen")


@dataclass(frozen=True, slots=True)
class Chart:
    """How a chart is drawn, and how high it is."""

    draw: Callable[[Figures, Interface, bool], bytes]
    height: int


def _endings(figures: Figures, interface: Interface, narrow: bool) -> bytes:
    return _bars(ENDINGS, figures.funnel, interface, narrow=narrow)


def _outcomes(figures: Figures, interface: Interface, narrow: bool) -> bytes:
    return _bars(OUTCOMES_SHOWN, figures.deflected, interface, narrow=narrow)


def _days(figures: Figures, interface: Interface, narrow: bool) -> bytes:
    said, number = names(interface), numbers(interface)
    weeks = _by_week(figures.days) if len(figures.days) > _MOST_DAYS else figures.days
    labels = [_label(day.day, interface) for day in weeks]
    results = [day.clicked + day.no_click + day.reworded for day in weeks]
    series = (
        Series(interface.gettext("With results").unescape(), results, "good"),
        Series(said["no_answer"].unescape(), [day.no_answer for day in weeks], "poor"),
        Series(said["ticket"].unescape(), [day.ticket for day in weeks], "person"),
    )
    return charts.stacks(labels, series, number.count, narrow=narrow)


CHARTS: Final[Mapping[str, Chart]] = {
    "endings": Chart(_endings, charts.bars_height(len(ENDINGS))),
    "outcomes": Chart(_outcomes, charts.bars_height(len(OUTCOMES_SHOWN))),
    "days": Chart(_days, charts.STACKS_HEIGHT),
}


def _bars(parts: Sequence[str], counted: object, interface: Interface, *, narrow: bool) -> bytes:
    said = names(interface)
    listed = [Bar(said[part].unescape(), getattr(counted, part), _TONES[part]) for part in parts]
    return charts.bars(listed, numbers(interface).count, narrow=narrow)


def _label(day: date, interface: Interface) -> str:
    return str(format_skeleton("MMMd", day, locale=numbers(interface).locale))


def _by_week(days: Sequence[Day]) -> list[Day]:
    """Whole weeks, named after their first day; the last one may be short."""
    return [_sum(days[start : start + 7]) for start in range(0, len(days), 7)]


def _sum(days: Sequence[Day]) -> Day:
    counts = {ending: sum(getattr(day, ending) for day in days) for ending in ENDINGS}
    return Day(days[0].day, sum(counts.values()), **counts)
