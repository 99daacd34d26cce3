"""Deflections on their way into the store: nobody waits for the database to be answered."""

import logging
import threading
from collections import deque
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from app.ledger import Ledger
from app.store import Deflection, StoreError

_log = logging.getLogger("sportello.deflections")

# Some hours of a busy shop, in a few tens of megabytes.
_MOST: Final = 20_000
_BATCH: Final = 500
_RETRY_SECONDS: Final = 5.0


class Recorder:
    """Writes what it is given at once, on a thread of its own; while the store is down, it is kept and tried
    again. When more waits than it holds, the oldest is lost, and the log says how much was."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._waiting: deque[Deflection] = deque()
        self._lost = 0
        self._stopping = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="deflections", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, if the store takes it, and end. The store must still be open."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout=10)

    def record(self, deflection: Deflection) -> None:
        """Have it written down."""
        with self._changed:
            if len(self._waiting) >= _MOST:
                self._waiting.popleft()
                self._lost += 1
            self._waiting.append(deflection)
            self._changed.notify()

    def _work(self) -> None:
        while batch := self._next():
            try:
                self._ledger.store.deflections.add(batch)
            except StoreError as error:
                self._ledger.say(error)
                if not self._wait():
                    return
            else:
                self._count(self._done(batch))

    def _next(self) -> list[Deflection]:
        """What to write now; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting) or self._stopping)
            return list(islice(self._waiting, _BATCH))

    def _done(self, batch: list[Deflection]) -> int:
        """Forget what was written; some of it may have made room for others meanwhile: how many were lost."""
        written = {deflection.id for deflection in batch}
        with self._changed:
            while self._waiting and self._waiting[0].id in written:
                self._waiting.popleft()
            lost, self._lost = self._lost, 0
        return lost

    def _count(self, lost: int) -> None:
        """Say it, and count it with all that was shed on this day."""
        if not lost:
            return
        _log.error("%d deflections were not written down: the database was away too long.", lost)
        try:
            self._ledger.store.searches.write((), (), {datetime.now(UTC).date(): lost})
        except StoreError as error:
            self._ledger.say(error)

    def _wait(self) -> bool:
        """Let the store recover; whether to go on."""
        with self._changed:
            return not self._changed.wait_for(lambda: self._stopping, _RETRY_SECONDS)
