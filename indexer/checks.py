"""The lint: what reading the files can tell that no single file shows, and what makes an answer worse."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from indexer.articles import Content
from indexer.files import UNANSWERED
from indexer.goldenfile import read_golden
from indexer.guidelint import check_guide, chosen_anchors
from indexer.problems import Problem, closest, in_order
from indexer.readability import reading_ease
from indexer.references import Page, Site, check_image, check_link, open_page

# A title is a line of results, a summary two.
MAX_TITLE: Final = 120
MAX_SUMMARY: Final = 300
# Where sentences are shorter it is the words that are hard.
LONG_SENTENCE: Final = 15
# Beyond this many, a list of untranslated articles hides the rest.
MAX_MISSING: Final = 20


def check_content(root: Path, content: Content, today: date) -> tuple[Problem, ...]:
    """Every problem, those of `read_content` too, by file and line."""
    site = Site(root, content)
    pages = [
        page
        for article in content.knowledge.articles
        if (page := open_page(root, article, content.pointers.get((article.lang, article.id))))
    ]
    alone = (
        problem
        for page in pages
        if page.article.status != "archived"
        for problem in _check_page(page, site, today)
    )
    together = (problem for check in _CHECKS_OF_ALL for problem in check(site, pages))
    golden = read_golden(root, content)
    return in_order([*content.problems, *alone, *together, *(golden.problems if golden else ())])


def _check_page(page: Page, site: Site, today: date) -> Iterator[Problem]:
    chosen = chosen_anchors(page)
    for link in page.links:
        if unquote(link.href.strip()) not in chosen:
            yield from check_link(page, link, site)
    yield from check_guide(page)
    for image in page.images:
        yield from check_image(page, image, site)
    yield from _check_related(page, site)
    yield from _check_review(page, today)
    yield from _check_lengths(page)
    yield from _check_reading(page)


def _check_related(page: Page, site: Site) -> Iterator[Problem]:
    lang = page.article.lang
    for related in page.article.related:
        if (lang, related) not in site.articles and (lang, related) not in site.content.broken:
            message = f"there is no article {related} in {lang}.{closest(related, site.ids[lang])}"
            yield page.problem("warning", "related", message, key="related", item=related)


def _check_review(page: Page, today: date) -> Iterator[Problem]:
    due = page.article.review_by
    if due and due < today:
        message = f"was to be reviewed by {due}: read it again, then move “review_by” on."
        yield page.problem("warning", "stale-review", message, key="review_by")


def _check_lengths(page: Page) -> Iterator[Problem]:
    title, summary = len(page.article.title), len(page.article.summary)
    if title > MAX_TITLE:
        message = f"the title has {title} characters, more than {MAX_TITLE}: keep the question only."
        yield page.problem("warning", "long-title", message, key="title")
    if summary > MAX_SUMMARY:
        message = f"the summary has {summary} characters, more than {MAX_SUMMARY}: keep a sentence or two."
        yield page.problem("warning", "long-summary", message, key="summary")


def _check_reading(page: Page) -> Iterator[Problem]:
    paragraphs = [text for section in page.article.sections for text in section.paragraphs]
    ease = reading_ease(page.article.lang, paragraphs)
    if ease and ease.value < ease.floor:
        long = ease.words_per_sentence > LONG_SENTENCE
        how = "shorter sentences and words" if long else "shorter, plainer words"
        message = (
            f"is hard to read ({ease.measure} {int(ease.value)}, below {ease.floor:.0f}; "
            f"{ease.words_per_sentence:.0f} words a sentence): use {how}."
        )
        yield page.in_body("warning", "reading-ease", message, 1)


def _check_translations(site: Site, pages: list[Page]) -> Iterator[Problem]:
    written: dict[str, set[str]] = defaultdict(set)
    for page in pages:
        if page.article.status != "archived":
            written[page.article.lang].add(page.article.id)
    if not written:
        return
    main = max(sorted(written), key=lambda lang: len(written[lang]))
    for lang in sorted(set(site.ids) - {main}):
        there = set(site.ids[lang]) | {
            article_id for other, article_id in site.content.broken if other == lang
        }
        missing = sorted(written[main] - there)
        if len(missing) > MAX_MISSING:
            message = (
                f"{len(missing)} articles of {main} have no translation, such as {', '.join(missing[:3])}."
            )
            yield Problem(lang, 1, "warning", "missing-translation", message)
        else:
            for article_id in missing:
                message = f"is missing: translate {main}/{article_id}.md."
                yield Problem(f"{lang}/{article_id}.md", 1, "warning", "missing-translation", message)


def _check_duplicates(site: Site, pages: list[Page]) -> Iterator[Problem]:  # noqa: ARG001
    first: dict[tuple[str, str], Page] = {}
    for page in pages:
        if page.article.status == "archived":
            continue
        asked = [("title", page.article.title), *(("questions", text) for text in page.article.questions)]
        for key, question in asked:
            other = first.setdefault((page.article.lang, _folded(question)), page)
            if other is not page and _folded(question):
                message = (
                    f"“{question}” is also asked in {other.path}: keep it in one, or make the two differ."
                )
                yield page.problem("warning", "duplicate-question", message, key=key, item=question)


def _check_redirects(site: Site, pages: list[Page]) -> Iterator[Problem]:
    addresses = {f"/{lang}/a/{article_id}": f"{lang}/{article_id}.md" for lang, article_id in site.articles}
    for page in pages:
        for old in page.article.redirect_from:
            other = addresses.setdefault(old, page.path)
            item = old.removeprefix("/")
            if old == f"/{page.article.lang}/a/{page.article.id}":
                message = f"“{old}” is this article's own address: take it away."
                yield page.problem("error", "redirect", message, key="redirect_from", item=item)
            elif other != page.path:
                message = f"“{old}” is already the address of {other}: keep it in one."
                yield page.problem("error", "redirect", message, key="redirect_from", item=item)


def _check_unanswered(site: Site, pages: list[Page]) -> Iterator[Problem]:
    """An article that is asked what is said to have no answer would not be found by it."""
    asked: dict[tuple[str, str], str] = {}
    for page in pages:
        if page.article.status == "published":
            for question in (page.article.title, *page.article.questions):
                asked.setdefault((page.article.lang, _folded(question)), page.path)
    for lang, questions in site.content.unanswered.items():
        for question, line in questions.items():
            if answer := asked.get((lang, _folded(question))):
                message = f"“{question}” is answered by {answer}: take it out here."
                yield Problem(f"{lang}/{UNANSWERED}", line, "warning", "unanswered", message)


def _check_categories(site: Site, pages: list[Page]) -> Iterator[Problem]:
    shown = Counter((p.article.lang, p.article.category) for p in pages if p.article.status == "published")
    for category in site.content.knowledge.categories:
        if not shown[category.lang, category.id]:
            path = f"{category.lang}/{category.id}/_category.md"
            message = (
                "this category has no published article, and is not shown: write one, or remove the folder."
            )
            yield Problem(path, 1, "warning", "empty-category", message)


_CHECKS_OF_ALL: Final[tuple[Callable[[Site, list[Page]], Iterator[Problem]], ...]] = (
    _check_translations,
    _check_duplicates,
    _check_redirects,
    _check_categories,
    _check_unanswered,
)


def _folded(question: str) -> str:
    """The same question whatever its capitals, accents and punctuation."""
    bare = (c for c in unicodedata.normalize("NFKD", question.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", "".join(bare)))
