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
UNSEEN = yaml.safe_load(Path(__file__).with_name("unseen.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def engine(cached_encoder: VectorCache, tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    data = tmp_path_factory.mktemp("golden")
    report = update_index(CONTENT, data, cached_encoder)
    assert not [str(p) for p in report.problems]
    return SearchEngine(publish.open_current(data, cached_encoder), cached_encoder)


def test_the_questions_find_their_article(engine: SearchEngine) -> None:
    """Misspelt, colloquial, whole messages; 97 in a hundred find it first (docs/measurements.md)."""
    ranks = []
    for question in GOLDEN["questions"]:
        found = [h.article.id for h in engine.search(question["ask"], question["lang"], limit=3).hits]
        ranks.append(found.index(question["expect"]) if question["expect"] in found else None)
    assert sum(rank == 0 for rank in ranks) >= 0.95 * len(ranks)
    assert sum(rank is not None for rank in ranks) >= 0.98 * len(ranks)


def test_few_questions_are_wrongly_refused(engine: SearchEngine) -> None:
    """A customer sent away from an answer is lost."""
    refused = [engine.search(q["ask"], q["lang"]).verdict.answer == "no" for q in GOLDEN["questions"]]
    assert sum(refused) <= 0.02 * len(refused)


def test_little_is_said_with_confidence_where_there_is_no_answer(engine: SearchEngine) -> None:
    answers = [engine.search(q["ask"], q["lang"]).verdict.answer for q in GOLDEN["unanswerable"]]
    assert answers.count("yes") == 0
    assert answers.count("no") >= 0.95 * len(answers)


def test_questions_that_nobody_wrote_the_articles_for(engine: SearchEngine) -> None:
    """Measured: 27 of 60 first, one of them refused, 39 among three, 49 among ten (docs/measurements.md)."""
    places = []
    for question in UNSEEN["questions"]:
        found = engine.search(question["ask"], question["lang"], limit=10)
        ids = [hit.article.id for hit in found.hits] if found.verdict.answer != "no" else []
        places.append(ids.index(question["expect"]) if question["expect"] in ids else None)
    assert sum(place == 0 for place in places) >= 24
    assert sum(place is not None and place < 3 for place in places) >= 35
    assert sum(place is not None for place in places) >= 45
    answers = [engine.search(q["ask"], q["lang"]).verdict.answer for q in UNSEEN["unanswerable"]]
    assert answers.count("yes") <= 1
    assert answers.count("no") >= 0.6 * len(answers)
    refused = [engine.search(q["ask"], q["lang"]).verdict.answer == "no" for q in UNSEEN["questions"]]
    assert sum(refused) <= 0.12 * len(refused)
