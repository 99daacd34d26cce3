"""Every failure, answered once: a problem document below /api, a page elsewhere."""

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from anyio import to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.languages import preferred
from app.live import NotReadyError
from app.routes import addresses
from app.routes.http import SECURITY_HEADERS
from app.routes.site import Library, Page, Site
from search.analysis import normalise
from search.records import Article

# Seconds; a first index of a thousand articles takes some tens.
_RETRY_AFTER: Final = "5"
# The nearest articles to show where there is none at an address, and how much of an address is read.
_NEAREST: Final = 3
_LONGEST_PATH: Final = 2_000
_MOST_PARTS: Final = 6
_SLASHED: Final = re.compile(r"/(?P<lang>[^/]+)/(?:c/(?P<category>[^/]+)|search|contact|accessibility)/+")
# What other systems name their articles by.
_NUMBER: Final = re.compile(r"\b\d{5,}\b")
_DETAILS: Final = {
    404: "There is nothing at this address; /api/v1/docs lists what there is.",
    405: "This address does not take that method; /api/v1/docs lists what it takes.",
    500: "Something went wrong on our side; the operator can find it in the log.",
    503: "The index is being built; try again in a few seconds.",
}


def handle_errors(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(NotReadyError, _not_ready)
    app.add_exception_handler(Exception, _unexpected)


def problem(status: int, detail: str, field: str | None = None) -> JSONResponse:
    """An RFC 9457 problem document."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(
        body | ({"field": field} if field else {}), status, media_type="application/problem+json"
    )


async def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    said = error.detail if error.detail != HTTPStatus(error.status_code).phrase else ""
    response = await _failure(request, error.status_code, said)
    response.headers.update(error.headers or {})
    return response


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    if not _is_api(request):
        return await _failure(request, 422, "")
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    said = "it is missing" if first["type"] == "missing" else _lower_first(str(first["msg"]))
    return problem(422, f"The parameter “{field}” cannot be used: {said}.", field)


def _lower_first(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


async def _not_ready(request: Request, _: Exception) -> Response:
    response = await _failure(request, 503, "")
    response.headers["Retry-After"] = _RETRY_AFTER
    return response


async def _unexpected(request: Request, _: Exception) -> Response:
    """The server logs the error; this answer passes no middleware."""
    response = await _failure(request, 500, "")
    response.headers.update({**SECURITY_HEADERS, "Cache-Control": "no-store"})
    return response


def _is_api(request: Request) -> bool:
    return f"{request.scope['path']}/".startswith("/api/")


async def _failure(request: Request, status: int, said: str) -> Response:
    if _is_api(request):
        return problem(status, said or _DETAILS.get(status, HTTPStatus(status).description + "."))
    return await to_thread.run_sync(_page, request, status)


def _page(request: Request, status: int) -> Response:
    site: Site = request.app.state.site
    library = _library(site) if status != 500 else None
    if status == 404 and library and (moved := _moved(request, library)):
        return RedirectResponse(moved, 301)
    lang = _language(request, site, library)
    page = Page(
        "error.html", lang, languages=library.languages if library else (), listed=False, status=status
    )
    path = request.scope["path"] if status == 404 else ""
    elsewhere = _elsewhere(path, library)
    response = site.render(
        request,
        page,
        status=status,
        searchable=library is not None,
        shelves=library.catalogue.shelves(lang) if library else (),
        query=words_of(path),
        elsewhere=elsewhere,
        nearest=nearest(path, lang, library) if library and not elsewhere else (),
    )
    response.headers["Vary"] = "Accept-Language"
    return response


def _library(site: Site) -> Library | None:
    try:
        return site.library()
    except NotReadyError:
        return None


def _moved(request: Request, library: Library) -> str | None:
    """Where an old address leads now, or one of ours with a slash too many."""
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    if found := library.catalogue.moved(path, query):
        return addresses.article(found)
    match = _SLASHED.fullmatch(path)
    if match is None or match["lang"] not in library.languages:
        return None
    if match["category"] and library.catalogue.shelf(match["lang"], match["category"]) is None:
        return None
    return quote(path.rstrip("/")) + (f"?{query}" if query else "")


def _language(request: Request, site: Site, library: Library | None) -> str:
    """The language the address names, where there is such a one, else the visitor's."""
    known = library.languages if library else tuple(site.interfaces)
    named = request.scope["path"].removeprefix("/").partition("/")[0]
    if named in known:
        return str(named)
    header = request.headers.get("accept-language", "")
    if library:
        return library.visitor_language(header)
    return preferred(header, known) or site.interface(site.settings.default_language).lang


def _elsewhere(path: str, library: Library | None) -> tuple[Article, ...]:
    """The article asked for, in the languages that have it."""
    match = re.fullmatch(r"/[^/]+/a/(.+?)/*", path)
    return library.catalogue.translations(match[1]) if match and library else ()


def nearest(path: str, lang: str, library: Library) -> tuple[Article, ...]:
    """The articles that the words of an address lead to: those of its last part, or else of all of it.

    Programs that try doors call for thousands of such pages, so no encoder is asked.
    """
    parts = [part for part in path[:_LONGEST_PATH].split("/") if part not in library.languages]
    whole = " ".join(words_of(part) for part in parts[-_MOST_PARTS:])
    for words in (words_of(path), whole):
        found = library.engine.search(words, lang, limit=_NEAREST, mode="lexical")
        if found.hits and found.verdict.answer != "no":
            return tuple(library.catalogue.article(lang, h.article.id) or h.article for h in found.hits)
    return ()


def words_of(path: str) -> str:
    """The words an address ends in: `/it/a/consegna/123456-tempi-di-consegna.html` → `tempi di consegna`."""
    last = path[:_LONGEST_PATH].rstrip("/").rpartition("/")[2]
    stem = re.sub(r"\.[a-z]{2,5}$", "", last, flags=re.IGNORECASE)
    words = re.sub(r"[\W_]+", " ", stem)
    return normalise(_NUMBER.sub(" ", words), 80)
