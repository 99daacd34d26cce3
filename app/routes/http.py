"""What every answer carries, whoever wrote it: guards, a short way to say "unchanged", and HEAD."""

import re
from hashlib import blake2b
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_compress import CompressMiddleware

# No inline script or style, nothing from elsewhere but the images that articles may show;
# and no script may turn text into markup.
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' https:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
}

_GUARDS: Final = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]

# For what programs fetch on a schedule of their own.
SHORTLY: Final = {"Cache-Control": "public, max-age=900"}

# In a request's scope: it came as HEAD.
HEAD: Final = "sportello.head"

_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')
# What a 304 repeats of the answer it stands for (RFC 9110, 15.4.5); the guards are added to it too.
_OF_THE_COPY: Final = frozenset(
    {b"cache-control", b"content-location", b"date", b"etag", b"expires", b"vary", b"set-cookie"}
)


class SecurityHeaders:
    """Adds each header that the response does not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the response back with its headers."""

        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in _GUARDS if h[0] not in present)]
            await send(message)

        await self._app(scope, receive, send_secured if scope["type"] == "http" else send)


class HeadAsGet:
    """Answers HEAD as GET would, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and for HEAD the response's headers back."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        asked: Scope = {**scope, "method": "GET", HEAD: True}
        await self._app(asked, receive, send_head)
        if "route" in asked:
            scope["route"] = asked["route"]


class Compression(CompressMiddleware):
    """Compresses all but the staff's pages.

    There, what a stranger wrote stands beside the form's secret, and how well the two compress together
    would tell it (BREACH).
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the response back, made smaller where it may be."""
        if scope["type"] == "http" and f"{scope['path']}/".startswith("/admin/"):
            await self.app(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class Revalidation:
    """Lets caches keep what was got, if they ask each time whether it is still so, and answers 304 if it is.

    A response that says itself how long it may be kept is left to it. What was asked with a query, such
    as a visitor's question, or by somebody signed in, is kept by their own browser alone. Tags are weak:
    they name what is said, whatever compression it travels in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and for GET the response back with its tag."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _Answer(scope, send).send)


class _Answer:
    """One response under way; its start waits for its body, which decides the tag."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        headers = Headers(scope=scope)
        self._asked = headers.getlist("if-none-match")
        own = scope["query_string"] or "cookie" in headers or "authorization" in headers
        self._kept = "private, no-cache" if own else "no-cache"

    async def send(self, message: Message) -> None:
        """Hold the start back; send it with what follows, and of what is known already no more than that."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is not None:
            start, self._start = self._start, None
            message = self._tagged(start, message)
            await self._send(start)
        await self._send(message)

    def _tagged(self, start: Message, first: Message) -> Message:
        """`start` gets its headers; what remains of the `first` part of the body is returned."""
        headers = MutableHeaders(scope=start)
        headers.setdefault("Cache-Control", self._kept)
        if start["status"] == 200 and "etag" not in headers and not first.get("more_body"):
            headers["ETag"] = f'"{blake2b(first.get("body", b""), digest_size=12).hexdigest()}"'
        if tag := _TAG.fullmatch(headers.get("etag", "")):
            headers["ETag"] = f"W/{tag[1]}"
            if start["status"] == 200 and not first.get("more_body") and self._knows(tag[1]):
                start["status"] = 304
                headers.add_vary_header("Accept-Encoding")
                start["headers"] = [(name, value) for name, value in headers.raw if name in _OF_THE_COPY]
                return {"type": "http.response.body", "body": b""}
        return first

    def _knows(self, tag: str) -> bool:
        asked = ",".join(self._asked)
        return asked.strip() == "*" or tag in asked
