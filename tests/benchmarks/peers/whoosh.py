"""Whoosh's own BM25F, with its defaults."""

from pathlib import Path

from whoosh.analysis import SpaceSeparatedTokenizer
from whoosh.fields import STORED, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.query import Or, Term

from search.evaluation import DEPTH
from tests.benchmarks.collection import WEIGHTS, Asked, Collection
from tests.benchmarks.harness import Contender, Ranker


def _build(collection: Collection, folder: Path) -> Ranker:
    text = TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=False)
    index = FileStorage(str(folder)).create_index(Schema(id=STORED(), **dict.fromkeys(WEIGHTS, text)))
    writer = index.writer()
    for document in collection.documents:
        writer.add_document(id=document.id, **document.terms)
    writer.commit()
    searcher = index.searcher()

    def rank(asked: Asked) -> tuple[str, ...]:
        terms = [Term(name, term, boost=weight) for term in asked.terms for name, weight in WEIGHTS.items()]
        return tuple(hit["id"] for hit in searcher.search(Or(terms), limit=DEPTH))

    return rank


CONTENDERS = (Contender("Whoosh, BM25F", _build),)
