"""The tables of those who want to be told of an answer, as the program uses them."""

from typing import Final

from sqlalchemy import JSON, Column, Index, Integer, Table, Text

from app.store.tables import METADATA, Moment

# `name` is a keyed hash of address and question: one row for both. `before` is a JSON list of article ids,
# `snapshot` the last one that was asked; what begins with `answer` is null until there is one.
SUBSCRIPTIONS: Final = Table(
    "subscriptions",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("before", JSON, nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("search_id", Text),
    Column("created_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("told_at", Moment),
    Column("answer", Text),
    Column("answer_lang", Text),
    Column("answer_title", Text),
    Column("answer_passage", Text),
    Column("answer_path", Text),
    Index("subscriptions_name", "name", unique=True),
    Index("subscriptions_email", "email"),
    Index("subscriptions_confirmed_at", "confirmed_at"),
)

# Confirmations that went out within the last day, numbered for each address, so that none gets more than a
# few; address and question are keyed hashes.
CONFIRMATIONS: Final = Table(
    "confirmations",
    METADATA,
    Column("address", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("question", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index("confirmations_question", "question", unique=True),
    Index("confirmations_at", "at"),
)
