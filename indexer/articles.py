"""Files to articles: the whole content folder, with every problem at its file and line."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Final, get_args

from indexer.contexts import Contexts
from indexer.files import CONTEXTS, ContentError, ContentFile, Kind, list_files
from indexer.frontmatter import FrontMatter, Parts, split
from indexer.guides import guide_sections, read_guide
from indexer.links import Image, Link
from indexer.markdown import MarkdownError, Rendered, printable, render
from indexer.problems import Finding, Problem, Severity, in_order
from indexer.reading import BeingWrittenError, Seen, read_closed, read_file
from indexer.unanswered import read_unanswered
from indexer.yamlmap import YamlMap
from search.records import Article, ArticleType, Category, KnowledgeBase, Phase, Status, Visibility

__all__ = ["Content", "ContentError", "Problem", "Severity", "is_published", "read_content"]

# Larger than any text; an image or an export saved under the wrong name.
MAX_BYTES: Final = 1_000_000
# All that an article has but what its place and its text say.
ARTICLE_FIELDS: Final = frozenset(f.name for f in fields(Article)) - {
    *("id", "lang", "category", "html", "sections", "guide", "source_hash")
}
_CATEGORY_FIELDS: Final = frozenset({"title", "order"})
_PHASES: Final[tuple[Phase, ...]] = get_args(Phase)


@dataclass(frozen=True, slots=True)
class Pointers:
    """The links and images of one article, as its editor wrote them."""

    links: tuple[Link, ...]
    images: tuple[Image, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """What the folder holds: `knowledge` has every well-formed article, whatever its status.

    `broken` are the (lang, id) of files that exist and could not be read as articles: whoever
    publishes keeps their last good version. `pointers` has what each article that was read just now links
    to and shows; those that were known already are not in it. `writing` are the files that somebody had open
    to write, which were not read; `unanswered` has each language's questions without an answer, each with
    its line.
    """

    knowledge: KnowledgeBase
    problems: tuple[Problem, ...]
    broken: frozenset[tuple[str, str]]
    pointers: Mapping[tuple[str, str], Pointers] = field(default_factory=dict)
    writing: tuple[ContentFile, ...] = ()
    unanswered: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def named(self) -> set[tuple[str, str]]:
        """The (lang, id) of every article there is a file of, well-formed or not."""
        return {(a.lang, a.id) for a in self.knowledge.articles} | self.broken


def is_published(article: Article, now: datetime) -> bool:
    """Whether customers see it at `now`, which is aware."""
    return article.status == "published" and (article.publish_at is None or article.publish_at <= now)


def read_content(root: Path, known: Mapping[str, Article] | None = None, seen: Seen | None = None) -> Content:
    """Read a content folder; ContentError only when `root` is not a folder.

    `known` maps relative paths to what was read from them last time: a file whose bytes hash to the same
    `source_hash` is not parsed again, and its warnings are not repeated. Nor is it read, where it bears the
    stamp under which it was `seen` to hold that; what is read here is noted there.
    """
    found = _Found(known or {}, seen or Seen())
    files, problems = list_files(root)
    found.problems += problems
    for file in files:
        found.take(file)
    # What lies in a folder that cannot be read is not gone.
    closed = tuple(f"{problem.path}/" for problem in problems if problem.code == "unreadable")
    found.broken |= {(a.lang, a.id) for path, a in found.known.items() if path.startswith(closed)}
    return found.content()


@dataclass(slots=True)
class _Found:
    known: Mapping[str, Article]
    seen: Seen
    articles: dict[tuple[str, str], Article] = field(default_factory=dict)
    categories: dict[tuple[str, str], Category] = field(default_factory=dict)
    synonyms: dict[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    unanswered: dict[str, Mapping[str, int]] = field(default_factory=dict)
    contexts: Contexts = field(default_factory=Contexts)
    problems: list[Problem] = field(default_factory=list)
    broken: set[tuple[str, str]] = field(default_factory=set)
    paths: dict[tuple[str, str], str] = field(default_factory=dict)
    writing: list[ContentFile] = field(default_factory=list)
    pointers: dict[tuple[str, str], Pointers] = field(default_factory=dict)

    def take(self, file: ContentFile) -> None:
        """Read one file, whatever it is."""
        findings = list(file.findings)
        self._check_same_address(file, findings)
        if untouched := self._untouched(file):
            self.articles[file.key] = untouched
            self.problems += [finding.at(file.relative) for finding in findings]
            return
        try:
            data = None if file.refused else self._bytes(file)
        except FileNotFoundError:
            return  # deleted since the folder was listed
        except BeingWrittenError:
            self.writing.append(file)
            message = "somebody is writing this file: what was read of it last stays until it is closed."
            findings.append(Finding(1, "warning", "writing", message))
            data = None
        except OSError as error:
            findings.append(
                Finding(
                    1, "error", "unreadable", f"cannot be read ({error.strerror}): check its permissions."
                )
            )
            data = None
        if data is not None:
            self._read(file, data, findings)
        elif file.kind is Kind.ARTICLE:
            self.broken.add(file.key)
        self.problems += [finding.at(file.relative) for finding in findings]

    def _untouched(self, file: ContentFile) -> Article | None:
        known = None if file.refused else self.known.get(file.relative)
        same = known and (known.lang, known.id) == file.key
        return (
            known
            if known and same and self.seen.holds(file.relative, file.stamp, known.source_hash)
            else None
        )

    def _bytes(self, file: ContentFile) -> bytes:
        """A file's content; known content is known whoever may be about to change it."""
        data = read_file(file.path, MAX_BYTES + 1)
        known = self.known.get(file.relative)
        is_known = known is not None and known.source_hash == digest_of(data)
        return data if is_known else read_closed(file.path, MAX_BYTES + 1)

    def _read(self, file: ContentFile, data: bytes, findings: list[Finding]) -> None:
        if file.kind is Kind.ARTICLE:
            self._article(file, data, findings)
            return
        text = _decode(data, findings)
        if text is None:
            return
        if file.kind is Kind.CATEGORY:
            self.categories[file.lang, file.id] = _category(file, text, findings)
        elif file.kind is Kind.SYNONYMS:
            self.synonyms[file.lang] = _synonyms(text, findings)
        elif file.kind is Kind.UNANSWERED:
            self.unanswered[file.lang] = read_unanswered(text, findings)
        else:
            self.contexts = Contexts(text)
            findings += self.contexts.findings

    def _article(self, file: ContentFile, data: bytes, findings: list[Finding]) -> None:
        digest = digest_of(data)
        known = self.known.get(file.relative)
        if known and known.source_hash == digest and (known.lang, known.id) == file.key:
            self.articles[file.key] = known
            self.seen.note(file.relative, file.stamp, digest)
            return
        read = _read_article(file, data, findings)
        if read and not any(finding.severity == "error" for finding in findings):
            article, self.pointers[file.key] = read
            self.articles[file.key] = replace(article, source_hash=digest)
        else:
            self.broken.add(file.key)

    def _check_same_address(self, file: ContentFile, findings: list[Finding]) -> None:
        if file.kind is not Kind.ARTICLE:
            return
        folded = (file.lang, file.id.casefold())
        if folded in self.paths:
            findings.append(
                Finding(
                    1,
                    "warning",
                    "same-address",
                    f"has the same address as {self.paths[folded]} where capitals do not count: rename one.",
                )
            )
        self.paths.setdefault(folded, file.relative)

    def content(self) -> Content:
        """All that was taken, in a stable order."""
        used = {(a.lang, a.category) for a in self.articles.values()} | set(self.categories)
        categories = (self.categories.get(key) or Category(key[1], key[0], prettify(key[1])) for key in used)
        knowledge = KnowledgeBase(
            articles=tuple(self.articles[key] for key in sorted(self.articles)),
            categories=in_category_order(categories),
            synonyms={lang: self.synonyms[lang] for lang in sorted(self.synonyms)},
            contexts=self.contexts.read,
            unanswered={lang: tuple(self.unanswered[lang]) for lang in sorted(self.unanswered)},
        )
        known = {article_id for _, article_id in (*self.articles, *self.broken)}
        self.problems += [finding.at(CONTEXTS) for finding in self.contexts.missing(known)]
        broken = frozenset(self.broken - set(self.articles))
        return Content(
            knowledge, in_order(self.problems), broken, self.pointers, tuple(self.writing), self.unanswered
        )


@dataclass(frozen=True, slots=True)
class Read:
    """One file's article, where it can be read, and what is wrong with the file."""

    article: Article | None
    findings: tuple[Finding, ...]
    pointers: Pointers | None = None


def read_text(lang: str, article_id: str, text: str) -> Read:
    """The article that a file with this text would be; null where it would be none."""
    place = f"{lang}/{article_id}.md"
    file = ContentFile(place, place, Kind.ARTICLE, lang, article_id)
    findings: list[Finding] = []
    data = text.encode("utf-8", "replace")
    read = _read_article(file, data, findings)
    if read is None or any(finding.severity == "error" for finding in findings):
        return Read(None, tuple(findings))
    article, pointers = read
    return Read(replace(article, source_hash=digest_of(data)), tuple(findings), pointers)


def in_category_order(categories: Iterable[Category]) -> tuple[Category, ...]:
    """As they are shown, language by language."""
    return tuple(sorted(categories, key=lambda c: (c.lang, c.order, c.name.casefold(), c.id)))


def digest_of(data: bytes) -> str:
    """What tells a file's content from any other: an article's `source_hash`."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def prettify(folder: str) -> str:
    """`spedizione-e-consegna` → `Spedizione e consegna`."""
    words = " ".join(re.split(r"[-_\s]+", folder)).strip()
    return words[:1].upper() + words[1:]


def _decode(data: bytes, findings: list[Finding]) -> str | None:
    if len(data) > MAX_BYTES:
        message = f"is more than {MAX_BYTES:,} bytes: keep the text, and images as files beside it."
        findings.append(Finding(1, "error", "size", message))
        return None
    try:
        return printable(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text from here: save it again with the encoding UTF-8."
        findings.append(Finding(line, "error", "encoding", message))
        return None


def _read_article(file: ContentFile, data: bytes, findings: list[Finding]) -> tuple[Article, Pointers] | None:
    text = _decode(data, findings)
    if text is None:
        return None
    parts = split(text)
    matter = FrontMatter(parts, ARTICLE_FIELDS)
    article = _with_fields(file, matter)
    _check_title(article, parts, matter)
    findings += matter.findings
    rendered = None if parts.unclosed else _rendered(article, parts, findings)
    if rendered is None:
        return None
    return _with_text(article, rendered), Pointers(rendered.links, rendered.images)


def _with_fields(file: ContentFile, matter: FrontMatter) -> Article:
    return Article(
        id=file.id,
        lang=file.lang,
        title=matter.text("title"),
        category=file.id.partition("/")[0],
        html="",
        sections=(),
        questions=matter.texts("questions"),
        summary=matter.text("summary"),
        tags=matter.texts("tags"),
        phase=matter.choice("phase", _PHASES, None),
        status=matter.choice("status", get_args(Status), "published"),
        type=matter.choice("type", get_args(ArticleType), "article"),
        visibility=matter.choice("visibility", get_args(Visibility), "public"),
        updated=matter.day("updated"),
        review_by=matter.day("review_by"),
        publish_at=matter.moment("publish_at"),
        owner=matter.text("owner"),
        related=tuple(path.strip("/").removesuffix(".md") for path in matter.texts("related")),
        redirect_from=tuple("/" + path.lstrip("/") for path in matter.texts("redirect_from")),
        boost=matter.number("boost", 1.0, 0.1, 10),
    )


def _with_text(article: Article, rendered: Rendered) -> Article:
    guide = read_guide(rendered.html) if article.type == "guide" else None
    sections = guide_sections(guide) if guide else rendered.sections
    return replace(article, html=rendered.html, sections=sections, guide=guide)


def _check_title(article: Article, parts: Parts, matter: FrontMatter) -> None:
    if article.title or parts.unclosed:
        return
    if parts.yaml is None:
        matter.error(
            "title",
            "there is no front matter: begin the file with “---”, “title: the customer's question”, “---”.",
        )
    elif matter.is_silent_on("title"):
        matter.error("title", "the title is missing: add “title: ” and the customer's question.")


def _rendered(article: Article, parts: Parts, findings: list[Finding]) -> Rendered | None:
    try:
        rendered = render_body(article, parts.body)
    except MarkdownError as error:
        findings.append(Finding(parts.body_line + error.line - 1, "error", "markdown", str(error)))
        return None
    if rendered.html.strip():
        return rendered
    findings.append(
        Finding(
            parts.body_line,
            "error",
            "empty",
            "there is no text to show: write the answer below the front matter.",
        )
    )
    return None


def render_body(article: Article, body: str) -> Rendered:
    """Render without the heading that repeats the title: the page shows it already."""
    return render(_without_title(body, article.title), lang=article.lang, article_id=article.id)


def _without_title(body: str, title: str) -> str:
    lines = body.split("\n")
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    heading = re.match(r" {0,3}# +(.*?)(?: +#+)? *$", lines[start])
    underlined = start + 1 < len(lines) and re.fullmatch(r"=+ *", lines[start + 1])
    if heading and _same(heading[1], title):
        lines[start] = ""
    elif underlined and _same(lines[start], title):
        lines[start : start + 2] = ["", ""]
    return "\n".join(lines)


def _same(heading: str, title: str) -> bool:
    bare = re.sub(r"<[^>]*>|[*_`\\]", "", heading)
    return bool(title) and " ".join(bare.split()).casefold() == re.sub(r"[*_`\\]", "", title).casefold()


def _category(file: ContentFile, text: str, findings: list[Finding]) -> Category:
    parts = split(text)
    matter = FrontMatter(parts, _CATEGORY_FIELDS)
    name = matter.text("title")
    if not name and matter.is_silent_on("title"):
        matter.error(
            "title", "the category has no name: begin the file with “---”, “title: its name”, “---”."
        )
    order = int(matter.number("order", 100, -1_000_000, 1_000_000))
    findings += matter.findings
    return Category(file.id, file.lang, name or prettify(file.id), " ".join(parts.body.split()), order)


def _synonyms(text: str, findings: list[Finding]) -> Mapping[str, tuple[str, ...]]:
    mapping = YamlMap(text, 1, "synonyms")
    found: dict[str, tuple[str, ...]] = {}
    for word, value in mapping.values.items():
        key = " ".join(printable(word).split())
        ours = tuple(
            dict.fromkeys(" ".join(printable(item).split()) for item, _ in value.items if item.strip())
        )
        if key and ours:
            found[key] = ours
        else:
            mapping.error(
                value.line, f"“{word}” has no words of ours beside it: write “customer's word: our word”."
            )
    findings += mapping.findings
    return found
