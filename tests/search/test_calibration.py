"""A collection learns from its own wordings how much is enough."""

import numpy as np

from search.calibration import FLOOR, Strangers, calibrate, nearest, strangers_to, zero
from search.dense import Rows
from search.sharpening import learn


def test_the_zero_is_the_mean_of_strangers() -> None:
    rows = np.eye(3, dtype=np.float32)
    assert zero(rows, rows) == 0
    assert zero(np.ones((3, 1), np.float32), np.ones((3, 1), np.float32)) == 1


def collection(noise: float, articles: int = 20, each: int = 10) -> tuple[Rows, Rows]:
    """Wordings, and one passage an article, about as many topics."""
    chance = np.random.default_rng(3)
    topics = chance.normal(0, 1, (articles, 8))
    owners = np.repeat(np.arange(articles), each)

    def unit(rows: np.ndarray) -> np.ndarray:
        scaled: np.ndarray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return scaled

    wordings = unit(topics[owners] + chance.normal(0, noise, (len(owners), 8)))
    return Rows(wordings, owners), Rows(unit(topics), np.arange(articles))


def floor(noise: float, *, sharpened: bool = True, articles: int = 20, each: int = 10) -> float:
    questions, passages = collection(noise, articles, each)
    sharpening = learn(questions.vectors, questions.owners) if sharpened else None
    nobody = Strangers(0.0, np.zeros((0, 8), np.float32))
    return calibrate(nobody, questions, passages, sharpening, 0.3).floor


def test_the_clearer_its_wordings_the_higher_its_floor() -> None:
    assert 0 < floor(0.8) < floor(0.2) < 1
    assert 0 < floor(0.8, sharpened=False) < floor(0.2, sharpened=False) < 1


def test_the_fewer_the_wordings_the_nearer_the_floor_stays_to_where_it_starts() -> None:
    few, many = (abs(floor(0.9, sharpened=False, articles=n, each=5) - FLOOR) for n in (2, 40))
    assert 0 < few < many
    assert floor(0.9, sharpened=False, each=1) == FLOOR


def test_what_a_collection_is_asked_is_no_strangers_question() -> None:
    questions, _ = collection(0.2)
    own, other = questions.vectors[3], -questions.vectors[3]
    left = strangers_to(questions, Strangers(0.0, np.stack([own, other])))
    assert left.everyday.tolist() == [other.tolist()]
    assert nearest(left.everyday, other) == 1
    assert nearest(left.everyday[:0], other) is None


def test_after_a_change_strangers_are_those_that_a_fresh_look_finds() -> None:
    one, two, three = np.eye(3, dtype=np.float32)
    everyday = Strangers(0.0, np.stack([one, three]))
    owners = np.array([0, 0, 1, 1])
    earlier = strangers_to(Rows(np.stack([one, one, two, two]), owners), everyday).everyday
    # What the first was asked is gone, and it is asked another thing.
    after = Rows(np.stack([three, three, two, two]), owners)
    again = strangers_to(after, everyday, earlier, [0]).everyday
    assert earlier.tolist() == [three.tolist()]
    assert again.tolist() == strangers_to(after, everyday).everyday.tolist() == [one.tolist()]
