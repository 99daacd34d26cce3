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
# Of so few rows all cosines are computed at once, which costs no more than picking those that are asked for.
_SCANNED = 3_000


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
        faiss.write_index(_index(rows), str(folder / f"{name}.faiss"))
        np.save(folder / f"{name}_owners.npy", rows.owners)
    if sharpening:
        sharp, middles = _sharpened(questions, sharpening)
        np.save(folder / "sharp_mean.npy", sharpening.mean)
        np.save(folder / "sharp_matrix.npy", sharpening.matrix)
        np.save(folder / "sharp_rows.npy", sharp)
        np.save(folder / "sharp_centroids.npy", middles)


def _index(rows: Rows) -> Any:
    index = faiss.IndexFlatIP(rows.vectors.shape[1])  # unit rows: the inner product is the cosine
    index.add(rows.vectors)
    return index


def _sharpened(questions: Rows, sharpening: Sharpening) -> tuple[Vectors, Vectors]:
    """The questions in sharpened coordinates, and each document's centroid there."""
    sharp = sharpening.apply(questions.vectors)
    middles = centroids(sharp, questions.owners)
    return sharp, middles / np.linalg.norm(middles, axis=1, keepdims=True)


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


@dataclass(frozen=True, slots=True)
class _Where:
    """The rows of some documents one after another; where each document's begin among them, and how many."""

    documents: Ints
    rows: Ints
    begins: Ints
    lengths: Ints


class _Side:
    """One index, and where each document's rows begin in it."""

    def __init__(self, index: Any, owners: Ints) -> None:
        self.index, self.owners = index, owners
        self.starts = np.searchsorted(self.owners, np.arange(self.owners[-1] + 2 if len(self.owners) else 1))
        # The index's own memory, or file, without a copy.
        flat: Any = (
            faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d) if index.ntotal else np.zeros(0)
        )
        self.vectors: Vectors = flat.reshape(-1, index.d)

    @classmethod
    def open(cls, folder: Path, name: str) -> "_Side":
        """One that was written, memory-mapped."""
        index = faiss.read_index(str(folder / f"{name}.faiss"), faiss.IO_FLAG_MMAP)
        return cls(index, np.load(folder / f"{name}_owners.npy"))

    @classmethod
    def of(cls, rows: Rows) -> "_Side":
        """One in memory."""
        return cls(_index(rows), rows.owners)

    def nearest(self, vector: Vectors, count: int, allowed: NDArray[np.bool_] | None) -> Ints:
        parameters = None
        if allowed is not None:
            allowed_rows = np.flatnonzero(allowed[self.owners])
            # FAISS's stub does not know the keyword that its documentation gives.
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed_rows))  # type: ignore[call-arg]
        _, rows = self.index.search(vector[None], min(count, self.index.ntotal), params=parameters)
        found: Ints = self.owners[rows[0][rows[0] >= 0]]
        return found

    @property
    def rows(self) -> Rows:
        """All of it."""
        return Rows(self.vectors, self.owners)

    def where(self, documents: Ints) -> _Where:
        """Where documents are, which ascend."""
        lengths = self.starts[documents + 1] - self.starts[documents]
        ends = np.cumsum(lengths)
        begins = ends - lengths
        rows = np.repeat(self.starts[documents] - begins, lengths) + np.arange(lengths.sum())
        return _Where(documents, rows, begins, lengths)


class _Seen:
    """One side as a question sees it."""

    def __init__(self, side: _Side, vector: Vectors) -> None:
        self._side, self._vector = side, vector
        self._all = side.vectors @ vector if len(side.vectors) <= _SCANNED else None

    def nearest(self, count: int, allowed: NDArray[np.bool_] | None) -> Ints:
        """The documents of the nearest rows."""
        if self._all is None:
            return self._side.nearest(self._vector, count, allowed)
        owners, cosines = self._side.owners, self._all
        if allowed is not None:
            rows = np.flatnonzero(allowed[owners])
            owners, cosines = owners[rows], cosines[rows]
        if len(cosines) <= count:
            return owners
        return owners[np.argpartition(cosines, -count)[-count:]]

    def highest(self, where: _Where) -> NDArray[np.float32]:
        """The documents' highest cosines."""
        highest: NDArray[np.float32] = np.maximum.reduceat(self._cosines(where.rows), where.begins)
        return highest

    def best(self, where: _Where) -> tuple[NDArray[np.float32], Ints]:
        """The documents' highest cosines, and the row that each is at."""
        rows, begins, lengths = where.rows, where.begins, where.lengths
        cosines = self._cosines(rows)
        best = np.maximum.reduceat(cosines, begins)
        at = np.flatnonzero(cosines == np.repeat(best, lengths))
        return best, rows[at[np.searchsorted(at, begins)]]

    def _cosines(self, rows: Ints) -> NDArray[np.float32]:
        cosines: NDArray[np.float32] = (
            self._side.vectors[rows] @ self._vector if self._all is None else self._all[rows]
        )
        return cosines


class _Sharp:
    """The questions in sharpened coordinates, and what made them so."""

    def __init__(
        self, sharpening: Sharpening, rows: Vectors, middles: Vectors, questions: _Side
    ) -> None:  # fmt: skip
        self.sharpening, self._rows, self._centroids = sharpening, rows, middles
        self._questions = questions

    @classmethod
    def open(cls, folder: Path, questions: _Side) -> "_Sharp":
        """As they were written, memory-mapped."""
        mean, matrix = (np.load(folder / f"sharp_{part}.npy") for part in ("mean", "matrix"))
        rows, middles = (
            np.asarray(np.load(folder / f"sharp_{part}.npy", mmap_mode="r")) for part in ("rows", "centroids")
        )
        return cls(Sharpening(mean, matrix), rows, middles, questions)

    def best(self, vector: Vectors, where: _Where) -> NDArray[np.float32]:
        """The mean of each document's best wording and of their centroid."""
        sharp = self.sharpening.apply(vector)
        nearest = np.maximum.reduceat(self._rows[where.rows] @ sharp, where.begins)
        mean: NDArray[np.float32] = (nearest + self._centroids[where.documents] @ sharp) / np.float32(2)
        return mean

    def all(self, vectors: Vectors) -> NDArray[np.float32]:
        """The same of every document, one a row, for many vectors."""
        sharp = self.sharpening.apply(vectors).T
        nearest = np.maximum.reduceat(self._rows @ sharp, self._questions.starts[:-1], axis=0)
        mean: NDArray[np.float32] = (nearest + self._centroids @ sharp) / np.float32(2)
        return mean


class DenseIndex:
    """One language's vectors, open for queries from any thread."""

    def __init__(self, questions: _Side, passages: _Side, sharp: _Sharp | None, documents: int) -> None:
        self._questions, self._passages, self.sharp = questions, passages, sharp
        self.sharpened = sharp is not None
        sample = np.unique(np.linspace(0, documents - 1, min(documents, BACKGROUND)).astype(np.int64))
        self.documents = documents
        self.sides = (questions, passages)
        self.sample = (questions.where(sample), passages.where(sample))

    @classmethod
    def open(cls, folder: Path, documents: int) -> "DenseIndex":
        """What was written, memory-mapped."""
        questions, passages = _Side.open(folder, "questions"), _Side.open(folder, "passages")
        sharpened = (folder / "sharp_mean.npy").exists()
        return cls(questions, passages, _Sharp.open(folder, questions) if sharpened else None, documents)

    @classmethod
    def of(
        cls, questions: Rows, passages: Rows, sharpening: Sharpening | None, documents: int
    ) -> "DenseIndex":  # fmt: skip
        """What would be written of these, in memory."""
        side = _Side.of(questions)
        sharp = _Sharp(sharpening, *_sharpened(questions, sharpening), side) if sharpening else None
        return cls(side, _Side.of(passages), sharp, documents)

    @property
    def questions(self) -> Rows:
        """Every question's vector."""
        return self._questions.rows

    @property
    def passages(self) -> Rows:
        """Every passage's vector."""
        return self._passages.rows

    def seen_by(self, vector: Vectors) -> "Seen":
        """The index as a question sees it."""
        return Seen(self, vector)

    def table(self, vectors: Vectors) -> tuple[NDArray[np.float32], ...]:
        """(documents, vectors) cosines with the best question, the best passage, and as `Cosines.wording`."""
        question, passage = (
            np.maximum.reduceat(side.rows.vectors @ vectors.T, side.starts[:-1], axis=0)
            for side in self.sides
        )
        return question, passage, self.sharp.all(vectors) if self.sharp else question

    def alone(self, questions: Vectors, passages: Vectors) -> "DenseIndex":
        """An index of one document in this one's coordinates."""
        asked, said = (Rows(vectors, np.zeros(len(vectors), np.int64)) for vectors in (questions, passages))
        return DenseIndex.of(asked, said, self.sharp.sharpening if self.sharp else None, 1)

    def rows_of(self, document: int) -> tuple[Vectors, Vectors]:
        """A document's questions and passages."""
        number = np.array([document])
        questions, passages = (side.vectors[side.where(number).rows] for side in self.sides)
        return questions, passages

    def title(self, document: int) -> Vectors:
        """A document's first question: its title."""
        vector: Vectors = self._questions.vectors[self._questions.starts[document]]
        return vector

    def passage_vectors(self, rows: Ints) -> Vectors:
        """The passages at `rows`."""
        vectors: Vectors = self._passages.vectors[rows]
        return vectors


@dataclass(frozen=True, slots=True)
class Floors:
    """What an article that has nothing to do with the question scores, by wording and by passage."""

    wording: float
    passage: float


class Seen:
    """A language's vectors as one question sees them."""

    def __init__(self, index: DenseIndex, vector: Vectors) -> None:
        self._index, self._vector = index, vector
        self._questions, self._passages = (_Seen(side, vector) for side in index.sides)

    def nearest(self, count: int, allowed: NDArray[np.bool_] | None = None) -> Ints:
        """The documents of the `count` nearest questions and passages; `allowed` masks documents."""
        found = np.zeros(self._index.documents, np.bool_)
        for side in (self._questions, self._passages):
            found[side.nearest(count, allowed)] = True
        return np.flatnonzero(found)

    def cosines(self, documents: Ints) -> Cosines:
        """Exact cosines of `documents`, which ascend; at least one."""
        asked, said = (side.where(documents) for side in self._index.sides)
        question = self._questions.highest(asked)
        passage, row = self._passages.best(said)
        sharp = self._index.sharp
        return Cosines(question, passage, sharp.best(self._vector, asked) if sharp else question, row)

    def floors(self) -> Floors:
        """The lowest that documents spread over the collection have."""
        asked, said = self._index.sample
        sharp = self._index.sharp
        wording = sharp.best(self._vector, asked) if sharp else self._questions.highest(asked)
        return Floors(float(wording.min()), float(self._passages.highest(said).min()))
