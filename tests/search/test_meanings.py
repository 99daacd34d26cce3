"""Questions' vectors, asked for side by side."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from search.encoders import Encoder, EncoderError
from search.meanings import Meanings
from tests.door import Door


@pytest.fixture
def door(encoder: Encoder) -> Door:
    return Door(encoder)


def until_waiting(meanings: Meanings, count: int) -> None:
    while meanings.waiting < count:
        threading.Event().wait(0.001)


def test_it_is_the_encoders_vector_and_made_once(encoder: Encoder) -> None:
    meanings = Meanings(encoder)
    first = meanings.of("dov'è il mio pacco")
    assert np.array_equal(first, encoder.encode(["dov'è il mio pacco"], "query")[0])
    assert meanings.soon("dov'è il mio pacco") is first
    assert (meanings.counts.made, meanings.counts.remembered) == (1, 1)


def test_the_longest_unasked_is_forgotten(encoder: Encoder) -> None:
    meanings = Meanings(encoder, kept=2)
    for question in ("uno", "due", "uno", "tre", "uno", "due"):
        meanings.of(question)
    assert (meanings.counts.made, meanings.counts.remembered) == (4, 2)


def test_nothing_is_kept_where_nothing_shall_be(encoder: Encoder) -> None:
    meanings = Meanings(encoder, kept=0)
    for _ in range(3):
        meanings.of("uno")
    assert (meanings.counts.made, meanings.counts.remembered) == (3, 0)


def test_those_who_ask_the_same_at_once_wait_for_one(door: Door) -> None:
    meanings = Meanings(door)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(meanings.soon, "uno") for _ in range(8)]
        while meanings.counts.joined < 7:
            threading.Event().wait(0.001)
        door.open.set()
        vectors = [future.result() for future in asked]
    assert door.asked == ["uno"]
    assert all(vector is vectors[0] for vector in vectors)


def test_where_too_many_wait_the_impatient_are_refused_and_the_patient_not(door: Door) -> None:
    meanings = Meanings(door)
    with ThreadPoolExecutor(40) as pool:
        waiting = [pool.submit(meanings.soon, f"domanda {n}") for n in range(32)]
        until_waiting(meanings, 32)
        assert meanings.soon("una in più") is None
        assert meanings.soon("domanda 3") is None  # it would wait, too
        patient = pool.submit(meanings.of, "una che aspetta")
        until_waiting(meanings, 33)
        door.open.set()
        assert all(future.result() is not None for future in waiting)
        assert patient.result() is not None
    assert meanings.counts.refused == 2
    assert meanings.waiting == 0
    assert meanings.soon("una in più") is not None


def test_a_failure_is_everybodys_who_waits_and_nobodys_after(door: Door) -> None:
    meanings = Meanings(door)
    door.fails = True
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(meanings.soon, "uno") for _ in range(2)]
        while meanings.counts.joined < 1:
            threading.Event().wait(0.001)
        door.open.set()
        for future in asked:
            with pytest.raises(EncoderError, match="it broke"):
                future.result()
    door.fails = False
    assert meanings.soon("uno") is not None
