"""The verdict grows with the evidence, on the collection's own scale."""

import pytest

from search.answerability import SURE, Calibration, Found, evidence, in_other_language, judge, lacking, listed

SCALE = Calibration(unrelated=0.75, floor=0.4)


def test_more_evidence_is_surer_and_the_floor_parts_no_from_maybe() -> None:
    found = [judge(x / 20, SCALE) for x in range(21)]
    assert [v.confidence for v in found] == sorted(v.confidence for v in found)
    assert [v.answer for v in found[:8]] == ["no"] * 8
    assert found[8].answer == "maybe"
    assert found[-1].answer == "yes"
    assert all(v.confidence >= SURE for v in found if v.answer == "yes")
    assert all(v.reason for v in found)


def test_evidence_runs_from_a_stranger_to_the_question_itself() -> None:
    def of(*found: float | None, share: float = 0.5) -> float:
        question, passage, wording, covered = found
        return evidence(Found(question or 0, passage or 0, wording, covered), share, SCALE.unrelated)

    assert of(0.75, 0.75, None, None) == 0
    assert of(1, 1, None, None) == 1
    # A passage counts half of what it counts in ranking.
    assert of(1, 0.75, None, None) == pytest.approx(0.75)
    assert of(1, 0.75, None, None, share=0.1) == pytest.approx(0.95)
    assert of(1, 0.75, 0.5, None, share=0.1) == pytest.approx(0.95 * 0.75)
    assert of(1, 1, 1.0, 1.0) == pytest.approx(1)
    assert of(0.9, 0.9, None, 0.0) < of(0.9, 0.9, None, 0.5) < of(0.9, 0.9, None, 1.0)


def test_what_is_nearer_to_what_no_article_answers_says_less_by_as_much() -> None:
    def of(unanswered: float | None) -> float:
        return evidence(Found(0.9, 0.8, None, None, None, unanswered), 0.5, SCALE.unrelated)

    assert of(None) == of(0.75) == of(0.9)
    assert of(0.95) == pytest.approx(of(None) - 0.2)
    assert of(1.0) == pytest.approx(of(None) - 0.4)
    no, yes = judge(0.0, SCALE), judge(1.0, SCALE)
    assert listed(yes) == yes
    assert listed(no).reason != no.reason


def test_another_language_is_never_a_yes() -> None:
    assert in_other_language(judge(1.0, SCALE)).answer == "maybe"
    assert in_other_language(judge(0.0, SCALE)).answer == "no"


def test_a_no_says_what_no_article_has() -> None:
    no, yes = judge(0.0, SCALE), judge(1.0, SCALE)
    assert lacking(no, ("tavolo allungabile",)).reason == "no article covers “tavolo allungabile”"
    assert lacking(no, ()).reason == no.reason
    assert lacking(yes, ("tavolo",)).reason == yes.reason
    assert lacking(yes, ("tavolo",)).missing == ("tavolo",)
