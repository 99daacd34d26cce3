"""What the desk learned: questions that their askers said an article solved lift it for questions like them.

Guarded, since anyone may say so: one session counts half of what many do, age and edits wear it off, an
editor's veto ends it, and no lift is more than half of what the article earned by its own text.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from search.answerability import scaled
from search.encoders import Vectors

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# What the very question, confirmed by very many, adds to a score between 0 and 1. On QA4FAQ, learning a
# quarter of the questions and asking another, .5 to .7 at one session each lifts MRR by .035.
_LIFT = 0.7
# A click farm can lift an article by half of its own score at most: from nowhere to first is out of reach.
_CAP = 0.5
# Half a year without being confirmed again halves the weight: shops change.
_HALF_LIFE_DAYS = 180
# Confirmed before the article was last edited: it may say something else now.
_EDITED = 0.5
# Less moves nothing: one session is worn off after fourteen months, or eight where the article changed.
_LEAST = 0.1


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A question and the article that solved it, said so by `sessions` different sessions, the last on `last`
    (null: not known, so it does not age). `vetoed` is an editor's word that it does not."""

    query: str
    article_id: str
    lang: str
    sessions: int = 1
    last: date | None = None
    vetoed: bool = False


def weight(confirmed: Confirmed, updated: date | None, today: date) -> float:
    """How much it counts, 0 to 1, for an article last `updated` then: one session ½, three ¾, and so on.

    0 once it is worn off.
    """
    if confirmed.vetoed or confirmed.sessions < 1:
        return 0.0
    worth = confirmed.sessions / (confirmed.sessions + 1)
    if confirmed.last is None:
        return worth
    half_lives = max((today - confirmed.last).days, 0) / _HALF_LIFE_DAYS
    worth *= float(0.5**half_lives)
    worth *= _EDITED if updated and updated > confirmed.last else 1.0
    return worth if worth >= _LEAST else 0.0


@dataclass(frozen=True, slots=True)
class Learned:
    """One language's confirmed questions: their vectors (as queries), articles by number, and weights."""

    vectors: Vectors
    owners: Ints
    weights: Floats
    unrelated: float

    def lift(self, vector: Vectors, documents: Ints, scores: Floats) -> Floats:
        """What to add to the `scores` of `documents` (ascending numbers) for a question's vector.

        By the square of the likeness, so that it is the same question that lifts and not the same topic.
        """
        lifts = np.zeros(len(documents), np.float32)
        if not len(self.owners):
            return lifts
        at = np.searchsorted(documents, self.owners)
        known = np.flatnonzero(
            (at < len(documents)) & (documents[np.minimum(at, len(documents) - 1)] == self.owners)
        )
        few = 2 * len(known) < len(self.owners)  # copying many vectors costs more than reading them all
        # Not by `@`: BLAS shares so little among threads, which wait for each other on a busy machine.
        cosines = (
            np.einsum("ij,j->i", self.vectors[known], vector)
            if few
            else np.einsum("ij,j->i", self.vectors, vector)[known]
        )
        likeness = np.clip(scaled(cosines, self.unrelated), 0, 1)
        np.maximum.at(lifts, at[known], (_LIFT * self.weights[known] * likeness**2).astype(np.float32))
        capped: Floats = np.minimum(lifts, np.float32(_CAP) * scores)
        return capped


def learn(
    confirmed: Iterable[tuple[Confirmed, Vectors]], numbers: Mapping[str, int],
    updated: Sequence[date | None], unrelated: float, today: date,
) -> Learned:  # fmt: skip
    """From confirmed questions with their vectors, the articles' numbers by id, and when each was updated."""
    rows = [
        (vector, numbers[c.article_id], weight(c, updated[numbers[c.article_id]], today))
        for c, vector in confirmed
        if c.article_id in numbers
    ]
    rows = [row for row in rows if row[2] > 0]
    return Learned(
        np.array([v for v, _, _ in rows], np.float32),
        np.array([n for _, n, _ in rows], np.int64),
        np.array([w for _, _, w in rows], np.float32),
        unrelated,
    )
