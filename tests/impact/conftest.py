"""Articles that are not published yet, and the same published for real."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.impact.forecast import Change, forecast
from app.impact.memory import Memory
from app.impact.questions import Past, Question
from app.impact.standing import Answered, Standing, answered
from indexer.build import build_snapshot
from search.encoders import Encoder
from search.engine import SearchEngine
from search.records import Article, KnowledgeBase
from search.snapshot import open_snapshot

# As long as it takes: what is compared is what is said, not how much is said in time.
PATIENT = 600.0


@dataclass
class Shop:
    """Articles, published again and again; everything is read once."""

    folder: Path
    encoder: Encoder

    def __post_init__(self) -> None:
        self.memory = Memory(self.encoder)
        self._editions = 0

    def publish(self, articles: Sequence[Article], base: KnowledgeBase | None = None) -> SearchEngine:
        """An engine of a snapshot that was written and opened, as for visitors."""
        self._editions += 1
        name = f"edition{self._editions}"
        ordered = tuple(sorted(articles, key=lambda a: (a.lang, a.id)))
        synonyms = base.synonyms if base else {}
        knowledge = KnowledgeBase(ordered, synonyms=synonyms)
        build_snapshot(knowledge, self.folder / name, name, self.encoder, datetime.now(UTC))
        return SearchEngine(open_snapshot(self.folder / name, self.encoder), self.memory)


@dataclass(frozen=True)
class Told:
    """What was forecast of an article, and what came of it: each question with its kind of change."""

    forecast: Mapping[tuple[str, Question], Change]
    came: dict[tuple[str, Question], tuple[Answered, Answered]]
    asked: int
    likely: int

    @property
    def foreseen(self) -> int:
        return len(self.forecast.keys() & self.came.keys())


def compare(
    shop: Shop, questions: Sequence[Question], before: SearchEngine, after: SearchEngine, article: Article
) -> Told:
    """Forecast `article` on `before`; `after` is the same with it published."""
    standing = Standing(before, Past(tuple(questions)), shop.memory)
    found = forecast(standing, article, PATIENT)
    assert found
    changes: dict[tuple[str, Question], Change] = {
        (change.kind, change.question): change for change in found.changes if change.kind != "kept"
    }
    came = {}
    for question in questions:
        if before.language(question.lang) != article.lang:
            continue
        was, now = answered(before, question), answered(after, question)
        kind = kind_of(was, now, article)
        if kind:
            came[kind, question] = (was, now)
    return Told(changes, came, found.asked, found.likely)


def kind_of(was: Answered, now: Answered, article: Article) -> str:
    """Said otherwise than the forecast says it, from what visitors get."""

    def its(found: Answered) -> bool:
        return bool(found.article and found.article.id == article.id and not found.foreign)

    if its(was) == its(now):
        return ""
    if its(was):
        return "lost"
    return "taken" if was.article and not was.foreign else "gained"
