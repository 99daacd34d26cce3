"""Wordings of one article, put nearer to each other than to another's."""

import numpy as np

from search.sharpening import centroids, learn

CHANCE = np.random.default_rng(7)
DIMENSION, ARTICLES, WORDINGS = 16, 12, 8


def collection() -> tuple[np.ndarray, np.ndarray]:
    """Articles that differ a little in the first half of the dimensions; wordings, much in the second."""
    owners = np.repeat(np.arange(ARTICLES), WORDINGS)
    topics = np.zeros((ARTICLES, DIMENSION))
    topics[:, : DIMENSION // 2] = CHANCE.normal(0, 0.3, (ARTICLES, DIMENSION // 2))
    noise = np.zeros((len(owners), DIMENSION))
    noise[:, DIMENSION // 2 :] = CHANCE.normal(0, 1.0, (len(owners), DIMENSION // 2))
    vectors = topics[owners] + noise + 1.0
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), owners


def nearest_is_own(vectors: np.ndarray, owners: np.ndarray) -> float:
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -1)
    return float((owners[cosines.argmax(1)] == owners).mean())


def test_the_nearest_wording_is_of_the_same_article_more_often() -> None:
    vectors, owners = collection()
    sharpening = learn(vectors, owners)
    assert sharpening
    sharp = sharpening.apply(vectors)
    np.testing.assert_allclose(np.linalg.norm(sharp, axis=1), 1, rtol=1e-5)
    assert nearest_is_own(sharp, owners) > nearest_is_own(vectors, owners) + 0.2
    np.testing.assert_allclose(sharpening.apply(vectors[3]), sharp[3], rtol=1e-5)


def test_a_collection_with_few_wordings_is_left_as_it_is() -> None:
    vectors, owners = collection()
    assert learn(vectors[::WORDINGS], owners[::WORDINGS]) is None
    assert learn(np.zeros((0, 4), np.float32), np.zeros(0, np.int64)) is None
    few = np.sort(np.r_[np.arange(0, len(owners), WORDINGS), [1, 2]])
    assert learn(vectors[few], owners[few]) is None


def test_centroids_are_means_by_article() -> None:
    rows = np.array([[1, 0], [3, 0], [0, 5]], np.float32)
    np.testing.assert_array_equal(centroids(rows, np.array([0, 0, 1])), [[2, 0], [0, 5]])
