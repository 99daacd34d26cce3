"""What is noted of a question and of the result that was opened, scrubbed of what says who."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from app.ledger import Ledger
from app.metrics import Metrics
from app.privacy import scrub
from app.searches.names import Names
from app.searches.recorder import Recorder
from app.secret import Secret
from app.store import Asker, Event, Search
from app.store.searches import MOST_KEPT, QUERY_KEPT
from search.records import Article, Hit, Phase, SearchResult


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it was answered; `category` is one of ours, `previous` the search that went before."""

    source: Asker
    found: SearchResult
    shown: Iterable[Hit]
    category: str | None = None
    phase: Phase | None = None
    previous: str | None = None


class SearchLog:
    """One for a running help centre; safe to share between threads, and it makes nobody wait."""

    def __init__(self, secret: Secret, ledger: Ledger, most: int, metrics: Metrics) -> None:
        self._names = Names(secret.key("searches"))
        self._recorder = Recorder(ledger, most, metrics.recorded)

    def start(self) -> None:
        """Begin to write down."""
        self._recorder.start()

    def stop(self) -> None:
        """Write down what waits; before the store is closed."""
        self._recorder.stop()

    def known(self, given: str) -> str | None:
        """The id of a search on the site within the last day, if `given` is one."""
        return self._names.read(given)

    def asked(self, asked: Asked, search_id: str = "") -> str:
        """Note a search; the id that it is known by, a new one unless it has one."""
        search_id = search_id or self._names.make()
        found = asked.found
        query = scrub(found.query)[:QUERY_KEPT]
        same = found.understood == found.query
        self._recorder.record(
            Search(
                id=search_id,
                at=datetime.now(UTC),
                source=asked.source,
                lang=found.lang[:QUERY_KEPT],
                query=query,
                understood=query if same else scrub(found.understood)[:QUERY_KEPT],
                answer=found.verdict.answer,
                confidence=found.verdict.confidence,
                results=tuple(hit.article.id for hit in asked.shown)[:MOST_KEPT],
                snapshot=found.snapshot,
                ms=found.took_ms,
                category=asked.category,
                phase=asked.phase,
                previous=asked.previous,
            )
        )
        return search_id

    def opened(self, search_id: str, article: Article, position: int | None) -> None:
        """Note that a result was opened; of one search and article, once."""
        name = sha256(f"clicked {search_id} {article.id}".encode()).hexdigest()[:32]
        self._recorder.record(
            Event(
                name,
                "clicked",
                datetime.now(UTC),
                search_id=search_id,
                article=article.id,
                lang=article.lang,
                position=position,
            )
        )
