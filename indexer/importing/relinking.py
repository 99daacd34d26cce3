"""Links, anchors and images of a foreign page, from where they pointed to where that now is."""

import hashlib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final, Protocol
from urllib.parse import unquote

from indexer.importing.archives import MAX_IMAGE, SourceFile
from indexer.importing.drafts import Draft, compose, slugify
from indexer.importing.foreign import Notes, Page
from indexer.importing.rewriting import (
    Rewriting,
    embedded_number,
    marks_in,
    rewrite,
    without_marks,
)
from indexer.markdown import MarkdownError, render

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SIGNATURES: Final = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), ".png"),
    (re.compile(rb"\xff\xd8\xff"), ".jpg"),
    (re.compile(rb"GIF8[79]a"), ".gif"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), ".webp"),
)
_KEPT: Final = ("http:", "https:", "mailto:", "tel:")


@dataclass(frozen=True, slots=True)
class Placed:
    """A page with its address here; `category` is the name people read."""

    page: Page
    lang: str
    id: str
    category: str

    @property
    def key(self) -> tuple[str, str]:
        """Language and id: what makes an article itself."""
        return self.lang, self.id


class Places(Protocol):
    """What a page's links are looked up in."""

    spool: Path

    def page_at(self, path: str) -> Placed | None:
        """The page that a path of the source means."""

    def image_at(self, path: str) -> SourceFile | None:
        """The image that a path of the source means."""

    def paths(self, source: str, written: str) -> Iterator[str]:
        """The paths of the source that an address in `source` may mean, the likeliest first."""

    def anchor(self, placed: Placed, name: str) -> str | None:
        """The heading that an anchor of the source now is."""


class ImageNames:
    """Names beside the articles: the same bytes in one folder are one file."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], str] = {}
        self._contents: dict[tuple[str, str], str] = {}

    def take(self, folder: str, wanted: str, suffix: str, content: str) -> str:
        """`wanted` with its suffix, or the first free name after it; `content` names the bytes."""
        name, count = f"{wanted}{suffix}", 1
        if known := self._contents.get((folder, content)):
            return known
        while (folder, name) in self._names:
            count += 1
            name = f"{wanted}-{count}{suffix}"
        self._names[folder, name] = content
        self._contents[folder, content] = name
        return name


class Writer:
    """Writes one page with its links and images resolved."""

    def __init__(
        self,
        places: Places,
        placed: Placed,
        names: ImageNames,
        gone: frozenset[tuple[str, str]],
        notes: Notes,
    ) -> None:
        self._places, self._here, self._names = places, placed, names
        self._gone, self._notes, self._source = gone, notes, placed.page.source
        self._folder = posixpath.dirname(f"{placed.lang}/{placed.id}")
        self._images: dict[str, Path] = {}

    def draft(self) -> Draft:
        """The article as it will be written."""
        page, placed = self._here.page, self._here
        body = rewrite(page.body.marked, Rewriting(self._link, self._image))
        foreign = {"source": page.source} | ({"front_matter": dict(page.foreign)} if page.foreign else {})
        text = compose(page.fields, body)
        return Draft(page.source, placed.lang, placed.id, placed.category, text, self._images, foreign)

    def _link(self, href: str) -> str | None:
        href = re.sub(r"\s*\n\s*", "", href).strip()
        if href.lower().startswith("www."):
            return f"https://{href}"
        if href.startswith("//"):
            return f"https:{href}"
        if _SCHEME.match(href):
            return (
                href
                if href.lower().startswith(_KEPT)
                else self._text_only("links open apps, not pages: their text stays", href)
            )
        found = self._anchor_here(href[1:]) if href.startswith("#") else self._file(href)
        return found or self._text_only("links lead to nothing in the source: their text stays", href)

    def _text_only(self, what: str, href: str) -> str | None:
        self._notes.add(what, f"{self._source} → {href[:80]}")
        return None

    def _anchor_here(self, name: str) -> str | None:
        anchor = self._places.anchor(self._here, name) if name else None
        return f"#{anchor}" if anchor else None

    def _file(self, href: str) -> str | None:
        for path in self._places.paths(self._source, href):
            target = self._places.page_at(path)
            if target and target.key not in self._gone:
                anchor = self._places.anchor(target, href.partition("#")[2]) if "#" in href else None
                where = posixpath.relpath(f"{target.lang}/{target.id}.md", self._folder)
                return f"{where}#{anchor}" if anchor else where
            if image := self._places.image_at(path):
                return self._kept(image.at, slugify(PurePosixPath(path).stem))
        return None

    def _image(self, src: str) -> str | None:
        src = src.strip()
        if (number := embedded_number(src)) is not None:
            return self._embedded(self._here.page.body.embedded[number])
        if src.startswith("//"):
            return f"https:{src}"
        if _SCHEME.match(src):
            if src.lower().startswith(("http:", "https:")):
                self._notes.add(
                    "images are shown from where they were: save them beside the articles", self._source
                )
                return src
            self._notes.add(
                "images are embedded in a way that is not read: their description stands", self._source
            )
            return None
        for path in self._places.paths(self._source, src):
            if image := self._places.image_at(path):
                return self._kept(image.at, slugify(PurePosixPath(path).stem))
        self._notes.add("images are not in the source: their description stands for them", self._source)
        return None

    def _embedded(self, data: bytes | None) -> str | None:
        if data is None or len(data) > MAX_IMAGE:
            self._notes.add(
                "embedded images that cannot be read are replaced by their description", self._source
            )
            return None
        at = self._places.spool / f"embedded-{_content_name(data)}"
        if not at.exists():
            at.write_bytes(data)
        return self._kept(at, "")

    def _kept(self, at: Path, wanted: str) -> str | None:
        """The image's name beside the article; `wanted` is empty for one made of its content."""
        data = at.read_bytes()
        suffix, content = _image_suffix(data), _content_name(data)
        if suffix is None:
            self._notes.add(
                "images are not PNG, JPEG, GIF or WebP, and are replaced by their description", self._source
            )
            return None
        name = self._names.take(self._folder, wanted or content, suffix, content)
        self._images[name] = at
        return name


def folded_anchor(anchor: str) -> str:
    """Its letters and digits: GitHub, Docusaurus and we spell the rest of an anchor differently."""
    return "".join(re.findall(r"[^\W_]+", slugify(unquote(anchor))))


def anchors_of(placed: Placed) -> dict[str, str]:
    """Every name a place of the page goes by → the anchor of its heading."""
    body = placed.page.body
    try:
        sections = render(body.marked, lang=placed.lang, article_id=placed.id).sections
    except MarkdownError:
        return {}
    found: dict[str, str] = {}
    waiting: list[int] = []  # what stands alone above a heading belongs to it
    for section in sections:
        here = [*waiting, *marks_in(section.heading)]
        waiting = []
        for paragraph in section.paragraphs:
            waiting += marks_in(paragraph)
            if without_marks(paragraph).strip():
                here += waiting
                waiting = []
        if section.anchor:
            found |= {body.anchors[number]: section.anchor for number in here}
            found |= {folded_anchor(section.anchor): section.anchor, section.anchor: section.anchor}
    return found


def _image_suffix(data: bytes) -> str | None:
    """`.png`, `.jpg`, `.gif` or `.webp` by what the bytes are; None for anything else."""
    return next((suffix for pattern, suffix in _SIGNATURES if pattern.match(data)), None)


def _content_name(data: bytes) -> str:
    """A name that the same bytes always have."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()
