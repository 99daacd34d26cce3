"""The widget's files, for pages of any site, and the pages that show it at work.

Built (`make widget`), it is one file. Where it is not, its modules are served as they were written, the
first one under the same address, and they find each other.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b, sha384
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.routes.site import CurrentSite

_SOURCES: Final = Path(str(files("widgets"))) / "deflection"
_BUILT: Final = _SOURCES / "dist" / "sportello.js"
_DEMO: Final = _SOURCES / "demo"

# A module is fetched with CORS, whoever embeds it, and may be by pages that isolate themselves.
_FOR_ALL: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
_FOREVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
# Pages name the plain address, and get a new version within minutes.
_SHORTLY: Final = {"Cache-Control": "public, max-age=300, stale-while-revalidate=86400"}
_AT_ONCE: Final = {"Cache-Control": "no-cache"}

_MODULE: Final = re.compile(r"[a-z]+\.js")
_HASHED: Final = re.compile(r"sportello\.[0-9a-f]{12}\.js")
_DEMO_FILE: Final = re.compile(r"[a-z]+\.(?:html|css|js)")
_KINDS: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
# What the echo page reads of a form; more is no form of its demo.
_LONGEST_FORM: Final = 64 * 1024

# What the README tells an integrator to allow, and nothing more.
_STRICT: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)

router = APIRouter(prefix="/widget/v1", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Published:
    """The widget as it is served now; `hashed` is the name of the copy that never changes."""

    content: bytes
    hashed: str
    built: bool

    @property
    def integrity(self) -> str:
        """For a script's attribute of that name."""
        return "sha384-" + b64encode(sha384(self.content).digest()).decode()


@cache
def _published(copies: Path) -> Published:
    """Read once a process; a built file is kept in the folder `copies` too, for pages that name its hash."""
    built = _BUILT.is_file()
    content = (_BUILT if built else _SOURCES / "sportello.js").read_bytes()
    found = Published(content, f"sportello.{blake2b(content, digest_size=6).hexdigest()}.js", built)
    copy = copies / found.hashed
    if built and not copy.exists():
        copies.mkdir(parents=True, exist_ok=True)
        fresh = copy.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.replace(copy)
    return found


def _copies(site: CurrentSite) -> Path:
    return site.settings.data / "widget"


@router.get("/manifest.json")
def manifest(site: CurrentSite) -> JSONResponse:
    """The name of the present copy, its hash for `integrity`, and its size."""
    now = _published(_copies(site))
    said = {"file": now.hashed, "integrity": now.integrity, "bytes": len(now.content)}
    return JSONResponse(said, headers=_FOR_ALL | _AT_ONCE)


@router.get("/{name}.js")
def script(site: CurrentSite, name: str) -> Response:
    """The widget, the copy of a version, or, not built, one of its modules."""
    now = _published(_copies(site))
    file = f"{name}.js"
    if file == "sportello.js":
        return _script(now.content, _SHORTLY if now.built else _AT_ONCE)
    if file == now.hashed:
        # Not built, it imports modules that may change.
        return _script(now.content, _FOREVER if now.built else _AT_ONCE)
    if _HASHED.fullmatch(file) and (kept := _copies(site) / file).is_file():
        return _script(kept.read_bytes(), _FOREVER)
    if not now.built and _MODULE.fullmatch(file) and (module := _SOURCES / file).is_file():
        return _script(module.read_bytes(), _AT_ONCE)
    raise HTTPException(404, f"There is no version “{file[:60]}” here; manifest.json names the present one.")


@router.get("/demo")
def demo_folder() -> RedirectResponse:
    """The demo's pages name their files from the folder."""
    return RedirectResponse("demo/", 308)


@router.get("/demo/")
def demo_index() -> Response:
    """What there is to see."""
    return _demo("index.html")


@router.get("/demo/{file}")
def demo(file: str) -> Response:
    """A page that embeds the widget, or one of its files."""
    if not _DEMO_FILE.fullmatch(file) or not (_DEMO / file).is_file():
        raise HTTPException(404)
    return _demo(file)


@router.post("/demo/sent")
async def sent(request: Request) -> HTMLResponse:
    """What the form of a demo page sent: every field, the hidden one too. Nothing is kept."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            raise HTTPException(413, "The form is too large for this demonstration.")
    fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    rows = "".join(
        f"<dt>{escape(name)}</dt>\n<dd><pre>{escape(value)}</pre></dd>\n" for name, value in fields
    )
    page = (_DEMO / "sent.html").read_text("utf-8").replace("<!-- fields -->", rows)
    return HTMLResponse(page, headers=_demo_headers())


def _script(content: bytes, kept: dict[str, str]) -> Response:
    return Response(content, headers=_FOR_ALL | kept, media_type="text/javascript")


def _demo(file: str) -> Response:
    path = _DEMO / file
    return Response(path.read_bytes(), headers=_demo_headers(), media_type=_KINDS[path.suffix])


def _demo_headers() -> dict[str, str]:
    return {**_AT_ONCE, "Content-Security-Policy": _STRICT, "X-Robots-Tag": "noindex"}
