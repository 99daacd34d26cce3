"""Sportello, through its front door: its own index, and the question as it was typed."""

from datetime import UTC, datetime
from pathlib import Path

from indexer.build import build_snapshot
from search.encoders import Encoder
from search.engine import SearchEngine
from search.evaluation import DEPTH
from search.records import KnowledgeBase, Mode
from search.snapshot import open_snapshot
from tests.benchmarks.collection import Asked, Collection
from tests.benchmarks.harness import Contender, Ranker


def contender(encoder: Encoder, mode: Mode = "hybrid") -> Contender:
    def build(collection: Collection, folder: Path) -> Ranker:
        snapshot = folder / "snapshot"
        knowledge = KnowledgeBase(collection.labelled.articles)
        build_snapshot(knowledge, snapshot, collection.name, encoder, datetime.now(UTC))
        engine = SearchEngine(open_snapshot(snapshot, encoder), encoder)

        def rank(asked: Asked) -> tuple[str, ...]:
            hits = engine.search(asked.text, collection.lang, limit=DEPTH, mode=mode).hits
            return tuple(hit.article.id for hit in hits)

        return rank

    return Contender("Sportello" if mode == "hybrid" else f"Sportello, {mode} only", build)
