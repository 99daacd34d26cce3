"""What was asked, shown and done in a span, for the figures.

Every method raises StoreError when the database cannot do it.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Engine, Text, cast, func, select

from app.contact.trails import trail_of
from app.store.database import READING, said_plainly
from app.store.insights_rows import Act, Contact, Graded, Offered, Searched, Span
from app.store.searches_tables import SEARCHES
from app.store.tables import DEFLECTIONS, EVENTS
from app.store.tickets_tables import RATINGS, TICKETS

# Of a list of articles, as JSON: no id is longer, and the best one comes first.
_BEST: Final = 400
_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"')


class Insights:
    """Reads, and never writes; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._url = engine.url
        self._reader = engine.execution_options(**{READING: True})

    def searches(self, span: Span) -> list[Searched]:
        """Every search of the span, the oldest first."""
        table = SEARCHES.c
        best = func.substr(cast(table.results, Text), 1, _BEST)
        asked = (
            select(
                table.id, table.at, table.source, table.lang, table.query,
                table.answer, table.category, table.previous, table.session, best,
            )
            .where(table.at >= span.since, table.at < span.until)
            .order_by(table.at, table.id)
        )  # fmt: skip
        return [_searched(row) for row in self._all(asked)]

    def offers(self, span: Span) -> list[Offered]:
        """Every question of a widget, the oldest first."""
        table = DEFLECTIONS.c
        asked = (
            select(
                table.id, table.session, table.at, table.search_id, table.lang, table.question,
                table.holdout, func.substr(cast(table.articles, Text), 1, _BEST),
            )
            .where(table.at >= span.since, table.at < span.until)
            .order_by(table.at, table.id)
        )  # fmt: skip
        return [_offered(row) for row in self._all(asked)]

    def acts(self, span: Span) -> list[Act]:
        """Everything that was done, the oldest first."""
        table = EVENTS.c
        asked = (
            select(
                table.type, table.at, table.session, table.search_id, table.deflection_id,
                table.article, table.lang, table.position, table.value,
            )
            .where(table.at >= span.since, table.at < span.until)
            .order_by(table.at, table.id)
        )  # fmt: skip
        return [Act(*row) for row in self._all(asked)]

    def contacts(self, span: Span) -> list[Contact]:
        """Every ticket that came, the oldest first."""
        table = TICKETS.c
        asked = (
            select(table.id, table.created_at, table.lang, table.category, table.search_id, table.trail)
            .where(table.created_at >= span.since, table.created_at < span.until)
            .where(table.status != "quarantine")
            .order_by(table.created_at, table.id)
        )
        return [_contact(row) for row in self._all(asked)]

    def grades(self, span: Span) -> list[Graded]:
        """How satisfied customers said they were."""
        asked = (
            select(RATINGS.c.value, RATINGS.c.at, TICKETS.c.lang, TICKETS.c.category)
            .join(TICKETS, TICKETS.c.id == RATINGS.c.ticket_id)
            .where(RATINGS.c.at >= span.since, RATINGS.c.at < span.until)
            .order_by(RATINGS.c.at, RATINGS.c.ticket_id)
        )
        return [Graded(*row) for row in self._all(asked)]

    def _all(self, asked: Any) -> Sequence[Any]:
        with said_plainly(self._url), self._reader.connect() as connection:
            return connection.execute(asked).all()


def _searched(row: Any) -> Searched:
    name, at, source, lang, query, answer, chosen, previous, session, results = row
    best = _first(results)
    category = chosen or best.partition("/")[0]
    return Searched(name, at, source, lang, query, answer != "no" and best != "", category, previous, session)


def _offered(row: Any) -> Offered:
    name, session, at, search_id, lang, question, holdout, articles = row
    # Each is {"lang": …, "id": …}.
    best = _value(articles, "id")
    return Offered(
        name, session, at, search_id, lang, question, best != "", best.partition("/")[0], bool(holdout)
    )


def _contact(row: Any) -> Contact:
    trail = trail_of(row.trail)
    named = tuple(trail.deflections) if trail else ()
    return Contact(row.id, row.created_at, row.lang, row.category, row.search_id, named)


def _first(results: str | None) -> str:
    """The first text of a JSON list that may be cut off; empty for an empty list."""
    found = _TEXT.search(results or "")
    return str(json.loads(found[0])) if found else ""


def _value(results: str | None, name: str) -> str:
    found = re.search(rf'"{name}"\s*:\s*("(?:[^"\\]|\\.)*")', results or "")
    return str(json.loads(found[1])) if found else ""
