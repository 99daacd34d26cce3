"""The table of what editors decided of confirmed answers, as the program uses it."""

from typing import Final

from sqlalchemy import Boolean, Column, Table, Text

from app.store.tables import METADATA, Moment

# `question` is bare: without what does not tell questions apart. `stands`: the veto, or its end.
VETOES: Final = Table(
    "vetoes",
    METADATA,
    Column("lang", Text, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("article", Text, primary_key=True),
    Column("stands", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("user_id", Text, nullable=False),
)
