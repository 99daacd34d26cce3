"""Whole messages reduced to what is asked in them: what must go, what must stay, and that something stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import analyzer_for
from search.messages import KEPT, what_is_asked

SHOP = frozenset(
    analyzer_for("it").terms("Il piatto è arrivato rotto nel pacco: come chiedo il rimborso dell'ordine?")
)


def asked(text: str, lang: str = "it", known: frozenset[str] | None = SHOP) -> str:
    return what_is_asked(text, analyzer_for(lang), known)


@pytest.mark.parametrize(
    "text",
    [
        "Buongiorno. Come pago?",  # short: even its greeting stays, the engine is used to it
        "piatto rotto",
        "",
        # One sentence, however long, has nothing that could be left out without understanding it.
        "vorrei sapere " + "come mai " * 30,
    ],
)
def test_a_short_text_and_a_single_sentence_stay_as_they_are(text: str) -> None:
    assert asked(text) == text


MESSAGE = """Gentile assistenza,
la settimana scorsa siamo stati in montagna e nevicava come non si vedeva da anni.
{question}
Grazie in anticipo per la cortese risposta.
Marta Bandini
Tel. 347 1234567
Ordine n. 202611

Il giorno 3 marzo 2026 alle ore 10:12 Assistenza ha scritto:
> Gentile cliente, come possiamo aiutarla?
"""


@pytest.mark.parametrize(
    "question",
    [
        "Quando arriva il rimborso?",
        "entro quando posso chiedere il rimborso",  # no question mark: the opening word asks
        "Comunque, vorrei un rimborso",  # a request, wherever it stands
        "rimborso ordine rotto",  # no sentence at all: what the knowledge base is about
    ],
)
def test_greeting_story_signature_and_quoted_reply_go(question: str) -> None:
    assert asked(MESSAGE.format(question=question)) == question


def test_what_a_question_is_about_stays_with_it() -> None:
    """ "Come posso fare?" alone finds nothing: what it is about was said before it."""
    told = "Il piatto nel pacco è arrivato rotto."
    assert asked(MESSAGE.format(question=f"{told} Come posso fare?")) == f"{told}\nCome posso fare?"


def test_what_announces_the_question_goes() -> None:
    assert asked(MESSAGE.format(question="Vorrei sapere una cosa: rimborso ordine?")) == "rimborso ordine?"


def test_a_greeting_that_asks_asks_nothing_of_ours() -> None:
    text = MESSAGE.replace("Gentile assistenza,", "Ciao, come state?").format(
        question="Quando arriva il rimborso?"
    )
    assert asked(text) == "Quando arriva il rimborso?"


def test_thanks_at_the_beginning_are_no_farewell() -> None:
    text = "Grazie per l'aiuto di ieri, siete stati gentili.\n" + MESSAGE.format(
        question="Quando arriva il rimborso?"
    )
    assert asked(text) == "Quando arriva il rimborso?"


def test_a_disclaimer_asks_nothing() -> None:
    text = (
        "The plates are broken. "
        + "It rained a lot. " * 8
        + "How do I return them?\nTom\nThis e-mail is confidential. Could you delete it?"
    )
    assert "delete" not in asked(text, "en")


@pytest.mark.parametrize(
    ("lang", "story", "question"),
    [
        ("en", "Last week we went up the mountain and it snowed as it had not for years.", "I would like a refund"),
        ("fr", "La semaine dernière nous étions à la montagne et la neige tombait sans cesse.", "Je voudrais un remboursement"),
        ("de", "Letzte Woche waren wir in den Bergen und der Schnee fiel ohne Ende.", "Wann kommt die Erstattung"),
        ("es", "La semana pasada estuvimos en la montaña y la nieve caía sin parar.", "¿Cuándo llega el reembolso?"),
    ],
)  # fmt: skip
def test_requests_are_known_in_five_languages(lang: str, story: str, question: str) -> None:
    text = f"{story}\n{story}\n{story}\n{story}\n{question}"
    assert asked(text, lang, frozenset()) == question


def test_a_language_nobody_wrote_rules_for_goes_by_question_marks() -> None:
    story = "W zeszłym tygodniu byliśmy w górach i padał śnieg jak nigdy od wielu lat."
    assert (
        asked(f"{story}\n{story}\n{story}\n{story}\nKiedy dostanę zwrot pieniędzy?", "pl", frozenset())
        == "Kiedy dostanę zwrot pieniędzy?"
    )


def test_not_more_than_what_one_vector_can_say() -> None:
    questions = [f"Quando arriva il rimborso dell'ordine numero {n}?" for n in range(40)]
    assert KEPT - 11 < len(asked("\n".join(questions)).split()) <= KEPT


@given(
    st.lists(
        st.sampled_from(
            ["Grazie.", "Buongiorno,", "347 1234567", "> sì", "Come?", "piatto", "a\nb", "Saluti"]
        ),
        min_size=1,
    ).map("\n".join)
)
def test_something_always_stays_and_nothing_is_invented(text: str) -> None:
    found = asked(text)
    assert found.strip()
    assert set(found.split()) <= set(text.split())


def test_what_is_all_quoted_is_read_all_the_same() -> None:
    quoted = "> Quando arriva il rimborso del vaso che vi ho restituito?\n" + "> Grazie mille.\n" * 20
    assert "rimborso" in asked(quoted)


def test_a_question_of_one_line_stays_whole_where_a_letter_as_long_does_not() -> None:
    """Told in one breath it is all question; lines are a letter's, with its greeting and signature."""
    parts = [
        "Salve.",
        "Siamo stati in montagna e nevicava come non si vedeva da anni, noi e i bambini.",
        "Quando arriva il rimborso dell'ordine?",
        "Grazie mille, saluti.",
        "Marta",
    ]
    assert asked(" ".join(parts)) == " ".join(parts)
    assert asked("\n".join(parts)) == "Quando arriva il rimborso dell'ordine?"
