"""What every contender is given: the same texts, the same terms, the same vectors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.labelled import LabelledSet
from search.analysis import Analyzer, analyzer_for
from search.encoders import Encoder, Vectors
from search.evaluation import Query
from search.records import Article

# A title weighs twice, as in most engines' examples, and so do the wordings a customer may use for it.
WEIGHTS = {"title": 2, "questions": 2, "body": 1, "tags": 1}


@dataclass(frozen=True, slots=True)
class Document:
    """An article. `texts` and `terms` have the keys of WEIGHTS; terms are between spaces.

    `vector` is the unit mean of the title with its tags, of that and the body, and of each other wording: of
    five ways to make one vector of an article, the best for the peers.
    """

    id: str
    texts: Mapping[str, str]
    terms: Mapping[str, str]
    vector: Vectors

    def weighted(self) -> str:
        """All terms as one text, for an engine that has no fields: each field as often as it weighs."""
        return " ".join(self.terms[name] for name, weight in WEIGHTS.items() for _ in range(weight))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that has an answer; its terms once each, without stop words."""

    id: str
    text: str
    terms: tuple[str, ...]
    vector: Vectors


@dataclass(frozen=True, slots=True)
class Collection:
    """A labelled set, read, analysed and encoded; `lang` is the language of all of it."""

    name: str
    lang: str
    labelled: LabelledSet
    documents: tuple[Document, ...]
    asked: tuple[Asked, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The documents', in their order."""
        return tuple(d.id for d in self.documents)

    @property
    def vectors(self) -> Vectors:
        """(documents, dimension)."""
        return np.stack([d.vector for d in self.documents])


def collect(name: str, labelled: LabelledSet, encoder: Encoder) -> Collection:
    """Analyse and encode a set's articles and its answerable questions."""
    langs = {a.lang for a in labelled.articles}
    if len(langs) != 1:
        raise ValueError(f"{name} has articles in {sorted(langs)}: peers have one index for one language")
    lang = langs.pop()
    analyzer = analyzer_for(lang)
    documents = tuple(_document(a, analyzer, encoder) for a in labelled.articles)
    queries = [q for q in labelled.queries if labelled.relevant.get(q.id)]
    return Collection(name, lang, labelled, documents, _asked(queries, analyzer, encoder))


def _document(article: Article, analyzer: Analyzer, encoder: Encoder) -> Document:
    body = [text for s in article.sections for text in (s.heading, *s.paragraphs) if text]
    parts = {"title": [article.title], "questions": article.questions, "body": body, "tags": article.tags}
    return Document(
        article.id,
        {name: "\n".join(texts) for name, texts in parts.items()},
        {name: " ".join(term for text in texts for term in analyzer.terms(text)) for name, texts in parts.items()},
        _vector(article, body, encoder),
    )  # fmt: skip


def _vector(article: Article, body: Sequence[str], encoder: Encoder) -> Vectors:
    titled = f"{article.title} {', '.join(article.tags)}".strip()
    rows = [
        encoder.encode([titled, *article.questions], "query"),
        encoder.encode(["\n".join([titled, *body])], "passage"),
    ]
    mean = np.concatenate(rows).sum(0)
    vector: Vectors = (mean / np.linalg.norm(mean)).astype(np.float32)
    return vector


def _asked(queries: Sequence[Query], analyzer: Analyzer, encoder: Encoder) -> tuple[Asked, ...]:
    vectors = encoder.encode([q.text for q in queries], "query")
    return tuple(
        Asked(q.id, q.text, tuple(dict.fromkeys(analyzer.terms(q.text))), vector)
        for q, vector in zip(queries, vectors, strict=True)
    )
