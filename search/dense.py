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


def write(folder: Path, questions: Rows, passages: Rows) -> None:
    """Write one language's rows to `folder`, which exists."""
    for name, rows in (("questions", questions), ("passages", passages)):
        index = faiss.IndexFlatIP(rows.vectors.shape[1])  # unit rows: the inner product is the cosine
        index.add(rows.vectors)
        faiss.write_index(index, str(folder / f"{name}.faiss"))
        np.save(folder / f"{name}_owners.npy", rows.owners)


@dataclass(frozen=True, slots=True)
class Cosines:
    """By document asked about: the cosines of its best question and best passage, and that passage's row."""

    question: NDArray[np.float32]
    passage: NDArray[np.float32]
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

    def best(self, vector: Vectors, documents: Ints) -> tuple[NDArray[np.float32], Ints]:
        """Each document's highest cosine, and the row it is at; `documents` ascends."""
        lengths = self.starts[documents + 1] - self.starts[documents]
        begins = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        rows = np.repeat(self.starts[documents] - begins, lengths) + np.arange(lengths.sum())
        cosines = self.index.reconstruct_batch(rows) @ vector
        best = np.maximum.reduceat(cosines, begins)
        at = np.flatnonzero(cosines == np.repeat(best, lengths))
        return best, rows[at[np.searchsorted(at, begins)]]


class DenseIndex:
    """One language's vectors, memory-mapped and open for queries from any thread."""

    def __init__(self, folder: Path, documents: int) -> None:
        self._questions = _Side(folder, "questions")
        self._passages = _Side(folder, "passages")
        self._sample = np.unique(np.linspace(0, documents - 1, min(documents, BACKGROUND)).astype(np.int64))

    def nearest(self, vector: Vectors, count: int, allowed: NDArray[np.bool_] | None = None) -> Ints:
        """The documents of the `count` nearest questions and passages; `allowed` masks documents."""
        sides = (self._questions, self._passages)
        return np.unique(np.concatenate([s.nearest(vector, count, allowed) for s in sides]))

    def cosines(self, vector: Vectors, documents: Ints) -> Cosines:
        """Exact cosines of `documents`, which ascend."""
        question, _ = self._questions.best(vector, documents)
        passage, row = self._passages.best(vector, documents)
        return Cosines(question, passage, row)

    def background(self, vector: Vectors) -> Cosines:
        """The cosines of documents spread over the collection: what nothing in common looks like."""
        return self.cosines(vector, self._sample)
