"""The weekly digests, each written once. Every method raises StoreError when the database cannot do it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine, delete, func, select

from app.store.database import READING, said_plainly
from app.store.dialects import INSERT
from app.store.digests_tables import DIGESTS
from app.store.tables import USERS
from app.store.tickets_rows import enqueue_to
from app.store.tickets_tables import OUTBOX
from app.store.users import User, user_of


@dataclass(frozen=True, slots=True)
class Edition:
    """A digest as it is kept: the Monday that begins its week, and what it tells, as JSON."""

    week: date
    content: str


class Digests:
    """Safe to share between threads. What a method has written is durable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})
        self._insert = INSERT[engine.dialect.name]

    def publish(self, edition: Edition, now: datetime, since: datetime) -> int | None:
        """Keep a week's digest and put it into the outbox for each who has it, all or none; how many do.

        Null, and nothing is done, where the week has one already. Who came to the staff after `since` has
        the next one.
        """
        row = {"week": edition.week, "at": now, "content": edition.content}
        kept = self._insert(DIGESTS).values(row).on_conflict_do_nothing().returning(DIGESTS.c.week)
        with self._writing() as connection:
            # Of two processes the second one waits here for the first one's row.
            if not connection.execute(kept).first():
                return None
            there = select(USERS).where(USERS.c.disabled_at.is_(None), USERS.c.created_at <= since)
            readers = [user for found in connection.execute(there) if (user := user_of(found)).has_digest]
            for user in readers:
                enqueue_to(connection, user.id, "digest", now, edition.week.isoformat())
            return len(readers)

    def is_published(self, week: date) -> bool:
        """Whether the week that begins on this Monday has its digest."""
        with self._reading() as connection:
            found = connection.execute(select(DIGESTS.c.week).where(DIGESTS.c.week == week))
            return found.first() is not None

    def get(self, week: date) -> Edition | None:
        """The digest of the week that begins on this Monday."""
        with self._reading() as connection:
            row = connection.execute(select(DIGESTS).where(DIGESTS.c.week == week)).first()
        return Edition(row.week, row.content) if row else None

    def reader(self, user_id: str) -> User | None:
        """Somebody of the staff, if digests are for them."""
        with self._reading() as connection:
            row = connection.execute(select(USERS).where(USERS.c.id == user_id)).first()
        user = user_of(row) if row else None
        return user if user and user.has_digest else None

    def last(self) -> datetime | None:
        """When the newest that is kept was written."""
        with self._reading() as connection:
            found: datetime | None = connection.execute(select(func.max(DIGESTS.c.at))).scalar_one()
        return found

    def forget(self, before: datetime) -> int:
        """Delete digests that were written before, with their mails; how many those were."""
        with self._writing() as connection:
            old = delete(DIGESTS).where(DIGESTS.c.at < before).returning(DIGESTS.c.week)
            weeks = [week.isoformat() for week in connection.execute(old).scalars()]
            if weeks:
                connection.execute(delete(OUTBOX).where(OUTBOX.c.kind == "digest", OUTBOX.c.about.in_(weeks)))
            return len(weeks)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            yield connection
