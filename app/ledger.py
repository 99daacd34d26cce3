"""The store in service: opened beside the server, tried again where it cannot be, and counted for."""

import logging
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

from app.digest.weeks import KEPT
from app.settings import Settings
from app.store import Read, Store, StoreError, open_store
from app.subscriptions.keeping import ages

_log = logging.getLogger("sportello.ledger")

# How long a count may wait in memory: what a kill can cost.
_FLUSH_SECONDS: Final = 5.0
_RANK_SECONDS: Final = 60.0
_RETRY_SECONDS: Final = 15.0
_HOUR_SECONDS: Final = 3_600.0
_DAY_SECONDS: Final = 86_400.0
# How long a visitor's answer waits for a store that is just being opened.
_OPENING_SECONDS: Final = 5.0
# More articles than any help centre has; beyond them, only what is counted already goes on.
_MOST_COUNTED: Final = 20_000
# What "now" means on the home page, and how many readers make a thing asked often.
_DAYS: Final = 7
_LEAST: Final = 3
_RANKED: Final = 20


class Ledger:
    """Counts reads and knows the most read ones without making a page wait for the database.

    What goes wrong is said in the log, once, and costs no visitor a page.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store: Store | None = None
        self._opened = threading.Event()  # or tried once
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._reads: Counter[Read] = Counter()
        self._ranked: dict[str, tuple[str, ...]] = {}
        self._ranked_at: dict[str, float] = {}
        self._said = ""
        self._aged_at = -_DAY_SECONDS
        self._let_go_at = -_HOUR_SECONDS
        self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)

    def start(self) -> None:
        """Open the store on a thread of its own, which then writes what was counted."""
        self._thread.start()

    def stop(self) -> None:
        """Write what was counted, and close."""
        self._stop.set()
        self._thread.join(timeout=10)

    @property
    def store(self) -> Store:
        """The store. Raises StoreError while it cannot be opened."""
        self._opened.wait(_OPENING_SECONDS)
        if self._store is None:
            raise StoreError(self._said or "The database is not open yet.")
        return self._store

    def say(self, error: StoreError) -> None:
        """Say in the log what went wrong, unless it was said already."""
        problem = str(error)
        if problem != self._said:
            _log.error("%s Pages go on without it.", problem)
        self._said = problem

    def count_read(self, lang: str, article: str) -> None:
        """Somebody opened an article."""
        read = Read(datetime.now(UTC).date(), lang, article)
        with self._lock:
            if read in self._reads or len(self._reads) < _MOST_COUNTED:
                self._reads[read] += 1

    def most_read(self, lang: str) -> tuple[str, ...]:
        """The ids of the articles read most in the last days, as they were ranked within the last minute."""
        # A language asked for the first time is ranked with the next look.
        return self._ranked.setdefault(lang, ())

    def _work(self) -> None:
        tried = -_RETRY_SECONDS
        ended = False
        while not ended:
            ended = self._stop.is_set()  # once more after the end was said: to write what is left
            if self._store is None and monotonic() - tried >= _RETRY_SECONDS:
                self._open()
                tried = monotonic()
            if self._store is not None:
                self._keep(self._store)
            self._stop.wait(_FLUSH_SECONDS)
        if self._store is not None:
            self._store.close()

    def _keep(self, store: Store) -> None:
        try:
            self._flush(store)
            self._rank(store)
            self._age(store)
            self._let_go(store)
        except StoreError as error:
            self.say(error)
        else:
            self._said = ""

    def _open(self) -> None:
        try:
            self._store = open_store(self._settings.database_url, self._settings.data)
        except StoreError as error:
            self.say(error)
        self._opened.set()

    def _flush(self, store: Store) -> None:
        with self._lock:
            reads, self._reads = self._reads, Counter()
        try:
            store.count_reads(reads)
        except StoreError:
            with self._lock:
                self._reads.update(reads)
            raise

    def _rank(self, store: Store) -> None:
        since = datetime.now(UTC).date() - timedelta(days=_DAYS - 1)
        for lang in tuple(self._ranked):
            if monotonic() - self._ranked_at.get(lang, -_RANK_SECONDS) >= _RANK_SECONDS:
                self._ranked[lang] = store.most_read(lang, since, _RANKED, _LEAST)
                self._ranked_at[lang] = monotonic()

    def _age(self, store: Store) -> None:
        """Once a day, take away what is too old: a part at a time, so that visitors' writes come between."""
        if monotonic() - self._aged_at < _DAY_SECONDS:
            return
        before = datetime.now(UTC) - timedelta(days=self._settings.retention_days)
        gone = 0
        while (some := store.retention.forget(before)) and not self._stop.is_set():
            gone += some
        self._aged_at = monotonic()
        if gone:
            _log.info("%d rows older than %d days were deleted.", gone, self._settings.retention_days)

    def _let_go(self, store: Store) -> None:
        """Each hour, forget who did not confirm, waits for too long or could not be told, and old digests."""
        if monotonic() - self._let_go_at < _HOUR_SECONDS:
            return
        store.digests.forget(datetime.now(UTC) - KEPT)
        store.reviews.forget(datetime.now(UTC) - KEPT)
        while not self._stop.is_set():
            if not store.subscriptions.forget(ages(datetime.now(UTC), self._settings.retention_days)):
                self._let_go_at = monotonic()
                return
