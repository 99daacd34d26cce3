"""The store: what is written to it and asked of it. Every method raises StoreError when it cannot."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Connection, Engine, func, select, update

from app.store.attempts import Attempts
from app.store.database import READING, connect, database_url, said_plainly
from app.store.deflections import Deflections
from app.store.dialects import INSERT
from app.store.digests import Digests
from app.store.doubts import Doubts
from app.store.gaps import Gaps
from app.store.helpful import Helpful
from app.store.inbox import Inbox
from app.store.insights import Insights
from app.store.late import note_events
from app.store.learning import Learning
from app.store.migrating import migrate
from app.store.personal import Personal
from app.store.records import Event, Read
from app.store.retention import Retention
from app.store.reviews import Reviews
from app.store.searches import Searches
from app.store.segments import Segments
from app.store.sessions import Sessions
from app.store.subscriptions import Subscriptions
from app.store.tables import EVENTS, READS
from app.store.tickets import Tickets
from app.store.tickets_outbox import Outbox
from app.store.users import Users

Added = Literal["added", "already", "unknown"]


def open_store(address: str, folder: Path) -> "Store":
    """The store at a database's address, its tables brought up to date; empty: a file in `folder`."""
    url = database_url(address, folder)
    engine = connect(url)
    try:
        with said_plainly(url):
            migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


class Store:
    """An open database; safe to share between threads. What a method has written is durable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})
        self._insert = INSERT[engine.dialect.name]
        self.users = Users(engine)
        self.sessions = Sessions(engine)
        self.attempts = Attempts(engine)
        self.deflections = Deflections(engine)
        self.searches = Searches(engine)
        self.retention = Retention(engine)
        self.personal = Personal(engine)
        self.tickets = Tickets(engine)
        self.outbox = Outbox(engine)
        self.inbox = Inbox(engine)
        self.subscriptions = Subscriptions(engine)
        self.insights = Insights(engine)
        self.segments = Segments(engine)
        self.doubts = Doubts(engine)
        self.gaps = Gaps(engine)
        self.learning = Learning(engine)
        self.digests = Digests(engine)
        self.reviews = Reviews(engine)
        self.helpful = Helpful(engine)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def add_event(self, event: Event) -> bool:
        """Whether it is new: an id that is known already changes nothing."""
        return self.add_events([event]) == 1

    def add_events(self, events: Sequence[Event]) -> int:
        """Write them down, all or none; how many are new. An id that is known already changes nothing."""
        if not events:
            return 0
        received = datetime.now(UTC)
        # In one order, so that two processes never wait for each other's rows.
        rows = [{**asdict(e), "received_at": received} for e in sorted(events, key=lambda e: e.id)]
        with self._writing() as connection:
            insert = self._insert(EVENTS).values(rows).on_conflict_do_nothing().returning(EVENTS.c.id)
            added = len(connection.execute(insert).all())
            note_events(connection, events)
            return added

    def add_reason(self, rating: str, reason: str | None, comment: str | None) -> Added:
        """Say why of the rating with this id, if it was a no; the first time alone counts."""
        mine = (EVENTS.c.id == rating) & (EVENTS.c.type == "rated") & (EVENTS.c.value == "no")
        bare = EVENTS.c.reason.is_(None) & EVENTS.c.comment.is_(None)
        with self._writing() as connection:
            change = update(EVENTS).where(mine & bare).values(reason=reason, comment=comment)
            if connection.execute(change.returning(EVENTS.c.id)).first():
                return "added"
            known = connection.execute(select(EVENTS.c.id).where(EVENTS.c.id == rating)).first()
            return "already" if known else "unknown"

    def count_reads(self, reads: Mapping[Read, int]) -> None:
        """Add to how often each was read, all or none."""
        if not reads:
            return
        # In one order, so that two processes never wait for each other's rows.
        rows = [{**asdict(read), "count": count} for read, count in sorted(reads.items())]
        insert = self._insert(READS)
        total = READS.c.count + insert.excluded.count
        with self._writing() as connection:
            connection.execute(
                insert.on_conflict_do_update(index_elements=READS.primary_key, set_={"count": total}), rows
            )

    def most_read(self, lang: str, since: date, limit: int, least: int = 1) -> tuple[str, ...]:
        """The ids of the articles read most since a day, that day included, at least `least` times."""
        times = func.sum(READS.c.count)
        asked = (
            select(READS.c.article)
            .where(READS.c.lang == lang, READS.c.day >= since)
            .group_by(READS.c.article)
            .having(times >= least)
            .order_by(times.desc(), READS.c.article)
            .limit(limit)
        )
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            return tuple(connection.execute(asked).scalars())

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            yield connection
