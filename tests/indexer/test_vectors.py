"""A text is encoded once, by each encoder, for each role; a kill keeps what was done."""

from pathlib import Path

import numpy as np
import pytest

from indexer.vectors import VectorCache
from search.encoders import Encoder

TEXTS = ["Come regolo i freni?", "A che pressione gonfio le gomme?", "Come regolo i freni?"]


def test_the_second_time_nothing_is_encoded_and_the_vectors_are_the_same(
    tmp_path: Path, encoder: Encoder
) -> None:
    with VectorCache(encoder, tmp_path) as cache:
        first = cache.encode(TEXTS, "query")
        assert cache.encoded == 2
    with VectorCache(encoder, tmp_path) as cache:
        np.testing.assert_array_equal(cache.encode(TEXTS, "query"), first)
        assert cache.encoded == 0
        assert not np.array_equal(cache.encode(TEXTS[:1], "passage"), first[:1])
        assert cache.encoded == 1
    np.testing.assert_array_equal(first, encoder.encode(TEXTS, "query"))


def test_progress_counts_what_was_known_and_what_was_not(tmp_path: Path, encoder: Encoder) -> None:
    with VectorCache(encoder, tmp_path) as cache:
        cache.encode(TEXTS[:1], "query")
        told: list[int] = []
        cache.encode(TEXTS, "query", told.append)
    assert sum(told) == len(TEXTS)


def test_what_was_encoded_before_an_interruption_is_kept(tmp_path: Path, encoder: Encoder) -> None:
    many = [f"domanda numero {n}" for n in range(100)]
    done = 0

    def interrupt(more: int) -> None:
        nonlocal done
        done += more
        if done >= 64:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), VectorCache(encoder, tmp_path) as cache:
        cache.encode(many, "query", interrupt)
    with VectorCache(encoder, tmp_path) as cache:
        cache.encode(many, "query")
        assert cache.encoded == 36


def test_what_no_build_asks_for_is_forgotten(tmp_path: Path, encoder: Encoder) -> None:
    with VectorCache(encoder, tmp_path) as cache:
        cache.encode([f"vecchia {n}" for n in range(5)], "query")
    with VectorCache(encoder, tmp_path) as cache:
        cache.encode(["nuova"], "query")
        cache.forget_unused(lambda: [(["vecchia 4"], "query")], 2)
        cache.encode(["nuova", "vecchia 1", "vecchia 4"], "query")
        assert cache.encoded == 2


def test_nothing_is_forgotten_while_most_of_it_is_served(tmp_path: Path, encoder: Encoder) -> None:
    with VectorCache(encoder, tmp_path) as cache:
        cache.encode([f"vecchia {n}" for n in range(5)], "query")
    with VectorCache(encoder, tmp_path) as cache:
        cache.encode(["nuova"], "query")
        cache.forget_unused(lambda: pytest.fail("nobody need ask"), 3)
        cache.encode(["vecchia 1"], "query")
        assert cache.encoded == 1
