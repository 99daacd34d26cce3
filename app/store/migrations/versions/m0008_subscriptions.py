"""Who wants to be told of an answer, whom we asked whether they do, and what goes out to them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make both tables; what is in the outbox need not be a ticket's any more."""
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Text, primary_key=True),
        *_texts("name", "email", "lang", "question"),
        sa.Column("before", sa.JSON, nullable=False),
        *_texts("snapshot"),
        *_texts("search_id", nullable=True),
        *_moments("created_at"),
        *_moments("confirmed_at", "told_at", nullable=True),
        *_texts("answer", "answer_lang", "answer_title", "answer_passage", "answer_path", nullable=True),
    )
    op.create_index("subscriptions_name", "subscriptions", ["name"], unique=True)
    op.create_index("subscriptions_email", "subscriptions", ["email"])
    op.create_index("subscriptions_confirmed_at", "subscriptions", ["confirmed_at"])
    op.create_table(
        "confirmations",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *_texts("question"),
        *_moments("at"),
    )
    op.create_index("confirmations_question", "confirmations", ["question"], unique=True)
    op.create_index("confirmations_at", "confirmations", ["at"])
    _outbox()


def _outbox() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("ticket_id", existing_type=sa.Text, nullable=True)
        outbox.add_column(sa.Column("subscription_id", sa.Text))
        outbox.create_foreign_key(
            "outbox_subscription", "subscriptions", ["subscription_id"], ["id"], ondelete="CASCADE"
        )
    op.create_index("outbox_subscription_id", "outbox", ["subscription_id"])


def _texts(*names: str, nullable: bool = False) -> Sequence[sa.Column[Any]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]


def _moments(*names: str, nullable: bool = False) -> Sequence[sa.Column[Any]]:
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]
