"""All that can be told of some days: what the page shows, the terminal prints and the exports hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.insights.asked import PARTS, Listed, Part, asked
from app.insights.figures import Figures, figures
from app.insights.material import Material, gather, of
from app.insights.wanted import Wanted
from app.store import Store

# Of everything there is one part less: the sum of the endings.
_TOLD: Final[tuple[Part, ...]] = tuple(part for part in PARTS if part != "episodes")


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of what is `wanted`, as of a moment, and the questions behind each.

    `lost`: searches of these days that came too fast to be written down; no figure knows of them.
    """

    wanted: Wanted
    as_of: datetime
    figures: Figures
    questions: Mapping[Part, Listed]
    lost: int


def report_of(store: Store, wanted: Wanted, now: datetime, least: int) -> Report:
    """Read it from the store; questions that fewer than `least` asked are not told. Raises StoreError."""
    material = of(gather(store.insights, wanted, now), wanted)
    return told(material, wanted, least, lost_of(store, wanted))


def told(material: Material, wanted: Wanted, least: int, lost: int) -> Report:
    """The report of what was gathered."""
    questions = {part: asked(material, part, least) for part in _TOLD}
    return Report(wanted, material.now, figures(material, wanted), questions, lost)


def lost_of(store: Store, wanted: Wanted) -> int:
    """How many searches of these days were shed. Raises StoreError."""
    shed = store.searches.sheds(wanted.first)
    return sum(count for day, count in shed.items() if day <= wanted.last)


def as_object(report: Report) -> dict[str, Any]:
    """The report as JSON has it."""
    wanted = report.wanted
    filters = {"lang": wanted.lang, "category": wanted.category, "source": wanted.source}
    return {
        "from": wanted.first,
        "to": wanted.last,
        "time_zone": wanted.zone.key,
        "as_of": report.as_of,
        "filters": {name: value for name, value in filters.items() if value},
        "searches_lost": report.lost,
        "figures": report.figures,
        "questions": report.questions,
    }
