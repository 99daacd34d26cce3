"""Every page of the copy: the live site's address of it, its file, and what it shows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import parse_qs, unquote, urlencode

from app.exporting.names import Names
from app.exporting.trails import sure_trail
from app.routes import accessibility, addresses, guides, views
from app.routes.site import Library, Page, Site, View
from search.records import Article, Guide

# The fields of an address that choose a page; the others say who comes from where.
_CHOOSING: Final = ("all", "category", "phase", "step")

Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: its address on the live site, its file in the copy, and how it is made."""

    live: str
    file: str
    view: Callable[[Site], View]


class Plan:
    """All the pages of `library`, each in a file of its own; the same library gives the same plan."""

    def __init__(self, library: Library) -> None:
        self.names = Names()
        self.leaves: list[Leaf] = []
        self._library = library
        self._files: dict[Key, str] = {}
        for lang in library.languages:
            self._language(lang)
            self._browsing(lang)
            for article in library.catalogue.in_phase(lang, None, None):
                self._article(article)

    def file(self, live: str) -> str | None:
        """The file of the page at an address of the live site, with its question and its place in the page.

        Null for what the copy has not.
        """
        address, hash_, place = live.partition("#")
        path, _, query = address.partition("?")
        found = self._files.get(_key(address)) or self._files.get(_key(path)) or self._moved(path, query)
        if found is None:
            return None
        asked = parse_qs(query).get("q", [""])[0] if unquote(path).endswith("/search") else ""
        return found + (f"?{urlencode({'q': asked})}" if asked else "") + hash_ + place

    def address(self, live: str) -> str:
        """Where the copy has a page that it is known to have, from its root; of a first page, its folder."""
        return "/" + self._files[_key(live)].removesuffix("index.html")

    def articles(self, lang: str) -> dict[str, str]:
        """The file of each article of a language, by its id."""
        found = self._library.catalogue.in_phase(lang, None, None)
        return {a.id: self._files[_key(addresses.article(a))] for a in found}

    def _moved(self, path: str, query: str) -> str | None:
        article = self._library.catalogue.moved(unquote(path), query)
        return self._files.get(_key(addresses.article(article))) if article else None

    def _add(self, live: str, view: Callable[[Site], View], *parts: str) -> None:
        self._files[_key(live)] = file = self.names.take(*parts)
        self.leaves.append(Leaf(live, file, view))

    def _language(self, lang: str) -> None:
        library = self._library
        self._add(addresses.home(lang), partial(views.home, library=library, lang=lang), lang, "index")
        self._add(addresses.contact(lang), partial(_contact, library=library, lang=lang), lang, "contact")
        self._add(addresses.search(lang), partial(_all, library=library, lang=lang), lang, "search")
        stated = partial(accessibility.view, library=library, lang=lang)
        self._add(addresses.accessibility(lang), stated, lang, "accessibility")

    def _browsing(self, lang: str) -> None:
        """The categories, the phases, and each category within each phase."""
        library = self._library
        shelves = library.catalogue.shelves(lang)
        for shelf in shelves:
            name = shelf.category.id
            self._add(
                addresses.category(lang, name), partial(_category, library, lang, name), lang, "c", name
            )
            # All of one category is what its own page shows.
            self._files[_key(addresses.search(lang, "", name))] = self._files[
                _key(addresses.category(lang, name))
            ]
        for phase in views.PHASES:
            for category in (None, *(shelf.category.id for shelf in shelves)):
                shown = partial(views.answers, library=library, lang=lang, category_id=category, phase=phase)
                self._add(
                    addresses.search(lang, "", category, phase),
                    shown,
                    lang,
                    "search",
                    phase,
                    *filter(None, [category]),
                )

    def _article(self, article: Article) -> None:
        library, lang, parts = self._library, article.lang, article.id.split("/")
        whole = partial(_article, library, article)
        if article.guide is None:
            self._add(addresses.article(article), whole, lang, "a", *parts)
            return
        for number, (live, view) in enumerate(_steps(library, article, article.guide)):
            anchor = [article.guide.steps[number].anchor] if number else []
            self._add(live, view, lang, "g" if number else "a", *parts, *anchor)
        self._add(addresses.whole(article), whole, lang, "g", *parts)


def _key(address: str) -> Key:
    path, _, query = address.partition("#")[0].partition("?")
    fields = parse_qs(query, errors="replace") if query else {}
    return unquote(path).rstrip("/"), tuple((name, fields[name][0]) for name in _CHOOSING if name in fields)


def _steps(library: Library, article: Article, guide: Guide) -> Iterator[tuple[str, Callable[[Site], View]]]:
    """A guide's own page, which has its first step, then each other one; by address."""
    for step in guide.steps:
        walk = guides.Walk(article, guide, step, sure_trail(guide, step))
        yield walk.address(step, ()), partial(_step, library, walk)


def _step(library: Library, walk: guides.Walk, site: Site) -> View:  # noqa: ARG001
    return guides.view(library, walk)


def _article(library: Library, article: Article, site: Site) -> View:  # noqa: ARG001
    return views.article(library, article)


def _category(library: Library, lang: str, name: str, site: Site) -> View:  # noqa: ARG001
    shelf = library.catalogue.shelf(lang, name)
    if shelf is None:
        raise LookupError(name)  # it was planned from the same catalogue
    return views.category(library, lang, shelf)


def _contact(site: Site, library: Library, lang: str) -> View:  # noqa: ARG001
    """How to reach a person; the form needs a server."""
    twins = {other: addresses.contact(other) for other in library.languages}
    return View(Page("copy/contact.html", lang, twins, library.languages), {})


def _all(site: Site, library: Library, lang: str) -> View:  # noqa: ARG001
    """Every question by category, among which the page's script finds."""
    twins = {other: addresses.search(other) for other in library.languages}
    page = Page("copy/search.html", lang, twins, library.languages, listed=False)
    return View(page, {"shelves": library.catalogue.shelves(lang)})
