"""What was asked, wherever it was. Every method raises StoreError when the database cannot do it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Engine, Select, distinct, func, select

from app.store.database import READING, said_plainly
from app.store.dialects import INSERT
from app.store.late import note_events, note_questions
from app.store.records import Event
from app.store.searches_tables import SEARCHES, SHEDS
from app.store.tables import EVENTS
from search.records import Answer, Phase

Asker = Literal["site", "api", "widget"]

# Of a question, and of its results, what is kept.
QUERY_KEPT: Final = 500
MOST_KEPT: Final = 10
# Fewer than any database takes in one statement.
_MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Search:
    """A question and its answer; `query` and `understood` are scrubbed, `results` are article ids.

    The best one comes first. `previous` is the search that the same visitor asked before, `session` a
    widget's; `ms` is what the engine took.
    """

    id: str
    at: datetime
    source: Asker
    lang: str
    query: str
    understood: str
    answer: Answer
    confidence: float
    results: tuple[str, ...]
    snapshot: str
    ms: float
    category: str | None = None
    phase: Phase | None = None
    previous: str | None = None
    session: str | None = None


class Searches:
    """Every search there was, until it is too old; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})
        self._insert = INSERT[engine.dialect.name]

    def write(
        self, searches: Sequence[Search], clicks: Sequence[Event] = (), shed: Mapping[date, int] | None = None
    ) -> None:
        """Write down searches, the results that were opened, and how many were shed on a day: all or none.

        An id that is known already changes nothing.
        """
        received = datetime.now(UTC)
        # In one order, so that two processes never wait for each other's rows.
        asked = [asdict(search) for search in sorted(searches, key=lambda s: s.id)]
        opened = [{**asdict(e), "received_at": received} for e in sorted(clicks, key=lambda e: e.id)]
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            if asked:
                connection.execute(self._insert(SEARCHES).on_conflict_do_nothing(), asked)
                note_questions(connection, [search.at for search in searches])
            if opened:
                connection.execute(self._insert(EVENTS).on_conflict_do_nothing(), opened)
                note_events(connection, clicks)
            self._count(connection, shed or {})

    def sheds(self, since: date) -> Mapping[date, int]:
        """How many were not written down, on each day (UTC) from one on that had any."""
        asked = select(SHEDS.c.day, SHEDS.c.count).where(SHEDS.c.day >= since).order_by(SHEDS.c.day)
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            return {row.day: row[1] for row in connection.execute(asked)}

    def find(self, search_id: str) -> Search | None:
        """One search."""
        asked = select(SEARCHES).where(SEARCHES.c.id == search_id)
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            row = connection.execute(asked).mappings().first()
        if row is None:
            return None
        return Search(**{f.name: row[f.name] for f in fields(Search)} | {"results": tuple(row["results"])})

    def asked_by_enough(self, queries: Iterable[str], least: int) -> frozenset[str]:
        """Those of the stored `queries` that at least `least` visits asked, letter for letter.

        A visit is a widget's session, or a search with all that followed it.
        """
        return self._by_enough(SEARCHES.c.query, queries, least)

    def understood_by_enough(self, wordings: Iterable[str], least: int) -> frozenset[str]:
        """The same of wordings as they were understood."""
        return self._by_enough(SEARCHES.c.understood, wordings, least)

    def _by_enough(self, column: ColumnElement[str], texts: Iterable[str], least: int) -> frozenset[str]:
        wanted = frozenset(texts)
        if least <= 1:
            return wanted
        enough: set[str] = set()
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            listed = sorted(wanted)
            for start in range(0, len(listed), _MOST_AT_ONCE):
                some = listed[start : start + _MOST_AT_ONCE]
                enough |= set(connection.execute(_enough(column, some, least)).scalars())
        return frozenset(enough)

    def _count(self, connection: Connection, shed: Mapping[date, int]) -> None:
        rows = [{"day": day, "count": count} for day, count in sorted(shed.items()) if count]
        if rows:
            insert = self._insert(SHEDS)
            total = SHEDS.c.count + insert.excluded.count
            connection.execute(
                insert.on_conflict_do_update(index_elements=SHEDS.primary_key, set_={"count": total}), rows
            )


def _enough(column: ColumnElement[str], texts: Sequence[str], least: int) -> Select[Any]:
    """Go from each search back to the first one of its visit, and count those."""
    columns = (column.label("query"), SEARCHES.c.id, SEARCHES.c.previous, SEARCHES.c.session)
    way = select(*columns).where(column.in_(texts)).cte("way", recursive=True)
    before = SEARCHES.alias("before")
    # Without ALL: whatever the rows say, the way ends.
    way = way.union(
        select(way.c.query, before.c.id, before.c.previous, func.coalesce(way.c.session, before.c.session))
        .select_from(way.join(before, before.c.id == way.c.previous))
    )  # fmt: skip
    earlier = SEARCHES.alias("earlier")
    first = ~select(earlier.c.id).where(earlier.c.id == way.c.previous).exists()
    visits = func.count(distinct(func.coalesce(way.c.session, way.c.id)))
    return select(way.c.query).where(first).group_by(way.c.query).having(visits >= least)
