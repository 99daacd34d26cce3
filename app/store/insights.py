"""What was asked, shown and done in a span, for the figures.

Every method raises StoreError when the database cannot do it.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, func, or_, select, union

from app.contact.trails import trail_of
from app.store.database import READING, said_plainly
from app.store.insights_rows import Act, Contact, Grades, Offered, Searched, Span
from app.store.late import EPISODE, LEEWAY, REACH, SESSION
from app.store.searches_tables import SEARCHES
from app.store.segments import Counted
from app.store.tables import DEFLECTIONS, EVENTS
from app.store.tickets_tables import RATINGS, TICKETS

# Fewer than any database takes in one statement.
_MOST_AT_ONCE: Final = 500
_SATISFIED: Final = 4

# Of a list of articles the best one comes first; each of an offer is {"lang": …, "id": …}.
_SEARCH: Final = (
    SEARCHES.c.id, SEARCHES.c.at, SEARCHES.c.source, SEARCHES.c.lang, SEARCHES.c.query, SEARCHES.c.answer,
    SEARCHES.c.category, SEARCHES.c.previous, SEARCHES.c.session,
    SEARCHES.c.results[0].as_string(),
)  # fmt: skip
_OFFER: Final = (
    DEFLECTIONS.c.id, DEFLECTIONS.c.session, DEFLECTIONS.c.at, DEFLECTIONS.c.search_id, DEFLECTIONS.c.lang,
    DEFLECTIONS.c.question, DEFLECTIONS.c.holdout, DEFLECTIONS.c.articles[(0, "id")].as_string(),
)  # fmt: skip


class Insights:
    """Reads, and never writes; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._url = engine.url
        self._reader = engine.execution_options(**{READING: True})
        if engine.dialect.name == "postgresql":
            self._reader = self._reader.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def look(self) -> Iterator["Look"]:
        """The data as it is at one moment, however long it is looked at. Raises StoreError."""
        with said_plainly(self._url), self._reader.connect() as connection:
            yield Look(connection)


class Look:
    """One look at the data, for one thread.

    Of what began in a span, each method gives all that can belong to it: the span itself and as much after
    it, or before it, as app/store/late.py says.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.counted = Counted(connection)

    def searches(self, span: Span) -> list[Searched]:
        """The searches, the oldest first."""
        at = SEARCHES.c.at
        widgets = and_(SEARCHES.c.source == "widget", at < span.until + SESSION)
        asked = (
            select(*_SEARCH)
            .where(at >= span.since, at < span.until + SESSION, or_(at < span.until + EPISODE, widgets))
            .order_by(at, SEARCHES.c.id)
        )
        return [_searched(row) for row in self._all(asked)]

    def earlier(self, ids: Iterable[str], since: datetime) -> list[Searched]:
        """These searches, and those that they follow, from a moment on; the oldest first."""
        found: dict[str, Searched] = {}
        for some in _portions(ids):
            way = select(SEARCHES.c.id, SEARCHES.c.previous).where(
                SEARCHES.c.id.in_(some), SEARCHES.c.at >= since
            )
            back = way.cte("way", recursive=True)
            before = SEARCHES.alias("before")
            # Without ALL: whatever the rows say, the way ends.
            step = select(before.c.id, before.c.previous).join(back, before.c.id == back.c.previous)
            back = back.union(step.where(before.c.at >= since))
            asked = select(*_SEARCH).join(back, SEARCHES.c.id == back.c.id)
            found |= {row.id: _searched(row) for row in self._all(asked)}
        return sorted(found.values(), key=lambda search: (search.at, search.id))

    def running(self, moment: datetime) -> frozenset[str]:
        """The sessions that had begun before and may go on."""
        tables = (SEARCHES, DEFLECTIONS)
        asked = [
            select(table.c.session).where(
                table.c.at >= moment - SESSION, table.c.at < moment, table.c.session.is_not(None)
            )
            for table in tables
        ]
        return frozenset(row[0] for row in self._all(union(*asked)))

    def offers(self, span: Span) -> list[Offered]:
        """The questions of widgets, the oldest first."""
        at = DEFLECTIONS.c.at
        asked = select(*_OFFER).where(at >= span.since, at < span.until + SESSION)
        return [_offered(row) for row in self._all(asked.order_by(at, DEFLECTIONS.c.id))]

    def acts(self, span: Span) -> list[Act]:
        """What was done, the oldest first: also before, by clocks that are slow."""
        table = EVENTS.c
        slow = and_(table.at >= span.since - REACH, table.received_at >= span.since)
        asked = (
            select(
                table.type, table.at, table.session, table.search_id, table.deflection_id,
                table.article, table.lang, table.position, table.value,
            )
            .where(table.at >= span.since - REACH, table.at < span.until + REACH + EPISODE)
            .where(or_(table.at >= span.since, slow))
            .order_by(table.at, table.id)
        )  # fmt: skip
        return [Act(*row) for row in self._all(asked)]

    def contacts(self, span: Span) -> list[Contact]:
        """The tickets, the oldest first."""
        table = TICKETS.c
        asked = (
            select(table.id, table.created_at, table.lang, table.category, table.search_id, table.trail)
            .where(table.created_at >= span.since - LEEWAY, table.created_at < span.until + REACH + LEEWAY)
            .where(table.status != "quarantine")
            .order_by(table.created_at, table.id)
        )
        return [_contact(row) for row in self._all(asked)]

    def named(self, ids: Iterable[str]) -> list[Searched]:
        """The searches with these ids."""
        return [
            _searched(row)
            for some in _portions(ids)
            for row in self._all(select(*_SEARCH).where(SEARCHES.c.id.in_(some)))
        ]

    def sessions(self, names: Iterable[str], deflections: Iterable[str]) -> list[Offered]:
        """All that sessions asked which have one of these names or deflections, the oldest first."""
        sessions = set(names)
        for some in _portions(deflections):
            asked = select(DEFLECTIONS.c.session).where(DEFLECTIONS.c.id.in_(some))
            sessions |= {row[0] for row in self._all(asked)}
        found = [
            _offered(row)
            for some in _portions(sessions)
            for row in self._all(select(*_OFFER).where(DEFLECTIONS.c.session.in_(some)))
        ]
        return sorted(found, key=lambda offer: (offer.at, offer.id))

    def grades(self, span: Span, lang: str, category: str) -> Grades:
        """How satisfied customers said they were; an empty language or category leaves none out."""
        value = RATINGS.c.value
        counted = select(
            func.count(), func.coalesce(func.sum(value), 0), func.count().filter(value >= _SATISFIED)
        ).where(RATINGS.c.at >= span.since, RATINGS.c.at < span.until)
        counted = counted.join(TICKETS, TICKETS.c.id == RATINGS.c.ticket_id)
        for column, wanted in ((TICKETS.c.lang, lang), (TICKETS.c.category, category)):
            counted = counted.where(column == wanted) if wanted else counted
        return Grades(*self._all(counted)[0])

    def oldest(self) -> datetime | None:
        """When the oldest of it was; null: there is nothing."""
        moments = (SEARCHES.c.at, DEFLECTIONS.c.at, EVENTS.c.at, TICKETS.c.created_at)
        found = [self._all(select(func.min(moment)))[0][0] for moment in moments]
        return min((moment for moment in found if moment), default=None)

    def mark(self, since: datetime) -> list[int]:
        """What changes when anything that counts for what began since then comes or goes: how many searches,
        deflections, events and tickets there are, and the second of the newest of each."""
        moments = (SEARCHES.c.at, DEFLECTIONS.c.at, EVENTS.c.at, TICKETS.c.created_at)
        said: list[int] = []
        for moment in moments:
            counted = select(func.count(), func.max(moment)).where(
                moment >= since - REACH * (moment is EVENTS.c.at)
            )
            counted = counted.where(TICKETS.c.status != "quarantine") if moment.table is TICKETS else counted
            count, newest = self._all(counted)[0]
            said += [count, round(newest.timestamp() * 1000) if newest else 0]
        return said

    def _all(self, asked: Any) -> Sequence[Any]:
        return self._connection.execute(asked).all()


def _portions(values: Iterable[str]) -> Iterator[list[str]]:
    listed = sorted(set(values))
    for start in range(0, len(listed), _MOST_AT_ONCE):
        yield listed[start : start + _MOST_AT_ONCE]


def _searched(row: Any) -> Searched:
    name, at, source, lang, query, answer, chosen, previous, session, best = row
    category = chosen or (best or "").partition("/")[0]
    return Searched(name, at, source, lang, query, answer != "no" and bool(best), category, previous, session)


def _offered(row: Any) -> Offered:
    name, session, at, search_id, lang, question, holdout, best = row
    category = (best or "").partition("/")[0]
    return Offered(name, session, at, search_id, lang, question, bool(best), category, bool(holdout))


def _contact(row: Any) -> Contact:
    trail = trail_of(row.trail)
    named = tuple(trail.deflections) if trail else ()
    return Contact(row.id, row.created_at, row.lang, row.category, row.search_id, named)
