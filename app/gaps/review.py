"""`Reviewer.review`: the questions asked in vain → asked again → grouped → gaps."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import perf_counter, sleep
from typing import Final

import numpy as np

from app.gaps.grouping import group
from app.gaps.merging import Look, key_of, merge
from app.gaps.replay import answers
from app.store import Store
from app.store.gaps_records import Doubt, Review
from search.engine import SearchEngine

# How far a look goes back, and the two spans whose numbers make the trend.
DAYS: Final = 90
SPAN_DAYS: Final = 14
# How many times as long it rests again where visitors ask.
_BUSY: Final = 9
# The heaviest wordings: grouping costs memory by their square.
MOST: Final = 3_000


class Reviewer:
    """Looks at the questions again and again; what it found out of a snapshot it need not ask it twice.

    It is for one thread. Between two questions it rests for `rest` times as long as the last one took, and
    where visitors asked something meanwhile for ten times that: theirs come first.
    """

    def __init__(self, rest: float = 1.0) -> None:
        self._rest = rest
        self._snapshot = ""
        self._replayed: dict[tuple[str, str, datetime], str | None] = {}

    def review(
        self, store: Store, engine: SearchEngine, now: datetime, ended: Callable[[], bool] = lambda: False
    ) -> bool:
        """Bring the gaps up to date; false where it `ended` before that. Raises StoreError."""
        since = now - timedelta(days=DAYS)
        before, lately = (now - timedelta(days=SPAN_DAYS * times) for times in (2, 1))
        doubts = store.doubts.since(since, before, lately, MOST)
        found = store.doubts.found(since)
        if not self._replay(engine, doubts, ended):
            return False
        answered = {key_of(d): article for d in doubts if (article := self._replayed[_asked(d)])}
        open_still = [doubt for doubt in doubts if key_of(doubt) not in answered]
        look = Look(now, since, _groups(engine, open_still), answered, found)
        snapshot = engine.snapshot.manifest.id
        store.gaps.rewrite(Review(now, snapshot), lambda was: merge(was, look))
        return True

    def _replay(self, engine: SearchEngine, doubts: Sequence[Doubt], ended: Callable[[], bool]) -> bool:
        if engine.snapshot.manifest.id != self._snapshot:
            self._snapshot, self._replayed = engine.snapshot.manifest.id, {}
        known = {_asked(doubt) for doubt in doubts}
        self._replayed = {asked: article for asked, article in self._replayed.items() if asked in known}
        for doubt in doubts:
            if _asked(doubt) in self._replayed:
                continue
            if ended():
                return False
            started = perf_counter()
            result = engine.search(doubt.wording, doubt.lang, limit=1)
            article = result.hits[0].article.id if answers(result, doubt.shown) else None
            self._replayed[_asked(doubt)] = article
            self._let_pass(engine, perf_counter() - started)
        return True

    def _let_pass(self, engine: SearchEngine, took: float) -> None:
        before = _made(engine)
        sleep(self._rest * took)
        if _made(engine) != before:
            sleep(self._rest * _BUSY * took)


def _made(engine: SearchEngine) -> int:
    return engine.meanings.counts.made if engine.meanings else 0


def _asked(doubt: Doubt) -> tuple[str, str, datetime]:
    return doubt.lang, doubt.wording, doubt.last_at


def _groups(engine: SearchEngine, doubts: Sequence[Doubt]) -> list[list[Doubt]]:
    """The heaviest question first, in each. Without an encoder each is a group of its own."""
    vectors = [engine.meaning(doubt.wording) for doubt in doubts]
    if not vectors or vectors[0] is None:
        return [[doubt] for doubt in doubts]
    rows = group(np.array(vectors), _unrelated(engine))
    return [sorted((doubts[row] for row in some), key=lambda doubt: -doubt.weight) for some in rows]


def _unrelated(engine: SearchEngine) -> float:
    """The encoder's own zero: the same for every language."""
    return next(shelf.calibration.unrelated for shelf in engine.snapshot.shelves.values())
