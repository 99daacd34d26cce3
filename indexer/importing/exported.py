"""One article of another system, whichever it was: what every export is read into."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


class UnreadableError(Exception):
    """A file or an entry that cannot be read: the reason, for its owner."""


@dataclass(frozen=True, slots=True)
class Exported:
    """`html` is the body as it was; `lang` its tag or empty; `folders` the names people read, from the top.

    `id` is shared by the translations of one article; `fields` are ours; `addresses` are paths of the old
    site at `host`.
    """

    source: str
    title: str
    html: str
    lang: str = ""
    id: str = ""
    folders: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    addresses: tuple[str, ...] = ()
    host: str = ""


def host_of(url: object) -> str:
    """Where an address leads; empty for one without a host."""
    try:
        return (urlsplit(url.strip()).hostname or "") if isinstance(url, str) else ""
    except ValueError:
        return ""


def address_of(url: object) -> tuple[str, ...]:
    """The path and query of an old address, to redirect from; none for a home page or no address."""
    if not isinstance(url, str):
        return ()
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ()
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return (path,) if path.strip("/") and path.startswith("/") else ()
