"""What each public page shows, whoever it is for: a visitor who asks for it, or a copy of the site."""

from collections.abc import Iterable
from itertools import islice
from typing import Final, get_args

from app.routes import addresses
from app.routes.answers import ShownAnswer
from app.routes.catalogue import Shelf
from app.routes.site import Library, Page, Site, View
from search.records import Article, Phase, SearchResult, Section

PHASES: Final[tuple[Phase, ...]] = get_args(Phase)
# Where nothing answers, the nearest articles are offered by their titles alone.
NEAREST: Final = 3
_EXAMPLES: Final = 3
_LONGEST_EXAMPLE: Final = 60
# A table of contents earns its place from so many headings and words on.
_HEADINGS: Final = 3
_LONG: Final = 150


def home(site: Site, library: Library, lang: str) -> View:
    """The question box, and all there is to browse."""
    twins = {other: addresses.home(other) for other in library.languages}
    asked = site.most_asked(lang)
    phases = [(phase, len(library.catalogue.in_phase(lang, None, phase))) for phase in PHASES]
    return View(
        Page("home.html", lang, twins, library.languages),
        {
            "shelves": library.catalogue.shelves(lang),
            "phases": [(phase, count) for phase, count in phases if count],
            "most_asked": asked,
            "examples": _examples(asked or library.catalogue.in_phase(lang, None, "after")),
        },
    )


def category(library: Library, lang: str, shelf: Shelf) -> View:
    """A category's articles."""
    name = shelf.category.id
    having = (other for other in library.languages if library.catalogue.shelf(other, name))
    twins = {other: addresses.category(other, name) for other in having}
    return View(Page("category.html", lang, twins, library.languages), {"shelf": shelf})


def article(library: Library, found: Article, search_id: str = "") -> View:
    """An article; a guide with all its steps."""
    twins = {a.lang: addresses.whole(a) for a in library.catalogue.translations(found.id)}
    return View(
        Page("article.html", found.lang, twins, library.languages),
        {
            "article": found,
            "shelf": library.catalogue.shelf(found.lang, found.category),
            "contents": contents_of(found),
            "related": library.related(found),
            "search_id": search_id,
        },
    )


def answers(
    site: Site, library: Library, lang: str, query: str = "", category_id: str | None = None,
    phase: Phase | None = None, found: SearchResult | None = None, shown: Iterable[ShownAnswer] = (),
    search_id: str = "", *, tells: bool = False,
) -> View:  # fmt: skip
    """The answers `shown` of what was `found`; without a question, what the filters leave."""
    shelf = library.catalogue.shelf(lang, category_id or "")
    twins = {other: addresses.search(other, query, category_id, phase) for other in library.languages}
    browses = not query and bool(category_id or phase)
    return View(
        Page("search.html", lang, twins, library.languages, listed=False),
        {
            "query": query,
            "category": category_id,
            "category_name": shelf.category.name if shelf else category_id,
            "phase": phase,
            "phases": PHASES,
            "shelves": library.catalogue.shelves(lang),
            "answer": found.verdict.answer if found else None,
            "understood": found.understood if found else "",
            "missing": found.verdict.missing if found else (),
            "nearest": _nearest(found, library) if found else (),
            "answers": list(shown),
            "search_id": search_id,
            "privacy_url": site.settings.privacy_url,
            "did_you_mean": found.did_you_mean if found else None,
            "degraded": found.degraded if found else False,
            "tells": tells,
            "browsed": library.catalogue.in_phase(lang, category_id, phase) if browses else (),
        },
    )


def _examples(articles: Iterable[Article]) -> list[str]:
    """How some customers put it: the first other wording of each article that is short enough for a link."""
    worded = (next((q for q in a.questions if len(q) <= _LONGEST_EXAMPLE), None) for a in articles)
    return list(islice(filter(None, worded), _EXAMPLES))


def contents_of(found: Article) -> tuple[Section, ...]:
    """The headings to list beside a long article; none for one that is seen at a glance."""
    headings = tuple(s for s in found.sections if s.anchor and 2 <= s.level <= 3)
    words = sum(len(paragraph.split()) for s in found.sections for paragraph in s.paragraphs)
    return headings if len(headings) >= _HEADINGS and words >= _LONG else ()


def _nearest(found: SearchResult, library: Library) -> list[Shelf]:
    """The categories of what was found in the language asked, the nearest first."""
    named = dict.fromkeys(h.article.category for h in found.hits if not h.other_language)
    shelves = (library.catalogue.shelf(found.lang, name) for name in named)
    return [shelf for shelf in shelves if shelf][:NEAREST]
