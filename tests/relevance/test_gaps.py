"""Articles that were taken away, seen from what is asked for them: real questions on a real collection."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.gaps.review import Reviewer
from app.store import Search, Store, open_store
from app.store.gaps_records import Gap
from indexer.build import build_snapshot
from indexer.vectors import VectorCache
from search.engine import SearchEngine
from search.records import KnowledgeBase
from search.snapshot import open_snapshot
from tests.relevance.conftest import Indexed

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
# Asked for so often, a missing article should be seen; in so many gaps, the heaviest first.
OFTEN, SEEN = 3, 60


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store("", tmp_path)


def played(indexed: Indexed, store: Store) -> dict[str, set[str]]:
    """Ask all that has no answer, as the API notes it; the removed article's id → what was asked for it."""
    whole, _ = indexed("qa4faq_it")
    labelled, engine = indexed("qa4faq_it_gaps")
    there = {article.id for article in labelled.articles}
    answered_by = {query.text: set(whole.relevant.get(query.id, ())) - there for query in whole.queries}
    removed: dict[str, set[str]] = defaultdict(set)
    for number, query in enumerate(labelled.queries):
        if labelled.relevant.get(query.id):
            continue
        result = engine.search(query.text, query.lang)
        store.searches.write(
            [
                Search(
                    f"{number:032x}", NOW - timedelta(minutes=1), "api", result.lang, query.text,
                    result.understood, result.verdict.answer, result.verdict.confidence,
                    tuple(hit.article.id for hit in result.hits), "s", 1.0,
                )
            ]
        )  # fmt: skip
        for article in sorted(answered_by.get(query.text, ()))[:1]:
            removed[article].add(result.understood)
    return removed


def owner(gap: Gap, removed: Mapping[str, set[str]]) -> str | None:
    """The removed article that most of a gap's questions ask for; null where it is no majority."""
    asked = Counter(
        article for q in gap.questions for article, texts in removed.items() if q.doubt.wording in texts
    )
    article, times = next(iter(asked.most_common(1)), (None, 0))
    return article if 2 * times > len(gap.questions) else None


def test_what_was_removed_is_seen_as_gaps_and_closes_them_when_it_is_back(
    indexed: Indexed, store: Store, cached_encoder: VectorCache, tmp_path: Path
) -> None:
    removed = played(indexed, store)
    labelled, engine = indexed("qa4faq_it_gaps")
    Reviewer(rest=0).review(store, engine, NOW)
    gaps, total = store.gaps.listed("open", limit=SEEN)
    assert total > SEEN
    wanted = {article for article, texts in removed.items() if len(texts) >= OFTEN}
    of = {gap.id: owner(gap, removed) for gap in gaps}
    seen = wanted & set(of.values())
    grouped = [gap for gap in gaps if len(gap.questions) > 1]
    pure = [purity(gap, removed) for gap in grouped]
    print(
        f"{len(seen)} of {len(wanted)} seen among {SEEN} of {total}; {sum(n for n, _ in pure)} of {sum(m for _, m in pure)}"
    )
    assert len(seen) >= 0.7 * len(wanted)
    assert sum(n for n, _ in pure) >= 0.7 * sum(m for _, m in pure)

    whole, _ = indexed("qa4faq_it")
    back = [article for article in whole.articles if article.id in seen]
    folder = tmp_path / "back"
    build_snapshot(KnowledgeBase((*labelled.articles, *back)), folder, "back", cached_encoder, NOW)
    after = SearchEngine(open_snapshot(folder, cached_encoder), cached_encoder)
    Reviewer(rest=0).review(store, after, NOW + timedelta(hours=1))
    closed = {gap.id for gap in store.gaps.listed("answered", limit=total)[0]}
    theirs = {gap for gap, article in of.items() if article in seen}
    print(f"{len(theirs & closed)} of {len(theirs)} gaps closed")
    assert len(theirs & closed) >= 0.7 * len(theirs)


def purity(gap: Gap, removed: Mapping[str, set[str]]) -> tuple[int, int]:
    """Of a gap's questions that ask for a removed article: those for the commonest one, and all."""
    asked = Counter(
        article for q in gap.questions for article, texts in removed.items() if q.doubt.wording in texts
    )
    return max(asked.values(), default=0), asked.total()
