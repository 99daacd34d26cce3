"""What every import makes of its source: drafts of articles, their addresses, and plain text as Markdown."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from indexer.markdown import printable
from search.errors import InputError

# Where articles without a category go, and what it is called.
FAQ: Final = "FAQ"
# File systems stop at 255 bytes a name; a long question is as clear cut at the last whole word before this.
_MAX_SLUG_BYTES: Final = 100
# The same text six times faster, where libyaml is there.
_DUMPER: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
# What begins a heading, quote, list, definition, admonition or fence when it begins a paragraph.
_OPENING = re.compile(r"(\d{1,9})(?=[.)](?:\s|$))|(?=[-+](?:[\s+-]|$)|[#>]|!!!|:\s|~~~)")
_INLINE = re.compile(r"[\\`*\[\]<]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_ENTITIES: Final = {"<": "&lt;", "&": "&amp;", ":": "&#58;", "~": "&#126;"}


class ImportSourceError(InputError):
    """The source cannot be imported at all: one sentence for the person who named it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing that was not imported: `path` in the source, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """An article about to be written: `source` is where it came from, `foreign` what has no field here.

    `category` is the name people read; `images` maps names beside the article to where the bytes are.
    """

    source: str
    lang: str
    id: str
    category: str
    text: str
    images: Mapping[str, Path] = field(default_factory=dict)
    foreign: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """Language and id: what makes an article itself."""
        return self.lang, self.id


def slugify(text: str, *, default: str = "") -> str:
    """Lower-case words joined by hyphens, Latin accents folded; other scripts are kept."""
    kept, latin = [], False
    for char in unicodedata.normalize("NFKD", text.casefold().replace("&", " ")):
        if unicodedata.category(char).startswith("M"):
            kept.append("" if latin else char)
        else:
            latin = char < "\u0250"
            kept.append(char if char.isalnum() or char == "_" else " ")
    slug = unicodedata.normalize("NFC", "-".join("".join(kept).split())).strip("-_")
    if len(slug.encode()) > _MAX_SLUG_BYTES:
        slug = slug.encode()[:_MAX_SLUG_BYTES].decode(errors="ignore")
        slug = (slug.rpartition("-")[0] or slug).strip("-_")
    # A folder of this name is what Vim leaves while it tests whether it may write; content readers skip it.
    return f"{slug}-1" if slug == "4913" else slug or default


class Addresses:
    """Gives each article an id of its own: the second of a name becomes `name-2`."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, str], int] = {}

    def take(self, lang: str, wanted: str) -> str:
        """`wanted`, or the first free one after it."""
        free = wanted
        while (lang, free) in self._taken:
            self._taken[lang, wanted] += 1
            free = f"{wanted}-{self._taken[lang, wanted]}"
        self._taken[lang, free] = 1
        return free


def to_yaml(value: object) -> str:
    """YAML with keys in the order given, one text a line however long."""
    # libyaml takes no infinite width.
    return str(yaml.dump(value, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=1_000_000))


def compose(fields: Mapping[str, Any], body: str) -> str:
    """One of our files: front matter with the fields that say something, then the body."""
    said = {key: value for key, value in fields.items() if value not in (None, "", [], ())}
    return f"---\n{to_yaml(said)}---\n{body.strip()}\n"


def one_line(text: str) -> str:
    """Printable, spaces evened out."""
    return " ".join(printable(text).split())


def escaped(paragraph: str) -> str:
    """Markdown that shows one line of plain text as it is written."""
    line = one_line(paragraph)
    opening = _OPENING.match(line)
    number = opening[1] or "" if opening else ""
    rest = line[len(number) :]
    first = _literal(rest[:1]) if opening else ""
    return number + first + _INLINE.sub(lambda match: _literal(match[0]), rest[1:] if opening else rest)


def _literal(char: str) -> str:
    return _ENTITIES.get(char) or f"\\{char}"
