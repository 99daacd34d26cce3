"""What search engines should list, and what they should leave alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from weakref import WeakKeyDictionary
from xml.etree.ElementTree import Element, tostring  # nothing is parsed here

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import PlainTextResponse, Response

from app.routes import addresses
from app.routes.alternates import alternates
from app.routes.catalogue import Catalogue
from app.routes.http import SHORTLY
from app.routes.site import CurrentSite, Library
from app.routes.xml import document, element
from search.records import Article

router = APIRouter(include_in_schema=False)

# The protocol's limits for one file; the bytes leave room for what encloses the entries.
MOST_ENTRIES: Final = 50_000
MOST_BYTES: Final = 50_000_000

_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML: Final = "http://www.w3.org/1999/xhtml"
_BEGIN: Final = (
    f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="{_SITEMAP}" xmlns:xhtml="{_XHTML}">\n'.encode()
)
_END: Final = b"</urlset>\n"
# What was made last for a snapshot, and for which origin: strangers can invent hosts without end.
_LAST: Final[WeakKeyDictionary[Catalogue, tuple[str, list[bytes]]]] = WeakKeyDictionary()
_ROBOTS: Final = """\
User-agent: *
Disallow: /*/search
Disallow: /opensearch/
Disallow: /admin/
Disallow: /api/
Disallow: /s/

Sitemap: {origin}/sitemap.xml
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page in every language that has it, by path, and when each last changed, where that is known."""

    twins: Mapping[str, str]
    updated: Mapping[str, date]


@router.get("/robots.txt")
def robots(request: Request, site: CurrentSite) -> PlainTextResponse:
    """Answers to searches are endless and mirror the articles; the rest is not for reading."""
    origin = addresses.origin(request, site.settings)
    return PlainTextResponse(_ROBOTS.format(origin=origin), headers=SHORTLY)


@router.get("/sitemap.xml")
def sitemap(request: Request, site: CurrentSite) -> Response:
    """Every page; beyond a file's limits, the list of the files that have them."""
    origin = addresses.origin(request, site.settings)
    files = _made(site.library(), origin)
    return _xml(files[0] if len(files) == 1 else index(len(files), origin))


@router.get("/sitemap-{number}.xml")
def part(request: Request, site: CurrentSite, number: str) -> Response:
    """One of the files that the list names."""
    files = _made(site.library(), addresses.origin(request, site.settings))
    numbered = {str(at): file for at, file in enumerate(files, 1)} if len(files) > 1 else {}
    if number not in numbered:
        raise HTTPException(404)
    return _xml(numbered[number])


def _made(library: Library, origin: str) -> list[bytes]:
    """As `sitemaps`, made once for a snapshot: half a second for some thousands of articles."""
    last, files = _LAST.get(library.catalogue, ("", []))
    if last != origin:
        files = sitemaps(library, origin)
        _LAST[library.catalogue] = origin, files
    return files


def sitemaps(
    library: Library, origin: str, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES,
    address: Callable[[str], str] = str,
) -> list[bytes]:  # fmt: skip
    """Every listed page under its address at `origin`, in as few files as the limits allow.

    `address` gives the path to list for one of ours.
    """
    files: list[list[bytes]] = [[]]
    size = 0
    for entry in _entries(library, origin, address):
        if files[-1] and (len(files[-1]) >= most_entries or size + len(entry) > most_bytes):
            files.append([])
            size = 0
        files[-1].append(entry)
        size += len(entry)
    return [b"".join((_BEGIN, *entries, _END)) for entries in files]


def listed(library: Library) -> Iterator[Listed]:
    """The first pages, those on the site itself, every category, article, and guide by steps and as a whole.

    Where one language has a guide and another an article, that article is the twin of both.
    """
    catalogue, languages = library.catalogue, library.languages
    articles = {lang: catalogue.in_phase(lang, None, None) for lang in languages}
    yield Listed({lang: addresses.home(lang) for lang in languages}, _newest(articles))
    yield Listed({lang: addresses.contact(lang) for lang in languages}, {})
    yield Listed({lang: addresses.accessibility(lang) for lang in languages}, {})
    shelves = {(lang, s.category.id): s.articles for lang in languages for s in catalogue.shelves(lang)}
    for name in dict.fromkeys(name for _, name in shelves):
        having = {lang: shelves[lang, name] for lang in languages if (lang, name) in shelves}
        yield Listed({lang: addresses.category(lang, name) for lang in having}, _newest(having))
    for article_id in dict.fromkeys(a.id for found in articles.values() for a in found):
        versions = {a.lang: (a,) for a in catalogue.translations(article_id)}
        yield Listed({lang: addresses.whole(a) for lang, (a,) in versions.items()}, _newest(versions))
        if any(a.guide for (a,) in versions.values()):
            yield Listed({lang: addresses.article(a) for lang, (a,) in versions.items()}, _newest(versions))


def _newest(articles: Mapping[str, Iterable[Article]]) -> dict[str, date]:
    """By language, the last day that one of its articles changed."""
    days = {lang: [a.updated for a in found if a.updated] for lang, found in articles.items()}
    return {lang: max(found) for lang, found in days.items() if found}


def _entries(library: Library, origin: str, address: Callable[[str], str]) -> Iterator[bytes]:
    """Each written once, by itself: a large site has too many elements for one tree."""
    default = library.language(None)
    written: set[str] = set()
    for page in listed(library):
        others = alternates({lang: address(path) for lang, path in page.twins.items()}, origin, default)
        links = Element("links")
        for tag, url in others.items() if len(others) > 1 else ():
            element(links, "xhtml:link", attributes={"rel": "alternate", "hreflang": tag, "href": url})
        for lang in (lang for lang in page.twins if page.twins[lang] not in written):
            entry = Element("url")
            element(entry, "loc", others[lang])
            if lang in page.updated:
                element(entry, "lastmod", page.updated[lang].isoformat())
            entry.extend(links)
            yield tostring(entry, encoding="utf-8") + b"\n"
        written.update(page.twins.values())


def index(files: int, origin: str) -> bytes:
    """The list of so many files."""
    root = Element("sitemapindex", {"xmlns": _SITEMAP})
    for number in range(1, files + 1):
        element(element(root, "sitemap"), "loc", f"{origin}/sitemap-{number}.xml")
    return document(root)


def _xml(body: bytes) -> Response:
    return Response(body, headers=SHORTLY, media_type="application/xml")
