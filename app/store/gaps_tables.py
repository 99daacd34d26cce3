"""The tables of what has no answer yet, as the program uses them."""

from typing import Final

from sqlalchemy import JSON, Column, Float, ForeignKeyConstraint, Index, Integer, Table, Text

from app.store.tables import METADATA, Moment

# Questions that mean the same and found nothing. `evidence` is a JSON list of articles that answered some
# of their askers all the same; `nearest` the article that is the least far from an answer; `article` the one
# that closed the gap; `draft` the file that was begun for it.
GAPS: Final = Table(
    "gaps",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Text),
    Column("evidence", JSON, nullable=False),
    Column("nearest", Text),
    Column("article", Text),
    Column("draft", Text),
    Column("weight", Float, nullable=False),
    Index("gaps_state", "state", "weight"),
)

# A wording of a gap: how often it had no answer (`unanswered`), or a doubtful one that nobody opened
# (`unopened`), in the days looked back to, in the last of them (`lately`) and in as many before (`before`);
# `weight` is how many of these askers are held to have gone without. `shown` is a JSON list of the article
# ids that were shown. `answered_by` is the article that answers it since it was asked last.
GAP_QUESTIONS: Final = Table(
    "gap_questions",
    METADATA,
    Column("lang", Text, primary_key=True),
    Column("wording", Text, primary_key=True),
    Column("gap_id", Text, nullable=False),
    Column("unanswered", Integer, nullable=False),
    Column("unopened", Integer, nullable=False),
    Column("lately", Integer, nullable=False),
    Column("before", Integer, nullable=False),
    Column("weight", Float, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("shown", JSON, nullable=False),
    Column("answered_by", Text),
    Column("answered_at", Moment),
    ForeignKeyConstraint(["gap_id"], ["gaps.id"], "gap_questions_gap", ondelete="CASCADE"),
    Index("gap_questions_gap_id", "gap_id"),
)

# One row: when the questions were last looked through, and with which snapshot they were asked again.
GAP_REVIEWS: Final = Table(
    "gap_reviews",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("snapshot", Text, nullable=False),
)
