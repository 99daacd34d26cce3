"""The verdict grows with the evidence, on the collection's own scale."""

import numpy as np
import pytest

from search.answerability import FLOOR, SURE, Calibration, calibrate, evidence, in_other_language, judge, zero
from search.sharpening import learn

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
    assert evidence(0.75, 0.75, None, 0.5, SCALE) == 0
    assert evidence(1, 1, None, 0.5, SCALE) == 1
    assert evidence(1, 0.75, None, 0.5, SCALE) == pytest.approx(0.5)
    assert evidence(1, 0.75, None, 0.1, SCALE) == pytest.approx(0.9)
    assert evidence(1, 0.75, 0.5, 0.1, SCALE) == pytest.approx(0.9 * 0.75)


def test_another_language_is_never_a_yes() -> None:
    assert in_other_language(judge(1.0, SCALE)).answer == "maybe"
    assert in_other_language(judge(0.0, SCALE)).answer == "no"


def test_the_zero_is_the_mean_of_strangers() -> None:
    rows = np.eye(3, dtype=np.float32)
    assert zero(rows, rows) == 0
    assert zero(np.ones((3, 1), np.float32), np.ones((3, 1), np.float32)) == 1


def test_a_collection_learns_its_floor_from_its_own_wordings() -> None:
    chance = np.random.default_rng(3)
    owners = np.repeat(np.arange(20), 10)
    topics = chance.normal(0, 1, (20, 8))

    def wordings(noise: float) -> np.ndarray:
        rows = topics[owners] + chance.normal(0, noise, (200, 8))
        unit: np.ndarray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit

    alike, loose = wordings(0.2), wordings(0.8)
    tight = calibrate(0.0, alike, owners, learn(alike, owners))
    wide = calibrate(0.0, loose, owners, learn(loose, owners))
    assert 0 < wide.floor < tight.floor < 1
    assert calibrate(0.0, alike, owners, None).floor == FLOOR
