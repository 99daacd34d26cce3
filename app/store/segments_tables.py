"""The tables of what was counted already, as the program uses them: each row can be made anew from others."""

from typing import Final

from sqlalchemy import BigInteger, Column, Date, Index, Integer, LargeBinary, Table, Text

from app.store.tables import METADATA, Moment

# What began on a day (UTC) before `until`, by the `rules` of the program that counted; `version` goes up with
# each time it was.
SEGMENTS: Final = Table(
    "segments",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("until", Moment, nullable=False),
    Column("rules", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

# The scrubbed wordings that segments name by a hash; `last` is when the newest that has it began.
WORDINGS: Final = Table(
    "segment_wordings",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("wording", Text, nullable=False),
    Column("last", Moment, nullable=False),
    Index("segment_wordings_last", "last"),
)

# Days of which something came, changed or went after they may have been counted; a day may be there often.
LATE: Final = Table(
    "segments_late",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("day", Date, nullable=False),
)
