"""Tickets, what is replied to them and how that was rated.

Every method raises StoreError when the database cannot do it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import uuid4

import orjson
from sqlalchemy import Connection, Engine, Row, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from app.store.database import READING, said_plainly
from app.store.late import note_contact
from app.store.tickets_records import (
    Attachment,
    Case,
    ParcelKind,
    Rating,
    Reply,
    RequestKey,
    Ticket,
    TicketStatus,
    state_of,
)
from app.store.tickets_rows import enqueue, parcel_of, reply_of, ticket_of
from app.store.tickets_tables import ATTACHMENTS, OUTBOX, RATINGS, REPLIES, TICKETS

# How long a rating can be changed by who gave it.
RATING_OPEN: Final = timedelta(days=1)

Rated = Literal["rated", "too_late", "unknown"]


class ChangedError(Exception):
    """Somebody else has done something with the ticket since it was read."""


class KeyReusedError(Exception):
    """The key belongs to a request that said something else."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A ticket as it is in the store; not new where the same request had made it already."""

    ticket: Ticket
    new: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """When those who were answered wrote and got their first reply, and when those who still wait wrote."""

    answered: tuple[tuple[datetime, datetime], ...]
    waiting: tuple[datetime, ...]


class Tickets:
    """Every contact there was; safe to share between threads. What a method has written is durable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})

    def add(
        self, ticket: Ticket, attachments: Sequence[Attachment], parcels: Sequence[ParcelKind],
        key: RequestKey | None = None,
    ) -> Filed | None:  # fmt: skip
        """Keep a ticket, its files and what goes out for it: all or none.

        Null where another ticket has its id. Raises KeyReusedError.
        """
        with said_plainly(self._engine.url):
            try:
                with self._engine.begin() as connection:
                    if key and (known := _known(connection, key)):
                        return Filed(known, new=False)
                    _insert(connection, ticket, attachments, key)
                    enqueue(connection, ticket.id, parcels, ticket.created_at)
                    return Filed(ticket, new=True)
            except IntegrityError:
                with self._engine.begin() as connection:  # the same request, at the same time
                    known = _known(connection, key) if key else None
                return Filed(known, new=False) if known else None

    def get(self, ticket_id: str) -> Ticket | None:
        """One ticket."""
        with self._reading() as connection:
            row = connection.execute(select(TICKETS).where(TICKETS.c.id == ticket_id)).first()
        return ticket_of(row) if row else None

    def case(self, ticket_id: str) -> Case | None:
        """One ticket with all that belongs to it."""
        with self._reading() as connection:
            row = connection.execute(select(TICKETS).where(TICKETS.c.id == ticket_id)).first()
            if row is None:
                return None
            files = connection.execute(_of(ATTACHMENTS, ticket_id).order_by(ATTACHMENTS.c.position))
            replies = connection.execute(_of(REPLIES, ticket_id).order_by(REPLIES.c.at, REPLIES.c.id))
            rated = connection.execute(_of(RATINGS, ticket_id)).first()
            parcels = connection.execute(_of(OUTBOX, ticket_id).order_by(OUTBOX.c.created_at, OUTBOX.c.id))
            return Case(
                ticket_of(row),
                tuple(_attachment(file) for file in files),
                tuple(reply_of(reply) for reply in replies),
                _rating(rated) if rated else None,
                tuple(parcel_of(parcel) for parcel in parcels),
            )

    def counts(self) -> Mapping[TicketStatus, int]:
        """How many tickets there are of each status that has any."""
        counted = select(TICKETS.c.status, func.count()).group_by(TICKETS.c.status)
        with self._reading() as connection:
            return {row[0]: row[1] for row in connection.execute(counted)}

    def attachment(self, ticket_id: str, attachment_id: str) -> Attachment | None:
        """One file of a ticket."""
        asked = _of(ATTACHMENTS, ticket_id).where(ATTACHMENTS.c.id == attachment_id)
        with self._reading() as connection:
            row = connection.execute(asked).first()
        return _attachment(row) if row else None

    def unknown_attachments(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of `ids`, at most some hundred, that are no ticket's."""
        with self._reading() as connection:
            asked = select(ATTACHMENTS.c.id).where(ATTACHMENTS.c.id.in_(ids))
            return frozenset(ids) - set(connection.execute(asked).scalars())

    def written_since(self, email: str, since: datetime) -> int:
        """How many tickets came from an address since then."""
        counted = select(func.count()).where(TICKETS.c.email == email, TICKETS.c.created_at >= since)
        with self._reading() as connection:
            return int(connection.execute(counted).scalar_one())

    def waits(self, category: str | None, since: datetime) -> Waits:
        """The first replies since then, and who wrote since then and still waits; null: of any category."""
        columns = (TICKETS.c.created_at, TICKETS.c.first_reply_at)
        mine = TICKETS.c.status != "quarantine"
        if category is not None:
            mine &= TICKETS.c.category == category
        open_ = (TICKETS.c.status == "open") & TICKETS.c.first_reply_at.is_(None)
        asked = select(*columns).where(
            mine, or_(TICKETS.c.first_reply_at >= since, open_ & (TICKETS.c.created_at >= since))
        )
        with self._reading() as connection:
            rows = connection.execute(asked).all()
        return Waits(
            tuple((wrote, replied) for wrote, replied in rows if replied is not None),
            tuple(wrote for wrote, replied in rows if replied is None),
        )

    def reply(
        self, ticket_id: str, reply: Reply, *, close: bool = False, ask: bool = False, seen: str | None = None
    ) -> Ticket | None:
        """Add a reply, send it if it was given here, and close the ticket if said so; null: no such ticket.

        With `ask` the customer can rate what was done: by the reply's own mail, or by one about the closing.
        The same reply again changes nothing. `seen` is the state the ticket was read in; raises ChangedError.
        """
        with self._writing() as connection:
            row = _locked(connection, ticket_id)
            if row is None:
                return None
            if not connection.execute(select(REPLIES.c.id).where(REPLIES.c.id == reply.id)).first():
                _unchanged(connection, row, seen)
                _insert_reply(connection, ticket_id, reply)
                changed = {"first_reply_at": row.first_reply_at or reply.at, "status": "answered"}
                _change(connection, row, changed, reply.at, close=close, ask=ask)
                if reply.channel == "here":
                    enqueue(connection, ticket_id, ["reply"], reply.at, reply.id)
                elif ask:
                    enqueue(connection, ticket_id, ["closing"], reply.at)
            return _read(connection, ticket_id)

    def close(
        self, ticket_id: str, at: datetime, *, ask: bool = False, seen: str | None = None
    ) -> Ticket | None:
        """Close a ticket, once; with `ask` the customer is told so and can rate it. Null: no such ticket.

        `seen` is the state it was read in; raises ChangedError.
        """
        with self._writing() as connection:
            row = _locked(connection, ticket_id)
            if row is None:
                return None
            if row.status != "closed":
                _unchanged(connection, row, seen)
                _change(connection, row, {}, at, close=True, ask=ask)
                if ask:
                    enqueue(connection, ticket_id, ["closing"], at)
            return _read(connection, ticket_id)

    def reopen(self, ticket_id: str) -> Ticket | None:
        """Put a ticket that was answered or closed back among the open ones. Null: no such ticket."""
        mine = (TICKETS.c.id == ticket_id) & TICKETS.c.status.in_(["answered", "closed"])
        with self._writing() as connection:
            connection.execute(update(TICKETS).where(mine).values(status="open", closed_at=None))
            return _read(connection, ticket_id)

    def release(self, ticket_id: str, parcels: Sequence[ParcelKind], at: datetime) -> Ticket | None:
        """Let a ticket out of quarantine, once, with what goes out for it. Null: no such ticket."""
        mine = (TICKETS.c.id == ticket_id) & (TICKETS.c.status == "quarantine")
        with self._writing() as connection:
            change = update(TICKETS).where(mine).values(status="open").returning(TICKETS.c.created_at)
            if released := connection.execute(change).first():
                note_contact(connection, released.created_at)
                enqueue(connection, ticket_id, parcels, at)
            return _read(connection, ticket_id)

    def rated(self, token: str) -> tuple[Ticket, Rating | None] | None:
        """The ticket that a satisfaction question is about, and the answer to it. Null: no such question."""
        with self._reading() as connection:
            row = connection.execute(select(TICKETS).where(TICKETS.c.rating_token == token)).first()
            if row is None:
                return None
            rated = connection.execute(_of(RATINGS, row.id)).first()
        return ticket_of(row), _rating(rated) if rated else None

    def rate(self, token: str, value: int, comment: str, at: datetime) -> Rated:
        """Answer a satisfaction question, or answer it anew while that is open."""
        with self._writing() as connection:
            asked = select(TICKETS.c.id).where(TICKETS.c.rating_token == token).with_for_update()
            ticket_id = connection.execute(asked).scalar()
            if ticket_id is None:
                return "unknown"
            said = {"value": value, "comment": comment, "changed_at": at}
            mine = RATINGS.c.ticket_id == ticket_id
            known = connection.execute(select(RATINGS.c.at).where(mine)).scalar()
            if known is None:
                connection.execute(insert(RATINGS).values(ticket_id=ticket_id, at=at, **said))
            elif at - known > RATING_OPEN:
                return "too_late"
            else:
                connection.execute(update(RATINGS).where(mine).values(said))
            return "rated"

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            yield connection


def _of(table: Any, ticket_id: str) -> Any:
    return select(table).where(table.c.ticket_id == ticket_id)


def _known(connection: Connection, key: RequestKey) -> Ticket | None:
    """The ticket that a request has made. Raises KeyReusedError if it said something else."""
    row = connection.execute(select(TICKETS).where(TICKETS.c.request_key == key.key)).first()
    if row is None:
        return None
    if row.request_digest != key.digest:
        raise KeyReusedError
    return ticket_of(row)


def _insert(
    connection: Connection, ticket: Ticket, attachments: Sequence[Attachment], key: RequestKey | None
) -> None:
    row = {name: value for name, value in asdict(ticket).items() if name != "promise"}
    promise = (
        {f"promise_{name}": value for name, value in asdict(ticket.promise).items()} if ticket.promise else {}
    )
    request = {"request_key": key.key, "request_digest": key.digest} if key else {}
    connection.execute(insert(TICKETS).values({**row, **promise, **request}))
    note_contact(connection, ticket.created_at)
    for position, file in enumerate(attachments):
        connection.execute(insert(ATTACHMENTS).values(ticket_id=ticket.id, position=position, **asdict(file)))


def _insert_reply(connection: Connection, ticket_id: str, reply: Reply) -> None:
    row = {**asdict(reply), "articles": orjson.dumps(reply.articles).decode()}
    connection.execute(insert(REPLIES).values(ticket_id=ticket_id, **row))


def _locked(connection: Connection, ticket_id: str) -> Row[Any] | None:
    return connection.execute(select(TICKETS).where(TICKETS.c.id == ticket_id).with_for_update()).first()


def _read(connection: Connection, ticket_id: str) -> Ticket | None:
    row = connection.execute(select(TICKETS).where(TICKETS.c.id == ticket_id)).first()
    return ticket_of(row) if row else None


def _unchanged(connection: Connection, row: Row[Any], seen: str | None) -> None:
    """Raises ChangedError if the ticket is not in the state it was `seen` in; null: nobody asked."""
    if seen is None:
        return
    replies = connection.execute(select(func.count()).where(REPLIES.c.ticket_id == row.id)).scalar_one()
    if state_of(row.status, replies) != seen:
        raise ChangedError


def _change(
    connection: Connection, row: Row[Any], changed: dict[str, Any], at: datetime, *, close: bool, ask: bool
) -> None:
    if close:
        changed |= {"status": "closed", "closed_at": row.closed_at or at}
    if ask:
        changed |= {"rating_token": row.rating_token or uuid4().hex}
    connection.execute(update(TICKETS).where(TICKETS.c.id == row.id).values(changed))
    if row.status == "quarantine":
        note_contact(connection, row.created_at)


def _attachment(row: Row[Any]) -> Attachment:
    return Attachment(row.id, row.name, row.kind, row.size, row.sha256)


def _rating(row: Row[Any]) -> Rating:
    return Rating(row.value, row.comment, row.at, row.changed_at)
