"""Vectors: the nearest of few and of many, what an edit leaves, and who else must not wait for it."""

import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.dense import EXACT, DenseIndex, Rows, write
from search.encoders import Vectors

CHANCE = np.random.default_rng(20261122)
MANY = EXACT + 500


def unit(rows: int) -> Vectors:
    """As an encoder's: much the same in all of them, and some of their own."""
    vectors = CHANCE.standard_normal(64) + CHANCE.standard_normal((rows, 64))
    normed: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return normed


VECTORS = unit(MANY)
ROWS = Rows(VECTORS, np.arange(MANY))
INDEX = DenseIndex.of(ROWS, ROWS, None, MANY)


def test_of_many_the_nearest_are_found_by_codes() -> None:
    shares = []
    for vector in unit(50):
        exact = np.argsort(-(VECTORS @ vector), kind="stable")
        found = set(INDEX.nearest(vector, 100).tolist())
        assert len(found) == 100
        assert set(exact[:10].tolist()) <= found
        shares.append(len(set(exact[:100].tolist()) & found) / 100)
    assert np.mean(shares) > 0.95


@pytest.mark.parametrize("documents", [EXACT // 2, MANY])
def test_only_the_allowed_are_found(documents: int) -> None:
    rows = Rows(VECTORS[:documents], np.arange(documents))
    index = DenseIndex.of(rows, rows, None, documents)
    allowed = np.zeros(documents, np.bool_)
    allowed[::7] = True
    found = index.nearest(VECTORS[1], 100, allowed)
    assert len(found) == 100
    assert allowed[found].all()
    allowed[40:] = False
    assert index.nearest(VECTORS[1], 100, allowed).tolist() == list(range(0, 40, 7))
    assert index.nearest(VECTORS[1], 100, allowed & False).tolist() == []


@pytest.mark.parametrize("documents", [3, MANY])
def test_what_is_written_is_what_is_opened(tmp_path: Path, documents: int) -> None:
    rows = Rows(VECTORS[:documents], np.arange(documents))
    write(tmp_path, rows, rows, None)
    there, here = DenseIndex.open(tmp_path, documents), DenseIndex.of(rows, rows, None, documents)
    assert np.array_equal(there.nearest(VECTORS[2], 20), here.nearest(VECTORS[2], 20))
    assert not there.questions.vectors.flags.owndata  # mapped: processes share it
    assert there.questions.vectors.flags.aligned  # else numpy copies all of it for each question
    some = np.arange(min(documents, 30))
    for one, other in zip(
        (there.among(some).seen_by(VECTORS[2])[0].both, there.title(1)),
        (here.among(some).seen_by(VECTORS[2])[0].both, here.title(1)),
        strict=True,
    ):
        assert np.array_equal(one, other)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.integers(0, 9), st.integers(1, 3), max_size=8),
    st.dictionaries(st.integers(0, 9), st.tuples(st.booleans(), st.integers(1, 3)), max_size=8),
)
def test_what_stayed_and_what_is_new_are_the_rows_of_all(
    before: dict[int, int], after: dict[int, tuple[bool, int]]
) -> None:
    """Documents by name, with how many rows each has; of those after, some are new though they were there."""
    named = {name: [100 * name + row for row in range(size)] for name, size in sorted(before.items())}
    was = Rows(
        np.array([[v] for own in named.values() for v in own], np.float32).reshape(-1, 1),
        np.repeat(np.arange(len(named)), [len(own) for own in named.values()]).astype(np.int64),
    )
    old, names = list(named), sorted(after)
    same = {n: old.index(name) for n, name in enumerate(names) if after[name][0] and name in named}
    sizes = {n: after[name][1] for n, name in enumerate(names) if n not in same}
    new = [[-(100 * n + row + 1)] for n in sizes for row in range(sizes[n])]
    merged = was.merged(same, np.array(new, np.float32).reshape(-1, 1), sizes)
    expected = [
        (n, value)
        for n, name in enumerate(names)
        for value in (named[name] if n in same else [-(100 * n + row + 1) for row in range(sizes[n])])
    ]
    assert list(zip(merged.owners.tolist(), merged.vectors[:, 0].tolist(), strict=True)) == expected


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_a_question_takes_its_own_core_alone() -> None:
    """OpenMP keeps its count of threads by thread: set for the first, it holds for none that answers."""
    before: set[Path] = set()
    after: set[Path] = set()

    def ask() -> None:
        before.update(Path("/proc/self/task").iterdir())
        INDEX.nearest(VECTORS[0], 100)
        after.update(Path("/proc/self/task").iterdir())

    asking = threading.Thread(target=ask)
    asking.start()
    asking.join()
    assert after <= before
