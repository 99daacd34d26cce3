"""What is shown of a passage: enough to answer, in whole sentences, and where the asked words are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import analyzer_for
from search.excerpts import LEAST, MOST, WHOLE, most_matching, shortest
from search.records import Passage
from search.sentences import sentence_spans

ITALIAN = analyzer_for("it")
FILLER = "La bottega si trova nel centro del paese e le visite sono libere ogni sabato. "  # 15 words


def passage(text: str) -> Passage:
    return Passage("resi/come", "it", "costi", "Costi", text)


def shown(text: str, asked: str) -> str:
    return shortest(passage(text), frozenset(ITALIAN.terms(asked)), ITALIAN).text


def size(text: str) -> int:
    return len(list(ITALIAN.words(text)))


def test_a_short_passage_stays_whole_and_keeps_where_it_is_from() -> None:
    text = (FILLER * 4).strip()
    assert size(text) == WHOLE
    assert shortest(passage(text), frozenset({"visit"}), ITALIAN) == passage(text)


def test_the_sentence_that_was_asked_is_in_it_with_what_follows() -> None:
    """The words of the question come first, the answer after: a window that ends with them answers nothing."""
    found = shown(FILLER * 4 + "Quanto costa il corriere? Sono sei euro. " + FILLER * 2, "costo del corriere")
    assert "Quanto costa il corriere? Sono sei euro." in found
    assert found.endswith(".")
    assert LEAST <= size(found) <= MOST


def test_most_of_what_was_asked_wins_over_the_first_word_of_it() -> None:
    text = (
        "Il corriere passa la mattina. " + FILLER * 4 + "Il corriere chiede un rimborso del pacco. " + FILLER
    )
    assert "rimborso" in shown(text, "rimborso corriere pacco")


def test_a_rare_word_tells_more_than_two_common_ones() -> None:
    """ "Anno" and "casa" are in every other sentence; "sbeccata" is what it is about."""
    text = "In un anno la casa cambia molto. " + FILLER * 4 + "Una tazza sbeccata si cambia sempre. " + FILLER
    assert "sbeccata" in shown(text, "tazza sbeccata, comprata un anno fa per casa")


def test_among_equals_the_earliest() -> None:
    text = (
        FILLER * 2 + "Il corriere passa due volte. " + FILLER * 4 + "Il corriere torna due volte. " + FILLER
    )
    assert "passa due volte" in shown(text, "corriere")
    assert "torna" not in shown(text, "corriere")


def test_with_no_asked_word_its_beginning() -> None:
    """Found by its meaning alone: nothing says where the answer is, so as much as fits."""
    found = shown(FILLER * 6, "quanto costa?")
    assert (FILLER * 6).startswith(found)
    assert size(found) == 45


def test_a_list_keeps_its_lines_and_begins_with_an_item() -> None:
    colours = ("giallo", "verde", "rosso", "azzurro", "bianco", "nero")
    items = [
        f"Questo passo è per chi rende un oggetto rotto. Serve il modulo {colour}." for colour in colours
    ]
    # Its sentence alone would begin in the middle of the item, and one item alone says too little.
    assert shown("\n".join(items), "modulo azzurro").split("\n") == items[3:5]


def test_a_long_paragraph_may_be_begun_at_any_sentence() -> None:
    found = shown(FILLER * 6 + "Il rimborso arriva con un bonifico.", "rimborso bonifico")
    assert found.endswith("Il rimborso arriva con un bonifico.")
    assert size(found) <= MOST


def test_a_sentence_longer_than_all_that_fits_is_shown_whole() -> None:
    """Half a sentence may say the opposite of the whole."""
    endless = "Il rimborso non spetta " + "né a chi ha rotto il piatto " * 15 + "né ad altri."
    assert shown(f"{endless} {FILLER}", "rimborso") == endless


def test_abbreviations_do_not_end_it() -> None:
    text = FILLER * 4 + "Il rimborso segue l'art. 52 del codice del consumo. " + FILLER
    assert "art. 52 del codice" in shown(text, "rimborso")


@pytest.mark.parametrize("lang", ["ja", "th"])
def test_scripts_without_spaces_are_measured_too(lang: str) -> None:
    text = "返品の送料は無料です。" * 30
    found = shortest(Passage("a", lang, "", "", text), frozenset(), analyzer_for(lang)).text
    assert 0 < len(found) < len(text)


def test_the_passage_with_most_of_the_words_the_earliest_among_equals() -> None:
    passages = [passage("Il pacco."), passage("Il pacco e il corriere."), passage("Corriere e pacco.")]
    assert most_matching(passages, frozenset(ITALIAN.terms("pacco corriere")), ITALIAN) == 1


SENTENCES = st.sampled_from(
    ["Uno due tre.", FILLER.strip(), "rimborso", "Il sig. Rossi paga 3.50 euro?", "a" * 200, "…", "né " * 70]
)


@given(st.lists(st.tuples(SENTENCES, st.sampled_from([" ", "\n"])), max_size=30))
def test_whatever_the_passage_a_whole_part_of_it_is_shown(parts: list[tuple[str, str]]) -> None:
    text = "".join(sentence + end for sentence, end in parts).strip()
    found = shown(text, "rimborso euro")
    assert found in text
    assert bool(found.strip()) == bool(text.strip())
    longest = max((size(text[start:end]) for start, end in sentence_spans(text)), default=0)
    assert size(found) <= max(WHOLE, longest)
    assert "rimborso" not in text or "rimborso" in found or "euro" in found
