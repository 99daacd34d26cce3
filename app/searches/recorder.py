"""Searches on their way into the store: a bounded queue, and one thread that writes groups of them."""

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Final

from app.ledger import Ledger
from app.store import Event, Search, StoreError

_log = logging.getLogger("sportello.searches")

# What a kill can cost: one group, or what came in so many seconds.
GROUP: Final = 200
GROUP_SECONDS: Final = 0.2
_RETRY_SECONDS: Final = 5.0


class Recorder:
    """Takes notes at once and writes them a group at a time; while the store is down they are tried again.

    What comes when `most` wait already is shed, and counted by day. At each change `told` hears how many
    wait and how many more were shed.
    """

    def __init__(self, ledger: Ledger, most: int, told: Callable[[int, int], None]) -> None:
        self._ledger = ledger
        self._told = told
        self._most = most
        self._waiting: deque[Search | Event] = deque()
        self._shed: Counter[date] = Counter()
        self._stopping = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="searches", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, if the store takes it, and end. The store must still be open."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout=10)

    def record(self, note: Search | Event) -> None:
        """Have a search, or the opening of a result, written down."""
        with self._changed:
            if len(self._waiting) >= self._most:
                self._shed[datetime.now(UTC).date()] += 1
                self._told(len(self._waiting), 1)
                return
            self._waiting.append(note)
            self._told(len(self._waiting), 0)
            if len(self._waiting) in {1, GROUP}:
                self._changed.notify()

    def _work(self) -> None:
        while notes := self._next():
            shed = self._take_shed()
            try:
                self._write(notes, shed)
            except StoreError as error:
                self._ledger.say(error)
                if not self._wait(shed):
                    _log.error("%d searches were not written down: there is no database.", len(self._waiting))
                    return
            else:
                self._done(len(notes), shed)

    def _next(self) -> list[Search | Event]:
        """A group; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._waiting) or self._stopping)
            self._changed.wait_for(lambda: len(self._waiting) >= GROUP or self._stopping, GROUP_SECONDS)
            return list(islice(self._waiting, GROUP))

    def _write(self, notes: Sequence[Search | Event], shed: Counter[date]) -> None:
        searches = [note for note in notes if isinstance(note, Search)]
        clicks = [note for note in notes if isinstance(note, Event)]
        self._ledger.store.searches.write(searches, clicks, shed)

    def _take_shed(self) -> Counter[date]:
        with self._changed:
            shed, self._shed = self._shed, Counter()
        return shed

    def _done(self, written: int, shed: Counter[date]) -> None:
        """Forget what was written: none but this thread takes from the left."""
        with self._changed:
            for _ in range(written):
                self._waiting.popleft()
            self._told(len(self._waiting), 0)
        if shed.total():
            _log.error("%d searches were shed: more came than could be written down.", shed.total())

    def _wait(self, shed: Counter[date]) -> bool:
        """Let the store recover; whether to go on: at the end there is one more try."""
        with self._changed:
            self._shed.update(shed)
            if self._stopping:
                return False
            self._changed.wait_for(lambda: self._stopping, _RETRY_SECONDS)
            return True
