"""Who wants to be told when a question has its answer. Every method raises StoreError when it cannot."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, func, or_, select, update

from app.store.database import READING, said_plainly
from app.store.dialects import INSERT
from app.store.subscriptions_tables import CONFIRMATIONS, SUBSCRIPTIONS
from app.store.tickets_rows import enqueue_for
from app.store.tickets_tables import OUTBOX

# How long a confirmation counts against its address.
COUNTED: Final = timedelta(days=1)
# So few that a visitor's own write never waits long for the lock.
_MOST_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Answered:
    """What answers; `answer` is how surely, `path` leads to the passage on the site."""

    answer: Literal["yes", "maybe"]
    lang: str
    title: str
    passage: str
    path: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A question whose answer somebody waits for; `id` is what their mails carry, and scrubbed the question.

    `before` are the ids of the articles that were shown, best first; `snapshot` is the last one that was
    asked. `confirmed_at` is null until the address's owner has said yes, `told_at` until there is an answer.
    """

    id: str
    email: str
    lang: str
    question: str
    before: tuple[str, ...]
    snapshot: str
    created_at: datetime
    search_id: str | None = None
    confirmed_at: datetime | None = None
    told_at: datetime | None = None
    answered: Answered | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """Keyed hashes: `whole` of address, question and language, `address` of the mailbox it reaches."""

    whole: str
    address: str


@dataclass(frozen=True, slots=True)
class Ages:
    """What is older is forgotten: requests nobody confirmed, confirmed ones, and those that were told."""

    unconfirmed: datetime
    confirmed: datetime
    told: datetime


class Subscriptions:
    """Those who wait; safe to share between threads. What a method has written is durable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})
        self._insert = INSERT[engine.dialect.name]

    def ask(self, asked: Subscription, names: Names, most: int) -> bool:
        """Keep a request, and send a mail that asks its owner to confirm it: all or none.

        False, and nothing is done, where they have confirmed it already, were asked the same within a day,
        or were sent `most` such mails within a day.
        """
        with self._writing() as connection:
            mine = SUBSCRIPTIONS.c.name == names.whole
            known = connection.execute(select(SUBSCRIPTIONS).where(mine).with_for_update()).first()
            if known and known.confirmed_at:
                return False
            if not self._may_be_sent(connection, names, asked.created_at, most):
                return False
            again = {"created_at": asked.created_at}
            row = {"name": names.whole, **_row(asked)}
            kept = (
                self._insert(SUBSCRIPTIONS)
                .values(row)
                .on_conflict_do_update(index_elements=[SUBSCRIPTIONS.c.name], set_=again)
                .returning(SUBSCRIPTIONS.c.id)
            )
            subscription_id = connection.execute(kept).scalar_one()
            enqueue_for(connection, subscription_id, "confirmation", asked.created_at)
            return True

    def get(self, subscription_id: str) -> Subscription | None:
        """One of them."""
        asked = select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == subscription_id)
        with self._reading() as connection:
            row = connection.execute(asked).first()
        return _subscription(row) if row else None

    def confirm(self, subscription_id: str, now: datetime, since: datetime) -> Subscription | None:
        """Its owner says yes, to what was asked since then; once more changes nothing.

        Null: there is nothing to confirm.
        """
        alive = or_(SUBSCRIPTIONS.c.confirmed_at.is_not(None), SUBSCRIPTIONS.c.created_at >= since)
        change = (
            update(SUBSCRIPTIONS)
            .where(SUBSCRIPTIONS.c.id == subscription_id, alive)
            .values(confirmed_at=func.coalesce(SUBSCRIPTIONS.c.confirmed_at, now))
            .returning(SUBSCRIPTIONS)
        )
        with self._writing() as connection:
            row = connection.execute(change).first()
        return _subscription(row) if row else None

    def stop(self, subscription_id: str) -> bool:
        """Forget one, and what is on its way to it; whether there was one."""
        return self._delete(SUBSCRIPTIONS.c.id == subscription_id) == 1

    def due(self, snapshot: str, limit: int) -> tuple[Subscription, ...]:
        """Confirmed ones whose question this snapshot was not asked, those who wait longest first."""
        asked = (
            select(SUBSCRIPTIONS)
            .where(
                SUBSCRIPTIONS.c.confirmed_at.is_not(None),
                SUBSCRIPTIONS.c.told_at.is_(None),
                SUBSCRIPTIONS.c.snapshot != snapshot,
            )
            .order_by(SUBSCRIPTIONS.c.confirmed_at, SUBSCRIPTIONS.c.id)
            .limit(limit)
        )
        with self._reading() as connection:
            return tuple(_subscription(row) for row in connection.execute(asked))

    def settle(self, snapshot: str, answers: Sequence[tuple[str, Answered | None]], now: datetime) -> int:
        """Note what a snapshot said to each subscription, by id, and send those their mail that it answers.

        All or none; whoever was told or has gone meanwhile is left alone. How many are told.
        """
        told = 0
        with self._writing() as connection:
            # In one order, so that two processes never wait for each other's rows.
            for subscription_id, answered in sorted(answers, key=lambda pair: pair[0]):
                changed = {"snapshot": snapshot, **(_answer_row(answered, now) if answered else {})}
                waiting = (
                    (SUBSCRIPTIONS.c.id == subscription_id)
                    & SUBSCRIPTIONS.c.confirmed_at.is_not(None)
                    & SUBSCRIPTIONS.c.told_at.is_(None)
                )
                change = update(SUBSCRIPTIONS).where(waiting).values(changed).returning(SUBSCRIPTIONS.c.id)
                if connection.execute(change).first() and answered:
                    enqueue_for(connection, subscription_id, "answer", now)
                    told += 1
        return told

    def of(self, email: str) -> tuple[Subscription, ...]:
        """Those of an address, in whatever case it was written, the oldest first."""
        asked = select(SUBSCRIPTIONS).where(_same(email)).order_by(SUBSCRIPTIONS.c.created_at)
        with self._reading() as connection:
            return tuple(_subscription(row) for row in connection.execute(asked))

    def erase(self, email: str) -> int:
        """Forget those of an address; how many there were."""
        return self._delete(_same(email))

    def waiting(self) -> int:
        """How many have confirmed and were not told yet."""
        mine = SUBSCRIPTIONS.c.confirmed_at.is_not(None) & SUBSCRIPTIONS.c.told_at.is_(None)
        with self._reading() as connection:
            return int(connection.execute(select(func.count()).where(mine)).scalar_one())

    def forget(self, ages: Ages) -> int:
        """Delete some of what is too old; how many those were. Nothing is left when it returns 0."""
        old = or_(
            SUBSCRIPTIONS.c.confirmed_at.is_(None) & (SUBSCRIPTIONS.c.created_at < ages.unconfirmed),
            SUBSCRIPTIONS.c.told_at.is_(None) & (SUBSCRIPTIONS.c.confirmed_at < ages.confirmed),
            SUBSCRIPTIONS.c.told_at < ages.told,
        )
        some = select(SUBSCRIPTIONS.c.id).where(old).limit(_MOST_AT_ONCE)
        nobodys = OUTBOX.c.ticket_id.is_(None) & OUTBOX.c.subscription_id.is_(None)
        sent = select(OUTBOX.c.id).where(nobodys & (OUTBOX.c.sent_at < ages.confirmed)).limit(_MOST_AT_ONCE)
        with self._writing() as connection:
            gone = connection.execute(delete(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id.in_(some))).rowcount
            return gone + connection.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(sent))).rowcount

    def _may_be_sent(self, connection: Connection, names: Names, now: datetime, most: int) -> bool:
        """Count a confirmation against its address, if there is room for it."""
        connection.execute(delete(CONFIRMATIONS).where(CONFIRMATIONS.c.at < now - COUNTED))
        mine = CONFIRMATIONS.c.address == names.address
        for _ in range(most):
            taken = set(connection.execute(select(CONFIRMATIONS.c.number).where(mine)).scalars())
            number = next((n for n in range(1, most + 1) if n not in taken), None)
            if number is None:
                return False
            row = {"address": names.address, "number": number, "question": names.whole, "at": now}
            added = self._insert(CONFIRMATIONS).values(row).on_conflict_do_nothing()
            if connection.execute(added.returning(CONFIRMATIONS.c.number)).first():
                return True
        return False  # they were asked the same already, or others took each number at the same moment

    def _delete(self, which: ColumnElement[bool]) -> int:
        with self._writing() as connection:
            return connection.execute(delete(SUBSCRIPTIONS).where(which)).rowcount

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            yield connection


def _same(email: str) -> ColumnElement[bool]:
    return or_(SUBSCRIPTIONS.c.email == email, func.lower(SUBSCRIPTIONS.c.email) == email.lower())


def _row(asked: Subscription) -> dict[str, Any]:
    return {
        "id": asked.id, "email": asked.email, "lang": asked.lang, "question": asked.question,
        "before": asked.before, "snapshot": asked.snapshot, "search_id": asked.search_id,
        "created_at": asked.created_at,
    }  # fmt: skip


def _answer_row(answered: Answered, now: datetime) -> dict[str, Any]:
    return {
        "told_at": now, "answer": answered.answer, "answer_lang": answered.lang,
        "answer_title": answered.title, "answer_passage": answered.passage, "answer_path": answered.path,
    }  # fmt: skip


def _subscription(row: Row[Any]) -> Subscription:
    answered = (
        Answered(row.answer, row.answer_lang, row.answer_title, row.answer_passage, row.answer_path)
        if row.told_at
        else None
    )
    return Subscription(
        row.id, row.email, row.lang, row.question, tuple(row.before), row.snapshot, row.created_at,
        row.search_id, row.confirmed_at, row.told_at, answered,
    )  # fmt: skip
