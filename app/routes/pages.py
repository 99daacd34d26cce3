"""The public pages: home, categories, articles, answers."""

from typing import Final

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.routes import addresses, guides, views
from app.routes.answers import shown
from app.routes.catalogue import Shelf
from app.routes.metrics import measured
from app.routes.registries import CurrentRegistry
from app.routes.site import CurrentSite, Library
from app.routes.visitors import CurrentVisitor, Visitor
from app.searches.log import Asked
from search.analysis import normalise
from search.engine import QUERY_LIMIT
from search.records import Hit, Phase, SearchResult

router = APIRouter(include_in_schema=False)

# More answers than fit a screen or two are not read.
_ANSWERS: Final = 5


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
    view = views.home(site, _known(site.library(), lang), lang)
    return site.render(request, view.page, **view.shown)


@router.get("/{lang}/c/{category}")
def category(request: Request, site: CurrentSite, lang: str, category: str) -> HTMLResponse:
    """A category's articles."""
    library = _known(site.library(), lang)
    shelf = library.catalogue.shelf(lang, category)
    if shelf is None:
        raise HTTPException(404)
    view = views.category(library, lang, shelf)
    return site.render(request, view.page, **view.shown)


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
    if not visitor.search_id:
        return site.kept(request, library, lang, (lang, found.id), lambda: views.article(library, found))
    view = views.article(library, found, visitor.search_id)
    return site.render(request, view.page, **view.shown)


@router.get("/{lang}/search")
def search(
    request: Request, site: CurrentSite, visitor: CurrentVisitor, registry: CurrentRegistry, lang: str,
    q: str = "", category: str = "", phase: str = "",
) -> HTMLResponse:  # fmt: skip
    """The answers to a question; without one, what the filters leave."""
    library = _known(site.library(), lang)
    query = normalise(q, QUERY_LIMIT)
    chosen_phase = next((p for p in views.PHASES if p == phase), None)
    chosen_category = normalise(category, 500) or None
    shelf = library.catalogue.shelf(lang, chosen_category or "")
    found = (
        library.engine.search(
            query, lang, limit=_ANSWERS, category=chosen_category, phase=chosen_phase, hurried=True
        )
        if query
        else None
    )
    if found:
        measured(request, "site", found)
    search_id = _noted(visitor, found, shelf, chosen_phase) if found else ""
    view = views.answers(
        site, library, lang, query, chosen_category, chosen_phase, found,
        [shown(hit, library, search_id, n) for n, hit in enumerate(_shown_of(found), start=1)],
        search_id, tells=registry.is_open and not (chosen_category or chosen_phase),
    )  # fmt: skip
    return site.render(request, view.page, **view.shown)


def _known(library: Library, lang: str) -> Library:
    """The library, if it has this language: an address in no language of ours is none of ours."""
    if lang not in library.languages:
        raise HTTPException(404)
    return library


def _shown_of(found: SearchResult | None) -> tuple[Hit, ...]:
    if found is None:
        return ()
    return found.hits[: views.NEAREST if found.verdict.answer == "no" else _ANSWERS]


def _noted(visitor: Visitor, found: SearchResult, shelf: Shelf | None, phase: Phase | None) -> str:
    """The search's id, once it is noted; empty where no person asked."""
    if not visitor.is_person:
        return ""
    category = shelf.category.id if shelf else None
    return visitor.log.asked(
        Asked("site", found, _shown_of(found), category, phase, visitor.search_id or None)
    )
