"""JSON bodies as browsers send them to another site: as text, which needs no preflight, and within bounds."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

import orjson
from fastapi import HTTPException, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from app.routes.schemas import Problem

LIMIT: Final = 64_000
# sendBeacon names no type for some of what it sends.
_TYPES: Final = frozenset({"", "application/json", "text/plain"})
# What a route that takes JSON may answer instead.
REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    code: {"model": Problem} for code in (400, 403, 413, 415, 422, 429, 500, 503)
}
_JSON: Final = (b"content-type", b"application/json")


class JsonRoute(APIRoute):
    """A route whose body is at most 64 kB of JSON, by the type of text or by its own."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As any other, but for how the body is read."""
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            return await handle(_JsonRequest(request) if request.method == "POST" else request)

        return handle_json


class _JsonRequest(Request):
    """Refuses a body before reading it, or all of it, wherever that can be told."""

    def __init__(self, request: Request) -> None:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _TYPES:
            raise HTTPException(415, "The body must be JSON, sent as application/json or as text/plain.")
        headers = [(name, value) for name, value in request.scope["headers"] if name != _JSON[0]]
        super().__init__({**request.scope, "headers": [*headers, _JSON]}, request.receive)

    async def body(self) -> bytes:
        """The bytes. Raises HTTPException for too many of them."""
        if not hasattr(self, "_body"):
            length = self.headers.get("content-length", "")
            body = bytearray()
            if not length.isdecimal() or int(length) <= LIMIT:
                async for part in self.stream():
                    body += part
                    if len(body) > LIMIT:
                        break
            if len(body) > LIMIT or (length.isdecimal() and int(length) > LIMIT):
                raise HTTPException(413, f"The body has more than {LIMIT:,} bytes.")
            self._body = bytes(body)
        return self._body

    async def json(self) -> Any:
        """What it says. Raises HTTPException for what is not JSON: so are NaN and lone surrogates."""
        try:
            return orjson.loads(await self.body())
        except orjson.JSONDecodeError as error:
            reason = str(error).partition(": line")[0]
            raise HTTPException(400, f"The body is not JSON: {reason}.") from None
