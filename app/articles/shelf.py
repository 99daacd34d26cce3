"""Every article's file by what its front matter says: drafts, broken ones and all."""

import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final, get_args

from indexer.articles import ARTICLE_FIELDS, MAX_BYTES, ContentError
from indexer.files import ContentFile, Kind, list_files
from indexer.frontmatter import FrontMatter, split
from indexer.markdown import printable
from indexer.reading import read_file
from search.records import Status

_Stamp = tuple[int, int, int]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One file: an article in one language. `words` is what a search looks in."""

    lang: str
    id: str
    title: str
    status: Status
    updated: date | None
    review_by: date | None
    publish_at: datetime | None
    is_internal: bool
    is_broken: bool
    words: str

    @property
    def category(self) -> str:
        """The folder it is in."""
        return self.id.partition("/")[0]


class Bookcase:
    """What the content folder holds, read again where a file changed; safe to share between threads."""

    def __init__(self, content: Path) -> None:
        self._content = content
        self._known: dict[str, tuple[_Stamp, Leaf]] = {}
        self._reading = threading.Lock()

    def leaves(self) -> Sequence[Leaf]:
        """All of them, in the order of their paths; none where the folder cannot be read."""
        try:
            files, _ = list_files(self._content)
        except ContentError:
            return ()
        with self._reading:
            known = {}
            for file in files:
                if file.kind is Kind.ARTICLE and (read := self._leaf(file)):
                    known[file.relative] = read
            self._known = known
        return [leaf for _, leaf in known.values()]

    def _leaf(self, file: ContentFile) -> tuple[_Stamp, Leaf] | None:
        try:
            stat = file.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            kept = self._known.get(file.relative)
            if kept and kept[0] == stamp:
                return kept
            data = read_file(file.path, MAX_BYTES + 1)
        except OSError:
            return None
        return stamp, _read(file, data)


def folded(text: str) -> str:
    """As searches compare: no capitals, no accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


def _read(file: ContentFile, data: bytes) -> Leaf:
    matter = FrontMatter(split(printable(data.decode("utf-8-sig", "replace"))), ARTICLE_FIELDS)
    title = matter.text("title")
    said = (title, file.id, *matter.texts("questions"), *matter.texts("tags"), matter.text("summary"))
    status = matter.choice("status", STATUSES, "published")
    leaf = Leaf(
        file.lang, file.id, title or file.id, status, matter.day("updated"), matter.day("review_by"),
        matter.moment("publish_at"), matter.text("visibility") == "internal",
        not title or file.refused, folded("\n".join(said)),
    )  # fmt: skip
    wrong = any(finding.severity == "error" for finding in matter.findings)
    return replace(leaf, is_broken=True) if wrong else leaf
