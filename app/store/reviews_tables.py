"""The tables of the reminders to review, as the program uses them."""

from typing import Final

from sqlalchemy import Column, Date, Table, Text

from app.store.tables import METADATA, Moment

# `week` is the Monday of the week that the reminder is for; `content` is what it names, as JSON.
REVIEWS: Final = Table(
    "reviews",
    METADATA,
    Column("week", Date, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("content", Text, nullable=False),
)

# Each review date that was named in a reminder, with the week of that one.
NAMED: Final = Table(
    "reviews_named",
    METADATA,
    Column("lang", Text, primary_key=True),
    Column("article", Text, primary_key=True),
    Column("due", Date, primary_key=True),
    Column("week", Date, nullable=False),
)
