"""The files of app/static, each under an address that changes when the file does."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from mimetypes import guess_type
from pathlib import Path, PurePosixPath
from typing import Final

from fastapi import HTTPException
from starlette.responses import Response

STATIC: Final = Path(__file__).parents[1] / "static"
ROUTE: Final = "/static/{path:path}"

_HASHED: Final = re.compile(r"(.+)\.[0-9a-f]{12}(\.\w+)")
# An address with the content's hash never means anything else.
_FOREVER: Final = "public, max-age=31536000, immutable"
# A plain address may mean a new file tomorrow.
_SHORTLY: Final = "public, max-age=300"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file, and the path of its own that names its content: `sportello.0123456789ab.css`."""

    name: str
    content: bytes
    kind: str
    hashed: str


class Assets:
    """The folder's files, read once: they are small, and what is served is what was hashed."""

    def __init__(self, own: Mapping[str, bytes], folder: Path = STATIC) -> None:
        """`own` are an operator's files, served beside the folder's or instead of them."""
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        self._assets = {name: _asset(name, content) for name, content in {**files, **own}.items()}

    def address(self, name: str) -> str:
        """Where pages find a file, such as `sportello.css`; KeyError if there is none of that name.

        The hash is in the path and not in a query: some proxies keep nothing that has a query.
        """
        return f"/static/{self._assets[name].hashed}"

    def all(self) -> Iterable[Asset]:
        """Every one of them."""
        return self._assets.values()

    async def file(self, path: str) -> Response:
        """The file at a path; an address from before a change leads to the file as it is now."""
        old = _HASHED.fullmatch(path)
        asset = self._assets.get(old[1] + old[2] if old else path)
        if asset is None:
            raise HTTPException(404)
        kept = _FOREVER if path == asset.hashed else _SHORTLY
        return Response(asset.content, headers={"Cache-Control": kept}, media_type=asset.kind)


def _asset(name: str, content: bytes) -> Asset:
    path = PurePosixPath(name)
    digest = blake2b(content, digest_size=6).hexdigest()
    hashed = path.with_name(f"{path.stem}.{digest}{path.suffix}").as_posix()
    return Asset(name, content, guess_type(name)[0] or "application/octet-stream", hashed)
