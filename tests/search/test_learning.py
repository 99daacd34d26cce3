"""Confirmed questions lift their article for questions like them, and nobody can farm that."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from indexer.build import build_snapshot
from indexer.vectors import VectorCache
from search.engine import SearchEngine
from search.learning import Confirmed, Learned, learn, weight
from search.records import Article, KnowledgeBase, Section
from search.snapshot import Snapshot, open_snapshot

TODAY = date(2026, 11, 1)
ANSWERS = {
    "pagamenti/rate": ("Pago a rate?", "Sì, in tre rate senza interessi."),
    "resi/etichetta": ("Dove stampo l'etichetta del reso?", "Nella pagina dei tuoi ordini."),
    "ordini/stato": ("A che punto è il mio ordine?", "Lo vedi nella pagina dei tuoi ordini."),
}


def test_more_sessions_weigh_more_and_age_edits_and_vetoes_less() -> None:
    fresh = Confirmed("q", "a", "it", 1, TODAY)
    many = Confirmed("q", "a", "it", 9, TODAY)
    old = Confirmed("q", "a", "it", 9, TODAY - timedelta(days=180))
    assert weight(fresh, None, TODAY) == 0.5
    assert weight(many, None, TODAY) == pytest.approx(0.9)
    assert weight(old, None, TODAY) == pytest.approx(0.45)
    assert weight(many, TODAY + timedelta(days=1), TODAY) == pytest.approx(0.45)
    assert weight(Confirmed("q", "a", "it", 9, TODAY, vetoed=True), None, TODAY) == 0
    assert weight(Confirmed("q", "a", "it", 0, TODAY), None, TODAY) == 0
    assert weight(Confirmed("q", "a", "it", 1), date(2020, 1, 1), TODAY) == 0.5


def test_a_lift_is_capped_by_what_the_article_earned_itself() -> None:
    vector = np.array([1.0, 0.0], np.float32)
    farmed = Learned(vector[None], np.array([1]), np.array([1.0], np.float32), unrelated=0.75)
    lifts = farmed.lift(vector, np.array([0, 1, 2]), np.array([0.9, 0.1, 0.5], np.float32))
    assert list(lifts) == pytest.approx([0, 0.05, 0])
    assert not farmed.lift(
        np.array([0.7, 0.71], np.float32), np.array([1]), np.array([0.9], np.float32)
    ).any()


def test_articles_that_are_gone_and_vetoed_pairs_are_forgotten() -> None:
    vector = np.ones(3, np.float32)
    pairs = [(Confirmed("q", "gone", "it"), vector), (Confirmed("q", "a", "it", vetoed=True), vector)]
    learned = learn(pairs, {"a": 0}, [None], 0.7, TODAY)
    assert not len(learned.owners)
    assert not learned.lift(vector, np.array([0]), np.array([1.0], np.float32)).any()


@pytest.fixture(scope="module")
def snapshot(cached_encoder: VectorCache, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("learning") / "snapshot"
    articles = tuple(
        Article(name, "it", title, name.split("/")[0], "", (Section("", "", 0, (body,)),))
        for name, (title, body) in ANSWERS.items()
    )
    build_snapshot(KnowledgeBase(articles), folder, "learning", cached_encoder, datetime.now(UTC))
    return open_snapshot(folder, cached_encoder)


def test_a_confirmed_question_brings_its_article_forward_for_one_like_it(
    snapshot: Snapshot, cached_encoder: VectorCache
) -> None:
    asked, like_it = "il foglio da attaccare sulla scatola", "che foglio attacco sulla scatola?"
    before = SearchEngine(snapshot, cached_encoder).search(like_it, "it").hits
    confirmed = [Confirmed(asked, "resi/etichetta", "it", 5), Confirmed(asked, "resi/etichetta", "en", 5)]
    engine = SearchEngine(snapshot, cached_encoder, confirmed=confirmed)
    after = engine.search(like_it, "it").hits
    score = {h.article.id: h.score for h in before}
    lifted = next(h for h in after if h.article.id == "resi/etichetta")
    assert lifted.score > score["resi/etichetta"]
    assert lifted.evidence.learned == pytest.approx(lifted.score - score["resi/etichetta"], abs=1e-5)
    assert all(h.score == pytest.approx(score[h.article.id]) for h in after if h is not lifted)
    unlike = engine.search("pago a rate?", "it").hits
    assert unlike[0].article.id == "pagamenti/rate"
    assert unlike[0].evidence.learned == 0


def test_without_an_encoder_nothing_is_learned(snapshot: Snapshot) -> None:
    engine = SearchEngine(snapshot, None, confirmed=[Confirmed("rate", "ordini/stato", "it", 99)])
    assert engine.search("rate", "it").hits[0].article.id == "pagamenti/rate"
