"""The measures, on outcomes small enough to work out by hand."""

import pytest

from search.evaluation import Outcome, measure, trec_run
from search.records import Answer


def outcome(query: str, ranked: str, answer: Answer = "yes", confidence: float = 0.5) -> Outcome:
    docs = tuple(ranked)
    return Outcome(query, docs, tuple(1 / n for n in range(1, len(docs) + 1)), answer, confidence, 4.0, 3.0)


RELEVANT = {"first": {"a": 1}, "third": {"c": 2, "z": 1}, "missed": {"q": 1}}
OUTCOMES = [
    outcome("first", "abc", confidence=0.9),
    outcome("third", "abc", confidence=0.6),
    outcome("missed", "abc", "no", 0.2),
    outcome("none", "abc", "no", 0.2),
    outcome("none too", "abc", "maybe", 0.7),
]


def test_measures() -> None:
    found = measure(OUTCOMES, RELEVANT)
    assert found["queries"] == 5
    assert found["answerable"] == 3
    assert found["success@1"] == pytest.approx(1 / 3)
    assert found["mrr"] == pytest.approx((1 + 1 / 3) / 3)
    assert found["recall@5"] == pytest.approx((1 + 1 / 2) / 3)
    # third: gain 2 at rank 3 (2 / log2 4 = 1) of an ideal 2 + 1 / log2 3.
    assert found["ndcg@10"] == pytest.approx((1 + 1 / (2 + 0.6309297535714574)) / 3)
    # One right of five, two left unanswered: (1 + 2 × 1/5) / 5.
    assert found["c@1"] == pytest.approx(0.28)
    assert found["no_answer_recall"] == pytest.approx(1 / 2)
    assert found["false_no_answer"] == pytest.approx(1 / 3)
    # Pairs of answerable and not: .9 and .6 beat .2, .9 beats .7, .2 ties .2: (3 + ½) / 6.
    assert found["auroc"] == pytest.approx(3.5 / 6)
    assert found["search_p50_ms"] == 1.0


def test_sets_of_one_kind_have_null_where_nothing_can_be_measured() -> None:
    answerable = measure(OUTCOMES[:2], RELEVANT)
    assert answerable["auroc"] is None
    assert answerable["no_answer_recall"] is None
    assert measure(OUTCOMES[3:], RELEVANT)["success@1"] is None
    assert measure([], {})["p50_ms"] is None


def test_trec_run_has_the_verdict_as_its_tag() -> None:
    assert trec_run(OUTCOMES[3:4]).splitlines() == [
        "none Q0 a 1 1.000000 no",
        "none Q0 b 2 0.500000 no",
        "none Q0 c 3 0.333333 no",
    ]
