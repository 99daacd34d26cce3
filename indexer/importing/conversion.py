"""Files that are not Markdown, made Markdown: help desks' exports, WordPress's, web pages, Word documents."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final, get_args

from indexer.importing.archives import DATA, PAGES, WORD, SourceFile
from indexer.importing.drafts import ImportSourceError, Refused
from indexer.importing.exported import Exported, UnreadableError
from indexer.importing.foreign import Notes, decode
from indexer.importing.helpdesks import Vendor, read_helpdesk
from indexer.importing.spooling import Spool
from indexer.importing.webpages import read_webpage
from indexer.importing.word import read_word
from indexer.importing.wordpress import read_wordpress

_VENDORS: Final[tuple[Vendor, ...]] = get_args(Vendor)


class Converted:
    """What the files of a source make: `files` are Markdown, and the images as they were."""

    def __init__(self, files: Sequence[SourceFile], spool: Path, kind: str, lang: str | None) -> None:
        """`kind` is a format, or "auto"; raises ImportSourceError where it is not that, or cannot be read."""
        self.refused: list[Refused] = []
        self.notes = Notes()
        self._lang = lang
        images = [file for file in files if file.is_image]
        documents = [file for file in files if not file.is_image]
        try:
            exported = self._exports(documents, kind)
        except UnreadableError as error:
            raise ImportSourceError(str(error)) from None
        if exported is None:
            self.files = [*self._pages(documents, spool, kind), *images]
            self.names: dict[str, str] = {}
            return
        written = Spool(spool, exported, lang)
        written.write()
        self.refused += written.refused
        self.files, self.names = [*written.files, *images], written.names

    def _exports(self, files: Sequence[SourceFile], kind: str) -> list[Exported] | None:
        """The articles of an export; None where the files are pages of their own."""
        if kind in {"markdown", "html", "docx"}:
            return None
        data = {file.path: file.at.read_bytes() for file in files if file.suffix in DATA}
        sheets = {path: content for path, content in data.items() if path.lower().endswith(".xml")}
        found: list[Exported] | None = None
        if kind in {"auto", "wordpress"}:
            for path, content in sheets.items():
                if (posts := read_wordpress(path, content)) is not None:
                    found = [*(found or []), *posts]
        if found is None and kind in {"auto", *_VENDORS} and not _has_pages(files, kind):
            rest = {path: content for path, content in data.items() if path not in sheets}
            found = read_helpdesk(rest, next((v for v in _VENDORS if v == kind), None))
        if found is None and kind != "auto":
            raise ImportSourceError(f"the source has no article of {kind}: see its --format.")
        return found

    def _pages(self, files: Sequence[SourceFile], spool: Path, kind: str) -> list[SourceFile]:
        """Markdown as it is; web pages and documents where these were asked for, or there is no other."""
        markdown = [file for file in files if file.is_markdown]
        if kind == "markdown" or (kind == "auto" and markdown):
            return markdown
        wanted = {"html": PAGES, "docx": WORD}.get(kind, PAGES | WORD)
        pages = [file for file in files if file.suffix in wanted]
        return [made for file in pages if (made := self._page(file, spool))]

    def _page(self, file: SourceFile, spool: Path) -> SourceFile | None:
        read: Callable[[], Exported] = (
            (lambda: read_word(file.path, file.at.read_bytes()))
            if file.suffix in WORD
            else (lambda: read_webpage(file.path, decode(file.at.read_bytes(), file.path, self.notes)))
        )
        below = spool / f"made-of-{file.at.name}"
        below.mkdir()
        try:
            written = Spool(below, [_titled(read(), file.path)], self._lang)
        except UnreadableError as error:
            self.refused.append(Refused(file.path, str(error)))
            return None
        written.write()
        self.refused += written.refused
        # Beside where it was, so that what it links to is found.
        path = str(PurePosixPath(file.path).with_suffix(".md"))
        return replace(written.files[0], path=path) if written.names else None


def _titled(article: Exported, path: str) -> Exported:
    return (
        article
        if article.title or "<h1" in article.html
        else replace(article, title=PurePosixPath(path).stem)
    )


def _has_pages(files: Sequence[SourceFile], kind: str) -> bool:
    """Whether there are texts that JSON files only lie beside, as in the repository of a site."""
    return kind == "auto" and any(file.is_markdown for file in files)
