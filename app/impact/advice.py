"""What would make a text better, before anybody reads it: what `sportello check` says, of one article."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np

from app.articles.shelf import Leaf
from app.impact.memory import Memory
from indexer.articles import Content, Read
from indexer.checks import MAX_TITLE
from indexer.duplicates import CLOSE, OWN, differ_in_words_only
from indexer.frontmatter import Parts
from indexer.passages import passage_input, split_passages
from indexer.readability import Ease, reading_ease
from indexer.references import Page, Site, check_image, check_link
from search.dense import Ints
from search.encoders import Vectors
from search.messages import begins_to_ask
from search.records import Article, KnowledgeBase
from search.snapshot import Shelf, question_texts

TitleAdvice: TypeAlias = Literal["long", "short", "loud", "no_question"]

# A title of fewer words names a topic, and asks nothing of it.
_FEW_WORDS: Final = 3
# What a text that is easy to read reaches: both measures' own word for it.
_EASY: Final = 60


@dataclass(frozen=True, slots=True)
class Twin:
    """A question of another article that asks what `asked`, one of this one's, does."""

    asked: str
    article: Article
    question: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """A link or an image that has something wrong: the check's code, and its address as it was written."""

    code: str
    address: str


@dataclass(frozen=True, slots=True)
class Advice:
    """All of it; `ease` is null for a text too short, or in a language without a measure."""

    title: tuple[TitleAdvice, ...]
    twins: tuple[Twin, ...]
    flaws: tuple[Flaw, ...]
    ease: Ease | None

    @property
    def is_easy(self) -> bool:
        """Whether nearly everybody can read it."""
        return self.ease is not None and self.ease.value >= _EASY

    @property
    def is_hard(self) -> bool:
        """Whether the check would complain."""
        return self.ease is not None and self.ease.value < self.ease.floor


def advise(
    read: Read, shelf: Shelf | None, memory: Memory | None, root: Path, others: Iterable[Article]
) -> Advice:
    """Advice on what was read; `others` are the articles there are, for its links."""
    article = read.article
    if article is None:
        return Advice((), (), (), None)
    paragraphs = [text for section in article.sections for text in section.paragraphs]
    return Advice(
        tuple(_of_title(article)),
        tuple(_twins(article, shelf, memory)) if shelf and memory else (),
        tuple(_flaws(read, article, root, others)),
        reading_ease(article.lang, paragraphs),
    )


def _of_title(article: Article) -> Iterator[TitleAdvice]:
    title = article.title
    base = article.lang.partition("-")[0]
    if len(title) > MAX_TITLE:
        yield "long"
    if len(title.split()) < _FEW_WORDS:
        yield "short"
    elif not title.endswith(("?", "؟", "？")) and not begins_to_ask(title, base):
        yield "no_question"
    if title.isupper() and " " in title:
        yield "loud"


def _twins(article: Article, shelf: Shelf, memory: Memory) -> Iterator[Twin]:
    """The questions of others that are one of this one's: to the letter, then in meaning; one an article."""
    said = {article.id}
    for twin in (*_same(article, shelf), *_alike(article, shelf, memory)):
        if twin.article.id not in said:
            said.add(twin.article.id)
            yield twin


def _same(article: Article, shelf: Shelf) -> Iterator[Twin]:
    asked = {_bare(text): text for text in (article.title, *article.questions)}
    for other in shelf.articles:
        for question in (other.title, *other.questions):
            if (bare := _bare(question)) in asked:
                yield Twin(asked[bare], other, question)


def _bare(question: str) -> str:
    return question.casefold().strip("¿?!. ")


def _alike(article: Article, shelf: Shelf, memory: Memory) -> Iterator[Twin]:
    """The nearest questions to each of this one's, where both articles answer both."""
    vectors = memory.encode(question_texts(article), "query")
    own = memory.encode([passage_input(article, p) for p in split_passages(article)], "passage")
    rows = shelf.dense.questions
    cosines = vectors @ rows.vectors.T
    for asked, found, vector in zip((article.title, *article.questions), cosines, vectors, strict=True):
        for row in np.argsort(-found)[: len(article.questions) + 2].tolist():
            if found[row] < CLOSE:
                break
            number = int(rows.owners[row])
            question = _question(shelf, rows.owners, row)
            passages = shelf.dense.rows_of(number)[1]
            both = _answers(vector, own, passages) and _answers(rows.vectors[row], passages, own)
            if both and differ_in_words_only(asked, question):
                yield Twin(asked, shelf.articles[number], question)


def _question(shelf: Shelf, owners: Ints, row: int) -> str:
    article = shelf.articles[int(owners[row])]
    return (article.title, *article.questions)[row - int(np.searchsorted(owners, owners[row]))]


def _answers(question: Vectors, own: Vectors, theirs: Vectors) -> bool:
    """Whether the other's passages answer a question about as well as those of its own article."""
    return float((theirs @ question).max()) - float((own @ question).max()) >= OWN


def _flaws(read: Read, article: Article, root: Path, others: Iterable[Article]) -> Iterator[Flaw]:
    pointers = read.pointers
    if pointers is None or not (pointers.links or pointers.images):
        return
    page = Page(
        article, f"{article.lang}/{article.id}.md", pointers.links, pointers.images, Parts(None, 1, "", 1)
    )
    site = Site(root, Content(KnowledgeBase((*others, article)), (), frozenset()))
    for link in pointers.links:
        yield from (Flaw(problem.code, link.href) for problem in check_link(page, link, site))
    for image in pointers.images:
        yield from (Flaw(problem.code, image.src) for problem in check_image(page, image, site))


def articles_of(leaves: Iterable[Leaf], served: Iterable[Article]) -> list[Article]:
    """Every article there is a file of: as it is served, or as much as a link needs to know of it."""
    known = {(article.lang, article.id): article for article in served}
    return [known.get((leaf.lang, leaf.id)) or _unserved(leaf) for leaf in leaves]


def _unserved(leaf: Leaf) -> Article:
    return Article(
        leaf.id, leaf.lang, leaf.title, leaf.category, "", (), status=leaf.status,
        visibility="internal" if leaf.is_internal else "public",
    )  # fmt: skip
