"""What was read for one page serves those that follow: its charts, its questions, its other filters."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from time import monotonic
from typing import Final

from app.insights.material import Material, gather
from app.insights.report import lost_of
from app.insights.wanted import Wanted
from app.store import Store

# Figures of a page are of one moment, and never older than this.
_FRESH_SECONDS: Final = 30.0


class Reader:
    """One for a running help centre; safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._days: tuple[date, date] | None = None
        self._read_at = 0.0
        self._material: Material | None = None
        self._lost = 0

    def read(self, store: Store, wanted: Wanted) -> tuple[Material, int]:
        """What happened in the days of `wanted`, unfiltered, and how many searches were shed.

        Whoever asks for the same while it is read waits for it. Raises StoreError.
        """
        days = (wanted.first, wanted.last)
        with self._lock:
            fresh = self._clock() - self._read_at < _FRESH_SECONDS
            if self._material is None or self._days != days or not fresh:
                self._material = gather(store.insights, wanted, datetime.now(UTC))
                self._lost = lost_of(store, wanted)
                self._days, self._read_at = days, self._clock()
            return self._material, self._lost
