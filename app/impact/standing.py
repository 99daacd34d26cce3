"""How the past questions stand with what is served now: read once a snapshot, for every forecast after it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.impact.memory import Memory
from app.impact.questions import Past, Question
from search.engine import SearchEngine
from search.nearness import nearest
from search.records import Answer, Article
from search.snapshot import Shelf

Floats: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a question gets: the first article, in the question's language, and the verdict.

    `article` is null where there is no answer; `foreign` where it is in another language alone.
    """

    answer: Answer
    article: Article | None
    foreign: bool = False


def answered(engine: SearchEngine, question: Question) -> Answered:
    """Ask as a customer would."""
    found = engine.search(question.text, question.lang, limit=1)
    if found.verdict.answer == "no" or not found.hits:
        return Answered("no", None)
    hit = found.hits[0]
    return Answered(found.verdict.answer, hit.article, hit.other_language)


class Desk:
    """The questions of one language: their meanings, their words, and the evidence for what is nearest."""

    def __init__(self, shelf: Shelf, questions: Sequence[Question], vectors: NDArray[np.float32]) -> None:
        self.questions = questions
        self.vectors = vectors
        self.nearest = nearest(shelf, vectors)
        self._words: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._totals = np.full(len(questions), 1e-9, np.float32)
        for number, question in enumerate(questions):
            for term, weight in shelf.analyzer.weigh(question.text).items():
                self._words[term].append((number, weight))
                self._totals[number] += weight

    def covered(self, terms: Iterable[str]) -> Floats:
        """By question, the part of its words, by how much they tell, that are among `terms`."""
        found = np.zeros(len(self.questions), np.float32)
        for term in terms:
            for number, weight in self._words.get(term, ()):
                found[number] += weight
        covered: Floats = found / self._totals
        return covered


class Standing:
    """For one engine and one past: what is asked of it is asked once, and leaves what visitors ask alone."""

    def __init__(self, engine: SearchEngine, past: Past, memory: Memory) -> None:
        self.engine, self.past, self.memory = engine, past, memory
        self._beside = engine.beside(memory)
        self._desks: dict[str, Desk] = {}
        self._before: dict[Question, Answered] = {}

    def is_of(self, engine: SearchEngine, past: Past) -> bool:
        """Whether it still tells how these stand."""
        return self.engine is engine and self.past is past

    def taught(self, engine: SearchEngine) -> "Standing":
        """The same of an engine of the same snapshot that has learned something."""
        other = Standing(engine, self.past, self.memory)
        other._desks = self._desks
        return other

    def prepare(self) -> None:
        """Have at hand what every forecast needs."""
        for lang in self.engine.snapshot.shelves:
            self.desk(lang)

    def desk(self, lang: str) -> Desk:
        """The questions asked in a language of the engine's."""
        if lang not in self._desks:
            asked = [q for q in self.past.questions if self.engine.language(q.lang) == lang]
            texts = [self.engine.understood(question.text, lang) for question in asked]
            vectors = self.memory.encode(texts, "query")
            self._desks[lang] = Desk(self.engine.snapshot.shelves[lang], asked, vectors)
        return self._desks[lang]

    def before(self, question: Question) -> Answered:
        """What a question gets now."""
        found = self._before.get(question)
        if found is None:
            found = self._before[question] = answered(self._beside, question)
        return found
