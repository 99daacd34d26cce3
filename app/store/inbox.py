"""Tickets to choose from: by status, category and what is in them.

Every method raises StoreError when the database cannot do it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, delete, func, or_, select

from app.store.database import READING, said_plainly
from app.store.late import note_contact
from app.store.tickets_records import Ticket, TicketStatus
from app.store.tickets_rows import ticket_of
from app.store.tickets_tables import ATTACHMENTS, REPLIES, TICKETS

# Read of a search: more words hardly leave less.
_MOST_WORDS: Final = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets: each filter may be left out. `text`: every word must be in it, case aside."""

    status: TicketStatus | None = None
    category: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A ticket in a list, and how many files came with it."""

    ticket: Ticket
    files: int


class Inbox:
    """What the staff look through; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})

    def find(
        self, wanted: Wanted, limit: int, offset: int = 0, *, newest_first: bool = False
    ) -> tuple[Entry, ...]:
        """Those that are wanted, the oldest first unless said otherwise."""
        order = (TICKETS.c.created_at, TICKETS.c.id)
        files = (
            select(func.count())
            .select_from(ATTACHMENTS)
            .where(ATTACHMENTS.c.ticket_id == TICKETS.c.id)
            .scalar_subquery()
        )
        asked = (
            select(TICKETS, files.label("files"))
            .where(*_filters(wanted))
            .order_by(*((column.desc() for column in order) if newest_first else order))
            .limit(limit)
            .offset(offset)
        )
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            return tuple(Entry(ticket_of(row), row.files) for row in connection.execute(asked))

    def counts(self, wanted: Wanted) -> Mapping[TicketStatus, int]:
        """How many are wanted of each status that has any, whichever status was asked."""
        every = Wanted(category=wanted.category, text=wanted.text)
        counted = select(TICKETS.c.status, func.count()).where(*_filters(every)).group_by(TICKETS.c.status)
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            return dict(connection.execute(counted).all())

    def categories(self) -> tuple[str, ...]:
        """Those that any ticket has."""
        asked = select(TICKETS.c.category).where(TICKETS.c.category != "").distinct()
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            return tuple(sorted(connection.execute(asked).scalars()))

    def erase(self, ticket_id: str) -> tuple[str, ...] | None:
        """Delete a ticket with all that belongs to it; the ids of its files, which lie elsewhere.

        Null: no such ticket.
        """
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            files = connection.execute(
                select(ATTACHMENTS.c.id).where(ATTACHMENTS.c.ticket_id == ticket_id)
            ).scalars()
            ids = tuple(files)
            erase = delete(TICKETS).where(TICKETS.c.id == ticket_id).returning(TICKETS.c.created_at)
            gone = connection.execute(erase).first()
            if gone:
                note_contact(connection, gone.created_at)
            return ids if gone else None


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if wanted.status:
        filters.append(TICKETS.c.status == wanted.status)
    if wanted.category:
        filters.append(TICKETS.c.category == wanted.category)
    return filters + [_holds(word) for word in wanted.text.split()[:_MOST_WORDS]]


def _holds(word: str) -> ColumnElement[bool]:
    columns: list[Any] = [TICKETS.c[name] for name in ("id", "email", "name", "subject", "message")]
    replied = select(REPLIES.c.ticket_id).where(REPLIES.c.body.icontains(word, autoescape=True))
    return or_(*(column.icontains(word, autoescape=True) for column in columns), TICKETS.c.id.in_(replied))
