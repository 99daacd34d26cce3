"""The articles that changed last, for feed readers (Atom, RFC 4287)."""

from datetime import UTC, date, datetime, time
from typing import Final
from xml.etree.ElementTree import Element  # nothing is parsed here

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from app.routes import addresses, preview
from app.routes.http import SHORTLY
from app.routes.site import CurrentSite, Library
from app.routes.xml import document, element
from search.records import Article

router = APIRouter(include_in_schema=False)

# What a reader that comes once a week has not seen yet.
_ENTRIES: Final = 50


@router.get("/feed.xml")
def feed(request: Request, site: CurrentSite, lang: str = "") -> Response:
    """One language's articles, newest first; those without a date have no place in it."""
    library = site.library()
    origin = addresses.origin(request, site.settings)
    shown = library.language(lang)
    if shown not in library.languages:
        raise HTTPException(404)
    body = atom(library, shown, origin, site.settings.site_name)
    return Response(body, headers=SHORTLY, media_type="application/atom+xml")


def atom(library: Library, lang: str, origin: str, name: str) -> bytes:
    """The feed of one language; `name` is its title and author."""
    dated = [(a.updated, a) for s in library.catalogue.shelves(lang) for a in s.articles if a.updated]
    dated.sort(key=lambda pair: (-pair[0].toordinal(), pair[1].id))
    here = origin + addresses.feed(lang)
    made = library.engine.snapshot.manifest.created
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": lang})
    element(root, "title", name)
    element(root, "id", here)
    element(root, "link", attributes={"rel": "self", "type": "application/atom+xml", "href": here})
    home = {"rel": "alternate", "type": "text/html", "href": origin + addresses.home(lang)}
    element(root, "link", attributes=home)
    element(root, "updated", _moment(dated[0][0]) if dated else made.astimezone(UTC).isoformat())
    element(element(root, "author"), "name", name)
    for updated, article in dated[:_ENTRIES]:
        _entry(root, library, article, updated, origin)
    return document(root)


def _entry(root: Element, library: Library, article: Article, updated: date, origin: str) -> None:
    url = origin + addresses.article(article)
    shelf = library.catalogue.shelf(article.lang, article.category)
    name = shelf.category.name if shelf else article.category
    entry = element(root, "entry")
    element(entry, "title", article.title)
    element(entry, "id", url)
    page = {"rel": "alternate", "type": "text/html", "hreflang": article.lang, "href": url}
    element(entry, "link", attributes=page)
    element(entry, "updated", _moment(updated))
    element(entry, "category", attributes={"term": article.category, "label": name})
    element(entry, "summary", preview.description(article))
    # Addresses in the article begin at the root: `xml:base` says of which site.
    element(entry, "content", article.html, {"type": "html", "xml:base": url})


def _moment(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat()
