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
# What is opened or sent later, and days that pass, change the numbers though nobody asks anything.
_ANYWAY_SECONDS: Final = 300.0
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
        self._anyway_at = 0.0
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
            except Exception:  # noqa: BLE001
                # Without this, what nobody thought of would end the watch, and nobody would be told.
                _log.exception("The questions asked in vain could not be reviewed; it is tried again.")
                self._stop.wait(_ANYWAY_SECONDS)

    def _look(self, store: Store, engine: SearchEngine) -> None:
        snapshot = engine.snapshot.manifest.id
        seen = (snapshot, store.doubts.newest())
        published = snapshot != self._seen[0]
        started = monotonic()
        nothing_new = seen == self._seen and started < self._anyway_at
        if nothing_new or (not published and started < self._rest_until):
            return
        if self._reviewer.review(store, engine, datetime.now(UTC), self._stop.is_set):
            self._seen, self._anyway_at = seen, monotonic() + _ANYWAY_SECONDS
        self._rest_until = monotonic() + _PATIENCE * (monotonic() - started)
