"""What is too old goes. Every method raises StoreError when the database cannot do it."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, Table, delete, select, tuple_

from app.store.database import said_plainly
from app.store.late import note_gone
from app.store.learning import Learning
from app.store.searches_tables import SEARCHES, SHEDS
from app.store.segments_tables import WORDINGS
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
        counted = sum(self._delete_oldest(table, before) for table in (SEARCHES, EVENTS, DEFLECTIONS))
        others = [(t, t.c.day < before.date()) for t in (READS, SHEDS)]
        gone = counted + sum(self._delete(table, old) for table, old in others)
        # What is counted already names its wordings until its days are to be counted anew.
        gone = gone or self._delete(WORDINGS, WORDINGS.c.last < before)
        # Last, an editor's decision on what nobody confirms any more: it is known once the rest is gone.
        return gone or Learning(self._engine).forget(before)

    def _delete(self, table: Table, old: ColumnElement[bool]) -> int:
        key: Any = tuple_(*table.primary_key.columns)
        some = select(*table.primary_key.columns).where(old).limit(_MOST_AT_ONCE)
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            return connection.execute(delete(table).where(key.in_(some))).rowcount

    def _delete_oldest(self, table: Table, before: datetime) -> int:
        """What figures are made of: the days that it was counted in are counted anew."""
        oldest = select(table.c.id, table.c.at).where(table.c.at < before).order_by(table.c.at)
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            rows = connection.execute(oldest.limit(_MOST_AT_ONCE)).all()
            if rows:
                connection.execute(delete(table).where(table.c.id.in_([row.id for row in rows])))
                note_gone(connection, rows[0].at, rows[-1].at)
            return len(rows)
