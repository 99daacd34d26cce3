"""Every failure, answered once: a problem document below /api, a page elsewhere."""

import re
from http import HTTPStatus
from typing import Final

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
    response = _failure(request, error.status_code, said)
    response.headers.update(error.headers or {})
    return response


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    if not _is_api(request):
        return _failure(request, 422, "")
    first = error.errors()[0]
    field = str(first["loc"][-1])
    said = "it is missing" if first["type"] == "missing" else _lower_first(str(first["msg"]))
    return problem(422, f"The parameter “{field}” cannot be used: {said}.", field)


def _lower_first(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


async def _not_ready(request: Request, _: Exception) -> Response:
    response = _failure(request, 503, "")
    response.headers["Retry-After"] = _RETRY_AFTER
    return response


async def _unexpected(request: Request, _: Exception) -> Response:
    """The server logs the error; this answer passes no middleware."""
    response = _failure(request, 500, "")
    response.headers.update(SECURITY_HEADERS)
    return response


def _is_api(request: Request) -> bool:
    return f"{request.scope['path']}/".startswith("/api/")


def _failure(request: Request, status: int, said: str) -> Response:
    if _is_api(request):
        return problem(status, said or _DETAILS.get(status, HTTPStatus(status).description + "."))
    site: Site = request.app.state.site
    library = _library(site) if status != 500 else None
    if status == 404 and library and (moved := _moved(request, library)):
        return RedirectResponse(addresses.article(moved), 301)
    lang = _language(request, site, library)
    path = request.scope["path"]
    page = Page(
        "error.html", lang, languages=library.languages if library else (), listed=False, status=status
    )
    return site.render(
        request,
        page,
        status=status,
        searchable=library is not None,
        shelves=library.catalogue.shelves(lang) if library else (),
        query=words_of(path) if status == 404 else "",
        elsewhere=_elsewhere(path, library) if status == 404 else (),
    )


def _library(site: Site) -> Library | None:
    try:
        return site.library()
    except NotReadyError:
        return None


def _moved(request: Request, library: Library) -> Article | None:
    query = request.scope["query_string"].decode("latin-1")
    return library.catalogue.moved(request.scope["path"], query)


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


def words_of(path: str) -> str:
    """The words an address is made of: `/it/a/consegna/tempi-di-consegna.html` → `tempi di consegna`."""
    last = path[:2_000].rstrip("/").rpartition("/")[2]
    stem = re.sub(r"\.[a-z]{2,5}$", "", last, flags=re.IGNORECASE)
    return normalise(re.sub(r"[\W_]+", " ", stem), 80)
