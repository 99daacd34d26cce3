"""The table of the weekly digests, as the program uses it."""

from typing import Final

from sqlalchemy import Column, Date, Table, Text

from app.store.tables import METADATA, Moment

# `week` is the Monday that the week begins which is told; `content` is what is told, as JSON.
DIGESTS: Final = Table(
    "digests",
    METADATA,
    Column("week", Date, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("content", Text, nullable=False),
)
