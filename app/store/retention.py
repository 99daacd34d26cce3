"""What is too old goes. Every method raises StoreError when the database cannot do it."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Table, delete, select, tuple_

from app.store.database import said_plainly
from app.store.searches_tables import SEARCHES, SHEDS
from app.store.tables import DEFLECTIONS, EVENTS, READS

# So few that a visitor's own write never waits long for the lock.
_MOST_AT_ONCE: Final = 1_000


class Retention:
    """Takes away what visitors did; safe to share between threads. Tickets are no part of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def forget(self, before: datetime) -> int:
        """Delete some of the searches, events, deflections and counts that are older; how many those were.

        Nothing is left to delete when it returns 0.
        """
        moments = [(t, t.c.at < before) for t in (SEARCHES, EVENTS, DEFLECTIONS)]
        days = [(t, t.c.day < before.date()) for t in (READS, SHEDS)]
        return sum(self._delete(table, old) for table, old in (*moments, *days))

    def _delete(self, table: Table, old: ColumnElement[bool]) -> int:
        key: Any = tuple_(*table.primary_key.columns)
        some = select(*table.primary_key.columns).where(old).limit(_MOST_AT_ONCE)
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            return connection.execute(delete(table).where(key.in_(some))).rowcount
