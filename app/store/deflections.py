"""What the widget asked and was answered. Every method raises StoreError when the database cannot do it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine

from app.store.database import said_plainly
from app.store.dialects import INSERT
from app.store.late import note_questions
from app.store.searches import MOST_KEPT, QUERY_KEPT, Search
from app.store.searches_tables import SEARCHES
from app.store.tables import DEFLECTIONS
from search.records import Answer


@dataclass(frozen=True, slots=True)
class Deflection:
    """One question of a widget, and what there was to show for it.

    `question` is scrubbed. `articles` are the (language, id) of what there was to show, best first: of a
    session in the held-out arm (`holdout`) they were `held`, if there were any. `ms` is what the engine took.
    """

    id: str
    session: str
    at: datetime
    search_id: str
    lang: str
    question: str
    answer: Answer
    confidence: float
    snapshot: str
    articles: tuple[tuple[str, str], ...] = ()
    page: str | None = None
    holdout: bool = False
    ms: float = 0.0

    @property
    def held(self) -> bool:
        """Whether something was withheld."""
        return self.holdout and bool(self.articles)


class Deflections:
    """What was asked; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._insert = INSERT[engine.dialect.name]

    def add(self, deflections: Sequence[Deflection]) -> None:
        """Write them down, and as searches too, all or none; those that are there already stay so."""
        if not deflections:
            return
        # In one order, so that two processes never wait for each other's rows.
        rows = [_row(deflection) for deflection in sorted(deflections, key=lambda d: d.id)]
        asked = [_search(deflection) for deflection in sorted(deflections, key=lambda d: d.search_id)]
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            connection.execute(self._insert(DEFLECTIONS).on_conflict_do_nothing(), rows)
            connection.execute(self._insert(SEARCHES).on_conflict_do_nothing(), asked)
            note_questions(connection, [deflection.at for deflection in deflections])


def _row(deflection: Deflection) -> dict[str, object]:
    return {
        "id": deflection.id,
        "session": deflection.session,
        "at": deflection.at,
        "search_id": deflection.search_id,
        "lang": deflection.lang,
        "page": deflection.page,
        "question": deflection.question,
        "answer": deflection.answer,
        "confidence": deflection.confidence,
        "snapshot": deflection.snapshot,
        "articles": [{"lang": lang, "id": article} for lang, article in deflection.articles],
        "holdout": deflection.holdout,
        "held": deflection.held,
    }


def _search(deflection: Deflection) -> dict[str, object]:
    question = deflection.question[:QUERY_KEPT]
    return asdict(
        Search(
            id=deflection.search_id,
            at=deflection.at,
            source="widget",
            lang=deflection.lang,
            query=question,
            understood=question,
            answer=deflection.answer,
            confidence=deflection.confidence,
            results=tuple(article for _, article in deflection.articles[:MOST_KEPT]),
            snapshot=deflection.snapshot,
            ms=deflection.ms,
            session=deflection.session,
        )
    )
