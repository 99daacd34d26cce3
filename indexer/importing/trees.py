"""A tree of foreign Markdown: which language and category each file is in, and where its links now lead."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote

from indexer.importing.archives import SourceFile, is_archive
from indexer.importing.drafts import FAQ, Addresses, Draft, ImportSourceError, Refused, one_line, slugify
from indexer.importing.foreign import Notes, Page, UnusableError, read_page, read_title
from indexer.importing.languages import known_language, language_in_name
from indexer.importing.relinking import ImageNames, Placed, Writer, anchors_of, folded_anchor

# Folders that hold the articles and say nothing of them.
_GENERIC: Final = frozenset(
    ("content", "contents", "docs", "doc", "documentation", "articles", "src", "pages", "help", "kb", "posts")
)
# Files for those who keep the repository, when they lie at its top.
_ABOUT: Final = frozenset(
    ("readme", "license", "licence", "contributing", "code_of_conduct", "changelog", "security", "summary")
)
_CATEGORY: Final = "_category.md"
_INDEXES: Final = ("", ".md", "/index.md", "/_index.md", "/readme.md", ".markdown")


class Tree:
    """Pages with their new addresses; `refused` and `notes` grow while it is read and written."""

    def __init__(self, source: Path, files: Sequence[SourceFile], spool: Path, lang: str | None) -> None:
        """Raises ImportSourceError when no page says its language and nothing else does."""
        self.refused: list[Refused] = []
        self.spool = spool
        self._reading, self._writing = Notes(), Notes()
        self._images = {file.path.lower(): file for file in files if file.is_image}
        pages = list(self._pages([file for file in files if file.is_markdown]))
        languages = {page.source: _language_of(page, source, lang) for page in pages}
        if pages and not any(languages.values()):
            raise ImportSourceError(
                f"{source} does not say in which language it is: name it with --lang, as in --lang it."
            )
        spoken = frozenset(lang for lang in languages.values() if lang)
        folders = {page.source: _folders(page.source, spoken) for page in pages}
        self._root = _shared(folders.values())
        self._names = {
            str(PurePosixPath(file.path).parent): read_title(file)
            for file in files
            if PurePosixPath(file.path).name == _CATEGORY
        }
        self._placed = self._place(pages, languages, folders, _home(self._root, source))
        self._by_path = {placed.page.source.lower(): placed for placed in reversed(self._placed)}
        self._by_path |= {placed.page.source: placed for placed in self._placed}
        self._anchors: dict[str, dict[str, str]] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """One sentence for each thing that happened to many files."""
        return (*self._reading.sentences(), *self._writing.sentences())

    def __len__(self) -> int:
        return len(self._placed)

    def drafts(self, gone: frozenset[tuple[str, str]]) -> Iterator[Draft]:
        """An article for each page, but those `gone`: links to them keep their text only."""
        self._writing = Notes()
        names = ImageNames()
        for placed in self._placed:
            if placed.key not in gone:
                yield Writer(self, placed, names, gone, self._writing).draft()

    def _pages(self, files: Sequence[SourceFile]) -> Iterator[Page]:
        others = [file for file in files if not _is_about(file.path)]
        for file in others or files:
            try:
                if PurePosixPath(file.path).name != _CATEGORY:
                    yield read_page(file, self._reading)
            except UnusableError as error:
                self.refused.append(Refused(file.path, str(error)))

    def _place(
        self,
        pages: Sequence[Page],
        languages: dict[str, str | None],
        folders: dict[str, tuple[str, ...]],
        home: str,
    ) -> list[Placed]:
        addresses, placed = Addresses(), []
        for page in pages:
            lang, below = languages[page.source], folders[page.source][len(self._root) :]
            if lang is None:
                self.refused.append(Refused(page.source, "does not say its language: give --lang for all."))
                continue
            category = one_line(below[0]) if below else home
            parts = (category, *below[1:], PurePosixPath(page.source).stem)
            wanted = "/".join(slugify(part, default=slugify(page.title, default="x")) for part in parts)
            name = (
                self._names.get(str(PurePosixPath(page.source).parents[max(0, len(below) - 1)])) or category
            )
            placed.append(Placed(page, lang, addresses.take(lang, wanted), name))
        return placed

    def page_at(self, path: str) -> Placed | None:
        """The page a path of the source means, with or without its suffix."""
        bare = re.sub(r"\.html?$", "", path.rstrip("/"), flags=re.IGNORECASE)
        tried = (spelt for end in _INDEXES for spelt in (f"{bare}{end}", f"{bare}{end}".lower()))
        return next((found for spelt in tried if (found := self._by_path.get(spelt.lstrip("/")))), None)

    def image_at(self, path: str) -> SourceFile | None:
        """The image a path of the source means."""
        return self._images.get(path.lower())

    def paths(self, source: str, written: str) -> Iterator[str]:
        """The paths of the source that an address in `source` may mean, the likeliest first."""
        path = unquote(written.partition("#")[0].partition("?")[0]).replace("\\", "/")
        if path.startswith("/"):
            # From the site's root, which is any of the folders down to the categories.
            for depth in range(len(self._root), -1, -1):
                yield posixpath.normpath("/".join((*self._root[:depth], path.lstrip("/"))))
        elif path:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(source), path))

    def anchor(self, placed: Placed, name: str) -> str | None:
        """The heading that an anchor of the source now is."""
        known = self._anchors.get(placed.page.source)
        if known is None:
            known = self._anchors[placed.page.source] = anchors_of(placed)
        return known.get(unquote(name)) or known.get(folded_anchor(name))


def _is_about(path: str) -> bool:
    """README and the like, at the top of a repository."""
    parts = PurePosixPath(path).parts
    return len(parts) <= 2 and PurePosixPath(path).stem.lower() in _ABOUT


def _language_of(page: Page, source: Path, lang: str | None) -> str | None:
    by_folder = next(
        (found for part in PurePosixPath(page.source).parts[:-1] if (found := known_language(part))), None
    )
    return lang or page.lang or by_folder or language_in_name(source)


def _folders(path: str, spoken: frozenset[str]) -> tuple[str, ...]:
    """The folders of a file, without the one named as a language that pages of the source are in."""
    parts = list(PurePosixPath(path).parts[:-1])
    named = next((part for part in parts if known_language(part) in spoken), None)
    if named:
        parts.remove(named)
    return tuple(parts)


def _shared(folders: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The folders that all have in common, from the top."""
    levels = zip(*folders, strict=False)
    return tuple(level[0] for level in takewhile(lambda level: len(set(level)) == 1, levels))


def _home(root: Sequence[str], source: Path) -> str:
    """The category of files that lie in none: the folder of everything, if its name says something."""
    name = root[-1] if root else ""
    # What an archive unpacks to is named as it: `help-main/` in help.zip.
    ours, its = slugify(name), slugify(source.name.split(".")[0])
    wraps = is_archive(source) and len(root) == 1 and (ours.startswith(its) or its.startswith(ours))
    return FAQ if not ours or wraps or name.lower() in _GENERIC else one_line(name)
