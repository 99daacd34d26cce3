"""A question inside a whole message finds what it finds alone: the stories around it are invented ones."""

import random
from collections.abc import Sequence

import pytest

from search.evaluation import Query, ask, measure
from tests.messages import wrapped
from tests.relevance.conftest import Indexed

# Enough to tell a rule that broke: a message as it is loses .15 of mrr in Italian and .22 in English.
SAMPLE = 150


@pytest.mark.parametrize(
    ("name", "lang", "loss"), [("qa4faq_it", "it", 0.04), ("hint3_curekart_en", "en", 0.05)]
)
def test_a_message_finds_what_its_question_finds(name: str, lang: str, loss: float, indexed: Indexed) -> None:
    labelled, engine = indexed(name)
    chance = random.Random(1)
    asked = chance.sample([q for q in labelled.queries if labelled.relevant.get(q.id)], SAMPLE)

    def mrr(texts: Sequence[str]) -> float:
        queries = [Query(q.id, text, lang) for q, text in zip(asked, texts, strict=True)]
        found = measure(ask(engine, queries, "hybrid"), labelled.relevant)["mrr"]
        assert found is not None
        return found

    whole = mrr([wrapped(q.text, lang, chance) for q in asked])
    assert whole >= mrr([q.text for q in asked]) - loss
