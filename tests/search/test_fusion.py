"""Scores of two sides into one, worked out by hand."""

import numpy as np
import pytest

from search.fusion import DENSE_SHARE, Dense, Lexical, fuse


def floats(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_each_side_is_scaled_from_its_floor_to_its_best_and_shared() -> None:
    fused = fuse(
        Lexical(floats(10, 5, 0), coverage=1.0),
        Dense(
            floats(0.9, 0.8, 0.7),
            floats(0.85, 0.85, 0.8),
            question_floor=0.7,
            passage_floor=0.8,
            passage_share=0.5,
        ),
    )
    assert list(fused.lexical) == pytest.approx([1 - DENSE_SHARE, (1 - DENSE_SHARE) / 2, 0])
    assert list(fused.dense) == pytest.approx([DENSE_SHARE, DENSE_SHARE * 0.75, 0])
    assert list(fused.score) == pytest.approx(list(fused.lexical + fused.dense))


def test_a_lexical_best_that_covers_little_counts_less() -> None:
    dense = Dense(floats(0.7, 0.9), floats(0.7, 0.9), 0.7, 0.7, 0.5)
    by_a_quarter = fuse(Lexical(floats(3, 0), coverage=0.25), dense)
    assert by_a_quarter.lexical[0] == pytest.approx((1 - DENSE_SHARE) / 2)
    assert by_a_quarter.score.argmax() == 1


def test_where_passages_say_little_they_count_little() -> None:
    little = fuse(None, Dense(floats(0.9, 0.7), floats(0.7, 0.9), 0.7, 0.7, passage_share=0.1))
    alike = fuse(None, Dense(floats(0.9, 0.7), floats(0.7, 0.9), 0.7, 0.7, passage_share=0.5))
    assert list(alike.dense) == pytest.approx([0.5, 0.5])
    assert list(little.dense) == pytest.approx([0.9, 0.1])


def test_a_side_that_was_not_asked_leaves_its_share() -> None:
    assert list(fuse(Lexical(floats(4, 2), 0.1), None).score) == pytest.approx([1, 0.5])
    assert fuse(None, Dense(floats(0.9), floats(0.9), 0.8, 0.8, 0.5)).score[0] == pytest.approx(1)
    with pytest.raises(ValueError, match="neither side"):
        fuse(None, None)


def test_nothing_found_by_words_is_nothing_and_not_a_division_by_zero() -> None:
    fused = fuse(Lexical(floats(0, 0), 0.0), Dense(floats(0.9, 0.8), floats(0.8, 0.8), 0.8, 0.8, 0.5))
    assert not fused.lexical.any()
    assert np.isfinite(fused.score).all()
