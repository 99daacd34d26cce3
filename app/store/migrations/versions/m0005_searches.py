"""What was asked, what was shed, and the search a ticket came from; ages are found by index."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make both tables, the column and the indexes."""
    op.create_table(
        "searches",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("understood", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("results", sa.JSON, nullable=False),
        sa.Column("category", sa.Text),
        sa.Column("phase", sa.Text),
        sa.Column("previous", sa.Text),
        sa.Column("session", sa.Text),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("ms", sa.Float, nullable=False),
    )
    op.create_index("searches_at", "searches", ["at"])
    op.create_index("searches_answer", "searches", ["answer", "at"])
    op.create_index("searches_previous", "searches", ["previous"])
    op.create_table(
        "sheds",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_index("events_at", "events", ["at"])
    op.create_index("deflections_at", "deflections", ["at"])
    op.add_column("tickets", sa.Column("search_id", sa.Text))
