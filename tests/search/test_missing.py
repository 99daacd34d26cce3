"""What no article has, as it was asked."""

import pytest

from search.analysis import analyzer_for
from search.missing import missing

ITALIAN = analyzer_for("it")


def asked(text: str, having: str) -> tuple[str, ...]:
    return missing(text, ITALIAN.weigh(text), set(ITALIAN.terms(having)), ITALIAN)


@pytest.mark.parametrize(
    ("text", "having", "lacking"),
    [
        ("Vendete il tavolo allungabile?", "vendere", ("tavolo allungabile",)),
        ("Vendete il tavolo allungabile?", "vendere un tavolo", ("allungabile",)),
        ("un tavolo da giardino bianco e la bolletta", "bolletta", ("tavolo da giardino bianco",)),
        ("l’ombrellone e la bolletta e la grondaia", "bollette", ("l’ombrellone", "grondaia")),
        ("vorrei qualcosa per oggi", "", ()),
        ("bolletta", "bollette", ()),
        ("", "", ()),
    ],
)
def test_what_no_article_has_is_named_as_it_was_written(
    text: str, having: str, lacking: tuple[str, ...]
) -> None:
    assert asked(text, having) == lacking


def test_a_long_list_is_cut_and_a_word_named_once() -> None:
    text = "grondaia bolletta grondaia bolletta tegola bolletta camino bolletta cantina"
    assert asked(text, "bolletta") == ("grondaia", "tegola", "camino")
