"""What the operator's Prometheus reads: how long requests and searches take, what waits, what was refused.

With several workers each writes its numbers to files in one folder, which `sportello serve` makes, and
whichever is asked adds them up. Nothing here says who asked, or what.
"""

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, TypeAlias

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from app.ledger import Ledger
from app.live import LiveIndex, NotReadyError
from app.settings import shared_metrics
from app.store import StoreError
from search.meanings import Counts
from search.records import SearchResult

AskedBy: TypeAlias = Literal["site", "api", "widget"]

# Seconds: from a page out of the cache to a visitor who has left.
_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The numbers of one server; safe to share between threads."""

    def __init__(self, live: LiveIndex, ledger: Ledger) -> None:
        self._own = registry = CollectorRegistry()
        self._now = _Now(live, ledger)
        self._live = live
        self._lock = threading.Lock()
        self._counted = Counts()
        self._requests = Histogram(
            "sportello_http_request_seconds",
            "Seconds until an answer was sent whole, by the route's pattern and the answer's status.",
            ("method", "route", "status"), buckets=_BUCKETS, registry=registry,
        )  # fmt: skip
        self._searches = Histogram(
            "sportello_search_seconds",
            "Seconds of a search by who asked, in each stage: encode (its meaning), rank (all else).",
            ("asked_by", "stage"), buckets=_BUCKETS, registry=registry,
        )  # fmt: skip
        self._verdicts = Counter(
            "sportello_search_verdicts",
            "Searches by who asked and by whether there was an answer: yes, maybe, no.",
            ("asked_by", "answer"), registry=registry,
        )  # fmt: skip
        self._vectors = Counter(
            "sportello_question_vectors",
            "Questions' vectors: remembered, made, joined (made for another), refused (too many waited).",
            ("how",), registry=registry,
        )  # fmt: skip
        self._degraded = Counter(
            "sportello_searches_degraded",
            "Searches answered by their words alone (site, api) or refused (widget), for too many waited.",
            ("asked_by",), registry=registry,
        )  # fmt: skip
        self._remembered = Counter(
            "sportello_searches_remembered",
            "Searches by who asked, answered as the same question was a while ago.",
            ("asked_by",), registry=registry,
        )  # fmt: skip
        self._shed = Counter(
            "sportello_searches_shed",
            "Searches not written down, since more came than the database took.", registry=registry,
        )  # fmt: skip
        self._waiting = Gauge(
            "sportello_searches_waiting",
            "Searches that wait to be written down.", registry=registry, multiprocess_mode="livesum",
        )  # fmt: skip

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered; `route` is the pattern of its address, never the address."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def searched(self, asked_by: AskedBy, found: SearchResult) -> None:
        """A question was answered."""
        encoding = found.encode_ms / 1000
        self._searches.labels(asked_by, "encode").observe(encoding)
        self._searches.labels(asked_by, "rank").observe(found.took_ms / 1000 - encoding)
        self._verdicts.labels(asked_by, found.verdict.answer).inc()
        if found.degraded:
            self._degraded.labels(asked_by).inc()
        if found.remembered:
            self._remembered.labels(asked_by).inc()
        self._count_vectors()

    def recorded(self, waiting: int, shed: int) -> None:
        """So many searches wait for the database, and so many more were shed."""
        self._waiting.set(waiting)
        if shed:
            self._shed.inc(shed)

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        registry, folder = self._own, shared_metrics()
        if folder:
            _bury(folder)
            registry = CollectorRegistry()
            MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry) + generate_latest(self._now.registry)

    def _count_vectors(self) -> None:
        """What the engine counted since the last look. A new engine begins anew only with a new encoder."""
        meanings = self._live.engine.meanings
        if meanings is None:
            return
        with self._lock:
            now, before = meanings.counts, self._counted
            self._counted = now
        for how in ("remembered", "made", "joined", "refused"):
            if (more := getattr(now, how) - getattr(before, how)) > 0:
                self._vectors.labels(how).inc(more)


class _Now(Collector):
    """What is looked up when it is asked for: it is the same from every worker."""

    def __init__(self, live: LiveIndex, ledger: Ledger) -> None:
        self._live, self._ledger = live, ledger
        self.registry = CollectorRegistry()
        self.registry.register(self)

    def describe(self) -> Iterable[Metric]:
        """Nothing: at the start there is no snapshot to describe."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """The snapshot, and the letters that wait."""
        with suppress(NotReadyError):
            manifest = self._live.engine.snapshot.manifest
            age = (datetime.now(UTC) - manifest.created).total_seconds()
            yield GaugeMetricFamily(
                "sportello_snapshot_age_seconds", "Since what is served was published.", value=age
            )
            articles = GaugeMetricFamily(
                "sportello_snapshot_articles", "Articles served, by language.", labels=["lang"]
            )
            for lang, shelf in manifest.shelves.items():
                articles.add_metric([lang], shelf.articles)
            yield articles
        with suppress(StoreError):
            backlog = self._ledger.store.outbox.backlog()
            yield GaugeMetricFamily(
                "sportello_outbox_waiting", "Mails and posts that wait to be sent.", value=backlog.waiting
            )
            yield GaugeMetricFamily(
                "sportello_outbox_failed", "Mails and posts that were given up.", value=backlog.failed
            )


def _bury(folder: Path) -> None:
    """Let what waited in workers that died count no longer."""
    for path in folder.glob("gauge_live*_*.db"):
        number = int(path.stem.rpartition("_")[2])
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            mark_process_dead(number, str(folder))  # type: ignore[no-untyped-call]
        except PermissionError:  # it lives, and is another user's
            continue
