"""A question inside a whole message finds what it finds alone: the stories around it are invented ones."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from indexer.build import build_snapshot
from indexer.labelled import read_labelled_set
from indexer.vectors import VectorCache
from search.engine import SearchEngine
from search.evaluation import Query, ask, measure
from search.records import KnowledgeBase
from search.snapshot import open_snapshot
from tests.messages import wrapped

# Enough to tell a rule that broke: a message as it is loses .15 of mrr in Italian and .22 in English.
SAMPLE = 150


@pytest.mark.parametrize(
    ("name", "lang", "loss"), [("qa4faq_it", "it", 0.04), ("hint3_curekart_en", "en", 0.05)]
)
def test_a_message_finds_what_its_question_finds(
    name: str, lang: str, loss: float, labelled_set: Callable[[str], Path], cached_encoder: VectorCache, tmp_path: Path
) -> None:  # fmt: skip
    labelled = read_labelled_set(labelled_set(name))
    build_snapshot(KnowledgeBase(labelled.articles), tmp_path / "s", name, cached_encoder, datetime.now(UTC))
    engine = SearchEngine(open_snapshot(tmp_path / "s", cached_encoder), cached_encoder)
    chance = random.Random(1)
    asked = chance.sample([q for q in labelled.queries if labelled.relevant.get(q.id)], SAMPLE)

    def mrr(texts: Sequence[str]) -> float:
        queries = [Query(q.id, text, lang) for q, text in zip(asked, texts, strict=True)]
        found = measure(ask(engine, queries, "hybrid"), labelled.relevant)["mrr"]
        assert found is not None
        return found

    whole = mrr([wrapped(q.text, lang, chance) for q in asked])
    assert whole >= mrr([q.text for q in asked]) - loss
