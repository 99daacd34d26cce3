"""The vectors of one language's questions and passages, written and read; of many, the nearest by FAISS.

A title (or another wording of it) and a passage are different evidence, so each has its own index: a
short FAQ is found by its title, a long article by the passage that answers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
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
# Up to so many rows, the nearest are looked for among the vectors themselves; of more, among their codes, of
# a byte a dimension. A question to as many articles costs the same by either; to 5,000, 2.0 ms and 1.2 ms.
EXACT = 2_000
# So many rows are made codes at a time: 12 MB beside them.
_AT_ONCE = 8_192
# What a code's byte holds.
_MOST = 127


def as_owners(numbers: Iterable[int]) -> Ints:
    """Row by row, the number of the document it belongs to."""
    return np.fromiter(numbers, np.int64)


@dataclass(frozen=True, slots=True)
class Rows:
    """Vectors, one a row, and the document each belongs to: `owners` ascends and has every document."""

    vectors: Vectors
    owners: Ints

    def merged(self, same: Mapping[int, int], new: Vectors, sizes: Mapping[int, int]) -> "Rows":
        """The rows of other documents: what was document `same[n]`'s is document n's now.

        Every other n has `sizes[n]` rows of `new`, which are in the order of their numbers.
        """
        old_starts = np.searchsorted(self.owners, np.arange(self.owners[-1] + 2 if len(self.owners) else 1))
        kept, was = (np.array(list(numbers), np.int64) for numbers in (same, same.values()))
        others = np.array(sorted(sizes), np.int64)
        counts, begins = (np.zeros(len(same) + len(sizes), np.int64) for _ in range(2))
        counts[kept], begins[kept] = old_starts[was + 1] - old_starts[was], old_starts[was]
        counts[others] = [sizes[n] for n in others.tolist()]
        begins[others] = len(self.owners) + np.cumsum(counts[others]) - counts[others]
        starts = np.cumsum(counts) - counts
        rows = np.repeat(begins - starts, counts) + np.arange(counts.sum())
        vectors = np.empty((len(rows), new.shape[1]), np.float32)
        # Span by span: most edits leave two, of all that was before and all that was behind.
        breaks = np.flatnonzero((np.diff(rows) != 1) | (rows[1:] == len(self.owners))) + 1
        for first, end in pairwise([0, *breaks.tolist(), len(rows)]):
            at, source = int(rows[first]) if first < end else 0, self.vectors
            if at >= len(self.owners):
                at, source = at - len(self.owners), new
            vectors[first:end] = source[at : at + end - first]
        return Rows(vectors, np.repeat(np.arange(len(counts)), counts))


def write(folder: Path, questions: Rows, passages: Rows, sharpening: Sharpening | None) -> None:
    """Write one language's rows to `folder`, which exists, and its questions' sharpened, if they can be."""
    for name, rows in (("questions", questions), ("passages", passages)):
        np.save(folder / f"{name}.npy", rows.vectors)
        np.save(folder / f"{name}_owners.npy", rows.owners)
        if codes := _Codes.of(rows.vectors):
            codes.write(folder, name)
    if sharpening:
        sharp, middles = _sharpened(questions, sharpening)
        np.save(folder / "sharp_mean.npy", sharpening.mean)
        np.save(folder / "sharp_matrix.npy", sharpening.matrix)
        np.save(folder / "sharp_rows.npy", sharp)
        np.save(folder / "sharp_centroids.npy", middles)


def _mapped(file: Path) -> Vectors:
    """An array read where it lies: processes share its pages. As a plain view, which costs less to slice."""
    return np.asarray(np.load(file, mmap_mode="r"))


def _sharpened(questions: Rows, sharpening: Sharpening) -> tuple[Vectors, Vectors]:
    """The questions in sharpened coordinates, and each document's centroid there."""
    sharp = sharpening.apply(questions.vectors)
    middles = centroids(sharp, questions.owners)
    return sharp, middles / np.linalg.norm(middles, axis=1, keepdims=True)


@dataclass(frozen=True, slots=True)
class Cosines:
    """By document asked about: the cosines of its best question, of its first passage and of its best one,
    and that one's row.

    `wording` is `question` in the sharpened coordinates, where the collection has wordings enough: the mean
    of the best one and of their centroid, since many wordings that are near say more than one.
    """

    question: NDArray[np.float32]
    begun: NDArray[np.float32]
    passage: NDArray[np.float32]
    wording: NDArray[np.float32]
    row: Ints

    @property
    def both(self) -> NDArray[np.float32]:
        """The mean of the two best. Measured beside either alone and weights of 1:2 and 2:1."""
        return (self.question + self.passage) / np.float32(2)

    def of(self, places: Ints) -> "Cosines":
        """Those at some places."""
        question, begun, passage, wording = (
            part[places] for part in (self.question, self.begun, self.passage, self.wording)
        )
        return Cosines(question, begun, passage, wording, self.row[places])


@dataclass(frozen=True, slots=True)
class Floors:
    """What an article that has nothing to do with the question scores, by wording and by passage."""

    wording: float
    passage: float


class _Codes:
    """The rows again, of a byte a dimension, each dimension stretched to fill it: to find the nearest by.

    Of the 200 nearest of 50,000, 197 are the same; of the ten nearest, all. Nothing is trained, so the same
    rows have the same codes however they came together.
    """

    def __init__(self, index: Any, scale: Vectors) -> None:
        self._index, self._scale = index, scale

    @classmethod
    def of(cls, vectors: Vectors) -> "_Codes | None":
        """Those of so many rows that they pay; null of fewer."""
        if len(vectors) <= EXACT:
            return None
        # What is the same in all rows moves no row before another: it is left out.
        middle = vectors.mean(0)
        widest = np.maximum(vectors.max(0) - middle, middle - vectors.min(0))
        scale = _MOST / np.maximum(widest, 1e-9)
        index = faiss.IndexScalarQuantizer(
            vectors.shape[1], faiss.ScalarQuantizer.QT_8bit_direct_signed, faiss.METRIC_INNER_PRODUCT
        )
        index.is_trained = True  # there is nothing to learn: a component is its byte
        for start in range(0, len(vectors), _AT_ONCE):
            index.add(np.rint((vectors[start : start + _AT_ONCE] - middle) * scale))
        return cls(index, scale)

    @classmethod
    def open(cls, folder: Path, name: str) -> "_Codes | None":
        """Those that were written, memory-mapped."""
        file = folder / f"{name}_codes.faiss"
        if not file.exists():
            return None
        return cls(faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC), np.load(folder / f"{name}_scale.npy"))

    def write(self, folder: Path, name: str) -> None:
        faiss.write_index(self._index, str(folder / f"{name}_codes.faiss"))
        np.save(folder / f"{name}_scale.npy", self._scale)

    def nearest(self, vector: Vectors, count: int, allowed: Ints | None) -> Ints:
        """The nearest rows, of those `allowed`."""
        stretched = vector / self._scale
        # The question becomes bytes too.
        asked = stretched * np.float32(_MOST / max(float(np.abs(stretched).max()), 1e-9))
        parameters = None
        if allowed is not None:
            # FAISS's stub does not know the keyword that its documentation gives.
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        # By thread, as OpenMP counts: of a second one the first would wait, which visitors do for a core.
        faiss.omp_set_num_threads(1)
        _, rows = self._index.search(asked[None], count, params=parameters)
        found: Ints = rows[0][rows[0] >= 0]
        return found


@dataclass(frozen=True, slots=True)
class _Where:
    """The rows of some documents one after another; where each document's begin among them, and how many."""

    rows: Ints
    begins: Ints
    lengths: Ints


class _Side:
    """The rows of one kind, and where each document's begin."""

    def __init__(self, vectors: Vectors, owners: Ints, codes: _Codes | None) -> None:
        self.vectors, self.owners, self._codes = vectors, owners, codes
        self.starts = np.searchsorted(owners, np.arange(owners[-1] + 2 if len(owners) else 1))

    @classmethod
    def open(cls, folder: Path, name: str) -> "_Side":
        """One that was written, memory-mapped."""
        owners = np.load(folder / f"{name}_owners.npy")
        return cls(_mapped(folder / f"{name}.npy"), owners, _Codes.open(folder, name))

    @classmethod
    def of(cls, rows: Rows) -> "_Side":
        """One in memory."""
        return cls(rows.vectors, rows.owners, _Codes.of(rows.vectors))

    @property
    def rows(self) -> Rows:
        """All of it."""
        return Rows(self.vectors, self.owners)

    def nearest(self, vector: Vectors, count: int, allowed: NDArray[np.bool_] | None) -> Ints:
        """The documents of the nearest rows; `allowed` masks documents."""
        rows = None if allowed is None else np.flatnonzero(allowed[self.owners])
        if len(self.owners if rows is None else rows) <= count:
            return self.owners if rows is None else self.owners[rows]
        if self._codes:
            return self.owners[self._codes.nearest(vector, count, rows)]
        cosines = self.vectors @ vector
        if rows is None:
            return self.owners[np.argpartition(cosines, -count)[-count:]]
        return self.owners[rows[np.argpartition(cosines[rows], -count)[-count:]]]

    def where(self, documents: Ints) -> _Where:
        """Where documents are, which ascend."""
        lengths = self.starts[documents + 1] - self.starts[documents]
        ends = np.cumsum(lengths)
        begins = ends - lengths
        rows = np.repeat(self.starts[documents] - begins, lengths) + np.arange(lengths.sum())
        return _Where(rows, begins, lengths)


class _Sharp:
    """The questions in sharpened coordinates, and what made them so."""

    def __init__(self, sharpening: Sharpening, rows: Vectors, middles: Vectors, starts: Ints) -> None:
        self.sharpening, self.rows, self.centroids = sharpening, rows, middles
        self._starts = starts

    @classmethod
    def open(cls, folder: Path, starts: Ints) -> "_Sharp":
        """As they were written, memory-mapped."""
        mean, matrix = (np.load(folder / f"sharp_{part}.npy") for part in ("mean", "matrix"))
        rows, middles = (_mapped(folder / f"sharp_{part}.npy") for part in ("rows", "centroids"))
        return cls(Sharpening(mean, matrix), rows, middles, starts)

    def all(self, vectors: Vectors) -> NDArray[np.float32]:
        """`Cosines.wording` of every document, one a row, for many vectors."""
        sharp = self.sharpening.apply(vectors).T
        nearest = np.maximum.reduceat(self.rows @ sharp, self._starts[:-1], axis=0)
        mean: NDArray[np.float32] = (nearest + self.centroids @ sharp) / np.float32(2)
        return mean


class _Picked:
    """Some documents' rows, side by side."""

    def __init__(self, questions: _Side, passages: _Side, sharp: _Sharp | None, documents: Ints) -> None:
        self._asked, self._said = questions.where(documents), passages.where(documents)
        self._questions = _of_rows(questions.vectors, self._asked.rows)
        self._passages = _of_rows(passages.vectors, self._said.rows)
        self._sharp_rows = _of_rows(sharp.rows, self._asked.rows) if sharp else None
        self._centroids = _of_rows(sharp.centroids, documents) if sharp else None

    def cosines(self, vector: Vectors, sharp: Vectors | None) -> Cosines:
        """Exactly; `sharp` is the vector in sharpened coordinates."""
        question = np.maximum.reduceat(self._questions @ vector, self._asked.begins)
        said, begins = self._passages @ vector, self._said.begins
        passage = np.maximum.reduceat(said, begins)
        at = np.flatnonzero(said == np.repeat(passage, self._said.lengths))
        row = self._said.rows[at[np.searchsorted(at, begins)]]
        wording = question
        if sharp is not None and self._sharp_rows is not None and self._centroids is not None:
            nearest = np.maximum.reduceat(self._sharp_rows @ sharp, self._asked.begins)
            wording = (nearest + self._centroids @ sharp) / np.float32(2)
        return Cosines(question, said[begins], passage, wording, row)


def _of_rows(vectors: Vectors, rows: Ints) -> Vectors:
    """Those at `rows`, different ones that ascend; without a copy where that is all of them."""
    return vectors if len(rows) == len(vectors) else vectors[rows]


class Among:
    """Some documents beside the background, looked up once for however many vectors are compared."""

    def __init__(self, background: _Picked, picked: _Picked | Ints, sharpening: Sharpening | None) -> None:
        self._background, self._picked, self._sharpening = background, picked, sharpening

    def seen_by(self, vector: Vectors) -> tuple[Cosines, Floors]:
        """Their cosines, exactly, and the lowest of the background."""
        sharp = self._sharpening.apply(vector) if self._sharpening else None
        spread = self._background.cosines(vector, sharp)
        floors = Floors(float(spread.wording.min()), float(spread.passage.min()))
        if isinstance(self._picked, _Picked):
            return self._picked.cosines(vector, sharp), floors
        return spread.of(self._picked), floors


class DenseIndex:
    """One language's vectors, open for queries from any thread."""

    def __init__(self, questions: _Side, passages: _Side, sharp: _Sharp | None, documents: int) -> None:
        self._questions, self._passages, self._sharp = questions, passages, sharp
        self.sharpened = sharp is not None
        self._sides = (questions, passages)
        self._documents = documents
        spread = np.unique(np.linspace(0, documents - 1, min(documents, BACKGROUND)).astype(np.int64))
        self._background = self._pick(spread)

    @classmethod
    def open(cls, folder: Path, documents: int) -> "DenseIndex":
        """What was written, memory-mapped."""
        questions, passages = _Side.open(folder, "questions"), _Side.open(folder, "passages")
        sharpened = (folder / "sharp_mean.npy").exists()
        sharp = _Sharp.open(folder, questions.starts) if sharpened else None
        return cls(questions, passages, sharp, documents)

    @classmethod
    def of(
        cls, questions: Rows, passages: Rows, sharpening: Sharpening | None, documents: int
    ) -> "DenseIndex":  # fmt: skip
        """What would be written of these, in memory."""
        side = _Side.of(questions)
        sharp = _Sharp(sharpening, *_sharpened(questions, sharpening), side.starts) if sharpening else None
        return cls(side, _Side.of(passages), sharp, documents)

    @property
    def questions(self) -> Rows:
        """Every question's vector."""
        return self._questions.rows

    @property
    def passages(self) -> Rows:
        """Every passage's vector."""
        return self._passages.rows

    def nearest(self, vector: Vectors, count: int, allowed: NDArray[np.bool_] | None = None) -> Ints:
        """The documents, ascending, of the `count` nearest questions and passages; `allowed` masks them."""
        found = np.zeros(self._documents, np.bool_)
        for side in self._sides:
            found[side.nearest(vector, count, allowed)] = True
        return np.flatnonzero(found)

    def among(self, documents: Ints) -> Among:
        """For comparing vectors with documents, which ascend; at least one."""
        # Where the background is everything, they are among it.
        picked = documents if self._documents <= BACKGROUND else self._pick(documents)
        return Among(self._background, picked, self._sharp.sharpening if self._sharp else None)

    def _pick(self, documents: Ints) -> _Picked:
        return _Picked(self._questions, self._passages, self._sharp, documents)

    def table(self, vectors: Vectors) -> tuple[NDArray[np.float32], ...]:
        """(documents, vectors) cosines with the best question, the best passage, and as `Cosines.wording`."""
        question, passage = (
            np.maximum.reduceat(side.vectors @ vectors.T, side.starts[:-1], axis=0) for side in self._sides
        )
        return question, passage, self._sharp.all(vectors) if self._sharp else question

    def alone(self, questions: Vectors, passages: Vectors) -> "DenseIndex":
        """An index of one document in this one's coordinates."""
        asked, said = (Rows(vectors, np.zeros(len(vectors), np.int64)) for vectors in (questions, passages))
        return DenseIndex.of(asked, said, self._sharp.sharpening if self._sharp else None, 1)

    def rows_of(self, document: int) -> tuple[Vectors, Vectors]:
        """A document's questions and passages."""
        number = np.array([document])
        questions, passages = (side.vectors[side.where(number).rows] for side in self._sides)
        return questions, passages

    def title(self, document: int) -> Vectors:
        """A document's first question: its title."""
        vector: Vectors = self._questions.vectors[self._questions.starts[document]]
        return vector

    def passage_vectors(self, rows: Ints) -> Vectors:
        """The passages at `rows`."""
        vectors: Vectors = self._passages.vectors[rows]
        return vectors
