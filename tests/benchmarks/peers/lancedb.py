"""LanceDB's hybrid search: by its default reranker, and by its linear combination."""

from pathlib import Path
from typing import Any

import lancedb
from lancedb.index import FTS
from lancedb.rerankers import LinearCombinationReranker, RRFReranker

from search.evaluation import DEPTH
from tests.benchmarks.collection import Asked, Collection
from tests.benchmarks.harness import Contender, Ranker


def _contender(name: str, reranker: Any) -> Contender:
    def build(collection: Collection, folder: Path) -> Ranker:
        rows = [{"id": d.id, "vector": d.vector, "text": d.weighted()} for d in collection.documents]
        table = lancedb.connect(folder).create_table("article", rows)
        # The terms are analysed already.
        given = FTS(base_tokenizer="whitespace", stem=False, remove_stop_words=False, ascii_folding=False)
        table.create_index("text", config=given)

        def rank(asked: Asked) -> tuple[str, ...]:
            search = table.search(query_type="hybrid", vector_column_name="vector", fts_columns="text")
            search = search.vector(asked.vector).text(" ".join(asked.terms)).distance_type("cosine")
            return tuple(row["id"] for row in search.rerank(reranker).limit(DEPTH).to_list())

        return rank

    return Contender(name, build)


CONTENDERS = (
    _contender("LanceDB hybrid, RRF (its default)", RRFReranker()),
    _contender("LanceDB hybrid, linear combination", LinearCombinationReranker()),
)
