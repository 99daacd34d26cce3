"""What was asked in vain, and what its askers found in the end: read from the searches, for the gaps."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import (
    Connection,
    Engine,
    Float,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from app.contact.trails import trail_of
from app.store.database import READING, said_plainly
from app.store.gaps_records import Doubt, Found
from app.store.searches_tables import SEARCHES
from app.store.tables import DEFLECTIONS, EVENTS
from app.store.tickets_tables import REPLIES, TICKETS

# Fewer than any database takes in one statement.
_MOST_AT_ONCE: Final = 500
_OPENED: Final = ("clicked", "opened", "solved")


class Doubts:
    """Reads, and never writes; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._url = engine.url
        self._reader = engine.execution_options(**{READING: True})

    def since(self, since: datetime, before: datetime, lately: datetime, limit: int) -> list[Doubt]:
        """The heaviest wordings asked in vain since a moment; of two spans, the last begins with `lately`.

        The one before it begins with `before`. Counted are searches:
        of a text that was typed on, and of a widget's session, the last one alone.
        """
        doubtful = self._doubtful(since)
        row = doubtful.c
        times = func.count()
        in_vain = func.sum(case((row.unanswered, 1), else_=0))
        weight = func.sum(case((row.unanswered, 1.0), else_=1.0 - row.confidence))
        asked = (
            select(
                row.lang, row.understood, in_vain, times - in_vain,
                func.sum(case((row.at >= lately, 1), else_=0)),
                func.sum(case((and_(row.at >= before, row.at < lately), 1), else_=0)),
                cast(weight, Float), func.min(row.at), func.max(row.at),
                # Ids begin with the second they were made in.
                func.max(row.id),
            )
            .group_by(row.lang, row.understood)
            .order_by(weight.desc(), func.max(row.at).desc(), row.lang, row.understood)
            .limit(limit)
        )  # fmt: skip
        with said_plainly(self._url), self._reader.connect() as connection:
            rows = connection.execute(asked).all()
            shown = self._results(connection, [row[-1] for row in rows])
        return [_doubt(row, shown.get(row[-1], ())) for row in rows]

    def newest(self) -> datetime | None:
        """When something was asked last."""
        with said_plainly(self._url), self._reader.connect() as connection:
            last: datetime | None = connection.execute(select(func.max(SEARCHES.c.at))).scalar()
            return last

    def found(self, since: datetime) -> list[Found]:
        """Which articles those who asked in vain came upon in the end, by wording."""
        with said_plainly(self._url), self._reader.connect() as connection:
            opened = [
                Found(lang, wording, article, solved=times) if act == "solved"
                else Found(lang, wording, article, opened=times)
                for lang, wording, article, act, times in connection.execute(_came_upon(since))
            ]  # fmt: skip
            return [*opened, *self._sent(connection, since)]

    def _doubtful(self, since: datetime) -> Subquery:
        """Searches with no answer, and those with a doubtful one that nobody opened."""
        s, later, next_asked = SEARCHES.c, DEFLECTIONS.alias("later"), SEARCHES.alias("next")
        unanswered = or_(s.answer == "no", _empty(s.results))
        started = func.lower(func.substr(next_asked.c.understood, 1, func.length(s.understood)))
        typed_on = (
            select(literal(1))
            .where(next_asked.c.previous == s.id, started == func.lower(s.understood))
            .exists()
        )
        went_on = (
            select(literal(1))
            .where(later.c.session == s.session, later.c.at > s.at, later.c.search_id != s.id)
            .exists()
        )
        return (
            select(s.id, s.at, s.lang, s.understood, s.confidence, unanswered.label("unanswered"))
            .where(s.answer.in_(("no", "maybe")), s.at >= since, s.understood != "")
            .where(~typed_on, or_(s.session.is_(None), ~went_on))
            .where(or_(unanswered, and_(~_opened(), ~_held())))
            .subquery()
        )

    def _results(self, connection: Connection, searches: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for start in range(0, len(searches), _MOST_AT_ONCE):
            some = searches[start : start + _MOST_AT_ONCE]
            rows = connection.execute(
                select(SEARCHES.c.id, SEARCHES.c.results).where(SEARCHES.c.id.in_(some))
            )
            found |= {name: list(results) for name, results in rows}
        return found

    def _sent(self, connection: Connection, since: datetime) -> Iterable[Found]:
        """What staff attached to their replies, for the searches that led to the ticket."""
        asked = (
            select(TICKETS.c.search_id, TICKETS.c.trail, REPLIES.c.articles)
            .join(REPLIES, REPLIES.c.ticket_id == TICKETS.c.id)
            .where(TICKETS.c.created_at >= since, REPLIES.c.articles != "[]")
            .where(or_(TICKETS.c.search_id.is_not(None), TICKETS.c.trail.is_not(None)))
        )
        tickets = [
            (search, trail_of(trail), orjson.loads(articles))
            for search, trail, articles in connection.execute(asked)
        ]
        of_deflection = _searches_of(
            connection, [name for _, trail, _ in tickets if trail for name in trail.deflections]
        )
        sent: Counter[tuple[str, str]] = Counter()
        for search, trail, articles in tickets:
            named = {of_deflection.get(name) for name in (trail.deflections if trail else ())} | {search}
            sent.update((name, article) for name in named if name for article in set(articles))
        wordings = _wordings(connection, sorted({search for search, _ in sent}), since)
        return [
            Found(*wordings[search], article, sent=times)
            for (search, article), times in sorted(sent.items())
            if search in wordings
        ]


def _doubt(row: Any, shown: Sequence[str]) -> Doubt:
    lang, wording, unanswered, unopened, lately, before, weight, first_at, last_at, _ = row
    return Doubt(lang, wording, unanswered, unopened, lately, before, weight, first_at, last_at, tuple(shown))


def _opened() -> Any:
    """Whether a result of the search was opened, or of another one of its widget's session."""
    s = SEARCHES.c
    here = select(literal(1)).where(EVENTS.c.search_id == s.id, EVENTS.c.type.in_(_OPENED)).exists()
    there = (
        select(literal(1))
        .select_from(DEFLECTIONS.join(EVENTS, EVENTS.c.search_id == DEFLECTIONS.c.search_id))
        .where(DEFLECTIONS.c.session == s.session, EVENTS.c.type.in_(_OPENED))
        .exists()
    )
    return or_(here, and_(s.session.is_not(None), there))


def _held() -> Any:
    """Whether the session was shown nothing on purpose."""
    held = DEFLECTIONS.alias("held")
    return and_(
        SEARCHES.c.session.is_not(None),
        select(literal(1)).where(held.c.session == SEARCHES.c.session, held.c.holdout).exists(),
    )


def _empty(results: Any) -> Any:
    return func.json_array_length(results) == 0


def _came_upon(since: datetime) -> Select[Any]:
    """(lang, wording, article, event, searches): opened from the search, the one after it, or its session."""
    s, after, other, e = SEARCHES, SEARCHES.alias("after"), DEFLECTIONS.alias("other"), EVENTS
    doubtful = and_(s.c.answer.in_(("no", "maybe")), s.c.at >= since)
    columns = (s.c.lang, s.c.understood, e.c.article, e.c.type, s.c.id)
    did = and_(e.c.type.in_(_OPENED), e.c.article.is_not(None))
    itself = (
        select(*columns)
        .select_from(s.join(e, e.c.search_id == s.c.id))
        .where(doubtful, did, s.c.answer == "no")
    )
    reworded = (
        select(*columns)
        .select_from(s.join(after, after.c.previous == s.c.id).join(e, e.c.search_id == after.c.id))
        .where(doubtful, did)
    )
    in_session = (
        select(*columns)
        .select_from(
            s.join(other, and_(other.c.session == s.c.session, other.c.search_id != s.c.id)).join(
                e, e.c.search_id == other.c.search_id
            )
        )
        .where(doubtful, did, s.c.session.is_not(None))
    )
    every = union_all(itself, reworded, in_session).subquery()
    row = every.c
    return select(row.lang, row.understood, row.article, row.type, func.count(row.id.distinct())).group_by(
        row.lang, row.understood, row.article, row.type
    )


def _searches_of(connection: Connection, deflections: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(deflections), _MOST_AT_ONCE):
        some = deflections[start : start + _MOST_AT_ONCE]
        table = DEFLECTIONS.c
        rows = connection.execute(select(table.id, table.search_id).where(table.id.in_(some)))
        found |= {row.id: row.search_id for row in rows}
    return found


def _wordings(connection: Connection, searches: Sequence[str], since: datetime) -> dict[str, tuple[str, str]]:
    """(lang, wording) of those searches that were in vain."""
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(searches), _MOST_AT_ONCE):
        some = searches[start : start + _MOST_AT_ONCE]
        table = SEARCHES.c
        rows = connection.execute(
            select(table.id, table.lang, table.understood)
            .where(table.id.in_(some), table.at >= since, table.answer != "yes")
        )  # fmt: skip
        found |= {name: (lang, wording) for name, lang, wording in rows}
    return found
