"""What the two databases write alike, and SQLAlchemy names apart."""

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = Callable[[Table], sqlite.Insert | postgresql.Insert]

# Both know ON CONFLICT.
INSERT: Final[Mapping[str, Insert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
