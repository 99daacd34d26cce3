"""What has no answer yet: gaps, their wordings and the last review; a search's events are found by index."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables and the indexes."""
    op.create_table(
        "gaps",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("nearest", sa.Text),
        sa.Column("article", sa.Text),
        sa.Column("draft", sa.Text),
        sa.Column("weight", sa.Float, nullable=False),
    )
    op.create_index("gaps_state", "gaps", ["state", "weight"])
    op.create_table(
        "gap_questions",
        sa.Column("lang", sa.Text, primary_key=True),
        sa.Column("wording", sa.Text, primary_key=True),
        sa.Column("gap_id", sa.Text, nullable=False),
        sa.Column("unanswered", sa.Integer, nullable=False),
        sa.Column("unopened", sa.Integer, nullable=False),
        sa.Column("lately", sa.Integer, nullable=False),
        sa.Column("before", sa.Integer, nullable=False),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown", sa.JSON, nullable=False),
        sa.Column("answered_by", sa.Text),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"], "gap_questions_gap", ondelete="CASCADE"),
    )
    op.create_index("gap_questions_gap_id", "gap_questions", ["gap_id"])
    op.create_table(
        "gap_reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snapshot", sa.Text, nullable=False),
    )
    op.create_index("events_search_id", "events", ["search_id"])
