"""Sportello, through its front door: its own index, and the question as it was typed."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from indexer.build import build_snapshot
from search import lexical
from search.encoders import Encoder
from search.engine import SearchEngine
from search.evaluation import DEPTH
from search.records import KnowledgeBase, Mode
from search.snapshot import open_snapshot
from search.synonyms import Word
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


def ranking() -> Contender:
    """Its ranking by words alone, of the terms given: what peers do, without the answer around it."""

    def build(collection: Collection, folder: Path) -> Ranker:
        ids = collection.ids
        fields = [
            {name: text.split() for name, text in document.terms.items()} for document in collection.documents
        ]
        lexical.write(folder / "index", ids, fields.__getitem__)
        index = lexical.LexicalIndex.open(folder / "index")

        def rank(asked: Asked) -> tuple[str, ...]:
            words = [Word(term, 1.0, {term: 1.0}) for term in asked.terms]
            scores = index.score(words, len(ids)).scores
            found = np.flatnonzero(scores)
            if len(found) > DEPTH:
                found = found[np.argpartition(-scores[found], DEPTH)[:DEPTH]]
            return tuple(ids[n] for n in found[np.argsort(-scores[found], kind="stable")])

        return rank

    return Contender("Sportello, its ranking by words", build)
