"""The public pages: home, categories, articles, answers."""

from collections.abc import Iterable
from itertools import islice
from typing import Final, get_args

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.routes import addresses, guides
from app.routes.answers import shown
from app.routes.catalogue import Shelf
from app.routes.registries import CurrentRegistry
from app.routes.site import CurrentSite, Library, Page
from app.routes.visitors import CurrentVisitor, Visitor
from app.searches.log import Asked
from search.analysis import normalise
from search.engine import QUERY_LIMIT
from search.records import Article, Hit, Phase, SearchResult, Section

router = APIRouter(include_in_schema=False)

PHASES: Final[tuple[Phase, ...]] = get_args(Phase)
# More answers than fit a screen or two are not read.
_ANSWERS: Final = 5
# Where nothing answers, the nearest articles are offered by their titles alone.
_NEAREST: Final = 3
_EXAMPLES: Final = 3
_LONGEST_EXAMPLE: Final = 60
# A table of contents earns its place from so many headings and words on.
_HEADINGS: Final = 3
_LONG: Final = 150


@router.get("/")
def root(request: Request, site: CurrentSite) -> Response:
    """To the visitor's language."""
    lang = site.library().visitor_language(request.headers.get("accept-language", ""))
    return RedirectResponse(addresses.home(lang), 302, {"Vary": "Accept-Language"})


@router.get("/{lang}")
def bare(site: CurrentSite, lang: str) -> Response:
    """A language typed without its slash."""
    _known(site.library(), lang)
    return RedirectResponse(addresses.home(lang), 301)


@router.get("/{lang}/")
def home(request: Request, site: CurrentSite, lang: str) -> HTMLResponse:
    """The question box, and all there is to browse."""
    library = _known(site.library(), lang)
    twins = {other: addresses.home(other) for other in library.languages}
    asked = site.most_asked(lang)
    phases = [(phase, len(library.catalogue.in_phase(lang, None, phase))) for phase in PHASES]
    return site.render(
        request,
        Page("home.html", lang, twins, library.languages),
        shelves=library.catalogue.shelves(lang),
        phases=[(phase, count) for phase, count in phases if count],
        most_asked=asked,
        examples=_examples(asked or library.catalogue.in_phase(lang, None, "after")),
    )


@router.get("/{lang}/c/{category}")
def category(request: Request, site: CurrentSite, lang: str, category: str) -> HTMLResponse:
    """A category's articles."""
    library = _known(site.library(), lang)
    shelf = library.catalogue.shelf(lang, category)
    if shelf is None:
        raise HTTPException(404)
    having = (other for other in library.languages if library.catalogue.shelf(other, category))
    twins = {other: addresses.category(other, category) for other in having}
    return site.render(request, Page("category.html", lang, twins, library.languages), shelf=shelf)


@router.get("/{lang}/a/{id:path}")
def article(
    request: Request, site: CurrentSite, visitor: CurrentVisitor, lang: str,
    id: str,  # noqa: A002  as in the address
) -> Response:  # fmt: skip
    """An article; of a guide, one step."""
    library = _known(site.library(), lang)
    found = library.catalogue.article(lang, id)
    if found is None and (meant := library.catalogue.article(lang, id.rstrip("/"))):
        return RedirectResponse(addresses.article(meant), 301)
    if found is None:
        raise HTTPException(404)
    site.count_read(request, found)
    visitor.opens(found)
    if found.guide and "all" not in request.query_params:
        return guides.page(request, site, library, found, found.guide, visitor.search_id)
    twins = {a.lang: addresses.whole(a) for a in library.catalogue.translations(id)}
    return site.render(
        request,
        Page("article.html", lang, twins, library.languages),
        article=found,
        shelf=library.catalogue.shelf(lang, found.category),
        contents=_contents(found),
        related=library.related(found),
        search_id=visitor.search_id,
    )


@router.get("/{lang}/search")
def search(
    request: Request, site: CurrentSite, visitor: CurrentVisitor, registry: CurrentRegistry, lang: str,
    q: str = "", category: str = "", phase: str = "",
) -> HTMLResponse:  # fmt: skip
    """The answers to a question; without one, what the filters leave."""
    library = _known(site.library(), lang)
    query = normalise(q, QUERY_LIMIT)
    chosen_phase = next((p for p in PHASES if p == phase), None)
    chosen_category = normalise(category, 500) or None
    shelf = library.catalogue.shelf(lang, chosen_category or "")
    found = (
        library.engine.search(query, lang, limit=_ANSWERS, category=chosen_category, phase=chosen_phase)
        if query
        else None
    )
    search_id = _noted(visitor, found, shelf, chosen_phase) if found else ""
    twins = {
        other: addresses.search(other, query, chosen_category, chosen_phase) for other in library.languages
    }
    return site.render(
        request,
        Page("search.html", lang, twins, library.languages, listed=False),
        query=query,
        category=chosen_category,
        category_name=shelf.category.name if shelf else chosen_category,
        phase=chosen_phase,
        phases=PHASES,
        shelves=library.catalogue.shelves(lang),
        answer=found.verdict.answer if found else None,
        understood=found.understood if found else "",
        missing=found.verdict.missing if found else (),
        nearest=_nearest(found, library) if found else (),
        answers=[shown(hit, library, search_id, n) for n, hit in enumerate(_shown_of(found), start=1)],
        search_id=search_id,
        privacy_url=site.settings.privacy_url,
        did_you_mean=found.did_you_mean if found else None,
        tells=registry.is_open and not (chosen_category or chosen_phase),
        browsed=()
        if query or not (chosen_category or chosen_phase)
        else library.catalogue.in_phase(lang, chosen_category, chosen_phase),
    )


def _known(library: Library, lang: str) -> Library:
    """The library, if it has this language: an address in no language of ours is none of ours."""
    if lang not in library.languages:
        raise HTTPException(404)
    return library


def _examples(articles: Iterable[Article]) -> list[str]:
    """How some customers put it: the first other wording of each article that is short enough for a link."""
    worded = (next((q for q in a.questions if len(q) <= _LONGEST_EXAMPLE), None) for a in articles)
    return list(islice(filter(None, worded), _EXAMPLES))


def _contents(found: Article) -> tuple[Section, ...]:
    """The headings to list beside a long article; none for one that is seen at a glance."""
    headings = tuple(s for s in found.sections if s.anchor and 2 <= s.level <= 3)
    words = sum(len(paragraph.split()) for s in found.sections for paragraph in s.paragraphs)
    return headings if len(headings) >= _HEADINGS and words >= _LONG else ()


def _nearest(found: SearchResult, library: Library) -> list[Shelf]:
    """The categories of what was found in the language asked, the nearest first."""
    named = dict.fromkeys(h.article.category for h in found.hits if not h.other_language)
    shelves = (library.catalogue.shelf(found.lang, name) for name in named)
    return [shelf for shelf in shelves if shelf][:_NEAREST]


def _shown_of(found: SearchResult | None) -> tuple[Hit, ...]:
    if found is None:
        return ()
    return found.hits[: _NEAREST if found.verdict.answer == "no" else _ANSWERS]


def _noted(visitor: Visitor, found: SearchResult, shelf: Shelf | None, phase: Phase | None) -> str:
    """The search's id, once it is noted; empty where no person asked."""
    if not visitor.is_person:
        return ""
    category = shelf.category.id if shelf else None
    return visitor.log.asked(
        Asked("site", found, _shown_of(found), category, phase, visitor.search_id or None)
    )
