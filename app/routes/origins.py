"""Which other sites' pages may use the API: those that are named, and never with cookies."""

import re
from typing import Final

from fastapi import HTTPException, Request
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.origins import parse_origins
from app.routes.errors import problem
from app.routes.site import CurrentSite

# What the widget needs.
_SHARED: Final = re.compile(
    r"/api/v1/(?:articles/.+|deflections|events|help|search|subscriptions|suggest|tickets)"
)
_DAY: Final = 86_400


class SharedRoutes:
    """Answers browsers that ask for another site's page; what is not shared is as if this were not here."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        self._app = app
        self._shared = _Sharing(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=("Content-Type",),
            expose_headers=("Retry-After",),
            max_age=_DAY,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        shared = scope["type"] == "http" and _SHARED.fullmatch(scope["path"])
        await (self._shared if shared else self._app)(scope, receive, send)


class _Sharing(CORSMiddleware):
    def preflight_response(self, request_headers: Headers) -> Response:
        """As the library has it, but a refusal is a problem document."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return response
        refusal = problem(403, _refusal(request_headers["origin"]))
        refusal.headers["Vary"] = response.headers["Vary"]
        return refusal


async def admit(request: Request, site: CurrentSite) -> None:
    """Refuse what a page of a site that is not named sends, before anything is done for it.

    Browsers hide the answer from such a page, but not the request from us. Raises HTTPException.
    """
    origin = request.headers.get("origin")
    if origin is None or request.headers.get("sec-fetch-site") == "same-origin":
        return
    allowed = {*parse_origins(site.settings.allowed_origins), site.settings.base_url.rstrip("/")} - {""}
    # Behind a proxy that ends HTTPS we may not know our own scheme: the host is enough to be ours.
    if origin not in allowed | {f"{scheme}://{request.url.netloc}" for scheme in ("http", "https")}:
        raise HTTPException(403, _refusal(origin))


def _refusal(origin: str) -> str:
    return f"Pages of “{origin[:200]}” may not ask this: SPORTELLO_ALLOWED_ORIGINS names the sites that may."
