"""The reminders in service: written on Monday morning, or when the server is back in that week."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.digest.sending import hindrance
from app.digest.weeks import due
from app.ledger import Ledger
from app.live import NotReadyError
from app.reviews.assigning import assigned, told, waiting
from app.reviews.letters import FROZEN
from app.settings import Settings
from app.store import Store, StoreError
from app.store.reviews import Review, Round
from app.store.users import User
from search.records import Article

_log = logging.getLogger("sportello.reviews")

# A look on any other moment of the week costs nothing.
_LOOK_SECONDS: Final = 5.0
_WEEK: Final = timedelta(days=7)
_SUNDAY: Final = timedelta(days=6)

# What is published now; raises NotReadyError.
Published = Callable[[], Iterable[Article]]


class ReviewWatch:
    """One thread of this process. Any number of processes may run one: the store keeps one round a week."""

    def __init__(self, settings: Settings, ledger: Ledger, published: Published) -> None:
        self._settings, self._ledger, self._published = settings, ledger, published
        self._zone = ZoneInfo(settings.time_zone)
        self._done: date | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="reviews", daemon=True)

    def start(self) -> None:
        """Begin to watch, if reminders are wanted and mail can be sent."""
        if self._settings.review_reminders and not hindrance(self._settings):
            self._thread.start()

    def stop(self) -> None:
        """End. A round that is being written is whole, or written by the next start."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def look(self, store: Store, now: datetime) -> int | None:
        """Write the week's round, of what is due by its Sunday; to how many it goes. Null: none is due.

        Raises StoreError, and NotReadyError while no article is known.
        """
        last = due(now, self._zone)
        week = last + _WEEK if last else None
        if week is None or week == self._done:
            return None
        sent = None
        if not store.reviews.is_published(week):
            articles = waiting(self._published(), week + _SUNDAY)

            def write(new: Sequence[Review], staff: Sequence[User]) -> Round:
                dues = assigned(new, articles, staff)
                readers = [user.id for user in staff if told(dues, user)]
                return Round(readers, FROZEN.dump_json(dues).decode())

            sent = store.reviews.publish(week, now, articles, write)
        self._done = week
        return sent

    def _work(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                sent = self.look(self._ledger.store, datetime.now(UTC))
            except StoreError as error:
                self._ledger.say(error)
            except NotReadyError:
                continue
            else:
                if sent:
                    _log.info("%d of the staff are reminded of articles to read again.", sent)
