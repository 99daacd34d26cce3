"""What was asked in vain, in service: reviewed beside the server, and those told who wait for an answer.

One process does it, of those on a data folder.
"""

import logging
import threading
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from filelock import FileLock, Timeout

from app.gaps.review import Reviewer
from app.ledger import Ledger
from app.live import LiveIndex, NotReadyError
from app.settings import Settings
from app.store import Store, StoreError
from app.subscriptions.telling import Address, tell
from search.engine import SearchEngine

_log = logging.getLogger("sportello.gaps")

# How soon a new snapshot or a new question is noticed; a look at nothing new costs one small query.
_LOOK_SECONDS: Final = 2.0
# A review that took long is not done again for so many times as long: it takes a twentieth of a core.
_PATIENCE: Final = 20
_SUCCESSION_SECONDS: Final = 5.0


class GapWatch:
    """Reviews the gaps when something was asked or published. It costs no visitor a page.

    `address` says where an article is read.
    """

    def __init__(self, settings: Settings, live: LiveIndex, ledger: Ledger, address: Address) -> None:
        self._lock = settings.data / "gaps.lock"
        self._live, self._ledger, self._address = live, ledger, address
        self._reviewer = Reviewer()
        self._seen: tuple[str, datetime | None] = ("", None)
        self._rest_until = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="gaps", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End. A review under way is given up: the next start does it."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _work(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                with FileLock(self._lock, timeout=_SUCCESSION_SECONDS):
                    self._watch()
            except Timeout:
                continue

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                engine, store = self._live.engine, self._ledger.store
                self._look(store, engine)
                tell(store, engine, self._address, self._stop.is_set)
            except NotReadyError:
                continue
            except StoreError as error:
                self._ledger.say(error)

    def _look(self, store: Store, engine: SearchEngine) -> None:
        snapshot = engine.snapshot.manifest.id
        seen = (snapshot, store.doubts.newest())
        published = snapshot != self._seen[0]
        if seen == self._seen or (not published and monotonic() < self._rest_until):
            return
        started = monotonic()
        if self._reviewer.review(store, engine, datetime.now(UTC), self._stop.is_set):
            self._seen = seen
        self._rest_until = monotonic() + _PATIENCE * (monotonic() - started)
