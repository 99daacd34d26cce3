"""Keeps what a forecast needs at hand, beside the server: no editor waits until old questions are read."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

from app.impact.forecast import Forecast, forecast
from app.impact.memory import Memory
from app.impact.questions import DAYS, MOST, Past, Question, past_of
from app.impact.standing import Standing
from app.insights.reader import Page, Reader
from app.insights.wanted import last_days
from app.ledger import Ledger
from app.live import LiveIndex, NotReadyError
from app.settings import Settings
from app.store import StoreError
from search.encoders import EncoderError
from search.engine import SearchEngine
from search.records import Article

_log = logging.getLogger("sportello.impact")

_LOOK_SECONDS: Final = 2.0
# What was asked is read again so often, and never more than a fiftieth of the time.
_READ_SECONDS: Final = 60.0
_RESTS: Final = 50
# So many questions are read at once; then the processor rests as long as that took, for those who ask.
_BATCH: Final = 32
# Beside the questions, what editors typed; then it is time to forget that.
_MOST_KEPT: Final = 2 * MOST


class ImpactWatch:
    """What goes wrong is said in the log, once; forecasts go on with what is known."""

    def __init__(self, settings: Settings, live: LiveIndex, ledger: Ledger, reader: Reader) -> None:
        self._settings, self._live, self._ledger, self._reader = settings, live, ledger, reader
        self._listed = Past()
        self._past = Past()
        self._memory: Memory | None = None
        self._standing: Standing | None = None
        self._read_at = 0.0
        self._said = ""
        # One forecast at a time: each takes a processor for most of a second.
        self._one = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="impact", daemon=True)

    def start(self) -> None:
        """Begin to read; the ledger need not be open yet, nor the index."""
        self._thread.start()

    def stop(self) -> None:
        """End, before the ledger does."""
        self._stop.set()
        self._thread.join(timeout=10)

    @property
    def past(self) -> Past:
        """The questions that forecasts are made of now."""
        return self._past

    def memory(self, engine: SearchEngine) -> Memory | None:
        """What reads texts as `engine` does, and remembers them; null without an encoder."""
        if self._memory is None and engine.encoder is not None:
            self._memory = Memory(engine.encoder)
        return self._memory

    def forecast(self, engine: SearchEngine, article: Article) -> Forecast | None:
        """As `forecast`; null also where search knows no meanings."""
        standing = self._stand(engine)
        if standing is None:
            return None
        with self._one:
            return forecast(standing, article)

    def _work(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                engine = self._live.engine
                if monotonic() >= self._read_at:
                    self._read()
                self._learn(engine)
                if standing := self._stand(engine):
                    standing.prepare()
            except NotReadyError:
                continue
            except (StoreError, EncoderError) as error:
                self._say(str(error))
            else:
                self._said = ""

    def _read(self) -> None:
        started = monotonic()
        wanted = last_days(DAYS, datetime.now(UTC), ZoneInfo(self._settings.time_zone))
        page = Page("episodes", 0, MOST)
        told = self._reader.read(self._ledger.store, wanted, self._settings.k_anonymity, [page])
        self._listed = past_of(told.questions["episodes"])
        now = monotonic()
        self._read_at = now + max(_READ_SECONDS, _RESTS * (now - started))

    def _learn(self, engine: SearchEngine) -> None:
        """Read what is new, part by part, resting; what is known is of use before all of it is."""
        memory, listed = self.memory(engine), self._listed
        if memory is None:
            return
        if self._past.questions == listed.questions and memory.size < _MOST_KEPT:
            return
        texts = {q: engine.understood(q.text, q.lang) for q in listed.questions}
        memory.keep(texts.values())
        unread = memory.lacks(texts.values())
        while unread and not self._stop.is_set():
            self._publish(listed, texts, frozenset(unread))
            started = monotonic()
            memory.encode(unread[:_BATCH], "query")
            unread = unread[_BATCH:]
            self._stop.wait(monotonic() - started)
        self._publish(listed, texts, frozenset(unread))

    def _publish(self, listed: Past, texts: Mapping[Question, str], unread: frozenset[str]) -> None:
        """Forecast from what is read by now: when all of it is, and before whenever it has doubled."""
        known = tuple(q for q in listed.questions if texts[q] not in unread)
        if not unread or len(known) >= 2 * max(len(self._past.questions), _BATCH):
            past = replace(listed, questions=known, unread=len(listed.questions) - len(known))
            self._past = self._past if past == self._past else past

    def _stand(self, engine: SearchEngine) -> Standing | None:
        """How the questions stand with an engine; null without an encoder."""
        memory, past, known = self.memory(engine), self._past, self._standing
        if memory is None or (known and known.is_of(engine, past)):
            return known
        same = known is not None and known.past is past and known.engine.snapshot is engine.snapshot
        self._standing = known.taught(engine) if known and same else Standing(engine, past, memory)
        return self._standing

    def _say(self, problem: str) -> None:
        if problem != self._said:
            _log.error("%s Forecasts go on with the questions that are known.", problem)
        self._said = problem
