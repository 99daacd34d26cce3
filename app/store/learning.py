"""Who said that an article answers a question, and what editors decided of it.

Every method raises StoreError when the database cannot do it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from json import dumps
from typing import Any, Final, Literal

import orjson
from sqlalchemy import Engine, Select, Text, cast, delete, func, or_, select, text, tuple_

from app.contact.trails import trail_of
from app.learning.wordings import bare_of
from app.store.database import READING, said_plainly
from app.store.dialects import INSERT
from app.store.learning_tables import VETOES
from app.store.searches_tables import SEARCHES
from app.store.tables import DEFLECTIONS, EVENTS, USERS, WORDS
from app.store.tickets_tables import REPLIES, TICKETS

# Of what is said in widgets, on pages, and by staff, the newest: what a reading costs is bounded.
MOST_WORDS: Final = 20_000
MOST_REPLIES: Final = 5_000
_MOST_AT_ONCE: Final = 500
_NO_ARTICLES: Final = "[]"

Speaker = Literal["visitor", "staff"]


@dataclass(frozen=True, slots=True)
class Word:
    """What was said in one visit of an article as the answer to a question: that it is one, or (`solved` is
    false) that it is none. The question is as it was understood, scrubbed, in its language."""

    visit: str
    lang: str
    question: str
    article: str
    at: datetime
    solved: bool
    speaker: Speaker = "visitor"


@dataclass(frozen=True, slots=True)
class Veto:
    """An editor's last word on a pair: it must not lift (`stands`), or may again; `by` is their name.

    `question` is bare: without what does not tell questions apart.
    """

    lang: str
    question: str
    article: str
    stands: bool
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class _Question:
    """What was asked in a visit, and the articles that were shown for it, as JSON."""

    visit: str
    lang: str
    text: str
    shown: str


class Learning:
    """Reads words from where they were left, and writes vetoes alone; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})
        self._insert = INSERT[engine.dialect.name]

    def state(self) -> tuple[object, ...]:
        """What changes when a visitor says something or an editor decides something: cheap to ask."""
        spoken = select(func.max(EVENTS.c.received_at)).where(text(WORDS))
        decided = select(func.count(), func.max(VETOES.c.at)).select_from(VETOES)
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            return connection.execute(spoken).scalar(), *connection.execute(decided).one()

    def words(self) -> list[Word]:
        """All that was said, by visitors and then by staff."""
        return [*self._of_widgets(), *self._of_pages(), *self._of_staff()]

    def vetoes(self) -> list[Veto]:
        """What editors decided."""
        name = func.coalesce(USERS.c.name, "")
        asked = select(*(VETOES.c[c] for c in ("lang", "question", "article", "stands", "at")), name)
        rows = self._all(asked.select_from(VETOES.outerjoin(USERS, USERS.c.id == VETOES.c.user_id)))
        return [Veto(*row) for row in rows]

    def decide(
        self, lang: str, question: str, article: str, *, stands: bool, at: datetime, user_id: str
    ) -> None:
        """Veto a pair, by its bare question, or end its veto; who decided the same already stays named."""
        said = {"stands": stands, "at": at, "user_id": user_id}
        insert = self._insert(VETOES).values(lang=lang, question=question, article=article, **said)
        changed = insert.on_conflict_do_update(
            index_elements=VETOES.primary_key, set_=said, where=VETOES.c.stands != stands
        )
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            connection.execute(changed)

    def forget(self, before: datetime) -> int:
        """Delete decisions from before then on pairs that nobody confirms any more; how many those were."""
        asked = select(*VETOES.primary_key.columns).where(VETOES.c.at < before)
        old = {tuple(row) for row in self._all(asked)}
        if not old:
            return 0
        gone = sorted(old - {(word.lang, bare_of(word.question), word.article) for word in self.words()})
        key: Any = tuple_(*VETOES.primary_key.columns)
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            for start in range(0, len(gone), _MOST_AT_ONCE):
                some = gone[start : start + _MOST_AT_ONCE]
                connection.execute(delete(VETOES).where(VETOES.c.at < before, key.in_(some)))
        return len(gone)

    def _of_widgets(self) -> Iterable[Word]:
        """What sessions said of what they were shown: each event belongs to a question of its own session."""
        asked = (
            select(
                EVENTS.c.type, EVENTS.c.value, EVENTS.c.article, EVENTS.c.at,
                DEFLECTIONS.c.session, DEFLECTIONS.c.lang, DEFLECTIONS.c.question,
                cast(DEFLECTIONS.c.articles, Text),
            )
            .join(DEFLECTIONS, DEFLECTIONS.c.id == EVENTS.c.deflection_id)
            .where(text(WORDS), EVENTS.c.article.is_not(None), DEFLECTIONS.c.session == EVENTS.c.session)
            .where(~DEFLECTIONS.c.held)
        )  # fmt: skip
        for kind, value, article, at, *question in self._all(_newest(asked)):
            yield from _said(_Question(*question), kind, value, article, at)

    def _of_pages(self) -> Iterable[Word]:
        """What readers of articles said who came to them from a search on the site."""
        rated = _newest(
            select(EVENTS.c.type, EVENTS.c.value, EVENTS.c.article, EVENTS.c.at, EVENTS.c.search_id)
            .where(text(WORDS), EVENTS.c.type == "rated", EVENTS.c.session.is_(None))
            .where(EVENTS.c.article.is_not(None), EVENTS.c.search_id.is_not(None))
        ).subquery("rated")  # fmt: skip
        visits = _visits(select(rated.c.search_id)).subquery("visits")
        asked = (
            select(
                rated.c.type, rated.c.value, rated.c.article, rated.c.at,
                visits.c.visit, SEARCHES.c.lang, SEARCHES.c.understood, cast(SEARCHES.c.results, Text),
            )
            .join(SEARCHES, SEARCHES.c.id == rated.c.search_id)
            .join(visits, visits.c.asked == SEARCHES.c.id)
        )  # fmt: skip
        for kind, value, article, at, *question in self._all(asked):
            yield from _said(_Question(*question), kind, value, article, at)

    def _of_staff(self) -> Iterable[Word]:
        """What staff sent with a reply answers the last question that the ticket's writer had asked."""
        asked = (
            select(REPLIES.c.at, REPLIES.c.articles, TICKETS.c.trail, TICKETS.c.search_id)
            .join(TICKETS, TICKETS.c.id == REPLIES.c.ticket_id)
            .where(REPLIES.c.articles != _NO_ARTICLES, REPLIES.c.channel == "here")
            .where(TICKETS.c.status != "quarantine")
            .where(or_(TICKETS.c.trail.is_not(None), TICKETS.c.search_id.is_not(None)))
            .order_by(REPLIES.c.at.desc(), REPLIES.c.id)
            .limit(MOST_REPLIES)
        )
        replies = [
            (at, orjson.loads(articles), _named(trail), search_id)
            for at, articles, trail, search_id in self._all(asked)
        ]
        offers = self._offers({name for _, _, names, _ in replies for name in names})
        searches = self._searches({search_id for *_, search_id in replies if search_id})
        for at, articles, names, search_id in replies:
            last = next((offers[name] for name in reversed(names) if name in offers), searches.get(search_id))
            if last:
                for article in articles:
                    yield Word(last.visit, last.lang, last.text, article, at, solved=True, speaker="staff")

    def _offers(self, ids: Iterable[str]) -> Mapping[str, _Question]:
        columns = (DEFLECTIONS.c[name] for name in ("id", "session", "lang", "question"))
        asked = select(*columns)
        return self._questions(ids, lambda some: asked.where(DEFLECTIONS.c.id.in_(some)))

    def _searches(self, ids: Iterable[str]) -> Mapping[str, _Question]:
        def asked(some: Sequence[str]) -> Select[Any]:
            visits = _visits(select(SEARCHES.c.id).where(SEARCHES.c.id.in_(some))).subquery()
            return select(SEARCHES.c.id, visits.c.visit, SEARCHES.c.lang, SEARCHES.c.understood).join(
                visits, visits.c.asked == SEARCHES.c.id
            )

        return self._questions(ids, asked)

    def _questions(self, ids: Iterable[str], asked: Any) -> Mapping[str, _Question]:
        listed = sorted(ids)
        rows = (
            row
            for start in range(0, len(listed), _MOST_AT_ONCE)
            for row in self._all(asked(listed[start : start + _MOST_AT_ONCE]))
        )
        return {name: _Question(visit, lang, question, "") for name, visit, lang, question in rows}

    def _all(self, asked: Select[Any]) -> Sequence[Any]:
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            return connection.execute(asked).all()


def _newest(asked: Select[Any]) -> Select[Any]:
    return asked.order_by(EVENTS.c.received_at.desc()).limit(MOST_WORDS)


def _visits(searches: Select[Any]) -> Select[Any]:
    """For each of the `searches` (`asked`) the visit it was made in: a widget's session, or the first search
    of those that followed each other."""
    way = (
        select(SEARCHES.c.id.label("asked"), SEARCHES.c.id, SEARCHES.c.previous, SEARCHES.c.session)
        .where(SEARCHES.c.id.in_(searches))
        .cte("way", recursive=True)
    )
    before = SEARCHES.alias("before")
    # Without ALL: whatever the rows say, the way ends.
    way = way.union(
        select(way.c.asked, before.c.id, before.c.previous, func.coalesce(way.c.session, before.c.session))
        .select_from(way.join(before, before.c.id == way.c.previous))
    )  # fmt: skip
    earlier = SEARCHES.alias("earlier")
    first = ~select(earlier.c.id).where(earlier.c.id == way.c.previous).exists()
    # Of a way that turns in a circle nothing is first: it is nobody's visit.
    visit = func.min(func.coalesce(way.c.session, way.c.id)).label("visit")
    return select(way.c.asked, visit).where(first).group_by(way.c.asked)


def _said(question: _Question, kind: str, value: str | None, article: str, at: datetime) -> Iterable[Word]:
    """The word that an event is: none where it speaks of what was not shown, or says neither yes nor no."""
    solved = {"solved": True, "not_solved": False}.get(kind, {"yes": True, "no": False}.get(value or ""))
    # The column is JSON as Python writes it, so the name is there as Python writes it.
    if solved is not None and dumps(article) in question.shown:
        yield Word(question.visit, question.lang, question.text, article, at, solved)


def _named(trail: str | None) -> Sequence[str]:
    found = trail_of(trail)
    return found.deflections if found else ()
