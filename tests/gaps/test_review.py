"""From a question asked in vain to the article that answers it: with the real encoder, on both databases."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.gaps.grouping import group
from app.gaps.review import Reviewer
from app.store import Search, Store
from indexer.articles import read_content
from indexer.build import build_snapshot
from search.encoders import Encoder
from search.engine import SearchEngine
from search.snapshot import open_snapshot

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RENTAL = ("noleggiate un tandem?", "posso noleggiare un tandem", "noleggio di un tandem")
FREIGHT = ("spedite in Norvegia?", "fate consegne in Norvegia")
_numbers = itertools.count()

Open = Callable[[], SearchEngine]


@pytest.fixture
def opened(content: Path, cached_encoder: Encoder, tmp_path: Path) -> Open:
    """An engine for the content folder as it is now."""

    def build() -> SearchEngine:
        folder = tmp_path / f"snapshot{next(_numbers)}"
        build_snapshot(read_content(content).knowledge, folder, folder.name, cached_encoder, NOW)
        return SearchEngine(open_snapshot(folder, cached_encoder), cached_encoder)

    return build


def ask(store: Store, engine: SearchEngine, *questions: str, at: datetime = NOW) -> None:
    """As the site notes it."""
    for question in questions:
        result = engine.search(question, "it")
        store.searches.write(
            [
                Search(
                    f"{next(_numbers):032x}", at - timedelta(minutes=1), "site", "it", question,
                    result.understood, result.verdict.answer, result.verdict.confidence,
                    tuple(hit.article.id for hit in result.hits), "s", 1.0,
                )
            ]
        )  # fmt: skip


def open_gaps(store: Store) -> list[set[str]]:
    gaps, total = store.gaps.listed("open")
    assert len(gaps) == total
    return [{question.doubt.wording for question in gap.questions} for gap in gaps]


def test_a_published_article_closes_its_gap_and_no_other(
    store: Store, opened: Open, content: Path, write_article: Callable[..., Path]
) -> None:
    before = opened()
    ask(store, before, *RENTAL, *FREIGHT)
    reviewer = Reviewer(rest=0)
    assert reviewer.review(store, before, NOW)
    assert sorted(open_gaps(store), key=len) == [set(FREIGHT), set(RENTAL)]
    review = store.gaps.review()
    assert review
    assert (review.at, review.snapshot) == (NOW, before.snapshot.manifest.id)

    write_article(
        content, "it/bici/norvegia", "Spedite in Norvegia?", "Sì, anche in Norvegia, in sei giorni."
    )
    after, later = opened(), NOW + timedelta(hours=1)
    assert reviewer.review(store, after, later)
    assert open_gaps(store) == [set(RENTAL)]
    [closed], _ = store.gaps.listed("answered")
    assert (closed.article, closed.changed_at) == ("bici/norvegia", later)
    assert {question.doubt.wording for question in closed.questions} == set(FREIGHT)
    assert store.gaps.counts() == {"open": 1, "answered": 1, "dismissed": 0}

    # Another process that begins now knows no more than the store, and sees the same.
    assert Reviewer(rest=0).review(store, after, later)
    assert open_gaps(store) == [set(RENTAL)]
    assert store.gaps.counts()["answered"] == 1


def test_staff_dismiss_a_gap_and_take_it_back(store: Store, opened: Open) -> None:
    engine = opened()
    ask(store, engine, *RENTAL[:2])
    reviewer = Reviewer(rest=0)
    reviewer.review(store, engine, NOW)
    [gap], _ = store.gaps.listed("open", lang="it")
    assert store.gaps.listed("open", lang="en") == ([], 0)
    assert store.gaps.dismiss(gap.id, "anna", NOW)
    assert not store.gaps.dismiss(gap.id, "anna", NOW)
    ask(store, engine, RENTAL[2])
    reviewer.review(store, engine, NOW)
    assert open_gaps(store) == []
    dismissed = store.gaps.get(gap.id)
    assert dismissed
    assert (dismissed.state, dismissed.changed_by, len(dismissed.questions)) == ("dismissed", "anna", 3)
    assert store.gaps.reopen(gap.id, "bruno", NOW)
    assert store.gaps.drafted(gap.id, "it/noleggio/tandem.md")
    reviewer.review(store, engine, NOW)
    [again], _ = store.gaps.listed("open")
    assert (again.id, again.changed_by, again.draft) == (gap.id, "bruno", "it/noleggio/tandem.md")
    assert store.gaps.get("nobody's") is None
    assert not store.gaps.drafted("nobody's", "x")


def test_a_review_that_is_given_up_changes_nothing(store: Store, opened: Open) -> None:
    engine = opened()
    ask(store, engine, *RENTAL)
    assert not Reviewer(rest=0).review(store, engine, NOW, ended=lambda: True)
    assert store.gaps.review() is None
    assert open_gaps(store) == []


def test_without_an_encoder_each_question_stands_for_itself(store: Store, opened: Open) -> None:
    lexical = SearchEngine(opened().snapshot, None)
    ask(store, lexical, *FREIGHT)
    Reviewer(rest=0).review(store, lexical, NOW)
    assert sorted(map(len, open_gaps(store))) == [1, 1]


def test_groups_are_of_one_meaning(encoder: Encoder) -> None:
    questions = [*RENTAL, FREIGHT[0], "do you ship to Norway?", "che tempo fa domani a Roma"]
    groups = group(encoder.encode(questions, "query"), unrelated=0.75)
    assert {frozenset(questions[row] for row in rows) for rows in groups} == {
        frozenset(RENTAL),
        frozenset([FREIGHT[0], "do you ship to Norway?"]),
        frozenset(["che tempo fa domani a Roma"]),
    }
    assert group(encoder.encode(questions[:1], "query"), unrelated=0.75) == [[0]]
    assert group(encoder.encode(questions[:1], "query")[:0], unrelated=0.75) == []
