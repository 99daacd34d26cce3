"""Events, and how often each article was read."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "events",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session", sa.Text),
        sa.Column("search_id", sa.Text),
        sa.Column("deflection_id", sa.Text),
        sa.Column("article", sa.Text),
        sa.Column("lang", sa.Text),
        sa.Column("position", sa.Integer),
        sa.Column("value", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("comment", sa.Text),
    )
    op.create_table(
        "reads",
        sa.Column("lang", sa.Text, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("article", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
