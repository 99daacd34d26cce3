"""What is remembered: the only writer of SQL, on SQLite or PostgreSQL."""

from app.store.database import StoreError
from app.store.deflections import Deflection
from app.store.records import Event, EventType, Read
from app.store.searches import Asker, Search
from app.store.store import Store, open_store
from app.store.subscriptions import Answered, Subscription
from app.store.tickets import RATING_OPEN, Filed, KeyReusedError, Rated, Tickets, Waits
from app.store.tickets_outbox import Backlog, Outbox
from app.store.tickets_records import (
    Attachment,
    Basis,
    Case,
    Parcel,
    ParcelKind,
    Promise,
    Rating,
    Reply,
    RequestKey,
    Source,
    Ticket,
    TicketStatus,
)

__all__ = [
    "RATING_OPEN",
    "Answered",
    "Asker",
    "Attachment",
    "Backlog",
    "Basis",
    "Case",
    "Deflection",
    "Event",
    "EventType",
    "Filed",
    "KeyReusedError",
    "Outbox",
    "Parcel",
    "ParcelKind",
    "Promise",
    "Rated",
    "Rating",
    "Read",
    "Reply",
    "RequestKey",
    "Search",
    "Source",
    "Store",
    "StoreError",
    "Subscription",
    "Ticket",
    "TicketStatus",
    "Tickets",
    "Waits",
    "open_store",
]
