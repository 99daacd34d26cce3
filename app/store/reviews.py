"""The weekly reminders of articles to review.

Every method raises StoreError when the database cannot do it.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, func, select, tuple_

from app.store.database import READING, said_plainly
from app.store.dialects import INSERT
from app.store.reviews_tables import NAMED, REVIEWS
from app.store.tables import USERS
from app.store.tickets_rows import enqueue_to
from app.store.tickets_tables import OUTBOX
from app.store.users import User, user_of

# For how long a date is known at least; one that is still waited for is known for ever.
_KEPT: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True, order=True)
class Review:
    """An article in a language whose text is to be looked at again by a day."""

    lang: str
    article: str
    due: date


@dataclass(frozen=True, slots=True)
class Round:
    """A week's reminder as it is kept: who gets it, by id, and what it names, as JSON."""

    readers: Collection[str]
    content: str


# From what was not named before, and everybody there is, to the week's reminder.
Written = Callable[[Sequence[Review], Sequence[User]], Round]


class Reviews:
    """Safe to share between threads. What a method has written is durable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})
        self._insert = INSERT[engine.dialect.name]

    def publish(self, week: date, now: datetime, waiting: Collection[Review], write: Written) -> int | None:
        """Note what of `waiting` no week has named before, and put a mail for each reader into the outbox.

        All or none; how many get one. Null, and nothing is done, where the week has its reminder already.
        """
        kept = self._insert(REVIEWS).on_conflict_do_nothing().returning(REVIEWS.c.week)
        with self._writing() as connection:
            # Of two processes the second one waits here for the first one's row.
            if not connection.execute(kept.values(week=week, at=now, content="")).first():
                return None
            new = self._name(connection, week, sorted(waiting))
            staff = connection.execute(select(USERS).where(USERS.c.disabled_at.is_(None)))
            found = write(new, [user_of(row) for row in staff]) if new else Round((), "")
            connection.execute(REVIEWS.update().where(REVIEWS.c.week == week).values(content=found.content))
            for reader in sorted(found.readers):
                enqueue_to(connection, reader, "review", now, week.isoformat())
            return len(found.readers)

    def _name(self, connection: Connection, week: date, waiting: Sequence[Review]) -> list[Review]:
        """Those that are new; what is not waited for any more is forgotten in time."""
        key = tuple_(NAMED.c.lang, NAMED.c.article, NAMED.c.due)
        known = {
            Review(*row) for row in connection.execute(select(NAMED.c.lang, NAMED.c.article, NAMED.c.due))
        }
        new = [one for one in waiting if one not in known]
        if new:
            rows = [{"lang": r.lang, "article": r.article, "due": r.due, "week": week} for r in new]
            connection.execute(NAMED.insert(), rows)
        old = select(NAMED.c.lang, NAMED.c.article, NAMED.c.due).where(NAMED.c.week < week - _KEPT)
        still = set(waiting)
        gone = [tuple(row) for row in connection.execute(old) if Review(*row) not in still]
        if gone:
            connection.execute(delete(NAMED).where(key.in_(gone)))
        return new

    def is_published(self, week: date) -> bool:
        """Whether the week that begins on this Monday has its reminder."""
        return self.get(week) is not None

    def get(self, week: date) -> str | None:
        """What the reminder of the week names, as JSON; empty: nothing was new."""
        with self._reading() as connection:
            found: str | None = connection.execute(
                select(REVIEWS.c.content).where(REVIEWS.c.week == week)
            ).scalar()
        return found

    def reader(self, user_id: str) -> User | None:
        """Somebody of the staff, unless they were removed."""
        asked = select(USERS).where(USERS.c.id == user_id, USERS.c.disabled_at.is_(None))
        with self._reading() as connection:
            row = connection.execute(asked).first()
        return user_of(row) if row else None

    def last(self) -> datetime | None:
        """When the newest that is kept was written."""
        with self._reading() as connection:
            found: datetime | None = connection.execute(select(func.max(REVIEWS.c.at))).scalar_one()
        return found

    def forget(self, before: datetime) -> int:
        """Delete reminders that were written before, with their mails; which dates they named stays known."""
        with self._writing() as connection:
            old = delete(REVIEWS).where(REVIEWS.c.at < before).returning(REVIEWS.c.week)
            weeks = [week.isoformat() for week in connection.execute(old).scalars()]
            if weeks:
                connection.execute(delete(OUTBOX).where(OUTBOX.c.kind == "review", OUTBOX.c.about.in_(weeks)))
            return len(weeks)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            yield connection
