"""The images that lie beside articles in the content folder, and nothing else from there."""

from pathlib import Path
from typing import Final

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from app.routes.site import CurrentSite

router = APIRouter(include_in_schema=False)

_TYPES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".svg": "image/svg+xml",
}
# An SVG opened by itself is a document that could run scripts in our name.
_SVG_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_CONDITIONAL: Final = StaticFiles(check_dir=False)


@router.get("/media/{lang}/{path:path}")
def media(request: Request, site: CurrentSite, lang: str, path: str) -> Response:
    """One image; 404 for whatever is not an image of an article's."""
    file = image_file(site.settings.content, f"{lang}/{path}")
    if file is None:
        raise HTTPException(404)
    kind = file.suffix.lower()
    # "no-cache" keeps a copy but asks each time: an image changed is an image shown.
    headers = {"Cache-Control": "no-cache"}
    if kind == ".svg":
        # Beside the policy: opened by itself it is saved. Within a page a picture is shown all the same.
        headers |= {"Content-Security-Policy": _SVG_POLICY, "Content-Disposition": "attachment"}
    response = FileResponse(file, headers=headers, media_type=_TYPES[kind], stat_result=file.stat())
    if _CONDITIONAL.is_not_modified(response.headers, request.headers):
        return NotModifiedResponse(response.headers)
    return response


def image_file(content: Path, path: str) -> Path | None:
    """The real file for a path below the content folder; null unless it is an image inside it.

    What is judged is where the path leads: a link must not lend its name to another file.
    """
    if any(part.startswith(".") for part in path.split("/")):
        return None
    try:
        root = content.resolve(strict=True)
        file = (root / path).resolve(strict=True)
        if not file.is_relative_to(root) or not file.is_file():
            return None
    except (OSError, ValueError, RuntimeError):  # absent, a name too long, a NUL in it, a loop of links
        return None
    hidden = any(part.startswith(".") for part in file.relative_to(root).parts)
    return file if file.suffix.lower() in _TYPES and not hidden else None
