"""What a customer may type for the same word, and what no text may do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.lang.stopwords import stoplists

from search.analysis import analyzer_for, fingerprint, fold, normalise


def terms(lang: str, text: str) -> list[str]:
    return analyzer_for(lang).terms(text)


@pytest.mark.parametrize(
    ("lang", "one", "other"),
    [
        ("it", "l'ordine", "ordine"),
        ("it", "dell’acqua", "acqua"),
        ("it", "nell'ordine", "ORDINI"),
        ("it", "città", "citta"),
        ("it", "citta'", "città"),
        ("it", "perché non arriva", "perche' non arriva"),
        ("it", "pagherò", "paghero"),
        ("it", "un`altra spedizione", "un'altra spedizioni"),
        ("it", "e-mail", "email"),
        ("en", "T-shirts", "tshirt"),
        ("en", "the customer’s orders", "customer order"),
        ("en", "don't", "don’t"),
        ("fr", "l’été remboursé", "ete rembourse"),
        ("de", "für Straßen", "fuer strassen"),
        ("es", "devolución", "devolucion"),
        ("el", "επιστροφή", "ΕΠΙΣΤΡΟΦΗ"),
        ("ru", "ёлка", "елка"),
        ("tr", "İade", "iade"),
        ("ar", "كَيْفَ", "كيف"),
        ("pt-BR", "devoluções", "devolucoes"),
    ],
)
def test_the_same_word_however_it_is_typed(lang: str, one: str, other: str) -> None:
    assert terms(lang, one) == terms(lang, other)
    assert terms(lang, one)


@pytest.mark.parametrize(("one", "other"), [("mela", "male"), ("край", "краи"), ("की", "का"), ("ชำ", "ชา")])
def test_letters_that_are_not_accents_stay(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_stop_words_go_unless_there_is_nothing_else() -> None:
    assert terms("it", "come è il reso?") == ["res"]
    assert terms("it", "chi siamo") == terms("it", "CHI SIAMO")
    assert terms("it", "chi siamo")


@pytest.mark.parametrize("lang", sorted(stoplists))
def test_every_stop_word_of_whoosh_is_one(lang: str) -> None:
    analyzer = analyzer_for(lang)
    rest = analyzer.terms(" ".join(["xyzzy", *sorted(w for w in stoplists[lang] if w.isalpha())]))
    assert len(rest) < 1 + len(stoplists[lang]) / 10


def test_scripts_without_spaces_are_searched_by_pairs() -> None:
    assert terms("ja", "返品したい") == ["返品", "品し", "した", "たい"]
    assert set(terms("zh", "我想退货")) & set(terms("zh", "如何退货")) == {"退货"}
    assert terms("ja", "iPhoneの返品")[0] == "iphone"


def test_a_language_nobody_knows_still_folds_and_counts_words() -> None:
    assert terms("xx", "Ça va, ÇA VA?") == ["ca", "va", "ca", "va"]


def test_spans_point_at_the_words_of_the_text() -> None:
    text = "Com'è l'ordine? Scrivi un'e-mail"
    spans = [text[start:end] for start, end, _ in analyzer_for("it").words(text)]
    assert spans == ["Com'è", "l'ordine", "Scrivi", "un'e", "mail"]


def test_fold_is_idempotent_on_letters_with_strokes() -> None:
    assert fold("Łódź Øre Ærø Œuvre") == "lodz ore aero oeuvre"


@given(st.text(alphabet=st.characters(), max_size=400), st.sampled_from(["it", "en", "de", "ja", "ar", "xx"]))
def test_no_text_breaks_the_analyser(text: str, lang: str) -> None:
    for start, end, found in analyzer_for(lang).words(text):
        assert 0 <= start < end <= len(text)
        assert all(term.stem and not term.stem.isspace() for term in found)


@given(st.text(alphabet=st.characters(), max_size=400), st.integers(0, 300))
def test_normalised_text_is_clean_short_and_stays_so(text: str, limit: int) -> None:
    clean = normalise(text, limit)
    assert len(clean) <= limit
    assert "\x00" not in clean
    clean.encode("utf-8")
    assert clean == clean.strip()
    assert "  " not in clean


def test_a_megabyte_costs_its_cap() -> None:
    assert len(normalise("\ufdfa" * 1_000_000, 500)) <= 500
    assert normalise("a\x00b\ud800c\u200bd\ue000", 100) == "abc d"
    assert normalise("a\r\x08\rb", 100) == "a b"


def test_the_fingerprint_follows_behaviour(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint()
    fingerprint.cache_clear()
    monkeypatch.setattr("search.analysis._ELISIONS", {})
    analyzer_for.cache_clear()
    try:
        assert fingerprint() != before
    finally:
        monkeypatch.undo()
        fingerprint.cache_clear()
        analyzer_for.cache_clear()
    assert fingerprint() == before


def test_a_word_tells_more_the_rarer_it_is_in_its_language() -> None:
    weights = analyzer_for("it").weigh("quando posso pagare la bolletta sul sitoxyz")
    assert list(weights) == ["quand", "poss", "pag", "bollett", "sitoxyz"]
    assert (
        weights["quand"] < weights["poss"] < weights["pag"] < weights["bollett"] == weights["sitoxyz"] == 1.0
    )
    assert set(analyzer_for("xx").weigh("quando mai").values()) == {1.0}
    assert analyzer_for("it").weigh("perché")["perc"] == analyzer_for("it").weigh("PERCHE'")["perc"]
