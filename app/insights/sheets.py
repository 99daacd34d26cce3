"""A report as sheets of rows, for CSV files and for the terminal. Pure."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from io import StringIO
from typing import Any, Final, Literal, get_args

from app.insights.figures import Day
from app.insights.report import Report

Sheet = Literal["figures", "days", "questions"]
SHEETS: Final[tuple[Sheet, ...]] = get_args(Sheet)

Row = Sequence[object]
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def rows_of(report: Report, sheet: Sheet) -> tuple[Row, list[Row]]:
    """A sheet's header, and its rows."""
    if sheet == "days":
        return [field.name for field in fields(Day)], [
            list(asdict(day).values()) for day in report.figures.days
        ]
    if sheet == "figures":
        return ("figure", "value"), [(name, value) for name, value in named(report)]
    return ("part", "question", "count", "languages", "last_asked"), list(_questions(report))


def written(report: Report, sheet: Sheet) -> str:
    """A sheet as CSV (RFC 4180); no cell of it is a formula."""
    return comma_separated(*rows_of(report, sheet))


def comma_separated(header: Row, rows: Iterable[Row]) -> str:
    """Rows as CSV (RFC 4180); no cell of them is a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def named(report: Report) -> Iterable[tuple[str, float | None]]:
    """Each figure under its path: `funnel.no_answer`."""
    yield "searches_lost", report.lost
    for group in fields(report.figures):
        if group.name != "days":
            yield from _flat(group.name, asdict(getattr(report.figures, group.name)))


def _flat(path: str, values: Mapping[str, Any]) -> Iterable[tuple[str, float | None]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(f"{path}.{name}", value)
        else:
            yield f"{path}.{name}", value


def _questions(report: Report) -> Iterable[Row]:
    for part, listed in report.questions.items():
        for one in listed.questions:
            yield part, one.question, one.count, " ".join(one.languages), one.last.isoformat()
        if listed.hidden:
            yield part, "", listed.hidden_count, "", ""


def _safe(cell: object) -> object:
    if cell is None:
        return ""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
