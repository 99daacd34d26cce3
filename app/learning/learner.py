"""Has the running search learn what was confirmed, on a thread of its own: no question waits for it."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime
from time import monotonic
from typing import Final

from app.learning.pairs import Pair
from app.learning.reading import Reading
from app.ledger import Ledger
from app.live import LiveIndex, NotReadyError
from app.store import StoreError
from search.encoders import EncoderError, Vectors
from search.engine import SearchEngine

_log = logging.getLogger("sportello.learning")

# How soon a process learns of a veto, and of an index that has just been opened.
_LOOK_SECONDS: Final = 2.0
# So many questions are read at once; then the processor rests as long as that took, for those who ask.
_BATCH: Final = 32


class Learner:
    """What goes wrong is said in the log, once, and costs nobody a search: what was learned stays learned."""

    def __init__(self, ledger: Ledger, live: LiveIndex, reading: Reading) -> None:
        self._ledger = ledger
        self._live = live
        self._reading = reading
        self._vectors: dict[str, Vectors] = {}
        self._taught: tuple[Sequence[Pair], date] | None = None
        self._said = ""
        self._stop = threading.Event()
        self._look = threading.Event()
        self._thread = threading.Thread(target=self._work, name="learning", daemon=True)

    def start(self) -> None:
        """Begin to learn; the ledger need not be open yet, nor the index."""
        self._thread.start()

    def stop(self) -> None:
        """End, before the ledger does."""
        self._stop.set()
        self._look.set()
        self._thread.join(timeout=10)

    def look(self) -> None:
        """Something was decided here: learn of it at once."""
        self._look.set()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._learn(self._live.engine, self._reading.pairs(self._ledger.store))
            except NotReadyError:
                pass  # there is nothing to teach yet
            except (StoreError, EncoderError) as error:
                self._say(str(error))
            else:
                self._said = ""
            self._look.wait(_LOOK_SECONDS)
            self._look.clear()

    def _learn(self, engine: SearchEngine, pairs: Sequence[Pair]) -> None:
        """Teach what changed: first what can be at once, then, in parts, what must be encoded before."""
        now = (pairs, datetime.now(UTC).date())
        if self._taught and self._taught[0] is pairs and self._taught[1] == now[1]:
            return
        lifting = [pair for pair in pairs if not pair.vetoed]
        unknown = list(dict.fromkeys(p.question for p in lifting if p.question not in self._vectors))
        self._teach(lifting)
        for start in range(0, len(unknown), _BATCH):
            started = monotonic()
            self._vectors |= engine.encode(unknown[start : start + _BATCH])
            self._teach(lifting)
            if self._stop.wait(monotonic() - started) or self._look.is_set():
                return  # what is left comes with the next look
        wanted = {pair.question for pair in lifting}
        self._vectors = {q: vector for q, vector in self._vectors.items() if q in wanted}
        self._taught = now

    def _teach(self, lifting: Sequence[Pair]) -> None:
        known = [pair.confirmed for pair in lifting if pair.question in self._vectors]
        self._live.teach(known, self._vectors)

    def _say(self, problem: str) -> None:
        if problem != self._said:
            _log.error("%s Search goes on with what it has learned.", problem)
        self._said = problem
