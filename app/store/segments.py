"""What was counted already of days gone by: read with the rest, and written by the keeper of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, Engine, case, delete, select, update

from app.store.database import said_plainly
from app.store.dialects import INSERT
from app.store.late import forget_notes
from app.store.segments_tables import LATE, SEGMENTS, WORDINGS

# Fewer than any database takes in one statement, and so few that a visitor's write comes between.
_MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Segment:
    """What began on a day (UTC), before `until`, counted by `rules`; `version` changes with its content."""

    day: date
    until: datetime
    rules: int
    version: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something of this day came, changed or went late."""

    id: int
    day: date


class Counted:
    """Reads, in one look at the data."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def segments(self) -> dict[date, Segment]:
        """What there is of each day."""
        columns = (SEGMENTS.c.day, SEGMENTS.c.until, SEGMENTS.c.rules, SEGMENTS.c.version)
        return {row.day: Segment(*row) for row in self._connection.execute(select(*columns))}

    def late_days(self) -> frozenset[date]:
        """The days that are to be counted anew."""
        return frozenset(self._connection.execute(select(LATE.c.day).distinct()).scalars())

    def notes(self) -> list[Note]:
        """Why."""
        return [Note(*row) for row in self._connection.execute(select(LATE.c.id, LATE.c.day))]

    def content(self, days: Sequence[date]) -> Iterator[bytes]:
        """What was counted on these days, one after the other, the oldest first."""
        asked = select(SEGMENTS.c.content).where(SEGMENTS.c.day.in_(days)).order_by(SEGMENTS.c.day)
        with self._connection.execution_options(yield_per=_DAYS_AT_ONCE).execute(asked) as rows:
            yield from rows.scalars()

    def wordings(self, ids: Iterable[int]) -> dict[int, str]:
        """The text of each."""
        listed = sorted(set(ids))
        found: dict[int, str] = {}
        for start in range(0, len(listed), _MOST_AT_ONCE):
            some = listed[start : start + _MOST_AT_ONCE]
            asked = select(WORDINGS.c.id, WORDINGS.c.wording).where(WORDINGS.c.id.in_(some))
            found |= {row.id: row.wording for row in self._connection.execute(asked)}
        return found


# So few that a year of them is never in memory.
_DAYS_AT_ONCE: Final = 8


class Segments:
    """Writes; of two who counted the same day the first one is believed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = INSERT[engine.dialect.name]

    def add_wordings(self, wordings: Mapping[int, tuple[str, datetime]]) -> None:
        """Keep texts by their hash, with when the newest that has each began. Raises StoreError."""
        rows = [
            {"id": name, "wording": text, "last": last} for name, (text, last) in sorted(wordings.items())
        ]
        put = self._insert(WORDINGS)
        newer = case((put.excluded.last > WORDINGS.c.last, put.excluded.last), else_=WORDINGS.c.last)
        put_all = put.on_conflict_do_update(index_elements=WORDINGS.primary_key, set_={"last": newer})
        for start in range(0, len(rows), _MOST_AT_ONCE):
            with said_plainly(self._engine.url), self._engine.begin() as connection:
                connection.execute(put_all, rows[start : start + _MOST_AT_ONCE])

    def drop(self, before: date, notes: Sequence[int]) -> None:
        """Forget what was counted before the oldest day that there is anything of. Raises StoreError."""
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            connection.execute(delete(SEGMENTS).where(SEGMENTS.c.day < before))
            forget_notes(connection, notes)

    def keep(self, segment: Segment, content: bytes, notes: Sequence[int]) -> bool:
        """Keep what was counted in one look, and forget the notes that it saw.

        `segment` has the version that was seen, 0 for none. False, and nothing changed: another did it.
        Raises StoreError.
        """
        kept = {"until": segment.until, "rules": segment.rules, "content": content}
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            if segment.version:
                mine = (SEGMENTS.c.day == segment.day) & (SEGMENTS.c.version == segment.version)
                change = update(SEGMENTS).where(mine).values(version=segment.version + 1, **kept)
                done = connection.execute(change).rowcount == 1
            else:
                put = self._insert(SEGMENTS).values(day=segment.day, version=1, **kept)
                done = connection.execute(put.on_conflict_do_nothing()).rowcount == 1
            if done:
                forget_notes(connection, notes)
            return done
