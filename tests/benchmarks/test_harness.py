"""The harness on a ranking simple enough to work out by hand, and on vectors that need no encoder."""

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
import pytest

from indexer.labelled import LabelledSet
from search.evaluation import DEPTH
from tests.benchmarks.collection import Asked, Collection
from tests.benchmarks.harness import Score, lead, score

RELEVANT = {"first": {"a": 1}, "third": {"c": 1, "z": 1}, "missed": {"q": 1}}


@pytest.fixture
def collection() -> Collection:
    labelled = LabelledSet((), (), MappingProxyType(RELEVANT))
    asked = tuple(Asked(name, name, (name,), np.zeros(2, np.float32)) for name in RELEVANT)
    return Collection("by hand", "en", labelled, (), asked)


def test_a_ranking_is_scored_by_the_definitions(collection: Collection) -> None:
    found = score(lambda _: ["a", "b", "c"], collection)
    assert found.measures == pytest.approx(
        {"success@1": 1 / 3, "mrr": (1 + 1 / 3) / 3, "recall@10": (1 + 1 / 2) / 3}
    )
    assert found.reciprocal == pytest.approx([1, 1 / 3, 0])


def test_what_comes_after_the_depth_does_not_count(collection: Collection) -> None:
    strangers = [f"stranger {n}" for n in range(DEPTH)]
    assert score(lambda _: [*strangers, "a", "c", "q"], collection).measures["mrr"] == 0
    assert score(lambda _: [*strangers[1:], "a", "c", "q"], collection).measures["mrr"] > 0


def test_an_engine_that_finds_nothing_scores_nothing(collection: Collection) -> None:
    nothing: Sequence[str] = ()
    assert set(score(lambda _: nothing, collection).measures.values()) == {0}


def test_an_article_found_twice_is_refused(collection: Collection) -> None:
    with pytest.raises(ValueError, match="got an article twice"):
        score(lambda _: ["a", "a"], collection)


def test_the_lead_is_paired_by_question() -> None:
    ours, theirs = Score({}, np.array([1.0, 0.5] * 50)), Score({}, np.array([0.5, 0.0] * 50))
    assert lead(ours, theirs) == pytest.approx((0.5, 0.5, 0.5))  # every question alike: nothing to doubt
    by, low, high = lead(ours, Score({}, np.array([0.5, 1.0] * 50)))
    assert by == pytest.approx(0)
    assert low < 0 < high
