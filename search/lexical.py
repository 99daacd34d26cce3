"""Whoosh, written and read: the lexical index of one language, ranked by BM25F.

Whoosh's files are the index of record. Scoring a query through Whoosh costs Python per posting (27 ms
at 50,000 articles), so its postings are read once, when the index is written, into arrays of ready-made
scores: the same ranking, score for score, in a tenth of a millisecond.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import ID, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.scoring import bm25

from search.synonyms import Word

# A title says what the article is about in few words; so do the editor's other wordings, and tags, which
# are chosen words: at 2 instead of 1 they lift success@1 on QA4FAQ from .501 to .517.
WEIGHTS = {"title": 2.0, "questions": 2.0, "body": 1.0, "tags": 2.0}
# b = .4: answers are all short, so length says little of relevance. Measured on QA4FAQ against
# Whoosh's .75: success@1 .464 → .470, recall@10 .858 → .866. k1 is the customary 1.2.
B = 0.4
K1 = 1.2

Fields = Mapping[str, Sequence[str]]
"""A document's terms by field: the keys are those of WEIGHTS."""


def write(folder: Path, documents: Iterable[Fields]) -> None:
    """Write one language's documents, numbered in their order, to `folder`, which is made here."""
    store = folder / "whoosh"
    store.mkdir(parents=True)
    text = TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False)
    schema = Schema(number=ID(stored=True), **dict.fromkeys(WEIGHTS, text))
    index = FileStorage(str(store)).create_index(schema)
    writer = index.writer(limitmb=256)
    for number, fields in enumerate(documents):
        present = {name: " ".join(fields[name]) for name in WEIGHTS if fields.get(name)}
        writer.add_document(number=str(number), **present)
    writer.commit(optimize=True)
    with index.reader() as reader:
        _write_arrays(folder, reader)
    index.close()


def _write_arrays(folder: Path, reader: Any) -> None:
    """Postings as four flat arrays: term t's documents and scores are [starts[t], starts[t + 1])."""
    numbers: dict[str, int] = {}
    terms, documents, scores = [], [], []
    for text, ids, points in _scored_postings(reader):
        terms.append(np.full(len(ids), numbers.setdefault(text, len(numbers)), np.int64))
        documents.append(ids)
        scores.append(points)
    term, document, score = (np.concatenate(a) if a else np.zeros(0) for a in (terms, documents, scores))
    # One row a term and document: its fields' scores added up.
    key = term.astype(np.int64) * max(reader.doc_count_all(), 1) + document.astype(np.int64)
    keys, inverse = np.unique(key, return_inverse=True)
    owner, ids = np.divmod(keys, max(reader.doc_count_all(), 1))
    starts = np.searchsorted(owner, np.arange(len(numbers) + 1))
    np.save(folder / "starts.npy", starts.astype(np.int64))
    np.save(folder / "documents.npy", ids.astype(np.int32))
    np.save(folder / "scores.npy", np.bincount(inverse, score, len(keys)).astype(np.float32))
    (folder / "terms.txt").write_text("\n".join(numbers), "utf-8")


def _scored_postings(reader: Any) -> Iterator[tuple[str, NDArray[np.int64], NDArray[np.float64]]]:
    """Each field's terms with their documents and Whoosh's own weighted BM25F scores of them."""
    count = reader.doc_count_all()
    # Whoosh adds documents in order into one segment, but says so nowhere: trust what it stored.
    numbers = np.array([int(reader.stored_fields(n)["number"]) for n in range(count)], np.int64)
    for name, weight in WEIGHTS.items():
        lengths = np.array([reader.doc_field_length(n, name) for n in range(count)], np.float64)
        mean = (reader.field_length(name) / count if count else 0) or 1
        for text in reader.lexicon(name):
            found = list(_walk(reader.postings(name, text)))
            ids = np.array([number for number, _ in found], np.int64)
            frequency = np.array([times for _, times in found], np.float64)
            idf = np.log(count / (len(ids) + 1)) + 1
            yield text.decode("utf-8"), numbers[ids], weight * bm25(idf, frequency, lengths[ids], mean, B, K1)


def _walk(matcher: Any) -> Iterator[tuple[int, float]]:
    while matcher.is_active():
        yield matcher.id(), matcher.weight()
        matcher.next()


class LexicalIndex:
    """One language's postings, memory-mapped and open for queries from any thread."""

    def __init__(self, folder: Path) -> None:
        terms = (folder / "terms.txt").read_text("utf-8").split("\n")
        self.numbers = {term: number for number, term in enumerate(terms) if term}
        self._starts = np.load(folder / "starts.npy")
        # As plain views of the mapped files: slicing numpy's own memmap class costs more than scoring.
        self._documents = np.asarray(np.load(folder / "documents.npy", mmap_mode="r"))
        self._scores = np.asarray(np.load(folder / "scores.npy", mmap_mode="r"))

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
            best = np.zeros(documents, np.float32)
            for term, likeness in word.terms.items():
                ids, points = self.postings(term)
                best[ids] = np.maximum(best[ids], points * np.float32(likeness * word.weight))
            scores += best
            matched += (best > 0) * np.float32(word.weight)
        return LexicalScores(scores * np.sqrt(matched), matched)


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """By document: `matched`, the weight of the asked words it has, and its BM25F times the root of that.

    The root rewards answering more of the question; on QA4FAQ the hybrid gains .026 MRR by it.
    """

    scores: NDArray[np.float32]
    matched: NDArray[np.float32]
