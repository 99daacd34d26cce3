"""What comes, changes or goes after its day may have been counted: the day is noted, and counted anew.

Each of these is called in the transaction that writes, so that who sees the one sees the other.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Column, Connection, delete, func, insert, select

from app.store.records import Event
from app.store.searches_tables import SEARCHES
from app.store.segments_tables import LATE
from app.store.tables import DEFLECTIONS

# Nothing is tied to what began longer ago, and nothing that began since then is counted for good; servers'
# clocks, and a transaction that takes long, may be within the second.
REACH: Final = timedelta(hours=48)
LEEWAY: Final = timedelta(minutes=10)
# From a widget's first question to its last: its signature is good for a day.
SESSION: Final = timedelta(hours=25)
# From the first search of an episode on the site to its last.
EPISODE: Final = timedelta(hours=2)
# Fewer than any database takes in one statement.
_MOST_AT_ONCE: Final = 500


def note_questions(connection: Connection, moments: Iterable[datetime]) -> None:
    """Searches and deflections of these moments are new here."""
    _note_each(connection, ((at - SESSION, at + EPISODE) for at in moments))


def note_events(connection: Connection, events: Iterable[Event]) -> None:
    """Events are new here: each is counted with the session or search that it names."""
    old = [event for event in events if event.at < datetime.now(UTC) - LEEWAY]
    begun = [event.at for event in old]
    begun += _begun(connection, DEFLECTIONS.c.session, {event.session or "" for event in old})
    begun += _begun(connection, DEFLECTIONS.c.id, {event.deflection_id or "" for event in old})
    begun += _begun(connection, SEARCHES.c.id, {event.search_id or "" for event in old})
    # What is named may be the last question of a session that began on the day before.
    _note_each(connection, ((at - SESSION, at) for at in begun))


def note_contact(connection: Connection, at: datetime) -> None:
    """A ticket that came then is new, is another now, or is gone."""
    _note_each(connection, [(at - REACH, at)])


def note_gone(connection: Connection, first: datetime, last: datetime) -> None:
    """What there was between these moments is gone."""
    _note_each(connection, [(first - REACH, last + REACH)])


def forget_notes(connection: Connection, ids: Sequence[int]) -> None:
    """The days of these notes were counted anew."""
    for start in range(0, len(ids), _MOST_AT_ONCE):
        connection.execute(delete(LATE).where(LATE.c.id.in_(ids[start : start + _MOST_AT_ONCE])))


def _closed() -> datetime:
    return datetime.now(UTC) - REACH - LEEWAY


def _begun(connection: Connection, key: Column[str], values: set[str]) -> list[datetime]:
    at, listed = key.table.c.at, sorted(values - {""})
    found: list[datetime] = []
    for start in range(0, len(listed), _MOST_AT_ONCE):
        some = listed[start : start + _MOST_AT_ONCE]
        found += connection.execute(select(func.min(at)).where(key.in_(some)).group_by(key)).scalars()
    return found


def _note_each(connection: Connection, spans: Iterable[tuple[datetime, datetime]]) -> None:
    closed = _closed()
    ends = {(_day(first), _day(min(last, closed))) for first, last in spans if first < closed}
    days = {
        first + timedelta(days=number) for first, last in ends for number in range((last - first).days + 1)
    }
    if days:
        connection.execute(insert(LATE), [{"day": day} for day in sorted(days)])


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
