"""What was counted already of days gone by, the wordings in it, and the days to be counted anew."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables and the index."""
    op.create_table(
        "segments",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        # Numbers as they lie in memory: to press them costs more than it saves.
        op.execute("ALTER TABLE segments ALTER COLUMN content SET STORAGE EXTERNAL")
    op.create_table(
        "segment_wordings",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("wording", sa.Text, nullable=False),
        sa.Column("last", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("segment_wordings_last", "segment_wordings", ["last"])
    op.create_table(
        "segments_late",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
    )
    op.create_index("tickets_created_at", "tickets", ["created_at"])
