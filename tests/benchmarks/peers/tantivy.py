"""tantivy: on the terms given, and with its own analyser of the language."""

from pathlib import Path
from typing import Any

from tantivy import Document, Filter, Index, Occur, Query, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from search.evaluation import DEPTH
from tests.benchmarks.collection import WEIGHTS, Asked, Collection
from tests.benchmarks.harness import Contender, Ranker

LANGUAGES = {"it": "italian", "fr": "french", "en": "english"}


def _stock(lang: str) -> Any:
    # Folding comes last: its stop words and its stemmer know accents.
    filters = (Filter.lowercase(), Filter.stopword(lang), Filter.stemmer(lang), Filter.ascii_fold())
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(40))
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


def _contender(name: str, *, stock: bool) -> Contender:
    def build(collection: Collection, _folder: Path) -> Ranker:
        whitespace = TextAnalyzerBuilder(Tokenizer.whitespace()).build()
        analyzer = _stock(LANGUAGES[collection.lang]) if stock else whitespace
        index = _index(collection, analyzer, stock=stock)
        searcher = index.searcher()

        def rank(asked: Asked) -> tuple[str, ...]:
            terms = dict.fromkeys(analyzer.analyze(asked.text)) if stock else asked.terms
            query = Query.boolean_query([
                (Occur.Should, Query.boost_query(Query.term_query(index.schema, name, term), weight))
                for term in terms for name, weight in WEIGHTS.items()
            ])  # fmt: skip
            hits = searcher.search(query, DEPTH).hits
            return tuple(searcher.doc(address).get_first("id") for _, address in hits)

        return rank

    return Contender(name, build)


def _index(collection: Collection, analyzer: Any, *, stock: bool) -> Any:
    builder = SchemaBuilder().add_text_field("id", stored=True, tokenizer_name="raw")
    for name in WEIGHTS:
        builder.add_text_field(name, tokenizer_name="benchmark")
    index = Index(builder.build())
    index.register_tokenizer("benchmark", analyzer)
    writer = index.writer(num_threads=1)
    for document in collection.documents:
        writer.add_document(Document(id=document.id, **(document.texts if stock else document.terms)))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


CONTENDERS = (
    _contender("tantivy", stock=False),
    _contender("tantivy, its own analyser", stock=True),
)
