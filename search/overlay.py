"""A shelf as it would be with one article otherwise: in memory, beside the one in service, which stays.

All of it is computed by what a snapshot is written with, so what is asked of it is answered as it will be
once the article is published.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.calibration import calibrate
from search.dense import DenseIndex, Ints, Rows
from search.encoders import Vectors
from search.records import Article, Passage
from search.sharpening import learn
from search.snapshot import Shelf, fields_of, passage_share, said
from search.spelling import forms_in


@dataclass(frozen=True, slots=True)
class Written:
    """An article with its passages, and the vectors of its `question_texts` and of its passages."""

    article: Article
    passages: tuple[Passage, ...]
    question_vectors: Vectors
    passage_vectors: Vectors


def overlay(shelf: Shelf, written: Written) -> Shelf:
    """`shelf` with the article in the place of the one that has its id, or among the others by its id."""
    place = _Place(shelf, written.article.id)
    articles = (*shelf.articles[: place.at], written.article, *shelf.articles[place.after :])
    first, end = shelf.passage_starts[[place.at, place.after]]
    passages = (*shelf.passages[:first], *written.passages, *shelf.passages[end:])
    questions = place.replaced(shelf.dense.questions, written.question_vectors)
    rows = place.replaced(shelf.dense.passages, written.passage_vectors)
    sharpening = learn(questions.vectors, questions.owners)
    share = passage_share(articles, passages)
    fields = fields_of(written.article, shelf.analyzer)
    return Shelf(
        shelf.lang,
        shelf.analyzer,
        articles,
        passages,
        np.searchsorted(rows.owners, np.arange(len(articles) + 1)),
        shelf.lexical.changed(len(shelf.articles), place.same(), {place.at: fields}, len(articles)),
        DenseIndex.of(questions, rows, sharpening, len(articles)),
        calibrate(shelf.strangers, questions, rows, sharpening, share),
        share,
        shelf.everyday,
        shelf.unanswered,
        place.rewritten(shelf, written),
    )


class _Place:
    """Where an article is or would be among those of a shelf: `at`; those behind it are from `after` on."""

    def __init__(self, shelf: Shelf, article_id: str) -> None:
        ids = [article.id for article in shelf.articles]
        self.at = bisect_left(ids, article_id)
        self.after = self.at + (self.at < len(ids) and ids[self.at] == article_id)
        self._count = len(ids)
        self._moved = 1 - (self.after - self.at)

    def same(self) -> dict[int, int]:
        """The number that each of the others will have, and the one it has."""
        others = (*range(self.at), *range(self.after, self._count))
        return {number + (number >= self.after) * self._moved: number for number in others}

    def rewritten(self, shelf: Shelf, written: Written) -> Counter[str]:
        """How often each word is written then."""
        first, end = shelf.passage_starts[[self.at, self.after]]
        there, passages = shelf.articles[self.at : self.after], shelf.passages[first:end]
        gone = forms_in(text for article in there for text in said(article, passages))
        return Counter(shelf.written) + forms_in(said(written.article, written.passages)) - gone

    def replaced(self, rows: Rows, new: Vectors) -> Rows:
        """With `new` as this article's."""
        first, end = np.searchsorted(rows.owners, [self.at, self.after])
        parts: Sequence[Ints] = (
            rows.owners[:first],
            np.full(len(new), self.at, np.int64),
            rows.owners[end:] + self._moved,
        )
        vectors = np.concatenate([rows.vectors[:first], new, rows.vectors[end:]])
        return Rows(vectors, np.concatenate(parts))
