"""The tables of tickets, as the program uses them."""

from typing import Final

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, Table, Text

from app.store.tables import METADATA, Moment


def _of_a_ticket(table: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["ticket_id"], ["tickets.id"], f"{table}_ticket", ondelete="CASCADE")


# A request that comes again under the same key is the ticket that is there already.
TICKETS: Final = Table(
    "tickets",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("created_at", Moment, nullable=False),
    Column("status", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("trail", Text),
    Column("search_id", Text),
    Column("suspicion", Text),
    Column("promise_basis", Text),
    Column("promise_typical", Integer),
    Column("promise_latest", Integer),
    Column("promise_by", Moment),
    Column("first_reply_at", Moment),
    Column("closed_at", Moment),
    Column("rating_token", Text),
    Column("request_key", Text),
    Column("request_digest", Text),
    Index("tickets_request_key", "request_key", unique=True),
    Index("tickets_rating_token", "rating_token", unique=True),
    Index("tickets_status", "status", "created_at"),
    Index("tickets_email", "email", "created_at"),
    Index("tickets_category", "category", "first_reply_at"),
    Index("tickets_created_at", "created_at"),
)

ATTACHMENTS: Final = Table(
    "attachments",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("ticket_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    _of_a_ticket("attachments"),
    Index("attachments_ticket_id", "ticket_id"),
)

# `articles` is a JSON list of ids.
REPLIES: Final = Table(
    "replies",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("ticket_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("channel", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("articles", Text, nullable=False),
    _of_a_ticket("replies"),
    Index("replies_ticket_id", "ticket_id", "at"),
)

RATINGS: Final = Table(
    "ratings",
    METADATA,
    Column("ticket_id", Text, primary_key=True),
    Column("value", Integer, nullable=False),
    Column("comment", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    _of_a_ticket("ratings"),
)

# A parcel is a ticket's, a subscription's or a user's, or, once a subscription's was sent, nobody's.
# `leased_until`: until when the process that claimed it alone may send it; `handed_at`: since when the
# other side may have it without our knowing.
OUTBOX: Final = Table(
    "outbox",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("ticket_id", Text),
    Column("kind", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("possible_repeats", Integer, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("lease", Text),
    Column("leased_until", Moment),
    Column("handed_at", Moment),
    Column("sent_at", Moment),
    Column("reason", Text),
    Column("subscription_id", Text),
    Column("user_id", Text),
    _of_a_ticket("outbox"),
    ForeignKeyConstraint(
        ["subscription_id"], ["subscriptions.id"], "outbox_subscription", ondelete="CASCADE"
    ),
    ForeignKeyConstraint(["user_id"], ["users.id"], "outbox_user", ondelete="CASCADE"),
    Index("outbox_next_at", "status", "next_at"),
    Index("outbox_ticket_id", "ticket_id"),
    Index("outbox_subscription_id", "subscription_id"),
    Index("outbox_user_id", "user_id"),
)
