"""Whoosh, written and read: the lexical index of one language, ranked by BM25F.

Whoosh's files are the index of record. Scoring a query through Whoosh costs Python per posting (27 ms
at 50,000 articles), so the same postings are also written as arrays of ready-made scores: the same ranking,
score for score, in a tenth of a millisecond. Both take over what an earlier index has.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.scoring import bm25
from whoosh.util.numeric import byte_to_length, length_to_byte

from search.links import link
from search.synonyms import Word

# A title says what the article is about in few words; so do the editor's other wordings, and tags, which
# are chosen words: at 2 instead of 1 they lift success@1 on QA4FAQ from .501 to .517.
WEIGHTS = {"title": 2.0, "questions": 2.0, "body": 1.0, "tags": 2.0}
# b = .4: answers are all short, so length says little of relevance. Measured on QA4FAQ against
# Whoosh's .75: success@1 .464 → .470, recall@10 .858 → .866. k1 is the customary 1.2.
B = 0.4
K1 = 1.2

# Whoosh's index is written whole again when so much of it would be deleted documents.
_STALE = 0.25

Ints = NDArray[np.int64]
# The rows of `postings.npy`.
_TERM, _DOCUMENT, _FIELD = 0, 1, 2

Fields = Mapping[str, Sequence[str]]
"""A document's terms by field: the keys are those of WEIGHTS."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An index to take over from: its folder, its documents' keys, and which of the new are as they were.

    `same` maps a document's number to the one it had; files are taken over by hard link, none is changed.
    """

    folder: Path
    keys: Sequence[str]
    same: Mapping[int, int]


def write(
    folder: Path, keys: Sequence[str], fields: Callable[[int], Fields], earlier: Earlier | None = None
) -> None:
    """Write one language's documents, numbered in the order of their keys, to `folder`, which is made here.

    `fields(n)` are document n's. What is there `earlier` is not analysed again; the arrays are the same.
    """
    _write_record(folder / "whoosh", keys, fields, earlier)
    found = _Postings()
    if earlier:
        found.take(LexicalIndex.open(earlier.folder), len(earlier.keys), earlier.same)
    for number in range(len(keys)):
        if earlier is None or number not in earlier.same:
            found.add(number, fields(number))
    _write_arrays(folder, *found.all(), len(keys))


def _write_record(
    store: Path, keys: Sequence[str], fields: Callable[[int], Fields], earlier: Earlier | None
) -> None:
    """Whoosh's index: with one more segment for what is new, or, where much of it is old, written whole."""
    store.mkdir(parents=True)
    same: Mapping[int, int] = {}
    gone: list[str] = []
    if earlier and _take_over(earlier, store):
        index = FileStorage(str(store)).open_index()
        same = earlier.same
        kept = set(same.values())
        gone = [key for number, key in enumerate(earlier.keys) if number not in kept]
        if index.doc_count_all() - index.doc_count() + len(gone) > len(keys) * _STALE:
            index.close()
            shutil.rmtree(store)
            _write_record(store, keys, fields, None)
            return
    else:
        index = FileStorage(str(store)).create_index(_schema())
    writer = index.writer(limitmb=256)
    for key in gone:
        writer.delete_by_term("key", key)
    for number, key in enumerate(keys):
        if number not in same:
            document = fields(number)
            present = {name: " ".join(document[name]) for name in WEIGHTS if document.get(name)}
            writer.add_document(key=key, **present)
    writer.commit()
    index.close()


def _take_over(earlier: Earlier, store: Path) -> bool:
    """Whoosh never changes a segment once it is written, so it is linked; its table of contents is copied."""
    for path in (earlier.folder / "whoosh").iterdir():
        if path.suffix == ".seg":
            link(path, store / path.name)
        elif path.suffix == ".toc":
            shutil.copyfile(path, store / path.name)
    return any(store.iterdir())


def _schema() -> Any:
    text = TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False)
    return Schema(key=ID(stored=True, unique=True), **dict.fromkeys(WEIGHTS, text))


class _Postings:
    """Postings as they are collected: rows of term, document, field and how often."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._rows: list[Ints] = []

    def take(self, index: "LexicalIndex", documents: int, same: Mapping[int, int]) -> None:
        """What is the same of an index of so many documents; before anything is added."""
        self._numbers = dict(index.numbers)
        rows = index.postings_by_field.astype(np.int64)
        moved = np.full(documents, -1, np.int64)
        moved[list(same.values())] = list(same)
        rows[_DOCUMENT] = moved[rows[_DOCUMENT]]
        self._rows.append(rows[:, rows[_DOCUMENT] >= 0])

    def add(self, document: int, fields: Fields) -> None:
        for field, name in enumerate(WEIGHTS):
            counted = Counter(fields.get(name, ()))
            terms = [self._numbers.setdefault(term, len(self._numbers)) for term in counted]
            row = [terms, [document] * len(terms), [field] * len(terms), list(counted.values())]
            self._rows.append(np.array(row, np.int64).reshape(4, -1))

    def all(self) -> tuple[list[str], Ints]:
        """The terms that are in use, sorted, and the rows, sorted: whatever was collected in which order."""
        if not self._rows:
            return [], np.zeros((4, 0), np.int64)
        spelled = list(self._numbers)
        counts = sum(np.bincount(rows[_TERM], minlength=len(spelled)) for rows in self._rows)
        used = sorted(np.flatnonzero(counts).tolist(), key=spelled.__getitem__)
        moved = np.zeros(len(spelled), np.int64)
        moved[used] = np.arange(len(used))
        # What was taken over is sorted still, if its documents kept their order: the others go between.
        first, rest = self._rows[0], self._rows[1:]
        for rows in self._rows:
            rows[_TERM] = moved[rows[_TERM]]
        if not rest or not _is_sorted(first):
            return [spelled[number] for number in used], _in_order(np.concatenate(self._rows, axis=1))
        new = _in_order(np.concatenate(rest, axis=1))
        merged = np.insert(first, np.searchsorted(_key(first), _key(new)), new, axis=1)
        return [spelled[number] for number in used], merged


def _key(rows: Ints) -> Ints:
    """What rows are sorted by, as one number: of so many documents and fields, 2³⁸ terms fit."""
    key: Ints = (rows[_TERM] << 26 | rows[_DOCUMENT]) << 2 | rows[_FIELD]
    return key


def _is_sorted(rows: Ints) -> bool:
    return bool(np.all(np.diff(_key(rows)) > 0))


def _in_order(rows: Ints) -> Ints:
    ordered: Ints = rows[:, np.argsort(_key(rows), kind="stable")]
    return ordered


@dataclass(frozen=True, slots=True)
class _Scored:
    """Term t's documents and ready scores are [starts[t], starts[t + 1])."""

    starts: NDArray[np.int64]
    documents: NDArray[np.int32]
    scores: NDArray[np.float32]


def _add_up(terms: Sequence[str], rows: Ints, count: int) -> _Scored:
    """One row a term and document: its fields' scores added up."""
    key = rows[_TERM] * max(count, 1) + rows[_DOCUMENT]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    scores = np.add.reduceat(_scored(rows, count), first) if len(first) else np.zeros(0)
    return _Scored(
        np.searchsorted(rows[_TERM, first], np.arange(len(terms) + 1)),
        rows[_DOCUMENT, first].astype(np.int32),
        scores.astype(np.float32),
    )


def _write_arrays(folder: Path, terms: Sequence[str], rows: Ints, count: int) -> None:
    """The ready scores, and the postings they are made from."""
    ready = _add_up(terms, rows, count)
    np.save(folder / "postings.npy", rows.astype(np.int32, order="C"))
    np.save(folder / "starts.npy", ready.starts)
    np.save(folder / "documents.npy", ready.documents)
    np.save(folder / "scores.npy", ready.scores)
    (folder / "terms.txt").write_text("\n".join(terms), "utf-8")


def _scored(rows: Ints, count: int) -> NDArray[np.float64]:
    """Whoosh's own weighted BM25F of each posting, over the documents that there are."""
    term, document, field, times = rows
    weights = np.array(list(WEIGHTS.values()))
    place = field * count + document
    lengths = np.bincount(place, times, len(weights) * count).astype(np.int64)
    means = lengths.reshape(len(weights), count).sum(1) / max(count, 1)
    means[means == 0] = 1
    group = term * len(weights) + field
    idf = np.log(count / (np.bincount(group) + 1)) + 1
    points: NDArray[np.float64] = weights[field] * bm25(
        idf[group], times, _as_stored(lengths)[place], means[field], B, K1
    )
    return points


def _as_stored(lengths: Ints) -> Ints:
    """Whoosh keeps a document's length in one byte: exact while short, near enough when long."""
    exact, inverse = np.unique(lengths, return_inverse=True)
    stored = np.array([byte_to_length(length_to_byte(int(n))) for n in exact], np.int64)
    return stored[inverse].reshape(lengths.shape)


def _read_terms(folder: Path) -> dict[str, int]:
    terms = (folder / "terms.txt").read_text("utf-8").split("\n")
    return {term: number for number, term in enumerate(terms) if term}


class LexicalIndex:
    """One language's postings, open for queries from any thread.

    `numbers` are the terms'; `postings_by_field` has rows of term, document, field and how often.
    """

    def __init__(self, numbers: dict[str, int], postings_by_field: NDArray[np.int32], ready: _Scored) -> None:
        self.numbers = numbers
        self.postings_by_field = postings_by_field
        self._starts, self._documents, self._scores = ready.starts, ready.documents, ready.scores

    @classmethod
    def open(cls, folder: Path) -> "LexicalIndex":
        """What was written, memory-mapped."""
        # As plain views of the mapped files: slicing numpy's own memmap class costs more than scoring.
        postings, documents, scores = (
            np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))
            for name in ("postings", "documents", "scores")
        )
        return cls(_read_terms(folder), postings, _Scored(np.load(folder / "starts.npy"), documents, scores))

    def changed(
        self, documents: int, same: Mapping[int, int], new: Mapping[int, Fields], count: int
    ) -> "LexicalIndex":
        """The index of `count` documents as it would be written, in memory: this one has `documents`.

        `same` maps a number to the one it has here; `new` are the others.
        """
        found = _Postings()
        found.take(self, documents, same)
        for number, fields in new.items():
            found.add(number, fields)
        terms, rows = found.all()
        ready = _add_up(terms, rows, count)
        return LexicalIndex({t: n for n, t in enumerate(terms)}, rows.astype(np.int32), ready)

    def terms_in(self, fields: Collection[str]) -> frozenset[str]:
        """The terms that any document has in one of some fields."""
        places = [place for place, name in enumerate(WEIGHTS) if name in fields]
        term, _, field, _ = self.postings_by_field
        there = set(np.unique(term[np.isin(field, places)]).tolist())
        return frozenset(term for term, number in self.numbers.items() if number in there)

    def postings(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The documents `term` is in, ascending, and its BM25F score in each."""
        number = self.numbers.get(term)
        if number is None:
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        span = slice(self._starts[number], self._starts[number + 1])
        return self._documents[span], self._scores[span]

    def present(self, terms: Iterable[str], document: int) -> tuple[str, ...]:
        """Those of `terms` that the document has, sorted."""
        return tuple(sorted(t for t in terms if self._has(t, document)))

    def _has(self, term: str, document: int) -> bool:
        documents, _ = self.postings(term)
        at = int(np.searchsorted(documents, document))
        return at < len(documents) and int(documents[at]) == document

    def score(self, query: Sequence[Word], documents: int) -> "LexicalScores":
        """Score every document for the words asked; each counts once, by the best term that stands for it."""
        scores = np.zeros(documents, np.float32)
        matched = np.zeros(documents, np.float32)
        for word in query:
            weight = np.float32(word.weight)
            if len(word.terms) == 1:  # most have no synonym: what has none of it is not looked at
                ((term, likeness),) = word.terms.items()
                ids, points = self.postings(term)
                scores[ids] += points * np.float32(likeness * word.weight)
                matched[ids] += weight
                continue
            best = np.zeros(documents, np.float32)
            for term, likeness in word.terms.items():
                ids, points = self.postings(term)
                best[ids] = np.maximum(best[ids], points * np.float32(likeness * word.weight))
            scores += best
            matched += (best > 0) * weight
        return LexicalScores(scores * np.sqrt(matched), matched)


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """By document: `matched`, the weight of the asked words it has, and its BM25F times the root of that.

    The root rewards answering more of the question; on QA4FAQ the hybrid gains .026 MRR by it.
    """

    scores: NDArray[np.float32]
    matched: NDArray[np.float32]
