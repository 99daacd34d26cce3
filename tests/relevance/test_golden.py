"""The demo knowledge base answers its golden questions, by the reasons written beside them."""

from pathlib import Path

import pytest
import yaml

from indexer import publish
from indexer.update import update_index
from indexer.vectors import VectorCache
from search.engine import SearchEngine

CONTENT = Path(__file__).parents[2] / "content"
GOLDEN = yaml.safe_load((CONTENT / "golden.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def engine(cached_encoder: VectorCache, tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    data = tmp_path_factory.mktemp("golden")
    report = update_index(CONTENT, data, cached_encoder)
    assert not [str(p) for p in report.problems]
    return SearchEngine(publish.open_current(data, cached_encoder), cached_encoder)


@pytest.mark.parametrize("question", GOLDEN["questions"], ids=lambda q: q["ask"][:40])
def test_the_right_article_is_among_the_first(engine: SearchEngine, question: dict[str, str]) -> None:
    hits = engine.search(question["ask"], question["lang"], limit=3).hits
    assert question["expect"] in [h.article.id for h in hits], question["why"]


def test_most_come_first_and_none_is_called_unanswered_often(engine: SearchEngine) -> None:
    found = [engine.search(q["ask"], q["lang"], limit=1) for q in GOLDEN["questions"]]
    first = [r.hits[0].article.id == q["expect"] for r, q in zip(found, GOLDEN["questions"], strict=True)]
    answered = [r.verdict.answer != "no" for r in found]
    assert sum(first) >= 0.9 * len(first)
    assert sum(answered) >= 0.9 * len(answered)


def test_most_questions_without_an_answer_are_refused(engine: SearchEngine) -> None:
    refused = [engine.search(q["ask"], q["lang"]).verdict.answer == "no" for q in GOLDEN["unanswerable"]]
    assert sum(refused) >= len(refused) / 2
