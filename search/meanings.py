"""The vectors of questions, for many who ask side by side: remembered, and each made once."""

import os
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from search.encoders import Encoder, Vectors
from search.recent import Recent

# A question is asked again and again; its vector is 1.5 kB.
KEPT: Final = 4_096
# Who would wait longer for the encoder is answered by words alone: a page that takes a second is left.
_PATIENCE: Final = 0.5
# Nor do more than these wait: a server runs forty requests at once, and pages need some of them.
_MOST_WAITING: Final = 32
# How much the newest encoding counts in the mean that the wait is reckoned by.
_NEWEST: Final = 0.1


@dataclass(frozen=True, slots=True)
class Counts:
    """Since the start: vectors remembered, made, waited for while another made them, and refused."""

    remembered: int = 0
    made: int = 0
    joined: int = 0
    refused: int = 0


class Meanings:
    """Makes and keeps the vectors of questions; safe to share between threads.

    So many are made at a time as there are cores. `kept` is how many are remembered, the last asked for.
    """

    def __init__(self, encoder: Encoder, kept: int = KEPT) -> None:
        self.encoder = encoder
        self._kept: Recent[str, Vectors] = Recent(kept)
        self._under_way: dict[str, Future[Vectors]] = {}
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._cores = cores
        self._turns = threading.BoundedSemaphore(cores)
        self._seconds = 0.0
        self._inside = 0
        self._counted = {"remembered": 0, "made": 0, "joined": 0, "refused": 0}
        self._lock = threading.Lock()

    @property
    def counts(self) -> Counts:
        """What was done so far."""
        with self._lock:
            return Counts(**self._counted)

    @property
    def waiting(self) -> int:
        """How many are being made, or wait to be."""
        return len(self._under_way)

    def of(self, question: str) -> Vectors:
        """The vector of a question, (dimension,), however long it takes. Raises EncoderError."""
        vector = self._find(question, patient=True)
        assert vector is not None  # noqa: S101  the patient are never refused
        return vector

    def soon(self, question: str) -> Vectors | None:
        """The same, or null where too many wait for theirs. Raises EncoderError."""
        return self._find(question, patient=False)

    def _find(self, question: str, *, patient: bool) -> Vectors | None:
        with self._lock:
            found = self._kept.get(question)
            if found is not None:
                self._counted["remembered"] += 1
                return found
            if not patient and self._is_crowded():
                self._counted["refused"] += 1
                return None
            other = self._under_way.get(question)
            if other is None:
                mine = self._under_way[question] = Future[Vectors]()
            self._counted["made" if other is None else "joined"] += 1
            self._inside += 1
        try:
            return self._make(question, mine) if other is None else other.result()
        finally:
            with self._lock:
                self._inside -= 1

    def _is_crowded(self) -> bool:
        """Whoever waits keeps a thread, also for a vector that another makes."""
        wait = len(self._under_way) // self._cores * self._seconds
        return self._inside >= _MOST_WAITING or wait > _PATIENCE

    def _make(self, question: str, promised: "Future[Vectors]") -> Vectors:
        try:
            with self._turns:
                started = perf_counter()
                vector: Vectors = self.encoder.encode([question], "query")[0]
                taken = perf_counter() - started
        except BaseException as error:
            with self._lock:
                del self._under_way[question]
            promised.set_exception(error)
            raise
        with self._lock:
            del self._under_way[question]
            self._seconds += (taken - self._seconds) * _NEWEST
            self._kept.keep(question, vector)
        promised.set_result(vector)
        return vector
