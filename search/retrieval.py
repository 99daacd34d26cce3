"""One shelf asked a question: the articles that may answer, and each one's evidence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from search.dense import Among, Cosines, Floors, Ints
from search.encoders import Vectors
from search.fusion import Dense, Fused, Lexical, fuse
from search.records import Article, Phase
from search.snapshot import Shelf
from search.synonyms import Word

# The passages found first say more of what is meant than the question alone: their mean, weighed by this, is
# added to it. Success@1 on QA4FAQ .522 → .548, recall@10 .898 → .915; .3 gives .538, .5 gives .552.
_FEEDBACK = 0.4
# They are five, but never more than two in a hundred articles: of 48 articles, five are half a topic each
# (the Quebec set loses a point by them).
_FED, _PER_ARTICLES = 5, 50
# So many a side are weighed for each that is shown, and never fewer: at 10,000 articles the first ten come
# out as if everything had been weighed, for 400 of 400 questions; at 50,000, for 396.
_PER_SHOWN, _LEAST = 10, 100


@dataclass(frozen=True, slots=True)
class Question:
    """A question as a shelf reads it. `vector` is null where the dense side is not asked, `words` is
    null where the lexical one is not; `allowed` masks the articles that may answer (null: all). So many
    answers are to be `shown`."""

    words: tuple[Word, ...] | None
    vector: Vectors | None
    allowed: NDArray[np.bool_] | None
    shown: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """Article numbers, ascending, and by candidate the evidence of each side that was asked.

    `covered` is the part of what was asked, weighed, that the article has, from 0 to 1; `floors` are
    the cosines of an article that has nothing to do with it. `among` are their vectors, where they are asked.
    """

    documents: Ints
    lexical: NDArray[np.float32] | None
    covered: NDArray[np.float32] | None
    among: Among | None
    cosines: Cosines | None
    floors: Floors | None

    def fused(self, passage_share: float) -> Fused:
        """The evidence as one score, for a collection whose passages say that much of it."""
        lexical = dense = None
        if self.lexical is not None and self.covered is not None:
            lexical = Lexical(self.lexical, float(self.covered[self.lexical.argmax()]))
        if self.cosines and self.floors:
            low = self.floors
            dense = Dense(self.cosines.wording, self.cosines.passage, low.wording, low.passage, passage_share)
        return fuse(lexical, dense)


def retrieve(shelf: Shelf, question: Question) -> Candidates:
    """The best of each side, weighed by both."""
    words, vector = question.words, question.vector
    lexical = shelf.lexical.score(words, len(shelf.articles)) if words is not None else None
    found, count = np.zeros(len(shelf.articles), np.bool_), max(_PER_SHOWN * question.shown, _LEAST)
    if lexical:
        found[_best(lexical.scores, count, question.allowed)] = True
    if vector is not None:
        found[shelf.dense.nearest(vector, count, question.allowed)] = True
    documents = np.flatnonzero(found)
    asked = sum(word.weight for word in words or ()) or 1.0
    among = shelf.dense.among(documents) if vector is not None and len(documents) else None
    cosines, floors = among.seen_by(vector) if among and vector is not None else (None, None)
    return Candidates(
        documents,
        lexical.scores[documents] if lexical else None,
        lexical.matched[documents] / np.float32(asked) if lexical else None,
        among,
        cosines,
        floors,
    )


def weigh(shelf: Shelf, question: Question, candidates: Candidates) -> Fused:
    """The candidates' evidence as one score, looked at twice: the second time with what was found first
    (pseudo-relevance feedback, Rocchio 1971). It counts as much as passages do in this collection."""
    share = shelf.passage_share
    first = candidates.fused(share)
    fed = min(_FED, len(shelf.articles) // _PER_ARTICLES)
    if question.vector is None or candidates.among is None or candidates.cosines is None or not fed:
        return first
    best = np.argsort(-first.score, kind="stable")[:fed]
    weights = first.score[best] / max(float(first.score[best].sum()), 1e-9)
    said = weights @ shelf.dense.passage_vectors(candidates.cosines.row[best])
    meant = question.vector + np.float32(2 * share * _FEEDBACK) * said
    moved: Vectors = (meant / np.linalg.norm(meant)).astype(np.float32)
    cosines, floors = candidates.among.seen_by(moved)
    return replace(candidates, cosines=cosines, floors=floors).fused(share)


def _best(scores: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None) -> Ints:
    masked = scores if allowed is None else np.where(allowed, scores, 0)
    found = np.flatnonzero(masked)
    if len(found) <= count:
        return found
    return found[np.argpartition(-masked[found], count)[:count]]


def allowed(
    articles: Sequence[Article], category: str | None, phase: Phase | None
) -> NDArray[np.bool_] | None:
    """The mask of the articles in a category and a phase; null where neither is asked for."""
    if category is None and phase is None:
        return None
    return np.array([category in {None, a.category} and phase in {None, a.phase} for a in articles], np.bool_)
