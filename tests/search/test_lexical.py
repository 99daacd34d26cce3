"""The arrays rank as Whoosh does, score for score."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import FileStorage
from whoosh.query import Or, Term
from whoosh.scoring import BM25F

from search import lexical
from search.lexical import LexicalIndex
from search.synonyms import Word

WORDS = ["acqua", "bolletta", "casa", "pacco", "reso", "tempo"]
DOCUMENT = st.fixed_dictionaries(
    {}, optional={name: st.lists(st.sampled_from(WORDS), min_size=1, max_size=9) for name in lexical.WEIGHTS}
)


def whoosh_scores(folder: Path, words: list[str], documents: int) -> list[float]:
    """Whoosh's own BM25F, through its own searcher."""
    index = FileStorage(str(folder / "whoosh")).open_index()
    terms = [Term(name, word, boost=weight) for word in words for name, weight in lexical.WEIGHTS.items()]
    found = [0.0] * documents
    with index.searcher(weighting=BM25F(B=lexical.B, K1=lexical.K1)) as searcher:
        for hit in searcher.search(Or(terms), limit=None):
            found[int(hit["key"])] = hit.score
    index.close()
    return found


def write(folder: Path, documents: Sequence[lexical.Fields]) -> None:
    lexical.write(folder, [str(number) for number in range(len(documents))], documents.__getitem__)


@settings(max_examples=40, deadline=None)
@given(
    documents=st.lists(DOCUMENT, min_size=1, max_size=12),
    words=st.lists(st.sampled_from([*WORDS, "absent"]), min_size=1, max_size=4, unique=True),
)
def test_arrays_score_as_whoosh_does(
    tmp_path_factory: pytest.TempPathFactory, documents: list[dict[str, list[str]]], words: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("lexical") / "it"
    write(folder, documents)
    index = LexicalIndex.open(folder)
    scores = np.zeros(len(documents))
    for word in words:
        numbers, points = index.postings(word)
        scores[numbers] += points
    np.testing.assert_allclose(scores, whoosh_scores(folder, words, len(documents)), rtol=1e-5, atol=1e-6)


NAMED = st.dictionaries(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), DOCUMENT, min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(editions=st.lists(NAMED, min_size=2, max_size=6))
def test_an_index_from_an_earlier_one_is_that_of_all_documents(
    tmp_path_factory: pytest.TempPathFactory, editions: list[dict[str, dict[str, list[str]]]]
) -> None:
    folder = tmp_path_factory.mktemp("editions")
    earlier: dict[str, dict[str, list[str]]] = {}
    for turn, named in enumerate(editions):
        # Most stay as they were, or all would be new in every edition; each other time some go.
        both = {**named, **earlier}
        documents = {key: both[key] for key in sorted(both) if key in named or turn % 2} or {"a": {}}
        keys, before = list(documents), list(earlier)
        same = {keys.index(k): before.index(k) for k in keys if earlier.get(k) == documents[k]}
        whole, taken = folder / f"whole{turn}", folder / f"taken{turn}"
        fields = [documents[key] for key in keys]
        lexical.write(whole, keys, fields.__getitem__)
        old = lexical.Earlier(folder / f"taken{turn - 1}", before, same) if turn else None
        lexical.write(taken, keys, fields.__getitem__, old)
        for path in whole.glob("*.*"):
            assert (taken / path.name).read_bytes() == path.read_bytes(), path.name
        index = FileStorage(str(taken / "whoosh")).open_index()
        assert sorted(stored["key"] for stored in index.searcher().documents()) == keys
        index.close()
        earlier = documents


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    write(
        tmp_path / "it",
        [
            {"title": ["pagar", "bollett"], "body": ["bancomat", "post"]},
            {"title": ["pagar"], "body": ["pagar", "pagar", "rata"]},
            {"title": ["reclam"], "body": ["bollett"]},
        ],
    )
    return LexicalIndex.open(tmp_path / "it")


def asked(*terms: dict[str, float], weight: float = 1.0) -> list[Word]:
    return [Word(next(iter(standing)), weight, standing) for standing in terms]


def test_more_words_of_the_question_beat_more_of_one_word(index: LexicalIndex) -> None:
    found = index.score(asked({"pagar": 1.0}, {"bollett": 1.0}), 3)
    assert list(found.matched) == [2, 1, 1]
    assert int(found.scores.argmax()) == 0


def test_a_word_counts_once_by_the_best_term_that_stands_for_it(index: LexicalIndex) -> None:
    plain = index.score(asked({"bollett": 1.0}), 3)
    with_synonym = index.score(asked({"bollett": 1.0, "reclam": 0.8}), 3)
    assert list(plain.matched) == [1, 0, 1]
    assert list(with_synonym.matched) == [1, 0, 1]
    assert with_synonym.scores[2] > plain.scores[2]
    assert with_synonym.scores[0] == plain.scores[0]


def test_a_word_that_tells_less_weighs_less(index: LexicalIndex) -> None:
    whole, half = index.score(asked({"rata": 1.0}), 3), index.score(asked({"rata": 1.0}, weight=0.5), 3)
    assert half.matched[1] == whole.matched[1] / 2
    assert 0 < half.scores[1] < whole.scores[1]


def test_absent_words_score_nothing(index: LexicalIndex) -> None:
    assert not index.score(asked({"xyzzy": 1.0}), 3).scores.any()
    assert index.present(["bollett", "rata", "xyzzy"], 1) == ("rata",)
