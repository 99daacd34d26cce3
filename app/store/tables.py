"""The tables as the program uses them; `migrations` makes them, and a test compares the two."""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A moment in UTC; SQLite keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Raises ValueError for a moment without a time zone: nobody could say when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """With its time zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA: Final = MetaData()

# Which events are a visitor's word that something helped, or did not: few of all, with an index of their own.
WORDS: Final = "type IN ('solved', 'not_solved', 'rated')"

EVENTS: Final = Table(
    "events",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("session", Text),
    Column("search_id", Text),
    Column("deflection_id", Text),
    Column("article", Text),
    Column("lang", Text),
    Column("position", Integer),
    Column("value", Text),
    Column("reason", Text),
    Column("comment", Text),
    Index("events_at", "at"),
    Index("events_search_id", "search_id"),
    Index("events_words", "received_at", sqlite_where=text(WORDS), postgresql_where=text(WORDS)),
)

# The key begins as "most read in a language since a day" asks.
READS: Final = Table(
    "reads",
    METADATA,
    Column("lang", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("article", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)

# A widget's question and what there was to show for it; the session's id is random.
DEFLECTIONS: Final = Table(
    "deflections",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("session", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("search_id", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("page", Text),
    Column("question", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("articles", JSON, nullable=False),
    Column("holdout", Boolean, nullable=False),
    Column("held", Boolean, nullable=False),
    Index("deflections_session", "session", "at"),
    Index("deflections_at", "at"),
)

# Who may sign in; somebody who was removed stays, disabled: their name is on what they did. `digest` is
# whether they chose to have the weekly mail; null: as their role has it.
USERS: Final = Table(
    "users",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_sign_in_at", Moment),
    Column("disabled_at", Moment),
    Column("digest", Boolean),
    Index("users_email", "email", unique=True),
)

# Tokens are hashed: who reads the database cannot sign in by it.
SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("token", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    ForeignKeyConstraint(["user_id"], ["users.id"], "sessions_user", ondelete="CASCADE"),
    Index("sessions_user_id", "user_id"),
)

# Sign-ins that failed or are being judged; account and address are keyed hashes.
ATTEMPTS: Final = Table(
    "attempts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("attempts_account", "account", "at"),
    Index("attempts_address", "address", "at"),
)
