"""The pairs to be taken away: as JSON objects and as CSV. Pure."""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Final

from app.learning.listing import Listed

COLUMNS: Final = (
    "language", "question", "article", "title", "visits", "last_confirmed", "weight", "state",
    "decided_by", "decided_at",
)  # fmt: skip
# A spreadsheet takes a cell that begins so for a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_objects(found: Iterable[Listed]) -> list[Mapping[str, object]]:
    """One for each pair; a question that too few asked is null."""
    return [dict(zip(COLUMNS, _values(one), strict=True)) for one in found]


def as_csv(found: Iterable[Listed]) -> str:
    """A sheet (RFC 4180), no cell of which is a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_safe(value) for value in _values(one)] for one in found)
    return text.getvalue()


def _values(one: Listed) -> tuple[object, ...]:
    pair, veto = one.pair, one.pair.veto
    decided = (veto.by, veto.at.isoformat()) if veto else (None, None)
    return (
        pair.lang, one.question, pair.article, one.title, pair.visits, pair.last.isoformat(),
        round(one.weight, 3), one.state, *decided,
    )  # fmt: skip


def _safe(value: object) -> object:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
