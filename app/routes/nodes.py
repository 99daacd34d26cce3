"""An article as a tree that a page can build without parsing HTML, which Trusted Types would forbid it."""

from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from indexer.markdown import ALIGNED, ATTRIBUTES, SCHEMES, TAGS

# Deeper ones are put beside what they are in: JSON readers and writers count levels.
DEEPEST: Final = 40
_VOID: Final = frozenset({"br", "hr", "img"})
_ADDRESSES: Final = frozenset({"href", "src"})

# A text, or [tag, {attribute: value}, *nodes].
Node = Any


def nodes_of(html: str, url: str) -> list[Node]:
    """The tree of sanitised HTML; `url` is the article's own, which makes its links whole."""
    reader = _Reader(url)
    reader.feed(html)
    reader.close()
    return reader.nodes


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.nodes: list[Node] = []
        self._url = url
        # What is open, outermost first: its tag, and where its content goes.
        self._open: list[tuple[str, list[Node]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; of what is on no list, the content alone remains."""
        inside = self._inside
        into = inside
        if tag in TAGS and (len(self._open) < DEEPEST or tag in _VOID):
            into = [tag, dict(self._kept(tag, attrs))]
            inside.append(into)
        if tag not in _VOID:
            self._open.append((tag, into))

    def handle_endtag(self, tag: str) -> None:
        """Close the element, with what was left open in it."""
        for depth in range(len(self._open) - 1, -1, -1):
            if self._open[depth][0] == tag:
                del self._open[depth:]
                return

    def handle_data(self, data: str) -> None:
        """Add a text."""
        inside = self._inside
        if inside and isinstance(inside[-1], str):
            inside[-1] += data
        else:
            inside.append(data)

    @property
    def _inside(self) -> list[Node]:
        return self._open[-1][1] if self._open else self.nodes

    def _kept(self, tag: str, attrs: list[tuple[str, str | None]]) -> list[tuple[str, str]]:
        allowed = ATTRIBUTES.get(tag, set()) | ALIGNED.get(tag, {}).keys()
        kept = [(name, value or "") for name, value in attrs if name in allowed]
        whole = [(name, self._whole(value) if name in _ADDRESSES else value) for name, value in kept]
        return [(name, value) for name, value in whole if value is not None]

    def _whole(self, address: str) -> str | None:
        """An address that leads there from any page; null for one that leads nowhere."""
        try:
            joined = urljoin(self._url, address)
            scheme = urlsplit(joined).scheme
        except ValueError:
            return None
        return joined if scheme in SCHEMES else None
