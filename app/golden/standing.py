"""How the golden questions fare now: each asked once of an engine, by who wants to know."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from app.impact.memory import Memory
from indexer.golden import DEPTH, Fared, fared
from indexer.goldenfile import Question
from search.engine import SearchEngine
from search.records import Article, SearchResult

# It finds its article first; another one comes first; it is told that there is no answer, though there is
# one; it gets an answer, though there is none.
State = Literal["right", "another", "refused", "answered"]
STATES: Final[tuple[State, ...]] = get_args(State)
# What is tried and never kept; then its vectors are forgotten.
_MOST_KEPT: Final = 2_000
_TRIED: Final = 5


@dataclass(frozen=True, slots=True)
class Stands:
    """A golden question, how it fares, and what is found first; `state` is null before there is an index."""

    question: Question
    fared: Fared | None = None
    first: Article | None = None

    @property
    def state(self) -> State | None:
        """In one word."""
        if self.fared is None:
            return None
        if not self.question.expect:
            return "right" if self.fared.refused else "answered"
        if self.fared.refused:
            return "refused"
        return "right" if self.fared.rank == 1 else "another"


class GoldenDesk:
    """One for a running help centre; safe to share between threads, which ask one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._memory: Memory | None = None
        self._engine: SearchEngine | None = None
        self._beside: SearchEngine | None = None
        self._known: dict[Question, Stands] = {}

    def stand(self, questions: Iterable[Question], engine: SearchEngine | None) -> list[Stands]:
        """How each fares with an engine; those that were asked of it before are not asked again."""
        if engine is None:
            return [Stands(question) for question in questions]
        with self._lock:
            beside = self._asking(engine)
            listed = list(questions)
            for question in listed:
                if question not in self._known:
                    self._known[question] = _stands(question, beside)
            return [self._known[question] for question in listed]

    def tried(self, ask: str, lang: str, engine: SearchEngine) -> SearchResult:
        """What a question gets now."""
        with self._lock:
            return self._asking(engine).search(ask, lang, limit=_TRIED)

    def _asking(self, engine: SearchEngine) -> SearchEngine:
        if self._beside is not None and self._engine is engine:
            return self._beside
        if engine.encoder and (self._memory is None or self._memory.size > _MOST_KEPT):
            self._memory = Memory(engine.encoder)
        self._engine, self._known = engine, {}
        self._beside = engine.beside(self._memory) if self._memory else engine
        return self._beside


def _stands(question: Question, engine: SearchEngine) -> Stands:
    found = engine.search(question.ask, question.lang, limit=DEPTH)
    return Stands(question, fared(question, found), next((hit.article for hit in found.hits), None))


def counts(stands: Iterable[Stands]) -> Mapping[State, int]:
    """How many are in each state."""
    found = dict.fromkeys(STATES, 0)
    for one in stands:
        if one.state:
            found[one.state] += 1
    return found
