"""Links and images of an article: as the editor wrote them, and as the site addresses them."""

import html as htmllib
import posixpath
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

# nh3 writes every attribute in double quotes and escapes `<`, `>` and `"` inside them, so that on its
# output this cannot match inside a value.
_LINK_OR_IMAGE = re.compile(r'<(a|img)((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_EXTERNAL = re.compile(r"(?:https?:)?//", re.IGNORECASE)
_NOT_RELATIVE = re.compile(r"[a-z][a-z0-9+.-]*:|[/#?]|$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link as the editor wrote it; `line` counts from 1 in the text given to `render`."""

    href: str
    line: int


@dataclass(frozen=True, slots=True)
class Image:
    """An image as the editor wrote it; an address that is not allowed leaves `src` empty."""

    src: str
    alt: str
    line: int


def resolve(href: str, *, lang: str, article_id: str) -> tuple[str, str] | None:
    """Where a relative link points: (path below the content folder, `#anchor` or empty).

    None for what is not relative: another site, a path from the root, a bare anchor. A path that climbs out
    of the content folder comes back as written, beginning with `..`.
    """
    cleaned = re.sub(r"[\t\n\r]", "", href).strip().replace("\\", "/")
    if _NOT_RELATIVE.match(cleaned):
        return None
    path, hash_, anchor = cleaned.partition("#")
    path = unquote(path.partition("?")[0])
    folder = posixpath.dirname(f"{lang}/{article_id}")
    return posixpath.normpath(posixpath.join(folder, path)), hash_ + anchor


class Links:
    """Rewrites the links of one article, and remembers them as they were written."""

    def __init__(self, source: str, lang: str, article_id: str) -> None:
        self.links: list[Link] = []
        self.images: list[Image] = []
        self._source, self._lang, self._id = source, lang, article_id
        self._seen: dict[str, int] = {}

    def rewrite(self, html: str) -> str:
        """Sanitised HTML in, the same out with its addresses as the site has them."""
        return _LINK_OR_IMAGE.sub(self._rewrite, html)

    def _rewrite(self, match: re.Match[str]) -> str:
        attributes = {name: htmllib.unescape(value) for name, value in _ATTRIBUTE.findall(match[2])}
        if match[1] == "a":
            self._rewrite_link(attributes)
        elif not self._rewrite_image(attributes):
            return ""
        written = (f' {name}="{htmllib.escape(value)}"' for name, value in attributes.items())
        return f"<{match[1]}{''.join(written)}>"

    def _rewrite_link(self, attributes: dict[str, str]) -> None:
        href = attributes.get("href")
        if href is None:
            return
        if not attributes.get("class", "").startswith("footnote-"):
            self.links.append(Link(href, self._line_of(href or "()")))
        if _EXTERNAL.match(href.strip()):
            attributes["rel"] = "noopener noreferrer"
        attributes["href"] = self._address(href)

    def _rewrite_image(self, attributes: dict[str, str]) -> bool:
        src, alt = attributes.get("src", ""), attributes.setdefault("alt", "")
        # Of an address that was not allowed nothing is left to look for.
        written = src or alt or next((mark for mark in ("data:", "![", "<img") if mark in self._source), "")
        self.images.append(Image(src, alt, self._line_of(written)))
        attributes |= {"src": self._address(src, media=True), "loading": "lazy"}
        return bool(src)

    def _address(self, href: str, *, media: bool = False) -> str:
        target = resolve(href, lang=self._lang, article_id=self._id)
        if target is None or target[0].startswith(".."):
            return href
        path, anchor = target
        lang, _, rest = path.partition("/")
        if path.endswith(".md") and not media:
            return f"/{lang}/a/{quote(rest.removesuffix('.md'))}{anchor}"
        return f"/media/{quote(path)}{anchor}" if media or posixpath.splitext(path)[1] else href

    def _line_of(self, written: str) -> int:
        """The line where `written` stands; the second time it is asked for, the second place."""
        last = start = self._seen.get(written, -1)
        # A few tries: `tempi.md` is also the end of `altri-tempi.md`.
        for _ in range(20):
            start = self._source.find(written, start + 1)
            if start <= 0 or self._source[start - 1] in "(<\"'=[] \t\n":
                break
        start = self._seen[written] = start if start >= 0 else max(last, 0)
        return self._source.count("\n", 0, start) + 1
