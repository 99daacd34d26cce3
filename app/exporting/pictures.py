"""The images that exported articles show, each copied once."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from app.exporting.names import Names
from app.routes.media import image_file

_MEDIA: Final = "/media/"
# The live site serves an SVG with a policy that lets no script in it run; a host of files may serve none.
_ACTIVE: Final = re.compile(
    r"<!(?:DOCTYPE|ENTITY)|<\?xml-stylesheet|<(?:\w+:)?(?:script|foreignObject|handler|iframe|embed|object)\b"
    r"|[\s/\"']on\w+\s*=|(?:javascript|data\s*:\s*text)\s*:|&#",
    re.IGNORECASE,
)


class Pictures:
    """What is taken from the content folder: `taken` maps each file of the copy to its source."""

    def __init__(self, content: Path, names: Names) -> None:
        self.taken: dict[str, Path] = {}
        self._content, self._names = content, names
        self._known: dict[str, str | None] = {}

    def file(self, live: str) -> str | None:
        """The copy's file for an address of the live site; null for what is no image to be copied."""
        path = unquote(live.partition("#")[0].partition("?")[0])
        if not path.startswith(_MEDIA):
            return None
        if path not in self._known:
            self._known[path] = self._take(path.removeprefix(_MEDIA))
        return self._known[path]

    def _take(self, path: str) -> str | None:
        source = image_file(self._content, path)
        if source is None or (source.suffix.lower() == ".svg" and not _is_still(source.read_bytes())):
            return None
        stem = path[: -len(Path(path).suffix)] if Path(path).suffix else path
        file = self._names.take("media", *stem.split("/"), suffix=source.suffix.lower())
        self.taken[file] = source
        return file


def _is_still(svg: bytes) -> bool:
    """Whether an SVG, opened by itself, is a drawing and nothing more, as far as can be seen."""
    try:
        text = svg.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return "\0" not in text and not _ACTIVE.search(text)
