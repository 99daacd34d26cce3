"""Real questions that nobody of the project wrote: the floors that search must hold on them."""

from collections.abc import Callable
from functools import cache

import pytest

from search.evaluation import ask, measure
from search.records import Mode
from tests.relevance.conftest import Indexed

Measures = Callable[[str, Mode], dict[str, float]]


@pytest.fixture(scope="module")
def measures(indexed: Indexed) -> Measures:
    @cache
    def of(name: str, mode: Mode) -> dict[str, float]:
        labelled, engine = indexed(name)
        found = measure(ask(engine, labelled.queries, mode), labelled.relevant)
        return {key: value for key, value in found.items() if value is not None}

    return of


def test_hybrid_holds_its_floor_on_a_real_italian_faq(measures: Measures) -> None:
    hybrid = measures("qa4faq_it", "hybrid")
    assert hybrid["success@1"] >= 0.53
    assert hybrid["mrr"] >= 0.67
    assert hybrid["recall@10"] >= 0.9


@pytest.mark.soak
def test_many_wordings_teach_the_encoder(measures: Measures) -> None:
    hybrid = measures("hint3_curekart_en", "hybrid")
    assert hybrid["success@1"] >= 0.89
    assert hybrid["auroc"] >= 0.9


@pytest.mark.parametrize(
    ("name", "single"),
    [
        ("qa4faq_it", "lexical"),
        ("qa4faq_it", "dense"),
        pytest.param("covid_quebec_fr", "lexical", marks=pytest.mark.soak),
        pytest.param("covid_quebec_fr", "dense", marks=pytest.mark.soak),
        pytest.param("hint3_curekart_en", "lexical", marks=pytest.mark.soak),
        pytest.param("hint3_curekart_en", "dense", marks=pytest.mark.soak),
    ],
)
def test_two_sides_beat_one(measures: Measures, name: str, single: Mode) -> None:
    hybrid, alone = measures(name, "hybrid"), measures(name, single)
    assert hybrid["success@1"] > alone["success@1"]
    assert hybrid["mrr"] > alone["mrr"]


def test_no_is_said_more_often_where_there_is_no_answer(measures: Measures) -> None:
    gaps = measures("qa4faq_it_gaps", "hybrid")
    assert gaps["auroc"] >= 0.82
    assert gaps["false_no_answer"] <= 0.05
    assert gaps["no_answer_recall"] >= 0.35
