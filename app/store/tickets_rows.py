"""What the store's rooms for tickets share: rows to records, and the way into the outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection, Row, delete, insert

from app.store.tickets_records import (
    Parcel,
    ParcelKind,
    Promise,
    Reply,
    StaffParcel,
    SubscriptionParcel,
    Ticket,
)
from app.store.tickets_tables import OUTBOX


def enqueue(
    connection: Connection, ticket_id: str, kinds: Sequence[ParcelKind], at: datetime, about: str = ""
) -> None:
    """Put a ticket's parcels into the outbox, in the transaction that makes the reason for them."""
    for kind in kinds:
        _enqueue(connection, kind, at, ticket_id=ticket_id, about=about)


def enqueue_for(connection: Connection, subscription_id: str, kind: SubscriptionParcel, at: datetime) -> None:
    """The same for a subscription."""
    _enqueue(connection, kind, at, subscription_id=subscription_id, about="")


def enqueue_to(connection: Connection, user_id: str, kind: StaffParcel, at: datetime, about: str) -> None:
    """The same for somebody of the staff."""
    _enqueue(connection, kind, at, user_id=user_id, about=about)


def _enqueue(connection: Connection, kind: ParcelKind, at: datetime, **whose: str) -> None:
    row = {"id": uuid4().hex, "kind": kind, "status": "waiting", "created_at": at, "next_at": at}
    connection.execute(insert(OUTBOX).values(**row, **whose, attempts=0, possible_repeats=0))


def withdraw(connection: Connection, user_id: str, *kinds: StaffParcel) -> None:
    """Take what was not sent yet to somebody of the staff out of the outbox; of no kind named: all of it."""
    gone = delete(OUTBOX).where(OUTBOX.c.user_id == user_id, OUTBOX.c.status != "sent")
    connection.execute(gone.where(OUTBOX.c.kind.in_(kinds)) if kinds else gone)


def parcel_of(row: Row[Any]) -> Parcel:
    """A row of the outbox."""
    return Parcel(
        row.id, row.ticket_id or "", row.kind, row.about, row.created_at, row.status, row.attempts,
        row.possible_repeats, row.reason, row.sent_at, row.subscription_id, row.user_id,
    )  # fmt: skip


def reply_of(row: Row[Any]) -> Reply:
    """A row of the replies."""
    return Reply(row.id, row.at, row.channel, row.author, row.body, tuple(orjson.loads(row.articles)))


def ticket_of(row: Row[Any]) -> Ticket:
    """A row of the tickets."""
    promise = (
        Promise(row.promise_basis, row.promise_typical, row.promise_latest, row.promise_by)
        if row.promise_basis
        else None
    )
    return Ticket(
        id=row.id, created_at=row.created_at, status=row.status, source=row.source, lang=row.lang,
        email=row.email, message=row.message, name=row.name, subject=row.subject, category=row.category,
        trail=row.trail, suspicion=row.suspicion, promise=promise, first_reply_at=row.first_reply_at,
        closed_at=row.closed_at, rating_token=row.rating_token, search_id=row.search_id,
    )  # fmt: skip
