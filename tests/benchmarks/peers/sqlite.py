"""SQLite: FTS5 on the terms given, with its own tokenizers, and with sqlite-vec by reciprocal rank fusion.

By APSW, because not every Python is built to load SQLite's extensions.
"""

from collections.abc import Sequence
from pathlib import Path

import apsw
import sqlite_vec

from search.evaluation import DEPTH
from tests.benchmarks.collection import WEIGHTS, Asked, Collection
from tests.benchmarks.harness import Contender, Ranker

# FTS5 has one stemmer, Porter's, for English.
TOKENIZERS = {"en": "porter unicode61"}
# The constant of Cormack et al. 2009, and of sqlite-vec's hybrid example.
RRF_K = 60
CANDIDATES = 100


def _contender(name: str, *, stock: bool) -> Contender:
    def build(collection: Collection, _folder: Path) -> Ranker:
        database = _full_text(collection, stock=stock)
        return lambda asked: _matching(database, _words(asked, stock=stock), DEPTH)

    return Contender(name, build)


def _full_text(collection: Collection, *, stock: bool) -> apsw.Connection:
    database = apsw.Connection(":memory:")
    tokenizer = TOKENIZERS.get(collection.lang, "unicode61") if stock else "unicode61 remove_diacritics 0"
    columns = ", ".join(WEIGHTS)
    database.execute(
        f"CREATE VIRTUAL TABLE article USING fts5(id UNINDEXED, {columns}, tokenize = '{tokenizer}')"
    )
    for document in collection.documents:
        fields = document.texts if stock else document.terms
        database.execute("INSERT INTO article VALUES (?, ?, ?, ?, ?)", [document.id, *fields.values()])
    return database


def _words(asked: Asked, *, stock: bool) -> Sequence[str]:
    letters = "".join(c if c.isalnum() else " " for c in asked.text)
    return list(dict.fromkeys(letters.split())) if stock else asked.terms


def _matching(database: apsw.Connection, words: Sequence[str], limit: int) -> tuple[str, ...]:
    if not words:
        return ()
    weights = ", ".join(str(weight) for weight in WEIGHTS.values())
    rows = database.execute(
        f"SELECT id FROM article WHERE article MATCH ? ORDER BY bm25(article, 0, {weights}) LIMIT ?",
        [" OR ".join(f'"{word}"' for word in words), limit],
    )
    return tuple(row[0] for row in rows)


def _build_hybrid(collection: Collection, _folder: Path) -> Ranker:
    database = _full_text(collection, stock=False)
    database.enable_load_extension(True)
    database.load_extension(sqlite_vec.loadable_path())
    dimension = collection.vectors.shape[1]
    database.execute(
        f"CREATE VIRTUAL TABLE meaning USING vec0(vector float[{dimension}] distance_metric=cosine)"
    )
    for number, document in enumerate(collection.documents, 1):
        database.execute(
            "INSERT INTO meaning (rowid, vector) VALUES (?, ?)", [number, document.vector.tobytes()]
        )

    def rank(asked: Asked) -> tuple[str, ...]:
        rows = database.execute(
            "SELECT rowid FROM meaning WHERE vector MATCH ? AND k = ? ORDER BY distance",
            [asked.vector.tobytes(), min(CANDIDATES, len(collection.documents))],
        )
        near = [collection.ids[number - 1] for (number,) in rows]
        return fused(_matching(database, asked.terms, CANDIDATES), near)

    return rank


def fused(*rankings: Sequence[str]) -> tuple[str, ...]:
    """Reciprocal rank fusion, equal shares; what ties stays in the order of the first ranking."""
    points: dict[str, float] = {}
    for ranking in rankings:
        for rank, found in enumerate(ranking, 1):
            points[found] = points.get(found, 0.0) + 1 / (RRF_K + rank)
    return tuple(sorted(points, key=lambda found: -points[found]))


CONTENDERS = (
    _contender("SQLite FTS5", stock=False),
    _contender("SQLite FTS5, its own tokenizer", stock=True),
    Contender("SQLite FTS5 + sqlite-vec, RRF", _build_hybrid),
)
