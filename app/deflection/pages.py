"""The page that a visitor is on: what of its address may be known. Pure."""

from fnmatch import fnmatchcase
from typing import Final
from urllib.parse import unquote, urlsplit

from app.privacy import scrub
from search.analysis import normalise

LONGEST: Final = 2_000


def kept_of(page: str | None) -> str | None:
    """An address without its query, its fragment and who signed in; null where there is nothing to keep.

    Queries carry names, addresses and order numbers; of a path, each part is scrubbed.
    """
    split = _split(page or "")
    if split is None:
        return None
    origin, path = split
    parts = normalise(path, LONGEST).split("/")
    return (origin + "/".join(map(scrub, parts)))[:LONGEST] or None


def path_of(page: str) -> str:
    """Its path as people read it, `/` for none; empty where `page` is no page's address."""
    split = _split(page)
    return unquote(split[1]) or "/" if split else ""


def _split(page: str) -> tuple[str, str] | None:
    """Origin and path of a page; the origin is empty for a path alone."""
    try:
        parts = urlsplit(page)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    if not host:
        return None if parts.scheme or not parts.path.startswith("/") else ("", parts.path)
    if parts.scheme not in {"http", "https"}:
        return None
    shown = normalise(f"[{host}]" if ":" in host else host, LONGEST)
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else ""), parts.path


def matches(path: str, pattern: str) -> bool:
    """Whether a path is as an editor wrote it, where `*` stands for anything; capitals do not count."""
    # `[` and `?` are letters to editors: between brackets they are to fnmatch too.
    literal = pattern.casefold().replace("[", "[[]").replace("?", "[?]")
    return fnmatchcase(path.casefold(), literal)
