"""Passages: along headings, of a size that encodes well, and losing nothing."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from indexer.passages import MAX_WORDS, MIN_WORDS, passage_input, split_passages
from search.records import Article, Passage, Section

ARTICLE = Article("resi/come", "it", "Come restituisco un acquisto?", "resi", "", ())


def article(*sections: Section) -> Article:
    return replace(ARTICLE, sections=sections)


def texts(*paragraphs: str) -> list[str]:
    return [p.text for p in split_passages(article(Section("", "", 0, paragraphs)))]


def words(count: int, word: str = "parola") -> str:
    return " ".join([word] * count)


def test_each_section_has_its_own_passages_however_small() -> None:
    sections = [
        Section("a", "Uno", 2, ("breve",)),
        Section("b", "Due", 2, ("breve", "ancora")),
        Section("c", "Tre", 2, ()),
    ]
    found = split_passages(article(*sections))
    assert found == (
        Passage("resi/come", "it", "a", "Uno", "breve"),
        Passage("resi/come", "it", "b", "Due", "breve\nancora"),
    )


def test_paragraphs_are_packed_up_to_the_limit() -> None:
    assert [len(t.split()) for t in texts(*[words(40)] * 5)] == [80, 80, 40]


def test_a_short_leftover_joins_its_neighbour() -> None:
    assert [len(t.split()) for t in texts(words(100), words(20))] == [120]
    assert [len(t.split()) for t in texts(words(5), words(108))] == [113]
    assert [len(t.split()) for t in texts(words(100), words(MIN_WORDS))] == [100, MIN_WORDS]


def test_a_long_paragraph_is_cut_at_sentences() -> None:
    sentence = words(29) + " fine. "
    found = texts((sentence * 6).strip())
    assert [len(t.split()) for t in found] == [90, 90]
    assert all(t.endswith("fine.") for t in found)


def test_abbreviations_decimals_and_addresses_end_no_sentence() -> None:
    opening = "Primo periodo concluso. "
    traps = "Il Sig. Rossi all'art. 5 n. 3 paga 3.50 euro es. su www.example.it/a.b. ".replace("b. ", "b ")
    found = texts(opening + words(60) + " " + traps + words(60))
    assert found[0] == "Primo periodo concluso.\n" + found[0].split("\n", 1)[1]
    assert not found[0].endswith(("Sig.", "art.", "n.", "es.", "3."))


def test_a_long_sentence_is_cut_at_a_comma_and_else_at_a_word() -> None:
    found = texts(words(80) + ", " + words(80))
    assert found[0].endswith(",")
    assert [len(t.split()) for t in found] == [80, 80]
    assert [len(t.split()) for t in texts(words(250))] == [110, 110, 30]


def test_scripts_without_spaces_are_cut_too() -> None:
    found = texts("返品は三十日以内に可能です。" * 100)
    assert len(found) > 3
    assert all(t.endswith("。") for t in found)
    assert "".join(found) == "返品は三十日以内に可能です。" * 100


def test_an_article_without_text_still_answers() -> None:
    assert split_passages(article()) == (Passage("resi/come", "it", "", "", ARTICLE.title),)
    with_summary = replace(article(Section("a", "Foto", 2, ())), summary="Solo foto.")
    assert [p.text for p in split_passages(with_summary)] == ["Solo foto."]


def test_the_encoder_sees_title_heading_and_passage_once_each() -> None:
    passage = Passage("resi/come", "it", "a", "Entro quando", "Trenta giorni.")
    assert passage_input(ARTICLE, passage) == "Come restituisco un acquisto?\nEntro quando\nTrenta giorni."
    repeated = replace(passage, heading="Restituisco un acquisto")
    assert passage_input(ARTICLE, repeated) == "Come restituisco un acquisto?\nTrenta giorni."
    assert passage_input(ARTICLE, replace(passage, heading="", text=ARTICLE.title)) == ARTICLE.title


paragraph = st.lists(
    st.one_of(
        st.sampled_from(["a", "art.", "fine.", "sì,", "3.5", "返品。", "(vedi)", "x" * 80, "·"]),
        st.text(max_size=9),
    ),
    min_size=1,
    max_size=300,
).map(" ".join)


@given(st.lists(st.lists(paragraph, max_size=5).map(tuple), max_size=4))
def test_every_word_is_in_exactly_one_passage(sections: list[tuple[str, ...]]) -> None:
    whole = article(*(Section(str(n), "", 2, paragraphs) for n, paragraphs in enumerate(sections)))
    for section in whole.sections:
        found = [p.text for p in split_passages(whole) if p.anchor == section.anchor]
        assert "".join("".join(found).split()) == "".join("".join(section.paragraphs).split())


@given(st.lists(st.integers(1, 300), min_size=1, max_size=12))
def test_passages_are_neither_endless_nor_crumbs(sizes: list[int]) -> None:
    found = [len(t.split()) for t in texts(*(words(size) for size in sizes))]
    assert max(found) <= MAX_WORDS + 2 * MIN_WORDS
    assert len(found) == 1 or min(found) >= MIN_WORDS
