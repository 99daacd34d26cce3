"""Questions in, answers out, on a real snapshot with the real encoder."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.build import build_snapshot
from indexer.vectors import VectorCache
from search.encoders import Encoder
from search.engine import SearchEngine
from search.excerpts import marks
from search.records import Article, KnowledgeBase, Section
from search.snapshot import open_snapshot
from tests.door import Door


def article(lang: str, name: str, title: str, body: str, **more: object) -> Article:
    sections = (Section("", "", 0, (body,)),)
    return Article(name, lang, title, name.split("/", maxsplit=1)[0], f"<p>{body}</p>", sections, **more)  # type: ignore[arg-type]


ARTICLES = (
    article("it", "spedizione/tempi", "Quando arriva il mio pacco?", "In tre giorni lavorativi.", phase="during"),
    article("it", "spedizione/costi", "Quanto costa la spedizione?", "Sei euro, poi è gratis.", phase="before"),
    article("it", "resi/recesso", "Posso restituire ciò che ho comprato?", "Sì, per due settimane.", phase="after"),
    article("it", "pagamenti/carta", "Con che carte pago?", "Visa, anche prepagate.", questions=("Avete il bancomat?",)),
    article("it", "account/password", "Ho dimenticato la password", "Segui il messaggio che ti mandiamo."),
    article("en", "spedizione/tempi", "When will my parcel arrive?", "In three working days."),
    article("en", "resi/recesso", "Can I send back what I bought?", "Yes, within fourteen days of delivery."),
    article("en", "regali/buoni", "Do you sell gift cards?", "Yes, from twenty euros, valid for two years."),
)  # fmt: skip


@pytest.fixture(scope="module")
def engine(cached_encoder: VectorCache, tmp_path_factory: pytest.TempPathFactory) -> SearchEngine:
    folder = tmp_path_factory.mktemp("engine") / "snapshot"
    knowledge = KnowledgeBase(
        ARTICLES, synonyms={"it": {"soldi indietro": ("restituire",), "plastica": ("carte",)}}
    )
    build_snapshot(knowledge, folder, "one", cached_encoder, datetime.now(UTC))
    return SearchEngine(open_snapshot(folder, cached_encoder), cached_encoder)


@pytest.mark.parametrize(
    ("lang", "query", "expected"),
    [
        ("it", "quando arriva il pacco", "spedizione/tempi"),
        ("it", "non ricordo più la chiave per entrare", "account/password"),
        ("it", "posso rimandarvi un regalo sbagliato", "resi/recesso"),
        ("it", "prendete il bancomat", "pagamenti/carta"),
        ("en", "can I return it if I change my mind", "resi/recesso"),
        ("en", "can I buy gift vouchers for a friend?", "regali/buoni"),
    ],
)
def test_finds_by_words_and_by_meaning(engine: SearchEngine, lang: str, query: str, expected: str) -> None:
    result = engine.search(query, lang)
    assert result.hits[0].article.id == expected
    assert result.verdict.answer != "no"
    assert not result.hits[0].other_language


def test_says_no_to_what_no_article_is_about(engine: SearchEngine) -> None:
    result = engine.search("come si cucina la carbonara con il guanciale", "it")
    assert result.verdict.answer == "no"
    assert result.verdict.reason


def test_a_no_names_what_no_article_has(engine: SearchEngine) -> None:
    verdict = engine.search("noleggiate furgoni elettrici per traslochi?", "it").verdict
    assert verdict.answer == "no"
    assert verdict.missing == ("noleggiate furgoni elettrici per traslochi",)
    assert verdict.reason == "no article covers “noleggiate furgoni elettrici per traslochi”"
    assert engine.search("soldi indietro", "it").verdict.missing == ()  # a synonym leads to an article


def test_related_articles_are_near_in_meaning(cached_encoder: VectorCache, tmp_path: Path) -> None:
    where = article("it", "a/dove", "Dov’è il mio pacco?", "Lo segui con il codice che ti mandiamo.")
    late = article("it", "a/ritardo", "Il pacco non è arrivato", "Segui il pacco con il codice.")
    pay = article("it", "a/carta", "La carta è stata rifiutata", "Chiedi alla tua banca.")
    knowledge = KnowledgeBase((where, late, pay))
    build_snapshot(knowledge, tmp_path / "s", "three", cached_encoder, datetime.now(UTC))
    engine = SearchEngine(open_snapshot(tmp_path / "s", cached_encoder), cached_encoder)
    assert engine.related(where) == (late,)
    assert engine.related(replace(where, id="a/scomparso")) == ()


def test_another_language_answers_marked_where_the_own_one_does_not(engine: SearchEngine) -> None:
    result = engine.search("do you have gift cards?", "it")
    gift = next(h for h in result.hits if h.article.id == "regali/buoni")
    assert gift.other_language
    assert result.verdict.answer != "yes"
    assert len({h.article.id for h in result.hits}) == len(result.hits)


def test_a_language_without_articles_is_answered_from_the_others(engine: SearchEngine) -> None:
    result = engine.search("wann kommt mein Paket?", "de")
    assert result.hits[0].article.id == "spedizione/tempi"
    assert all(h.other_language for h in result.hits)
    assert engine.language("it-CH") == "it"


def test_filters_keep_to_their_category_and_phase(engine: SearchEngine) -> None:
    by_category = engine.search("quanto tempo ci vuole", "it", category="resi")
    assert {h.article.category for h in by_category.hits} == {"resi"}
    by_phase = engine.search("spedizione", "it", phase="before")
    assert {h.article.phase for h in by_phase.hits} == {"before"}
    assert engine.search("spedizione", "it", category="nessuna").hits == ()


def test_synonyms_of_several_words_find_our_word(engine: SearchEngine) -> None:
    found = engine.search("soldi indietro", "it", mode="lexical")
    assert found.hits[0].article.id == "resi/recesso"
    assert engine.search("plastica", "it", mode="lexical").hits[0].article.id == "pagamenti/carta"


def test_the_passage_has_the_asked_words_marked(engine: SearchEngine) -> None:
    hit = engine.search("quanti giorni lavorativi per il pacco", "it").hits[0]
    marked = [hit.passage.text[start:end] for start, end in marks(hit)]
    assert {"giorni", "lavorativi"} <= set(marked)


def test_whoever_is_hurried_gets_words_alone_where_too_many_wait_and_others_wait(
    engine: SearchEngine, encoder: Encoder
) -> None:
    door = Door(encoder)
    crowded = SearchEngine(engine.snapshot, door)
    assert crowded.meanings
    with ThreadPoolExecutor(33) as pool:
        try:
            asked = [pool.submit(crowded.search, f"pacco {n}", "it", hurried=True) for n in range(32)]
            while crowded.meanings.waiting < 32:
                time.sleep(0.001)
            found = crowded.search("bancomat", "it", hurried=True)
            assert found.degraded
            assert [h.article.id for h in found.hits] == ["pagamenti/carta"]
            waits = pool.submit(crowded.search, "bancomat", "it")
            while crowded.meanings.waiting < 33:
                time.sleep(0.001)
        finally:
            door.open.set()
        assert not any(future.result().degraded for future in (*asked, waits))
    assert waits.result().hits == engine.search("bancomat", "it").hits


def test_evidence_says_which_side_found_it(engine: SearchEngine) -> None:
    lexical = engine.search("bancomat", "it", mode="lexical").hits
    assert [h.article.id for h in lexical] == ["pagamenti/carta"]
    assert lexical[0].evidence.dense is None
    assert engine.matched(lexical[0]) == ("bancomat",)
    dense = engine.search("bancomat", "it", mode="dense").hits[0]
    assert dense.evidence.lexical is None
    assert dense.evidence.dense is not None
    hybrid = engine.search("bancomat", "it").hits[0]
    assert hybrid.evidence.lexical_share + hybrid.evidence.dense_share == pytest.approx(hybrid.score)


def test_misspelt_words_are_put_right_and_said(engine: SearchEngine) -> None:
    result = engine.search("ho dimenticato la pasword", "it")
    assert result.hits[0].article.id == "account/password"
    assert result.did_you_mean == "ho dimenticato la password"
    assert result.query == "ho dimenticato la pasword"
    assert engine.search("ho dimenticato la password", "it").did_you_mean is None


def test_a_whole_message_finds_what_its_question_finds(engine: SearchEngine) -> None:
    message = """Buongiorno,
mi chiamo Carla e ieri sono stata in montagna con mia sorella, una giornata splendida e tanta neve.
Al ritorno abbiamo mangiato una polenta e siamo andate a dormire presto, stanche e contente.
Vorrei sapere: quanto costa la spedizione?
Grazie mille per l'attenzione e cordiali saluti
Carla Bianchi, via Roma 3, tel. 333 1234567"""
    assert engine.search(message, "it").hits[0].article.id == "spedizione/costi"


@pytest.mark.parametrize("query", ["", "   ", "\x00\ud800", "?!…", "\u200b"])
def test_nothing_asked_finds_nothing_or_something_but_never_breaks(engine: SearchEngine, query: str) -> None:
    assert engine.search(query, "it").verdict.answer in {"no", "maybe"}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(), max_size=80), st.sampled_from(["it", "en", "xx", "../it", ""]))
def test_no_question_breaks_it(engine: SearchEngine, query: str, lang: str) -> None:
    result = engine.search(query, lang)
    assert 0 <= result.verdict.confidence <= 1
    assert [h.score for h in result.hits if not h.other_language] == sorted(
        (h.score for h in result.hits if not h.other_language), reverse=True
    )
    engine.suggest(query, lang)


def test_suggests_by_the_first_letters_without_the_encoder(engine: SearchEngine) -> None:
    found = engine.suggest("quanto cos", "it")
    assert found.completions[0] == "Quanto costa la spedizione?"
    assert found.articles[0].id == "spedizione/costi"
    assert engine.suggest("banco", "it").articles[0].id == "pagamenti/carta"
    assert engine.suggest("xyzzy", "it").completions == ()
    assert engine.suggest("", "it").articles == ()


def test_without_an_encoder_it_still_searches_by_words(engine: SearchEngine) -> None:
    lexical = SearchEngine(engine.snapshot, None)
    assert lexical.search("costo della spedizione", "it").hits[0].article.id == "spedizione/costi"


def test_boost_moves_an_article_among_equals(cached_encoder: VectorCache, tmp_path: Path) -> None:
    twins = [
        article("it", f"a/{n}", "Come pago?", "Con la carta.", boost=b)
        for n, b in (("uno", 1.0), ("due", 1.5))
    ]
    build_snapshot(KnowledgeBase(tuple(twins)), tmp_path / "s", "two", cached_encoder, datetime.now(UTC))
    engine = SearchEngine(open_snapshot(tmp_path / "s", cached_encoder), cached_encoder)
    assert [h.article.id for h in engine.search("come pago", "it").hits] == ["a/due", "a/uno"]


def test_what_was_asked_a_while_ago_is_answered_as_it_was(engine: SearchEngine) -> None:
    asked = "quando mi consegnate il pacco?"
    first, again = (engine.search(asked, "it", hurried=True) for _ in range(2))
    assert (first.remembered, again.remembered) == (False, True)
    assert again.hits is first.hits
    assert (again.verdict, again.understood, again.encode_ms) == (first.verdict, first.understood, 0)
    # Anything that may change the answer is another question.
    assert not engine.search(asked, "it", limit=3, hurried=True).remembered
    assert not engine.search(asked, "en", hurried=True).remembered
    assert not engine.search(asked, "it", phase="before", hurried=True).remembered
    assert not engine.search(asked, "it", mode="lexical", hurried=True).remembered
    # Who is not hurried is not remembered for, and an engine that has learned something remembers nothing.
    assert not engine.search(asked, "it").remembered
    assert not engine.with_confirmed(()).search(asked, "it", hurried=True).remembered
    assert engine.search(asked, "it", hurried=True).remembered
    long = f"{asked} {'davvero ' * 50}"
    assert not [True for _ in range(2) if engine.search(long, "it", hurried=True).remembered]


def test_what_an_article_begins_with_is_shown_unless_more_is_clearly_nearer(
    cached_encoder: VectorCache, tmp_path: Path
) -> None:
    dogs = replace(
        article("it", "a/cane", "Posso portare il cane in bottega?", "Sì, i cani al guinzaglio sono benvenuti."),
        sections=(
            Section("", "", 0, ("Sì, i cani al guinzaglio sono benvenuti. Davanti alla porta c’è una ciotola d’acqua.",)),
            Section("no", "Quando è meglio di no", 2, ("Il sabato mattina c’è molta gente: in quelle ore tienilo in braccio.",)),
        ),
        questions=("gli animali possono entrare", "vengo con il mio cagnolino"),
    )  # fmt: skip
    build_snapshot(KnowledgeBase((dogs,)), tmp_path / "s", "dogs", cached_encoder, datetime.now(UTC))
    engine = SearchEngine(open_snapshot(tmp_path / "s", cached_encoder), cached_encoder)

    def shown(query: str) -> str:
        return engine.search(query, "it").hits[0].passage.anchor

    assert [shown(query) for query in ("animali ammessi nel negozio", "ho un gatto, lo faccio entrare?")] == [
        "",
        "",
    ]
    assert shown("il sabato mattina c'è troppa gente per venire col cane?") == "no"
