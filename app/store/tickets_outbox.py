"""What is on its way out, claimed by one process at a time.

Every method raises StoreError when the database cannot do it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, case, delete, func, or_, select, update

from app.store.database import READING, said_plainly
from app.store.subscriptions_tables import SUBSCRIPTIONS
from app.store.tickets_records import Parcel
from app.store.tickets_rows import parcel_of
from app.store.tickets_tables import OUTBOX


@dataclass(frozen=True, slots=True)
class Backlog:
    """How the outbox stands: what waits and since when, and what failed for good."""

    waiting: int
    oldest: datetime | None
    failed: int
    possible_repeats: int


class Outbox:
    """Parcels under lease: a process that dies loses its own to the next; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})

    def claim(self, lease: str, now: datetime, until: datetime, limit: int) -> tuple[Parcel, ...]:
        """Take what is due, oldest first, until a moment; nobody else gets it before.

        Of what a dead process had handed over without noting the answer, a repeat is possible: it is counted.
        """
        waiting = (OUTBOX.c.status == "waiting") & (OUTBOX.c.next_at <= now)
        due = or_(waiting, (OUTBOX.c.status == "sending") & (OUTBOX.c.leased_until <= now))
        asked = select(OUTBOX.c.id).where(due).order_by(OUTBOX.c.next_at, OUTBOX.c.id).limit(limit)
        with self._reading() as connection:  # most looks find nothing, and need no writer's lock
            if not connection.execute(asked.limit(1)).first():
                return ()
        with self._writing() as connection:
            ids = connection.execute(asked.with_for_update(skip_locked=True)).scalars().all()
            uncertain = case((OUTBOX.c.handed_at.is_not(None), 1), else_=0)
            changed = {
                "status": "sending", "lease": lease, "leased_until": until, "handed_at": None,
                "attempts": OUTBOX.c.attempts + 1,
                "possible_repeats": OUTBOX.c.possible_repeats + uncertain,
            }  # fmt: skip
            claimed = update(OUTBOX).where(OUTBOX.c.id.in_(ids)).values(changed).returning(OUTBOX)
            return tuple(parcel_of(row) for row in connection.execute(claimed))

    def keep(self, parcel_id: str, lease: str, until: datetime) -> bool:
        """Make a lease last longer; false where it was lost."""
        return self._change(parcel_id, lease, leased_until=until)

    def handing(self, parcel_id: str, lease: str, now: datetime) -> bool:
        """Note that from now on the other side may have it; false where the lease was lost."""
        return self._change(parcel_id, lease, handed_at=now)

    def sent(self, parcel_id: str, now: datetime) -> None:
        """Note that it arrived, whoever holds the lease by now; who was told of an answer is forgotten."""
        done = {"status": "sent", "sent_at": now, "reason": None, "lease": None, "handed_at": None}
        mine = OUTBOX.c.id == parcel_id
        with self._writing() as connection:
            told = select(OUTBOX.c.subscription_id).where(mine, OUTBOX.c.kind == "answer")
            subscription_id = connection.execute(told).scalar()
            connection.execute(update(OUTBOX).where(mine).values(subscription_id=None, **done))
            if subscription_id:
                connection.execute(delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == subscription_id))

    def postpone(self, parcel_id: str, lease: str, until: datetime, reason: str, *, uncertain: bool) -> bool:
        """Try again later. `uncertain`: it may have arrived, so the next time is a possible repeat."""
        changed: dict[str, Any] = {
            "status": "waiting", "next_at": until, "reason": reason, "lease": None,
        }  # fmt: skip
        return self._change(parcel_id, lease, **changed, **({} if uncertain else {"handed_at": None}))

    def fail(self, parcel_id: str, lease: str, reason: str) -> bool:
        """Give up, and say why."""
        return self._change(parcel_id, lease, status="failed", reason=reason, lease=None, handed_at=None)

    def retry(self, now: datetime) -> int:
        """Let everything that failed be tried again; how much that is."""
        again = {"status": "waiting", "next_at": now, "attempts": 0, "created_at": now}
        with self._writing() as connection:
            change = update(OUTBOX).where(OUTBOX.c.status == "failed").values(again).returning(OUTBOX.c.id)
            return len(connection.execute(change).all())

    def failed(self, limit: int) -> tuple[Parcel, ...]:
        """What was given up, the newest first."""
        asked = select(OUTBOX).where(OUTBOX.c.status == "failed").order_by(OUTBOX.c.created_at.desc())
        with self._reading() as connection:
            return tuple(parcel_of(row) for row in connection.execute(asked.limit(limit)))

    def backlog(self) -> Backlog:
        """How it stands."""
        on_its_way = OUTBOX.c.status.in_(["waiting", "sending"])
        counted = select(
            func.count(case((on_its_way, 1))),
            func.min(case((on_its_way, OUTBOX.c.created_at))),
            func.count(case((OUTBOX.c.status == "failed", 1))),
            func.coalesce(func.sum(OUTBOX.c.possible_repeats), 0),
        )
        with self._reading() as connection:
            waiting, oldest, failed, repeats = connection.execute(counted).one()
        return Backlog(waiting, oldest, failed, int(repeats))

    def _change(self, parcel_id: str, held: str, **changed: Any) -> bool:
        mine = (OUTBOX.c.id == parcel_id) & (OUTBOX.c.lease == held) & (OUTBOX.c.status == "sending")
        with self._writing() as connection:
            change = update(OUTBOX).where(mine).values(changed).returning(OUTBOX.c.id)
            return connection.execute(change).first() is not None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            yield connection
