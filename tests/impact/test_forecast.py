"""What is foreseen of a draft, against what came once it was published for real: a forecast that nobody could
rely on would be worse than none."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from app.impact.forecast import forecast
from app.impact.questions import Past, Question
from app.impact.standing import Standing
from indexer.articles import read_content
from indexer.goldenfile import read_golden
from indexer.labelled import read_labelled_set
from indexer.passages import passage_input, split_passages
from indexer.vectors import VectorCache
from search.engine import SearchEngine
from search.learning import Confirmed
from search.overlay import Written, overlay
from search.records import Article, KnowledgeBase, Section
from search.snapshot import question_texts
from tests.impact.conftest import PATIENT, Shop, compare
from tests.served import SHOP


@pytest.fixture(scope="module")
def shop(cached_encoder: VectorCache, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("impact"), cached_encoder)


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    return read_content(SHOP).knowledge


@pytest.fixture(scope="module")
def asked() -> list[Question]:
    """What the demo's customers ask: the golden questions, and each article's own wordings, abridged."""
    content = read_content(SHOP)
    golden = read_golden(SHOP, content)
    assert golden
    questions = [Question(q.ask, q.lang, 2) for q in golden.questions]
    for article in content.knowledge.articles:
        questions += [Question(text.lower().strip("?¿"), article.lang, 1) for text in article.questions]
    return list({(q.lang, q.text): q for q in questions}.values())


@pytest.fixture(scope="module")
def live(shop: Shop, knowledge: KnowledgeBase) -> SearchEngine:
    return shop.publish(knowledge.articles, knowledge)


def without(knowledge: KnowledgeBase, article: Article) -> list[Article]:
    return [a for a in knowledge.articles if (a.lang, a.id) != (article.lang, article.id)]


def test_what_a_new_article_brings_is_foreseen(
    shop: Shop, knowledge: KnowledgeBase, asked: list[Question], live: SearchEngine
) -> None:
    """A quarter of the demo's articles, each as if it were still to be published."""
    foreseen, came, said = 0, 0, 0
    for article in knowledge.articles[::4]:
        before = shop.publish(without(knowledge, article), knowledge)
        told = compare(shop, asked, before, live, article)
        foreseen, came, said = foreseen + told.foreseen, came + len(told.came), said + len(told.forecast)
        for key in told.forecast.keys() & told.came.keys():
            change, (was, now) = told.forecast[key], told.came[key]
            assert (change.before, change.after.answer) == (was, now.answer)
    print(f"demo, new articles: {foreseen} of {came} foreseen, {said} said")
    assert came > 30
    assert foreseen >= 0.97 * came
    assert foreseen >= 0.97 * said


def test_what_an_edit_takes_and_loses_is_foreseen(
    shop: Shop, knowledge: KnowledgeBase, asked: list[Question], live: SearchEngine
) -> None:
    """Articles that get another's words, or lose most of their own."""
    foreseen, came, said, kinds = 0, 0, 0, Counter[str]()
    articles = [article for article in knowledge.articles if article.lang == "it"]
    for one, other in zip(articles[::4], articles[2::4], strict=False):
        for edit in (
            replace(one, title=other.title, questions=other.questions, source_hash="edit"),
            replace(
                one, title="Altre cose", questions=(), sections=(Section("", "", 0, ("Poche parole.",)),)
            ),
        ):
            after = shop.publish([*without(knowledge, one), edit], knowledge)
            told = compare(shop, asked, live, after, edit)
            foreseen, came, said = foreseen + told.foreseen, came + len(told.came), said + len(told.forecast)
            kinds.update(kind for kind, _ in told.came)
    print(f"demo, edits: {foreseen} of {came} foreseen, {said} said, {dict(kinds)}")
    assert kinds["lost"] > 5
    assert kinds["taken"] > 3
    assert foreseen >= 0.97 * came
    assert foreseen >= 0.97 * said


@pytest.mark.soak
@pytest.mark.parametrize(
    ("name", "articles", "share"), [("hint3_curekart_en", 4, 0.9), ("covid_quebec_fr", 6, 0.9)]
)
def test_what_strangers_articles_bring_is_foreseen(
    name: str, articles: int, share: float, labelled_set: Callable[[str], Path], shop: Shop
) -> None:
    """On questions that people really asked; two sets of which none was looked at while this was made."""
    labelled = read_labelled_set(labelled_set(name))
    questions = [Question(q.text, q.lang, 1) for q in labelled.queries]
    questions = list({(q.lang, q.text): q for q in questions}.values())
    after = shop.publish(labelled.articles)
    wanted = random.Random(11).sample(sorted(labelled.articles, key=lambda a: a.id), articles)
    foreseen, came, said, looked = 0, 0, 0, 0
    for article in wanted:
        before = shop.publish([a for a in labelled.articles if a.id != article.id])
        told = compare(shop, questions, before, after, article)
        foreseen, came, said = foreseen + told.foreseen, came + len(told.came), said + len(told.forecast)
        looked += told.asked
    print(
        f"{name}: {foreseen} of {came} foreseen, {said} said, {looked / articles:.0f} of {len(questions)} asked"
    )
    assert foreseen >= share * came
    assert foreseen == said
    assert looked < 0.25 * articles * len(questions)


def test_a_shelf_laid_over_is_the_one_that_will_be_published(
    shop: Shop, knowledge: KnowledgeBase, asked: list[Question], live: SearchEngine
) -> None:
    """Letter for letter: the hits, their scores, the verdict and the spelling."""
    article = next(a for a in knowledge.articles if a.id.endswith("fattura") and a.lang == "it")
    confirmed = [Confirmed("mi serve lo scontrino", "pagamenti/fattura", "it", 3, date(2026, 11, 1))]
    after = live.with_confirmed(confirmed, live.encode([c.query for c in confirmed]))
    before = shop.publish(without(knowledge, article), knowledge)
    before = before.with_confirmed(confirmed, before.encode([c.query for c in confirmed]))
    laid = before.beside(shop.memory, overlay(before.snapshot.shelves["it"], written(shop, article)))
    for question in (*asked, Question("mi serve lo scontrno", "it", 1)):
        one, other = (engine.search(question.text, question.lang) for engine in (laid, after))
        assert one.verdict == other.verdict
        assert one.did_you_mean == other.did_you_mean
        assert [(h.article.id, h.score, h.passage) for h in one.hits] == [
            (h.article.id, h.score, h.passage) for h in other.hits
        ]


def test_visitors_are_answered_as_before(shop: Shop, live: SearchEngine, asked: list[Question]) -> None:
    was = [live.search(q.text, q.lang, limit=3).hits for q in asked[:20]]
    article = replace(live.snapshot.knowledge.articles[-1], title="Quanto costa la spedizione in Sardegna?")
    snapshot, shelves = live.snapshot, dict(live.snapshot.shelves)
    found = forecast(Standing(live, Past(tuple(asked)), shop.memory), article, PATIENT)
    assert found
    assert live.snapshot is snapshot
    assert dict(live.snapshot.shelves) == shelves
    assert [live.search(q.text, q.lang, limit=3).hits for q in asked[:20]] == was


def test_what_takes_too_long_is_left_and_said(shop: Shop, live: SearchEngine, asked: list[Question]) -> None:
    article = next(a for a in live.snapshot.knowledge.articles if a.lang == "it")
    hurried = forecast(Standing(live, Past(tuple(asked)), shop.memory), article, 0.0)
    assert hurried
    assert hurried.asked <= 1 < hurried.likely


@pytest.mark.parametrize("lang", ["fr", "", "xx"])
def test_a_language_without_articles_has_no_forecast(shop: Shop, live: SearchEngine, lang: str) -> None:
    article = replace(live.snapshot.knowledge.articles[0], lang=lang)
    assert forecast(Standing(live, Past(), shop.memory), article) is None


@pytest.mark.parametrize("text", ["\0", "x" * 50_000, "😀", "<b>", "a b" * 9_000])
def test_the_worst_that_is_typed(shop: Shop, live: SearchEngine, asked: list[Question], text: str) -> None:
    article = Article(
        "a/b", "it", text, "a", "<p></p>", (Section("", "", 0, (text,)),), questions=(text,) * 3
    )
    assert forecast(Standing(live, Past(tuple(asked[:30])), shop.memory), article, 5.0)


def written(shop: Shop, article: Article) -> Written:
    passages = split_passages(article)
    return Written(
        article,
        passages,
        shop.memory.encode(question_texts(article), "query"),
        shop.memory.encode([passage_input(article, passage) for passage in passages], "passage"),
    )
