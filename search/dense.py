"""FAISS, written and read: the vectors of one language's questions and passages.

A title (or another wording of it) and a passage are different evidence, so each has its own index: a
short FAQ is found by its title, a long article by the passage that answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from search.encoders import Vectors
from search.sharpening import Sharpening, centroids

Ints = NDArray[np.int64]

# So many documents, evenly spread, show what an article that has nothing to do with the question
# scores. All of them, where there are no more.
BACKGROUND = 512


def as_owners(numbers: Iterable[int]) -> Ints:
    """Row by row, the number of the document it belongs to."""
    return np.fromiter(numbers, np.int64)


@dataclass(frozen=True, slots=True)
class Rows:
    """Vectors, one a row, and the document each belongs to: `owners` ascends and has every document."""

    vectors: Vectors
    owners: Ints


def write(folder: Path, questions: Rows, passages: Rows, sharpening: Sharpening | None) -> None:
    """Write one language's rows to `folder`, which exists, and its questions' sharpened, if they can be."""
    for name, rows in (("questions", questions), ("passages", passages)):
        index = faiss.IndexFlatIP(rows.vectors.shape[1])  # unit rows: the inner product is the cosine
        index.add(rows.vectors)
        faiss.write_index(index, str(folder / f"{name}.faiss"))
        np.save(folder / f"{name}_owners.npy", rows.owners)
    if sharpening:
        sharp = sharpening.apply(questions.vectors)
        np.save(folder / "sharp_mean.npy", sharpening.mean)
        np.save(folder / "sharp_matrix.npy", sharpening.matrix)
        np.save(folder / "sharp_rows.npy", sharp)
        middles = centroids(sharp, questions.owners)
        np.save(folder / "sharp_centroids.npy", middles / np.linalg.norm(middles, axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Cosines:
    """By document asked about: the cosines of its best question and best passage, and that passage's row.

    `wording` is `question` in the sharpened coordinates, where the collection has wordings enough: the mean
    of the best one and of their centroid, since many wordings that are near say more than one.
    """

    question: NDArray[np.float32]
    passage: NDArray[np.float32]
    wording: NDArray[np.float32]
    row: Ints

    @property
    def both(self) -> NDArray[np.float32]:
        """The mean of the two. Measured beside either alone and weights of 1:2 and 2:1."""
        return (self.question + self.passage) / np.float32(2)


class _Side:
    """One index, and where each document's rows begin in it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.index: Any = faiss.read_index(str(folder / f"{name}.faiss"), faiss.IO_FLAG_MMAP)
        self.owners: Ints = np.load(folder / f"{name}_owners.npy")
        self.starts = np.searchsorted(self.owners, np.arange(self.owners[-1] + 2 if len(self.owners) else 1))

    def nearest(self, vector: Vectors, count: int, allowed: NDArray[np.bool_] | None) -> Ints:
        parameters = None
        if allowed is not None:
            allowed_rows = np.flatnonzero(allowed[self.owners])
            # FAISS's stub does not know the keyword that its documentation gives.
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed_rows))  # type: ignore[call-arg]
        _, rows = self.index.search(vector[None], min(count, self.index.ntotal), params=parameters)
        found: Ints = self.owners[rows[0][rows[0] >= 0]]
        return found

    def rows_of(self, documents: Ints) -> tuple[Ints, Ints, Ints]:
        """The documents' rows one after another, where each document's begin among them, and how many."""
        lengths = self.starts[documents + 1] - self.starts[documents]
        begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        return np.repeat(self.starts[documents] - begins, lengths) + np.arange(lengths.sum()), begins, lengths

    def best(self, vector: Vectors, documents: Ints) -> tuple[NDArray[np.float32], Ints]:
        """Each document's highest cosine, and the row it is at; `documents` ascends."""
        rows, begins, lengths = self.rows_of(documents)
        cosines = self.index.reconstruct_batch(rows) @ vector
        best = np.maximum.reduceat(cosines, begins)
        at = np.flatnonzero(cosines == np.repeat(best, lengths))
        return best, rows[at[np.searchsorted(at, begins)]]


class _Sharp:
    """The questions in sharpened coordinates."""

    def __init__(self, folder: Path, questions: _Side) -> None:
        mean, matrix = (np.load(folder / f"sharp_{part}.npy") for part in ("mean", "matrix"))
        self._sharpening = Sharpening(mean, matrix)
        self._rows, self._centroids = (
            np.asarray(np.load(folder / f"sharp_{part}.npy", mmap_mode="r")) for part in ("rows", "centroids")
        )
        self._questions = questions

    def best(self, vector: Vectors, documents: Ints) -> NDArray[np.float32]:
        """The mean of each document's best wording and of their centroid."""
        sharp = self._sharpening.apply(vector)
        rows, begins, _ = self._questions.rows_of(documents)
        nearest = np.maximum.reduceat(self._rows[rows] @ sharp, begins)
        mean: NDArray[np.float32] = (nearest + self._centroids[documents] @ sharp) / np.float32(2)
        return mean


class DenseIndex:
    """One language's vectors, memory-mapped and open for queries from any thread."""

    def __init__(self, folder: Path, documents: int) -> None:
        self._questions = _Side(folder, "questions")
        self._passages = _Side(folder, "passages")
        self.sharpened = (folder / "sharp_mean.npy").exists()
        self._sharp = _Sharp(folder, self._questions) if self.sharpened else None
        self._sample = np.unique(np.linspace(0, documents - 1, min(documents, BACKGROUND)).astype(np.int64))

    def nearest(self, vector: Vectors, count: int, allowed: NDArray[np.bool_] | None = None) -> Ints:
        """The documents of the `count` nearest questions and passages; `allowed` masks documents."""
        sides = (self._questions, self._passages)
        return np.unique(np.concatenate([s.nearest(vector, count, allowed) for s in sides]))

    def cosines(self, vector: Vectors, documents: Ints) -> Cosines:
        """Exact cosines of `documents`, which ascend."""
        question, _ = self._questions.best(vector, documents)
        passage, row = self._passages.best(vector, documents)
        wording = self._sharp.best(vector, documents) if self._sharp else question
        return Cosines(question, passage, wording, row)

    def title(self, document: int) -> Vectors:
        """A document's first question: its title."""
        vector: Vectors = self._questions.index.reconstruct(int(self._questions.starts[document]))
        return vector

    def passage_vectors(self, rows: Ints) -> Vectors:
        """The passages at `rows`."""
        vectors: Vectors = self._passages.index.reconstruct_batch(rows)
        return vectors

    def background(self, vector: Vectors) -> Cosines:
        """The cosines of documents spread over the collection: what nothing in common looks like."""
        return self.cosines(vector, self._sample)
