"""Where an article points: its links and images, followed to what is there."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from indexer.articles import ARTICLE_FIELDS, Content, Pointers, render_body
from indexer.frontmatter import FrontMatter, Parts, split
from indexer.links import Image, Link, resolve
from indexer.markdown import MarkdownError, printable
from indexer.problems import Problem, Severity, closest
from search.records import Article

_ARTICLE_ADDRESS = re.compile(r"/([A-Za-z0-9-]+)/a/([^?#]+)[^#]*(#.*)?")
_MEDIA_ADDRESS = re.compile(r"/media/([^?#]+)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)
_ID = re.compile(r' id="([^"]+)"')


@dataclass(frozen=True)
class Page:
    """An article with its file: where its fields, links and images stand."""

    article: Article
    path: str
    links: tuple[Link, ...]
    images: tuple[Image, ...]
    parts: Parts

    @property
    def body(self) -> str:
        """What stands below the front matter."""
        return self.parts.body

    @cached_property
    def matter(self) -> FrontMatter:
        """The fields, read when one of them is complained of: most pages are sound."""
        return FrontMatter(self.parts, ARTICLE_FIELDS)

    def problem(self, severity: Severity, code: str, message: str, *, key: str, item: str = "") -> Problem:
        """A problem at a field, or at one item of its list."""
        return Problem(self.path, self.matter.line_of(key, item), severity, code, message)

    def in_body(self, severity: Severity, code: str, message: str, line: int) -> Problem:
        """A problem at a line of the text."""
        return Problem(self.path, self.parts.body_line + line - 1, severity, code, message)


@dataclass(slots=True)
class Site:
    """What links can lead to."""

    root: Path
    content: Content
    articles: dict[tuple[str, str], Article] = field(init=False)
    ids: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.articles = {(a.lang, a.id): a for a in self.content.knowledge.articles}
        self.ids = defaultdict(list)
        for lang, article_id in self.articles:
            self.ids[lang].append(article_id)

    def has_file(self, path: str) -> bool:
        """Whether `path`, below the content folder, is a file."""
        return not path.startswith("..") and "\0" not in path and (self.root / path).is_file()


def open_page(root: Path, article: Article, known: Pointers | None) -> Page | None:
    """Read the file again for its lines; None when it has gone, or changed and broken, meanwhile.

    Without what is `known` of its links and images, its text is rendered to find them.
    """
    path = f"{article.lang}/{article.id}.md"
    try:
        parts = split(printable((root / path).read_bytes().decode("utf-8-sig")))
        pointers = known or _pointers(article, parts)
    except (OSError, UnicodeDecodeError, MarkdownError):
        return None
    return Page(article, path, pointers.links, pointers.images, parts)


def _pointers(article: Article, parts: Parts) -> Pointers:
    rendered = render_body(article, parts.body)
    return Pointers(rendered.links, rendered.images)


def check_link(page: Page, link: Link, site: Site) -> Iterator[Problem]:
    """What is wrong with one link; other sites are not asked."""
    href = link.href.strip()
    if not href:
        yield page.in_body(
            "error", "link", "this link has no address: write it between the round brackets.", link.line
        )
        return
    if _ELSEWHERE.match(href):
        return
    if href.startswith("#"):
        yield from _check_anchor(page, link, page.article, href)
        return
    inside = _ARTICLE_ADDRESS.match(href)
    target = resolve(href, lang=page.article.lang, article_id=page.article.id)
    if inside:
        yield from _check_article(
            page, link, (inside[1], unquote(inside[2]).strip("/")), inside[3] or "", site
        )
    elif target is None:
        yield from _check_file(page, link, site)
    elif target[0].endswith(".md") or not Path(target[0]).suffix:
        lang, _, article_id = target[0].removesuffix(".md").partition("/")
        yield from _check_article(page, link, (lang, article_id), target[1], site)
    elif not site.has_file(target[0]):
        yield page.in_body(
            "error", "missing-file", f"there is no file {target[0]}: add it, or mend “{href}”.", link.line
        )


def _check_file(page: Page, link: Link, site: Site) -> Iterator[Problem]:
    media = _MEDIA_ADDRESS.match(link.href)
    if media and not site.has_file(os.path.normpath(unquote(media[1]))):
        message = f"there is no file {unquote(media[1])}: add it, or mend “{link.href}”."
        yield page.in_body("error", "missing-file", message, link.line)


def _check_article(
    page: Page, link: Link, key: tuple[str, str], anchor: str, site: Site
) -> Iterator[Problem]:
    if key in site.content.broken:
        return
    article = site.articles.get(key)
    if article is None:
        lang, article_id = key
        where = f"no article {article_id} in {lang}" if lang in site.ids else f"no language {lang}"
        message = (
            f"“{link.href}” leads nowhere: there is {where}.{closest(article_id, site.ids.get(lang, ()))}"
        )
        yield page.in_body("error", "broken-link", message, link.line)
    elif article.status != "published":
        message = (
            f"“{link.href}” leads to an article that is {article.status}: publish it, or take the link away."
        )
        yield page.in_body("warning", "link-to-draft", message, link.line)
    elif article.visibility == "internal" and page.article.visibility == "public":
        message = f"“{link.href}” leads to an article that only staff can read: take the link away."
        yield page.in_body("warning", "link-to-internal", message, link.line)
    elif anchor:
        yield from _check_anchor(page, link, article, anchor)


def _check_anchor(page: Page, link: Link, article: Article, anchor: str) -> Iterator[Problem]:
    wanted = unquote(anchor.removeprefix("#"))
    anchors = _ID.findall(article.html)
    if wanted and wanted not in anchors:
        message = (
            f"there is no heading “#{wanted}” in {article.lang}/{article.id}.md.{closest(wanted, anchors)}"
        )
        yield page.in_body("warning", "broken-anchor", message, link.line)


def check_image(page: Page, image: Image, site: Site) -> Iterator[Problem]:
    """What is wrong with one image: its file, and the words for who cannot see it."""
    if not image.src:
        message = "this image's address is not allowed: save the image as a file beside the article."
        yield page.in_body("error", "image-address", message, image.line)
        return
    target = resolve(image.src, lang=page.article.lang, article_id=page.article.id)
    media = _MEDIA_ADDRESS.match(image.src)
    path = target[0] if target else os.path.normpath(unquote(media[1])) if media else ""
    if path and not site.has_file(path):
        message = f"there is no image {path}: add the file, or mend “{image.src}”."
        yield page.in_body("error", "missing-image", message, image.line)
    if not image.alt.strip():
        message = "this image says nothing to who cannot see it: write what it shows, ![like this](…)."
        yield page.in_body("warning", "image-alt", message, image.line)
