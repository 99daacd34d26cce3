"""A page of the live site as a file: every address in it leads to a file of the copy."""

import html as htmllib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from app.exporting.plan import Plan

# Our templates and the sanitiser write every value in double quotes and escape `<`, `>` and `"` in it.
_TAG: Final = re.compile(r'<(a|form|img|input|link|script)((?:\s+[a-z][a-z:-]*(?:="[^"<>]*")?)+)\s*>')
_ATTRIBUTE: Final = re.compile(r'\s+([a-z][a-z:-]*)(?:="([^"<>]*)")?')
_ADDRESSES: Final = frozenset({"href", "src", "action", "data-suggest"})
# What a link that leads nowhere does not keep.
_OF_LINKS: Final = frozenset({"href", "hreflang", "rel", "target"})
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_STATIC: Final = "/static/"

# As they are written, by name; null for one without a value.
Attributes = dict[str, str | None]


@dataclass(slots=True)
class Rewriter:
    """`picture` gives an image's file; `used` are the files of app/static that pages name.

    `own` is what the live site's whole addresses begin with, where that is known. `dead` are the links and
    images, by page, that led to what the copy has not.
    """

    plan: Plan
    picture: Callable[[str], str | None]
    own: str = ""
    used: set[str] = field(default_factory=set)
    dead: dict[tuple[str, str], None] = field(default_factory=dict)

    def page(self, html: str, live: str, root: str) -> str:
        """`html`, of the page at the address `live`; `root` leads from there to the copy's first folder."""
        return _TAG.sub(lambda tag: self._tag(tag, live, root), html)

    def _tag(self, tag: re.Match[str], live: str, root: str) -> str:
        name, attributes = tag[1], {found[1]: found[2] for found in _ATTRIBUTE.finditer(tag[2])}
        for attribute in _ADDRESSES & attributes.keys():
            written = htmllib.unescape(attributes[attribute] or "")
            target = self._target(written, live, root)
            if target is None:
                return self._without(name, attributes, live, written)
            attributes[attribute] = htmllib.escape(target)
        return _written(name, attributes)

    def _target(self, written: str, live: str, root: str) -> str | None:
        """Where an address leads in the copy; itself, where it leads elsewhere or stays on its page."""
        address = written.strip()
        if self.own and address.startswith(f"{self.own}/"):
            address = address.removeprefix(self.own)
        if address.startswith("//"):
            return f"https:{address}"  # from a disk, it would be a disk's
        if address.startswith("#") or _SCHEME.match(address):
            return address
        try:
            return self._file(urljoin(live.partition("?")[0], address) if address else live, root)
        except ValueError:  # it begins another host's address, and does not go on as one
            return None

    def _file(self, live: str, root: str) -> str | None:
        if live.startswith(_STATIC):
            self.used.add(live.removeprefix(_STATIC))
            return root + live.removeprefix("/")
        found = self.plan.file(live) or self.picture(live)
        return None if found is None else root + found

    def _without(self, name: str, attributes: Attributes, live: str, written: str) -> str:
        """A tag whose address the copy has not: a link is text, an image what it shows, in words."""
        if name in {"a", "img"}:
            self.dead[live, written] = None
        if name == "img":
            return attributes.get("alt") or ""
        if name == "a":
            return _written(name, {n: v for n, v in attributes.items() if n not in _OF_LINKS})
        return ""


def _written(name: str, attributes: Attributes) -> str:
    values = (f" {n}" if value is None else f' {n}="{value}"' for n, value in attributes.items())
    return f"<{name}{''.join(values)}>"
