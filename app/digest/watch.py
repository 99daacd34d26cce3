"""The digest in service: written on Monday morning, or when the server is back in that week."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.digest.compiling import Title, compiled
from app.digest.letters import FROZEN
from app.digest.sending import hindrance
from app.digest.weeks import due, morning_after
from app.ledger import Ledger
from app.settings import Settings
from app.store import Store, StoreError
from app.store.digests import Edition

_log = logging.getLogger("sportello.digest")

# A look on any other moment of the week costs nothing.
_LOOK_SECONDS: Final = 20.0


class DigestWatch:
    """One thread of this process. Any number of processes may run one: the store keeps one digest a week.

    `ready` says whether articles can be named by `title`.
    """

    def __init__(self, settings: Settings, ledger: Ledger, ready: Callable[[], bool], title: Title) -> None:
        self._settings, self._ledger, self._ready, self._title = settings, ledger, ready, title
        self._zone = ZoneInfo(settings.time_zone)
        self._done: date | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="digest", daemon=True)

    def start(self) -> None:
        """Begin to watch, if mail can be sent."""
        if not hindrance(self._settings):
            self._thread.start()

    def stop(self) -> None:
        """End. A digest that is being written is whole, or written by the next start."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def look(self, store: Store, now: datetime) -> int | None:
        """Write the digest that is due; to how many it goes. Null: none is due. Raises StoreError."""
        week = due(now, self._zone)
        if week is None or week == self._done or not self._ready():
            return None
        sent = None
        if not store.digests.is_published(week):
            digest = compiled(store, self._settings, week, now, self._title)
            edition = Edition(week, FROZEN.dump_json(digest).decode())
            sent = store.digests.publish(edition, now, morning_after(week, self._zone))
        self._done = week
        return sent

    def _work(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                sent = self.look(self._ledger.store, datetime.now(UTC))
            except StoreError as error:
                self._ledger.say(error)
            else:
                if sent is not None:
                    _log.info("The digest of last week goes to %d of the staff.", sent)
