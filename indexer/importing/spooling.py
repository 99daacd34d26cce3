"""Exported articles as a tree of Markdown files, for the reader that also reads other people's trees."""

import posixpath
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from indexer.importing.archives import MAX_MARKDOWN, SourceFile
from indexer.importing.drafts import FAQ, Addresses, Refused, compose, slugify
from indexer.importing.exported import Exported, UnreadableError, address_of
from indexer.importing.languages import language
from indexer.importing.rewriting import Rewriting, rewrite
from indexer.importing.webpages import as_markdown

# The number of an article in its address, at Zendesk, Freshdesk and Intercom; a long one is no other site's.
_NUMBERED = re.compile(r"/articles/(\d+)")
_LONG_NUMBER: Final = 6


class Spool:
    """Writes articles below `folder`, as lang/category/…/slug.md with what they link to made relative."""

    def __init__(self, folder: Path, articles: Sequence[Exported], lang: str | None) -> None:
        self.refused: list[Refused] = []
        self.files: list[SourceFile] = []
        self.names: dict[str, str] = {}
        self._folder, self._articles = folder, articles
        self._langs = [lang or language(article.lang) or "" for article in articles]
        self._hosts = {article.host for article in articles} - {""}
        self._paths = self._placed()
        self._by_address: dict[str, str] = {}
        self._by_number: dict[tuple[str, str], str] = {}
        for article, spoken, path in zip(articles, self._langs, self._paths, strict=True):
            self._by_address |= dict.fromkeys(article.addresses, path)
            self._by_number.setdefault((spoken, article.id), path)

    def write(self) -> None:
        """Fill `files`, `refused`, and `names`: of each file, what its article was in the source."""
        for article, spoken, path in zip(self._articles, self._langs, self._paths, strict=True):
            try:
                self._write(article, spoken, path)
            except UnreadableError as error:
                self.refused.append(Refused(article.source, str(error)))
        for path, name in self._categories().items():
            self._put(path, compose({"title": name}, ""))

    def _placed(self) -> list[str]:
        """Translations lie at one path below their languages: that of the first of them."""
        taken, shared, paths = Addresses(), dict[str, str](), []
        for article, spoken in zip(self._articles, self._langs, strict=True):
            folders = [slugify(name, default="x") for name in article.folders or (FAQ,)]
            slug = slugify(article.title, default=slugify(article.id, default="article"))
            wanted = "/".join((*folders, slug))
            below = shared.setdefault(article.id, wanted) if article.id else wanted
            paths.append(f"{spoken or 'unknown'}/{taken.take(spoken, below)}.md")
        return paths

    def _categories(self) -> dict[str, str]:
        """Of each category the name that its own language has for it."""
        named: dict[str, str] = {}
        for article, path in zip(self._articles, self._paths, strict=True):
            top = "/".join(path.split("/")[:2])
            named.setdefault(f"{top}/_category.md", article.folders[0] if article.folders else FAQ)
        return named

    def _write(self, article: Exported, spoken: str, path: str) -> None:
        if not article.title and "<h1" not in article.html.lower():
            raise UnreadableError("has no title.")
        # Its scanner is quick on prose, not on megabytes of one line.
        if len(article.html) > 10 * MAX_MARKDOWN:
            raise UnreadableError(f"has a text of more than {10 * MAX_MARKDOWN:,} characters.")
        body = rewrite(
            as_markdown(article.html), Rewriting(lambda href: self._link(href, path, spoken), lambda src: src)
        )
        if not body.strip():
            raise UnreadableError("has no text.")
        fields = {
            "title": article.title,
            **{key: value for key, value in article.fields.items() if value},
            "lang": spoken,
            "redirect_from": list(dict.fromkeys(article.addresses)),
        }
        self.names[path] = article.source
        self._put(path, compose(fields, body))

    def _put(self, path: str, text: str) -> None:
        at = self._folder / f"page-{len(self.files)}"
        at.write_text(text, "utf-8", newline="\n")
        self.files.append(SourceFile(path, at))

    def _link(self, href: str, path: str, spoken: str) -> str:
        """An address of the old site that is one of the articles', made relative; any other as it is."""
        try:
            parts = urlsplit(href)
        except ValueError:
            return href
        if parts.scheme not in {"", "http", "https"}:
            return href
        ours = not parts.netloc or (parts.hostname or "") in self._hosts
        found = next((self._by_address.get(a) for a in address_of(href)), None) if ours else None
        number = _NUMBERED.search(parts.path)
        if found is None and number and (ours or len(number[1]) >= _LONG_NUMBER):
            found = self._by_number.get((spoken, number[1]))
        if found is None:
            return href
        where = posixpath.relpath(found, posixpath.dirname(path))
        return f"{where}#{parts.fragment}" if parts.fragment else where
