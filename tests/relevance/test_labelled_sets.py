"""Real questions that nobody of the project wrote: the floors that search must hold on them."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.build import build_snapshot
from indexer.labelled import LabelledSet, read_labelled_set
from indexer.vectors import VectorCache
from search.engine import SearchEngine
from search.evaluation import ask, measure
from search.records import KnowledgeBase, Mode
from search.snapshot import open_snapshot

Measures = Callable[[str, Mode], dict[str, float]]


@pytest.fixture(scope="module")
def measures(
    labelled_set: Callable[[str], Path], cached_encoder: VectorCache, tmp_path_factory: pytest.TempPathFactory
) -> Measures:
    engines: dict[str, tuple[LabelledSet, SearchEngine]] = {}

    def of(name: str, mode: Mode) -> dict[str, float]:
        if name not in engines:
            labelled = read_labelled_set(labelled_set(name))
            folder = tmp_path_factory.mktemp(name) / "snapshot"
            build_snapshot(KnowledgeBase(labelled.articles), folder, name, cached_encoder, datetime.now(UTC))
            engines[name] = labelled, SearchEngine(open_snapshot(folder, cached_encoder), cached_encoder)
        labelled, engine = engines[name]
        found = measure(ask(engine, labelled.queries, mode), labelled.relevant)
        return {key: value for key, value in found.items() if value is not None}

    return of


def test_hybrid_holds_its_floor_on_a_real_italian_faq(measures: Measures) -> None:
    hybrid = measures("qa4faq_it", "hybrid")
    assert hybrid["success@1"] >= 0.53
    assert hybrid["mrr"] >= 0.67
    assert hybrid["recall@10"] >= 0.9


def test_many_wordings_teach_the_encoder(measures: Measures) -> None:
    hybrid = measures("hint3_curekart_en", "hybrid")
    assert hybrid["success@1"] >= 0.89
    assert hybrid["auroc"] >= 0.9


@pytest.mark.parametrize(
    ("name", "single"),
    [
        ("qa4faq_it", "lexical"),
        ("qa4faq_it", "dense"),
        ("covid_quebec_fr", "lexical"),
        ("covid_quebec_fr", "dense"),
        ("hint3_curekart_en", "lexical"),
        ("hint3_curekart_en", "dense"),
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
