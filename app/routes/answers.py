"""What a search found, as the API, the command line and the pages show it."""

from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from markupsafe import Markup, escape

from app.routes import addresses
from app.routes.schemas import ArticleLink, SearchAnswer, SearchHit
from app.routes.site import Library
from search.excerpts import marks, shortened
from search.recent import Recent
from search.records import Article, Hit, SearchResult

_MARK: Final = Markup("<mark>")
_MARKED: Final = Markup("</mark>")
# Hits by their identity, which they keep while they are kept here, and what was made of them: 10 kB each.
_RESULTS: Final[Recent[tuple[int, str], tuple[tuple[Hit, ...], list[SearchHit]]]] = Recent(512)


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """A hit as a page shows it; `path` leads to the passage, `category` is its name."""

    lang: str
    other_language: bool
    title: str
    path: str
    category: str
    heading: str
    passage: Markup


def shown(hit: Hit, library: Library, search_id: str = "", position: int = 1) -> ShownAnswer:
    """`hit`, with what the page needs of its surroundings; of a search that is noted, its link says which."""
    hit = shortened(hit)
    article = hit.article
    shelf = library.catalogue.shelf(article.lang, article.category)
    return ShownAnswer(
        lang=article.lang,
        other_language=hit.other_language,
        title=article.title,
        path=addresses.result(addresses.article(article, hit.passage.anchor), search_id, position),
        category=shelf.category.name if shelf else article.category,
        heading=hit.passage.heading,
        passage=marked(hit),
    )


def marked(hit: Hit) -> Markup:
    """The hit's passage with `<mark>` around the words that were asked."""
    text, parts, last = hit.passage.text, [], 0
    for start, end in marks(hit):
        parts += [escape(text[last:start]), _MARK, escape(text[start:end]), _MARKED]
        last = end
    return Markup("").join([*parts, escape(text[last:])])


def search_answer(found: SearchResult, origin: str) -> SearchAnswer:
    """`found` as the API gives it, under a new `search_id`; addresses begin with `origin`."""
    return SearchAnswer(
        search_id=uuid4().hex,
        query=found.query,
        lang=found.lang,
        answer=found.verdict.answer,
        confidence=round(found.verdict.confidence, 3),
        did_you_mean=found.did_you_mean,
        results=_results(found.hits, origin),
        took_ms=round(found.took_ms, 2),
        snapshot=found.snapshot,
        degraded=found.degraded,
    )


def article_link(article: Article, origin: str) -> ArticleLink:
    """An article to offer, under its whole address."""
    url = origin + addresses.article(article)
    return ArticleLink(id=article.id, lang=article.lang, title=article.title, url=url)


def _results(hits: tuple[Hit, ...], origin: str) -> list[SearchHit]:
    """As they are shown; an answer that the engine remembers is the same hits: they are remembered too."""
    made = _RESULTS.get((id(hits), origin))
    if made is None or made[0] is not hits:
        made = hits, [_search_hit(hit, origin) for hit in hits]
        _RESULTS.keep((id(hits), origin), made)
    return made[1]


def _search_hit(found: Hit, origin: str) -> SearchHit:
    hit = shortened(found)
    return SearchHit(
        **article_link(hit.article, origin).model_dump(),
        category=hit.article.category,
        passage=hit.passage.text,
        passage_html=marked(hit),
        anchor=hit.passage.anchor,
        score=round(hit.score, 4),
        other_language=hit.other_language,
    )
