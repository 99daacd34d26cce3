"""From words to pairs: one visit one word, its own, and what an editor decided."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.learning.listing import listed, matching
from app.learning.pairs import MOST, Pair, pairs_of
from app.learning.sheets import COLUMNS, as_csv, as_objects
from app.learning.wordings import bare_of
from app.store.learning import Veto, Word
from search.records import Article

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOON.date()


def word(visit: str, question: str = "Che foglio?", article: str = "a/b", **more: object) -> Word:
    said = {"at": NOON, "solved": True} | more
    return Word(visit, "it", question, article, **said)  # type: ignore[arg-type]


def pairs(*words: Word, vetoes: Sequence[Veto] = ()) -> tuple[Pair, ...]:
    return pairs_of(words, vetoes, TODAY)


def test_a_visit_counts_once_however_often_it_says_so() -> None:
    (pair,) = pairs(*(word("v") for _ in range(10)), word("w"))
    assert (pair.visits, pair.question, pair.article, pair.last) == (2, "Che foglio?", "a/b", NOON)


def test_a_visits_last_word_counts_in_whatever_order_they_are_read() -> None:
    said = [word("v"), word("v", at=NOON + timedelta(minutes=1), solved=False)]
    assert pairs(*said) == pairs(*said[::-1]) == ()
    again = [*said, word("v", at=NOON + timedelta(minutes=2))]
    assert pairs(*again)[0].visits == pairs(*again[::-1])[0].visits == 1


def test_nobody_takes_back_the_word_of_another() -> None:
    (pair,) = pairs(word("v"), word("w", solved=False), word("x", solved=False))
    assert pair.visits == 1


def test_staff_say_nothing_against_the_one_who_asked() -> None:
    later = NOON + timedelta(days=1)
    staff = word("v", at=later, speaker="staff")
    assert pairs(staff)[0].visits == 1
    assert pairs(word("v", solved=False), staff) == pairs(staff, word("v", solved=False)) == ()
    assert pairs(word("v"), staff)[0].last == NOON


def test_spellings_of_one_question_are_one_pair_in_its_commonest() -> None:
    (pair,) = pairs(
        word("a", "perché no?"), word("b", "PERCHE NO"), word("c", "perche  no!"), word("d", "perche  no!")
    )
    assert (pair.visits, pair.question, pair.alike, pair.bare) == (4, "perche  no!", 2, "perche no")
    assert pairs(word("a", "?!"), word("b", "")) == ()


def test_a_veto_is_of_one_pair_in_all_its_spellings() -> None:
    veto = Veto("it", "che foglio", "a/b", True, NOON, "Anna")
    found = pairs(word("a", "CHE foglio!"), word("a", article="c/d"), vetoes=[veto])
    assert {pair.article: pair.vetoed for pair in found} == {"a/b": True, "c/d": False}
    undone = Veto("it", "che foglio", "a/b", False, NOON, "Anna")
    assert not pairs(word("a"), vetoes=[undone])[0].vetoed
    assert pairs(vetoes=[veto]) == ()


def test_the_strongest_are_kept() -> None:
    weak = [word("v", f"domanda {n}", at=NOON - timedelta(days=n % 300)) for n in range(MOST + 10)]
    strong = [word(f"v{n}", "chiesta spesso", at=NOON - timedelta(days=200)) for n in range(9)]
    found = pairs(*weak, *strong)
    assert len(found) == MOST
    assert "chiesta spesso" in {pair.question for pair in found}
    assert found[0].last == NOON
    assert found[0].weight(None, TODAY) == 0.5


def test_age_and_edits_wear_a_pair_off() -> None:
    (pair,) = pairs(word("v", at=NOON - timedelta(days=300)))
    assert 0.1 < pair.weight(None, TODAY) < 0.2
    assert pair.weight(TODAY, TODAY) == 0
    (old,) = pairs(word("v", at=NOON - timedelta(days=430)))
    assert old.weight(None, TODAY) == 0


@given(st.text())
def test_any_text_is_bare(text: str) -> None:
    assert bare_of(f" ¿ {text}  !? ") == bare_of(text)


def test_what_is_listed_says_why_it_lifts_or_not() -> None:
    here = Article("a/b", "it", "Etichetta", "a", "", ())
    there = Article("c/d", "en", "Label", "c", "", ())
    found = pairs(
        word("a"), word("b"), word("a", article="c/d"), word("a", article="e/f"),
        word("a", "vecchia", at=NOON - timedelta(days=430)), word("a", "no"),
        vetoes=[Veto("it", "no", "a/b", True, NOON, "Anna")],
    )  # fmt: skip
    lookup = {"a/b": here, "c/d": there}
    told = frozenset(pair for pair in found if pair.visits > 1 or pair.question == "vecchia")
    entries = listed(
        found, lambda _, name: lookup.get(name), lambda pair: pair.bare + pair.article, told, TODAY
    )
    states = {(one.pair.question, one.pair.article): one.state for one in entries}
    assert states == {
        ("Che foglio?", "a/b"): "lifts",
        ("Che foglio?", "c/d"): "gone",
        ("Che foglio?", "e/f"): "gone",
        ("vecchia", "a/b"): "worn",
        ("no", "a/b"): "vetoed",
    }
    assert {one.title for one in entries} == {"Etichetta", "Label", "e/f"}
    assert [one.weight for one in entries if one.state != "lifts"] == [0.0] * 4
    # What may not be told is not found by its words either.
    assert {one.pair.article for one in matching(entries, "FOGLIO", "")} == {"a/b"}
    assert [one.pair.question for one in matching(entries, "etich vecchi", "worn")] == ["vecchia"]
    assert matching(entries, "etich", "gone") == ()
    objects = as_objects(entries)
    assert set(objects[0]) == set(COLUMNS)
    assert [one["question"] for one in objects].count(None) == 3
    assert {one["decided_by"] for one in objects} == {None, "Anna"}


def test_a_question_is_no_formula_in_a_spreadsheet() -> None:
    entries = listed(pairs(word("a", '=1+1,"x"')), lambda *_: None, lambda _: "n", frozenset(), TODAY)
    assert "=1" not in as_csv(entries)
    told = listed(
        found := pairs(word("a", '=1+1,"x"')), lambda *_: None, lambda _: "n", frozenset(found), TODAY
    )
    assert '"\'=1+1,""x"""' in as_csv(told)
