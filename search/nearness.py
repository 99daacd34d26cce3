"""How near many questions are to articles, by meaning alone and all at once: `evidence` without its words.

For choosing which of thousands are worth asking; what is chosen must be asked by the engine.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.answerability import against, beyond, scaled, shared
from search.dense import DenseIndex
from search.encoders import Vectors
from search.snapshot import Shelf

Floats: TypeAlias = NDArray[np.float32]

# Rows of every question and passage by so many questions are held at once: 40 MB at 10,000 rows.
_AT_ONCE = 1_024


def nearest(shelf: Shelf, vectors: Vectors) -> Floats:
    """By question, the evidence for the best article of a shelf."""
    parts = [_evidence(shelf, shelf.dense, some).max(0) for some in _parts(vectors)]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def near(shelf: Shelf, questions: Vectors, passages: Vectors, vectors: Vectors) -> Floats:
    """By question, the evidence for one article with those vectors, read as the shelf's are."""
    if not len(questions) or not len(passages) or not len(vectors):
        return np.zeros(len(vectors), np.float32)
    alone = shelf.dense.alone(questions, passages)
    return np.concatenate([_evidence(shelf, alone, some)[0] for some in _parts(vectors)])


def _parts(vectors: Vectors) -> list[Vectors]:
    return [vectors[start : start + _AT_ONCE] for start in range(0, len(vectors), _AT_ONCE)]


def _evidence(shelf: Shelf, index: DenseIndex, vectors: Vectors) -> Floats:
    unrelated = shelf.calibration.unrelated
    question, passage, wording = index.table(vectors)
    asked, meant = (scaled(cosines, unrelated) for cosines in (question, passage))
    if index.sharpened:
        asked = (asked + wording) / np.float32(2)
    found: Floats = shared(asked, meant, shelf.passage_share)
    if len(shelf.everyday):
        found = found - against(scaled((shelf.everyday @ vectors.T).max(0), unrelated))
    if len(shelf.unanswered):
        listed = scaled((shelf.unanswered @ vectors.T).max(0), unrelated)
        found = found - beyond(listed, scaled(question, unrelated))
    return found.astype(np.float32)
