"""The questions of those who wait, asked again of a real engine, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.routes import addresses
from app.store import Store, StoreError, Subscription
from app.store.database import connect, database_url
from app.store.subscriptions import Names
from app.subscriptions.telling import tell
from indexer.publish import open_current
from indexer.update import update_index
from indexer.vectors import VectorCache
from search.engine import SearchEngine
from tests.conftest import WriteArticle

NOW = datetime.now(UTC)
QUESTION = "Posso noleggiare una tandem per il fine settimana?"
ANOTHER = "Vendete caschi per bambini piccoli?"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def publish(content: Path, data: Path, encoder: VectorCache) -> SearchEngine:
    update_index(content, data, encoder)
    return SearchEngine(open_current(data, encoder), encoder)


def waits(store: Store, engine: SearchEngine, name: str, question: str = QUESTION) -> None:
    """Somebody asks, finds nothing, and confirms that they wait."""
    found = engine.search(question, "it")
    assert found.verdict.answer == "no"
    shown = tuple(hit.article.id for hit in found.hits)
    wish = Subscription(name, f"{name}@posta.example", "it", question, shown, found.snapshot, NOW)
    assert store.subscriptions.ask(wish, Names(name, name), 5)
    assert store.subscriptions.confirm(name, NOW, NOW - timedelta(days=1))


def rent(write_article: WriteArticle, content: Path) -> None:
    write_article(
        content,
        "it/noleggio/tandem",
        "Posso noleggiare un tandem?",
        "## Per il fine settimana\n\nSì: un tandem per il fine settimana costa quaranta euro.",
        questions="[posso noleggiare una tandem per il fine settimana]",
    )


def test_who_waits_is_told_once_when_an_article_answers(
    store: Store, content: Path, data: Path, cached_encoder: VectorCache, write_article: WriteArticle
) -> None:
    before = publish(content, data, cached_encoder)
    waits(store, before, "anna")
    waits(store, before, "bruno", ANOTHER)
    assert tell(store, before, addresses.article) == 0
    write_article(content, "it/bici/luci", "Quale luce monto davanti?", "Una bianca, a batteria.")
    assert tell(store, publish(content, data, cached_encoder), addresses.article) == 0
    rent(write_article, content)
    after = publish(content, data, cached_encoder)
    assert tell(store, after, addresses.article) == 1
    assert tell(store, after, addresses.article) == 0
    anna, bruno = store.subscriptions.get("anna"), store.subscriptions.get("bruno")
    assert anna
    assert bruno
    assert anna.answered
    assert bruno.answered is None
    assert (anna.answered.answer, anna.answered.title) == ("yes", "Posso noleggiare un tandem?")
    assert anna.answered.path == "/it/a/noleggio/tandem#per-il-fine-settimana"
    assert "quaranta euro" in anna.answered.passage
    claimed = store.outbox.claim("me", datetime.now(UTC), datetime.now(UTC) + timedelta(minutes=1), 9)
    told = [parcel.subscription_id for parcel in claimed if parcel.kind == "answer"]
    assert told == ["anna"]


def test_a_failure_on_the_way_tells_nobody_and_loses_nobody(
    store: Store, address: str, content: Path, data: Path, cached_encoder: VectorCache,
    write_article: WriteArticle,
) -> None:  # fmt: skip
    waits(store, publish(content, data, cached_encoder), "anna")
    rent(write_article, content)
    after = publish(content, data, cached_encoder)
    engine = connect(database_url(address, data))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE outbox RENAME TO away"))
    with pytest.raises(StoreError, match="outbox"):
        tell(store, after, addresses.article)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO outbox"))
    engine.dispose()
    assert tell(store, after, addresses.article) == 1


def test_many_are_told_a_few_at_a_time_and_the_end_comes_between(
    store: Store, content: Path, data: Path, cached_encoder: VectorCache, write_article: WriteArticle
) -> None:
    before = publish(content, data, cached_encoder)
    for number in range(45):
        waits(store, before, f"visitor{number}")
    rent(write_article, content)
    after = publish(content, data, cached_encoder)
    ends = iter([False, True])
    assert tell(store, after, addresses.article, lambda: next(ends)) == 20
    assert store.subscriptions.waiting() == 25
    assert tell(store, after, addresses.article) == 25


def test_a_doubtful_answer_tells_only_where_it_is_another_one(
    store: Store, content: Path, data: Path, cached_encoder: VectorCache
) -> None:
    engine = publish(content, data, cached_encoder)
    question = "gomme"
    found = engine.search(question, "it")
    assert found.verdict.answer == "maybe"
    first = found.hits[0].article.id
    wish = Subscription("anna", "anna@posta.example", "it", question, (first,), "older", NOW)
    assert store.subscriptions.ask(wish, Names("anna", "anna"), 5)
    store.subscriptions.confirm("anna", NOW, NOW - timedelta(days=1))
    other = replace(wish, id="bruno", before=("it/altro",))
    assert store.subscriptions.ask(other, Names("bruno", "bruno"), 5)
    store.subscriptions.confirm("bruno", NOW, NOW - timedelta(days=1))
    assert tell(store, engine, addresses.article) == 1
    told = store.subscriptions.get("bruno")
    assert told
    assert told.answered
    assert told.answered.answer == "maybe"
