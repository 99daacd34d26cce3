"""The encoder alone: exact cosines of the vectors that every contender is given."""

from pathlib import Path

import numpy as np

from search.evaluation import DEPTH
from tests.benchmarks.collection import Asked, Collection
from tests.benchmarks.harness import Contender, Ranker


def _build(collection: Collection, _folder: Path) -> Ranker:
    ids, vectors = collection.ids, collection.vectors

    def rank(asked: Asked) -> tuple[str, ...]:
        return tuple(ids[at] for at in np.argsort(-(vectors @ asked.vector), kind="stable")[:DEPTH])

    return rank


CONTENDERS = (Contender("multilingual-e5-small, cosine", _build),)
