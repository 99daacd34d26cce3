"""All that can be told of some days: what the page shows, the terminal prints and the exports hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from app.insights.asked import PARTS, Listed, Part
from app.insights.figures import Figures
from app.insights.reader import Page, Reader
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


def report_of(store: Store, wanted: Wanted, now: datetime, least: int, data: Path | None = None) -> Report:
    """Read it from the store; questions that fewer than `least` asked are not told. Raises StoreError."""
    return told(Reader(data), store, wanted, least, now)


def told(reader: Reader, store: Store, wanted: Wanted, least: int, now: datetime | None = None) -> Report:
    """The report of what a reader reads. Raises StoreError."""
    found = reader.read(store, wanted, least, [Page(part) for part in _TOLD], now)
    return Report(wanted, found.as_of, found.figures, found.questions, found.lost)


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
