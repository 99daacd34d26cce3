"""For the operator's Prometheus: the numbers, and what measures every answer."""

from hmac import compare_digest
from time import perf_counter
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.metrics import AskedBy, Metrics
from app.settings import Settings
from search.records import SearchResult

# Prometheus' text format.
_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
# Whatever else a stranger calls a method would be one more series.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """The numbers, for whoever has the token."""
    settings: Settings = request.app.state.site.settings
    given = request.headers.get("authorization", "").partition(" ")[2]
    if settings.metrics_token and not compare_digest(given.encode(), settings.metrics_token.encode()):
        raise HTTPException(401, "The numbers are for whoever has the token.", {"WWW-Authenticate": "Bearer"})
    kept: Metrics = request.app.state.metrics
    return Response(kept.text(), media_type=_TYPE, headers={"Cache-Control": "no-store"})


def measured(request: Request, asked_by: AskedBy, found: SearchResult) -> None:
    """Note how long a search took, and how it ended."""
    kept: Metrics = request.app.state.metrics
    kept.searched(asked_by, found)


class Measured:
    """Measures each answer, from its first byte asked to its last byte sent."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = perf_counter(), 500

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.answered(method, route, status, perf_counter() - started)
