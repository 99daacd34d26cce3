"""Tickets, their files, replies and ratings, and what is on its way out."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the five tables."""
    _tickets()
    _attachments()
    _replies()
    op.create_table(
        "ratings",
        sa.Column("ticket_id", sa.Text, primary_key=True),
        sa.Column("value", sa.Integer, nullable=False),
        *_texts("comment"),
        *_moments("at", "changed_at"),
        _of_a_ticket("ratings"),
    )
    _outbox()


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.Text, primary_key=True),
        *_moments("created_at"),
        *_texts("status", "source", "lang", "email", "message", "name", "subject", "category"),
        *_texts("trail", "suspicion", "promise_basis", nullable=True),
        sa.Column("promise_typical", sa.Integer),
        sa.Column("promise_latest", sa.Integer),
        *_moments("promise_by", "first_reply_at", "closed_at", nullable=True),
        *_texts("rating_token", "request_key", "request_digest", nullable=True),
    )
    op.create_index("tickets_request_key", "tickets", ["request_key"], unique=True)
    op.create_index("tickets_rating_token", "tickets", ["rating_token"], unique=True)
    op.create_index("tickets_status", "tickets", ["status", "created_at"])
    op.create_index("tickets_email", "tickets", ["email", "created_at"])
    op.create_index("tickets_category", "tickets", ["category", "first_reply_at"])


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("id", sa.Text, primary_key=True),
        *_texts("ticket_id"),
        sa.Column("position", sa.Integer, nullable=False),
        *_texts("name", "kind"),
        sa.Column("size", sa.Integer, nullable=False),
        *_texts("sha256"),
        _of_a_ticket("attachments"),
    )
    op.create_index("attachments_ticket_id", "attachments", ["ticket_id"])


def _replies() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.Text, primary_key=True),
        *_texts("ticket_id"),
        *_moments("at"),
        *_texts("channel", "author", "body", "articles"),
        _of_a_ticket("replies"),
    )
    op.create_index("replies_ticket_id", "replies", ["ticket_id", "at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text, primary_key=True),
        *_texts("ticket_id", "kind", "about"),
        *_moments("created_at"),
        *_texts("status"),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("possible_repeats", sa.Integer, nullable=False),
        *_moments("next_at"),
        *_texts("lease", nullable=True),
        *_moments("leased_until", "handed_at", "sent_at", nullable=True),
        *_texts("reason", nullable=True),
        _of_a_ticket("outbox"),
    )
    op.create_index("outbox_next_at", "outbox", ["status", "next_at"])
    op.create_index("outbox_ticket_id", "outbox", ["ticket_id"])


def _texts(*names: str, nullable: bool = False) -> Sequence[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _moments(*names: str, nullable: bool = False) -> Sequence[sa.Column[Any]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]


def _of_a_ticket(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"], f"{table}_ticket", ondelete="CASCADE")
