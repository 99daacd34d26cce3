"""bm25s, with its defaults; it has no fields."""

from pathlib import Path

from bm25s import BM25

from search.evaluation import DEPTH
from tests.benchmarks.collection import Asked, Collection
from tests.benchmarks.harness import Contender, Ranker


def _build(collection: Collection, _folder: Path) -> Ranker:
    ids = collection.ids
    retriever = BM25()
    retriever.index([d.weighted().split() for d in collection.documents], show_progress=False)

    def rank(asked: Asked) -> tuple[str, ...]:
        depth = min(DEPTH, len(ids))
        found, scores = retriever.retrieve([list(asked.terms)], k=depth, show_progress=False)
        return tuple(ids[at] for at, score in zip(found[0], scores[0], strict=True) if score > 0)

    return rank


CONTENDERS = (Contender("bm25s", _build),)
