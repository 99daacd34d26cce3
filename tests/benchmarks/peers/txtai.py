"""txtai's hybrid search, with its defaults: BM25, normalised, and the vectors, half and half."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from txtai import Embeddings

from search.encoders import Vectors
from search.evaluation import DEPTH
from tests.benchmarks.collection import Asked, Collection
from tests.benchmarks.harness import Contender, Ranker


def _build(collection: Collection, _folder: Path) -> Ranker:
    waiting: deque[Vectors] = deque(collection.vectors)

    def transform(texts: Sequence[str]) -> Vectors:
        """What txtai would ask a model for: the vectors that were laid ready, in their order."""
        return np.stack([waiting.popleft() for _ in texts])

    embeddings = Embeddings(method="external", transform=transform, hybrid=True)
    embeddings.index([(d.id, d.weighted(), None) for d in collection.documents])

    def rank(asked: Asked) -> tuple[str, ...]:
        waiting.append(asked.vector)
        return tuple(found for found, _ in embeddings.search(" ".join(asked.terms), DEPTH))

    return rank


CONTENDERS = (Contender("txtai hybrid", _build),)
