"""What becomes of gaps from one look at the questions to the next."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from app.gaps.merging import Key, Look, merge
from app.store.gaps_records import Doubt, Evidence, Found, Gap

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def doubt(wording: str, weight: float = 1.0, lang: str = "it") -> Doubt:
    return Doubt(lang, wording, round(weight), 0, 1, 0, weight, NOW, NOW, ("ordini/stato",))


def look(
    *groups: Sequence[Doubt], answers: Mapping[Key, str] | None = None, found: Sequence[Found] = (),
    now: datetime = NOW,
) -> Look:  # fmt: skip
    return Look(now, now - timedelta(days=90), groups, answers or {}, found)


def said(gap: Gap) -> list[str]:
    return [question.doubt.wording for question in gap.questions]


A, B, C, D = (doubt(wording) for wording in "abcd")


def test_each_group_is_a_gap() -> None:
    gaps = merge([], look([A, B], [C]))
    assert [(gap.state, said(gap), gap.verdict) for gap in gaps] == [
        ("open", ["a", "b"], "missing"),
        ("open", ["c"], "missing"),
    ]
    assert len({gap.id for gap in gaps}) == 2
    assert gaps[0].nearest == "ordini/stato"


def test_a_gap_stays_itself_when_it_grows_and_when_it_is_divided() -> None:
    [was] = merge([], look([A, B, C]))
    [grown] = merge([was], look([A, B, C, D], now=LATER))
    assert (grown.id, grown.found_at, said(grown)) == (was.id, NOW, ["a", "b", "c", "d"])
    small, large = merge([grown], look([A], [B, C, D], now=LATER))
    assert large.id == was.id
    assert small.id != was.id
    assert small.found_at == LATER


def test_two_gaps_that_become_one_keep_the_heavier_name() -> None:
    heavy = doubt("b", weight=5.0)
    one, other = merge([], look([A], [heavy]))
    [joined] = merge([one, other], look([A, heavy]))
    assert joined.id == other.id


def test_a_dismissed_gap_stays_so_and_takes_in_its_like() -> None:
    [was] = merge([], look([A]))
    dismissed = Gap(was.id, "dismissed", NOW, NOW, "anna", questions=was.questions, draft="it/a/b.md")
    [still] = merge([dismissed], look([A, B], now=LATER))
    assert (still.state, still.changed_by, still.draft, said(still)) == (
        "dismissed",
        "anna",
        "it/a/b.md",
        ["a", "b"],
    )


def test_what_answers_them_all_closes_the_gap() -> None:
    [was] = merge([], look([A, B]))
    [closed] = merge([was], look(answers={("it", "a"): "x/y", ("it", "b"): "x/y"}, now=LATER))
    assert (closed.id, closed.state, closed.article, closed.changed_at) == (was.id, "answered", "x/y", LATER)
    assert closed.changed_by is None
    assert {question.answered_by for question in closed.questions} == {"x/y"}


def test_what_answers_half_closes_it_and_the_rest_is_another() -> None:
    [was] = merge([], look([A, B, C]))
    closed, rest = merge([was], look([C], answers={("it", "a"): "x/y", ("it", "b"): "x/z"}, now=LATER))
    assert (closed.id, closed.state, said(closed)) == (was.id, "answered", ["a", "b"])
    assert (rest.state, said(rest)) == ("open", ["c"])
    assert rest.id != was.id


def test_what_answers_less_than_half_is_marked_and_leaves_it_open() -> None:
    [was] = merge([], look([A, B, C]))
    answers = {("it", "a"): "x/y"}
    [still] = merge([was], look([B, C], answers=answers, now=LATER))
    assert (still.id, still.state) == (was.id, "open")
    assert {q.doubt.wording: q.answered_by for q in still.questions} == {"a": "x/y", "b": None, "c": None}
    # Half is reached over two looks.
    closed, rest = merge([still], look([C], answers={**answers, ("it", "b"): "x/y"}, now=LATER))
    assert (closed.id, closed.state, said(rest)) == (was.id, "answered", ["c"])


def test_what_is_asked_in_vain_again_leaves_the_closed_gap() -> None:
    [was] = merge([], look([A, B]))
    [closed] = merge([was], look(answers={("it", "a"): "x/y", ("it", "b"): "x/y"}))
    kept, again = merge([closed], look([A], now=LATER))
    assert (kept.state, said(kept)) == ("answered", ["b"])
    assert (again.state, said(again)) == ("open", ["a"])


def test_what_nobody_asks_any_more_is_forgotten() -> None:
    one, other = merge([], look([A], [B]))
    [closed] = merge([one], look(answers={("it", "a"): "x/y"}))
    assert merge([closed, other], look(now=NOW + timedelta(days=91))) == []


def test_the_same_words_in_two_languages_are_two_questions() -> None:
    english = doubt("a", lang="en")
    one, other = merge([], look([A], [english]))
    kept, closed = sorted(
        merge([one, other], look([english], answers={("it", "a"): "x/y"})),
        key=lambda gap: gap.state,
        reverse=True,
    )
    assert (kept.id, kept.languages) == (other.id, ("en",))
    assert closed.id == one.id


def test_what_its_askers_found_says_that_an_article_is_there() -> None:
    found = [
        Found("it", "a", "x/opened", opened=4),
        Found("it", "b", "x/sent", sent=1),
        Found("it", "b", "x/sent", opened=1),
        Found("it", "elsewhere", "x/other", opened=9),
    ]
    [gap] = merge([], look([A, B], found=found))
    assert gap.verdict == "not_found"
    assert gap.evidence == (Evidence("x/sent", 1, 0, 1), Evidence("x/opened", 4, 0, 0))


def test_one_of_very_many_who_opened_something_proves_nothing() -> None:
    [gap] = merge([], look([doubt("a", weight=11.0)], found=[Found("it", "a", "x/y", opened=1)]))
    assert gap.verdict == "missing"
