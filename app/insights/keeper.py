"""Counts days gone by and keeps what was counted, so that no page counts them again."""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from filelock import FileLock, Timeout

from app.insights.columns import Frame, frame_of, moment, newest_of, pack, unpack
from app.insights.days import RULES, begin, closed_at, day_of, next_part
from app.insights.material import gather
from app.insights.opened import write_opened
from app.ledger import Ledger
from app.settings import Settings
from app.store import Store, StoreError
from app.store.segments import Segment

_log = logging.getLogger("sportello.insights")

# How soon a late arrival is worked in; a look that finds nothing is a few small queries.
_LOOK_SECONDS: Final = 5.0
_SUCCESSION_SECONDS: Final = 5.0
_START_SECONDS: Final = 0.2
# Days that are not over are counted so often where they are many: pages take what is half a minute old.
_OPEN_SECONDS: Final = 15.0


class Keeper:
    """Works beside the server, in one process of those on a data folder, half of the time at most.

    It begins once the index is `settled`: whoever waits for a start waits for that alone.
    """

    def __init__(self, settings: Settings, ledger: Ledger, settled: threading.Event) -> None:
        self._ledger = ledger
        self._settled = settled
        self._data = settings.data
        self._mark: Sequence[int] = ()
        self._opened_at = -_OPEN_SECONDS
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._succeed, name="insights", daemon=True)

    def start(self) -> None:
        """Begin, on a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End, after the day that is being counted."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _succeed(self) -> None:
        """Wait for the index and the lock, then work until the end."""
        while not self._settled.wait(_START_SECONDS) and not self._stop.is_set():
            pass
        while not self._stop.is_set():
            try:
                with FileLock(self._data / "insights.lock", timeout=_SUCCESSION_SECONDS):
                    self._work()
            except Timeout:
                continue
            except OSError as error:
                _log.error("Insights cannot be kept in %s: %s.", self._data, error.strerror)
                self._stop.wait(_LOOK_SECONDS)

    def _work(self) -> None:
        while not self._stop.is_set():
            began, more = monotonic(), False
            try:
                more = fold(self._ledger.store, datetime.now(UTC))
                if not more and began - self._opened_at >= _OPEN_SECONDS:
                    now, self._opened_at = datetime.now(UTC), began
                    self._mark = write_opened(self._ledger.store, self._data, closed_at(now), now, self._mark)
            except StoreError as error:
                self._ledger.say(error)
            self._stop.wait(monotonic() - began if more else _LOOK_SECONDS)


def fold(store: Store, now: datetime) -> bool:
    """Count one day, or the part of it that was not counted; whether there was any. Raises StoreError."""
    with store.insights.look() as look:
        oldest, closed = look.oldest(), closed_at(now)
        segments, notes = look.counted.segments(), look.counted.notes()
        first = day_of(oldest or closed)
        span = next_part(segments, {note.day for note in notes}, first, closed) if oldest else None
        counted = frame_of(gather(look, span)) if span else None
        day = day_of(span.since) if span else first
        before = list(look.counted.content([day])) if span and span.since > begin(day) else []
    if span is None or counted is None:
        gone = [note.id for note in notes if note.day < first]
        if gone or min(segments, default=first) < first:
            store.segments.drop(first, gone)
        return False
    _keep_wordings(store, counted)
    frames = [frame for content in before for frame in unpack(content)] + [counted]
    seen = segments.get(day)
    segment = Segment(day, span.until, RULES, seen.version if seen else 0)
    store.segments.keep(segment, pack(frames), [note.id for note in notes if note.day == day])
    return True


def _keep_wordings(store: Store, frame: Frame) -> None:
    """First: a segment names none that is not there."""
    newest = newest_of(frame)
    store.segments.add_wordings({name: (frame.texts[name], moment(at)) for name, at in newest.items()})
