"""The pairs as they stand now: read from the store, and kept until something changes."""

import threading
from datetime import UTC, date, datetime
from time import monotonic, thread_time
from typing import Final

from app.learning.pairs import Pair, pairs_of
from app.store import Store
from app.store.learning import Word

# Replies of staff change nothing that is cheap to ask for: they count at the latest after so long.
_LONGEST_SECONDS: Final = 60.0
# Of a processor's time, reading takes one part in fifty at most.
_RESTS: Final = 50
_LEAST_SECONDS: Final = 2.0


class Reading:
    """One for a running help centre; safe to share between threads. Every method raises StoreError."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._words: list[Word] = []
        self._pairs: tuple[Pair, ...] = ()
        self._state: tuple[object, ...] = ()
        self._read_at = -_LONGEST_SECONDS
        self._rest = 0.0

    def pairs(self, store: Store) -> tuple[Pair, ...]:
        """The pairs: vetoes as they are now, words as they were a moment ago (a minute, where many are said).

        The same object as long as nothing changed.
        """
        with self._lock:
            today = datetime.now(UTC).date()
            state = (*store.learning.state(), today)
            age = monotonic() - self._read_at
            if age >= _LONGEST_SECONDS or (state != self._state and age >= self._rest):
                self._read(store, today)
                # Asked for before it was read: what came between is read again, never missed.
                self._state = state
            elif state[1:] != self._state[1:]:
                self._decided(store, today)
                self._state = (self._state[0], *state[1:])
            return self._pairs

    def _read(self, store: Store, today: date) -> None:
        started = thread_time()
        self._words = store.learning.words()
        self._decided(store, today)
        self._read_at = monotonic()
        self._rest = min(max((thread_time() - started) * _RESTS, _LEAST_SECONDS), _LONGEST_SECONDS)

    def _decided(self, store: Store, today: date) -> None:
        pairs = pairs_of(self._words, store.learning.vetoes(), today)
        self._pairs = self._pairs if pairs == self._pairs else pairs
