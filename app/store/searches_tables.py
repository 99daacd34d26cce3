"""The tables of what was asked, as the program uses them."""

from typing import Final

from sqlalchemy import JSON, Column, Date, Float, Index, Integer, Table, Text

from app.store.tables import METADATA, Moment

# `query` and `understood` are scrubbed; `results` is a JSON list of article ids, best first; `session` is a
# widget's, `previous` the search that the same visitor asked before.
SEARCHES: Final = Table(
    "searches",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("source", Text, nullable=False),
    Column("lang", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("understood", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("results", JSON, nullable=False),
    Column("category", Text),
    Column("phase", Text),
    Column("previous", Text),
    Column("session", Text),
    Column("snapshot", Text, nullable=False),
    Column("ms", Float, nullable=False),
    Index("searches_at", "at"),
    Index("searches_answer", "answer", "at"),
    Index("searches_previous", "previous"),
)

# What was not written down on a day (UTC), because more came than could be.
SHEDS: Final = Table(
    "sheds",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("count", Integer, nullable=False),
)
