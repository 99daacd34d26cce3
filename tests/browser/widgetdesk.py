"""Two servers on two origins: a help centre that does what a test tells it to, and a shop that embeds the widget.

The help centre speaks the widget's contract, with the real widget; what only a failing or hostile one can
show is tested on it. What a good one does is tested on the real one, in test_widget_journeys.
"""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

WIDGET: Final = Path(__file__).parents[2] / "widgets" / "deflection"
BUILT: Final = WIDGET / "dist" / "sportello.js"

NODES: Final = [
    ["p", {}, "Costa ", ["strong", {}, "4,90 €"], "."],
    ["h2", {}, "Gratis"],
    ["p", {}, "Da 79 €."],
]


def hit(article: str = "consegna/costi", title: str = "Quanto costa la spedizione?") -> dict[str, Any]:
    """A result as the server gives it."""
    url = f"https://help.example/it/a/{article}"
    return {
        "id": article,
        "lang": "it",
        "title": title,
        "url": url,
        "passage": "Costa 4,90 euro, in tutta Italia.",
    }


@dataclass
class Desk:
    """What the help centre answers from now on, and what it was asked."""

    hits: list[dict[str, Any]] = field(default_factory=lambda: [hit()])
    nodes: list[Any] = field(default_factory=lambda: list(NODES))
    articles: list[dict[str, Any]] = field(default_factory=list)
    holdout: bool = False
    delay: float = 0
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""

    def types(self) -> list[str]:
        """The kinds of events, in the order in which they came."""
        return [event["type"] for event in self.events]

    def answer(self, path: str, body: dict[str, Any]) -> Any:
        """What is said at a path below /api/v1/."""
        if path == "deflections":
            self.asked.append(body)
            told = {"deflection_id": f"d{len(self.asked)}", "search_id": f"s{len(self.asked)}", "lang": "it"}
            results = [] if self.holdout else self.hits
            told |= {"session": "signed", "query": body["text"][:200], "answer": "yes" if results else "no"}
            return told | {"holdout": self.holdout, "results": results}
        if path == "events":
            known = {event["id"] for event in self.events}
            self.events += [event for event in body["events"] if event["id"] not in known]
            return {"accepted": len(body["events"])}
        if path.startswith("articles/"):
            return {"nodes": self.nodes}
        if path == "search":
            results = [{**found, "id": f"{found['id']}-found"} for found in self.hits]
            return {"search_id": "s0", "answer": "yes" if results else "no", "results": results}
        return {"lang": "it", "articles": self.articles}


@contextmanager
def _server(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's name
        """Say nothing."""

    def reply(self, status: int, body: bytes, kind: str, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def body(self) -> str:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode("utf-8")


@contextmanager
def open_desk() -> Iterator[tuple[Desk, ThreadingHTTPServer]]:
    """A help centre; shut its server down to see it dead."""
    desk = Desk()

    class Handler(_Handler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/widget/v1/sportello.js":
                self.reply(200, BUILT.read_bytes(), "text/javascript", {"Access-Control-Allow-Origin": "*"})
            else:
                self._api(path.removeprefix("/api/v1/"), {})

        def do_POST(self) -> None:
            assert self.headers["Content-Type"].startswith("text/plain"), "it would need a preflight"
            assert "Cookie" not in self.headers
            self._api(urlsplit(self.path).path.removeprefix("/api/v1/"), json.loads(self.body()))

        def _api(self, path: str, body: dict[str, Any]) -> None:
            status, headers = desk.status, desk.headers  # as they are now: who sees the path may change them
            desk.paths.append(path)
            cors = {
                "Access-Control-Allow-Origin": self.headers["Origin"],
                "Access-Control-Expose-Headers": "Retry-After",
            }
            if path != "events":
                time.sleep(desk.delay)
                if status != 200:
                    self.reply(status, b"{}", "application/problem+json", {**cors, **headers})
                    return
            with suppress(BrokenPipeError, ConnectionResetError):  # the widget gave up
                self.reply(200, json.dumps(desk.answer(path, body)).encode(), "application/json", cors)

    with _server(Handler) as server:
        desk.url = f"http://127.0.0.1:{server.server_port}"
        yield desk, server


@dataclass
class Shop:
    """A site of its own, with the demo's pages; `sent` are the forms it got."""

    url: str
    help: str
    lang: str = "it"
    extra: str = ""
    policy: bool = False
    sent: list[dict[str, str]] = field(default_factory=list)

    def page(self, name: str) -> bytes:
        text = (WIDGET / "demo" / name).read_text("utf-8")
        text = text.replace('src="../sportello.js"', f'src="{self.help}/widget/v1/sportello.js" {self.extra}')
        return text.replace('method="post" lang="it"', f'method="post" lang="{self.lang}"').encode()

    @property
    def headers(self) -> dict[str, str]:
        """The policy that the README asks for, where the test wants it."""
        policy = (
            f"default-src 'none'; script-src 'self' {self.help}; connect-src 'self' {self.help}; style-src 'self'; "
            "form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
        )
        return {"Content-Security-Policy": policy} if self.policy else {}


@contextmanager
def open_shop(help_url: str) -> Iterator[Shop]:
    """A site on another origin than the help centre at `help_url`."""
    shop = Shop("", help_url)
    kinds = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript"}

    class Handler(_Handler):
        def do_GET(self) -> None:
            name = urlsplit(self.path).path.strip("/")
            if (WIDGET / "demo" / name).is_file():
                kind = kinds[Path(name).suffix]
                content = (
                    shop.page(name) if kind.startswith("text/html") else (WIDGET / "demo" / name).read_bytes()
                )
                self.reply(200, content, kind, shop.headers)
            else:
                self.reply(204, b"", "text/plain", {})

        def do_POST(self) -> None:
            shop.sent.append(dict(parse_qsl(self.body(), keep_blank_values=True)))
            self.reply(200, b"<!doctype html><title>sent</title><h1>Sent</h1>", "text/html", {})

    with _server(Handler) as server:
        shop.url = f"http://localhost:{server.server_port}"
        yield shop
