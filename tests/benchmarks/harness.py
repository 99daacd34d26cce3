"""Contenders measured alike: by the definitions in `search/evaluation.py`, question by question against ours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from search.evaluation import DEPTH, Outcome, measure
from tests.benchmarks.collection import Asked, Collection

Ranker: TypeAlias = Callable[[Asked], Sequence[str]]
"""A question to the ids of articles, best first; what comes after DEPTH is not looked at."""

MEASURES = ("success@1", "mrr", "recall@10")
_RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Contender:
    """An engine: `build` indexes a collection, with an empty folder of its own to write in."""

    name: str
    build: Callable[[Collection, Path], Ranker]


@dataclass(frozen=True, slots=True)
class Score:
    """`measures` has MEASURES; `reciprocal` is 1 / rank of the first right answer, by question in order."""

    measures: dict[str, float]
    reciprocal: NDArray[np.float64]


def score(ranker: Ranker, collection: Collection) -> Score:
    """Ask `ranker` every answerable question of the set."""
    outcomes = [_outcome(a, ranker(a)) for a in collection.asked]
    measures = _measures(outcomes, collection)
    reciprocal = np.array([_measures([outcome], collection)["mrr"] for outcome in outcomes])
    return Score(measures, reciprocal)


def _measures(outcomes: Sequence[Outcome], collection: Collection) -> dict[str, float]:
    found = measure(outcomes, collection.labelled.relevant)
    return {name: float(found[name] or 0) for name in MEASURES}


def _outcome(asked: Asked, ranked: Sequence[str]) -> Outcome:
    if len(set(ranked)) != len(ranked):
        raise ValueError(f"the question {asked.id} got an article twice")
    ids = tuple(ranked[:DEPTH])
    scores = tuple(1 / rank for rank in range(1, len(ids) + 1))
    return Outcome(asked.id, ids, scores, "yes", 1.0, 0.0, 0.0)


def lead(ours: Score, theirs: Score) -> tuple[float, float, float]:
    """By how much our MRR is above theirs, and the 95 % interval of that: a paired bootstrap over questions."""
    difference = ours.reciprocal - theirs.reciprocal
    chance = np.random.default_rng(20261122)
    drawn = chance.integers(0, len(difference), (_RESAMPLES, len(difference)))
    low, high = np.percentile(difference[drawn].mean(1), [2.5, 97.5])
    return float(difference.mean()), float(low), float(high)
