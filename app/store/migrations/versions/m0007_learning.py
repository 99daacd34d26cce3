"""What editors decided of confirmed answers, and the index that finds the words that confirm them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table and the index."""
    op.create_table(
        "vetoes",
        sa.Column("lang", sa.Text, primary_key=True),
        sa.Column("question", sa.Text, primary_key=True),
        sa.Column("article", sa.Text, primary_key=True),
        sa.Column("stands", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
    )
    op.create_index(
        "events_words",
        "events",
        ["received_at"],
        sqlite_where=sa.text("type IN ('solved', 'not_solved', 'rated')"),
        postgresql_where=sa.text("type IN ('solved', 'not_solved', 'rated')"),
    )
