"""The public pages: home, categories, articles, answers, contact."""

from typing import Final, get_args

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.routes import addresses
from app.routes.answers import shown
from app.routes.site import CurrentSite, Library, Page
from search.analysis import normalise
from search.engine import QUERY_LIMIT
from search.records import Phase, SearchResult

router = APIRouter(include_in_schema=False)

PHASES: Final[tuple[Phase, ...]] = get_args(Phase)
# More answers than fit a screen or two are not read.
_ANSWERS: Final = 5
# Where nothing answers, the nearest articles are offered by their titles alone.
_NEAREST: Final = 3


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
    phases = [(phase, len(library.catalogue.in_phase(lang, None, phase))) for phase in PHASES]
    return site.render(
        request,
        Page("home.html", lang, twins, library.languages),
        shelves=library.catalogue.shelves(lang),
        phases=[(phase, count) for phase, count in phases if count],
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
def article(request: Request, site: CurrentSite, lang: str, id: str) -> Response:  # noqa: A002  as in the address
    """An article."""
    library = _known(site.library(), lang)
    found = library.catalogue.article(lang, id)
    if found is None and (meant := library.catalogue.article(lang, id.rstrip("/"))):
        return RedirectResponse(addresses.article(meant), 301)
    if found is None:
        raise HTTPException(404)
    twins = {a.lang: addresses.article(a) for a in library.catalogue.translations(id)}
    return site.render(
        request,
        Page("article.html", lang, twins, library.languages),
        article=found,
        shelf=library.catalogue.shelf(lang, found.category),
        related=library.catalogue.related(found),
    )


@router.get("/{lang}/search")
def search(
    request: Request, site: CurrentSite, lang: str, q: str = "", category: str = "",
    phase: str = "",
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
        answers=[shown(hit, library) for hit in found.hits[: _shown_of(found)]] if found else [],
        did_you_mean=found.did_you_mean if found else None,
        browsed=()
        if query or not (chosen_category or chosen_phase)
        else library.catalogue.in_phase(lang, chosen_category, chosen_phase),
    )


@router.get("/{lang}/contact")
def contact(request: Request, site: CurrentSite, lang: str) -> HTMLResponse:
    """How to reach a person."""
    library = _known(site.library(), lang)
    twins = {other: addresses.contact(other) for other in library.languages}
    return site.render(request, Page("contact.html", lang, twins, library.languages))


def _known(library: Library, lang: str) -> Library:
    """The library, if it has this language: an address in no language of ours is none of ours."""
    if lang not in library.languages:
        raise HTTPException(404)
    return library


def _shown_of(found: SearchResult) -> int:
    return _NEAREST if found.verdict.answer == "no" else _ANSWERS
