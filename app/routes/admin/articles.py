"""Every article there is, to look through; and where a new one begins."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final, Literal

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.articles.history import Author
from app.articles.reading import open_article
from app.articles.shelf import Bookcase, Leaf, folded
from app.articles.writing import Desk, begin_article, begin_translation
from app.languages import base_of
from app.routes.admin import places
from app.routes.admin.desk import desk, language, render
from app.routes.admin.forms import Fields, Form
from app.routes.admin.gaps import library_of
from app.routes.admin.insights_numbers import numbers
from app.routes.admin.members import Editor, Member, Viewer
from app.routes.admin.refusals import RefusedError
from app.routes.site import CurrentSite, Library, Site
from app.store import StoreError
from app.store.helpful import Helpfulness
from indexer.articles import prettify
from indexer.editing import EditError, EditProblem, file_name
from indexer.files import LANGUAGE
from indexer.importing.drafts import one_line
from search.analysis import normalise

router = desk()

State = Literal["published", "scheduled", "draft", "archived", "broken", "review"]
STATES: Final[tuple[State, ...]] = ("published", "scheduled", "draft", "archived", "broken", "review")
_ON_A_PAGE: Final = 40
# Where the very first article goes.
_FIRST_CATEGORY: Final = "faq"
_LAST_PAGE: Final = 1_000
_LONGEST_SEARCH: Final = 200
_LONGEST_NAME: Final = 300
_LONGEST_TAG: Final = 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the articles is shown; an empty field shows all."""

    text: str
    state: str
    lang: str
    category: str
    page: int

    def link(self, **other: object) -> str:
        """The address of the same list, otherwise; of its first page, unless one is named."""
        there = replace(self, **{"page": 1, **other})  # type: ignore[arg-type]
        fields = {"q": there.text, "state": there.state, "lang": there.lang, "category": there.category}
        return places.articles(**fields, page=str(there.page) if there.page > 1 else "")


@dataclass(frozen=True, slots=True)
class Row:
    """An article in all its languages; `shown` is the one it is named by."""

    shown: Leaf
    leaves: Mapping[str, Leaf]
    missing: tuple[str, ...]
    helpful: Helpfulness

    @property
    def updated(self) -> date | None:
        """The latest day of any of its languages."""
        return max((leaf.updated for leaf in self.leaves.values() if leaf.updated), default=None)

    @property
    def review_by(self) -> date | None:
        """The first day that one of its languages is to be looked through."""
        return min((leaf.review_by for leaf in self.leaves.values() if leaf.review_by), default=None)


@dataclass(frozen=True, slots=True)
class Begun:
    """A new article as far as it is filled in, and what keeps it from being begun."""

    title: str = ""
    lang: str = ""
    category: str = ""
    topic: str = ""
    problem: Literal["", "title", "place"] | EditProblem = ""


@router.get(places.ARTICLES)
def articles(request: Request, site: CurrentSite, member: Viewer) -> Response:
    """The articles that a search and its filters leave."""
    return _page(request, site, member, Begun())


@router.get(places.NEW_ARTICLE)
def new(request: Request, site: CurrentSite, member: Editor) -> Response:
    """The form that begins one."""
    asked = request.query_params
    begun = Begun(
        one_line(asked.get("title", "")[:_LONGEST_NAME]), normalise(asked.get("lang", ""), _LONGEST_TAG),
        normalise(asked.get("category", ""), _LONGEST_NAME),
    )  # fmt: skip
    return _new(request, site, member, begun)


@router.post(places.NEW_ARTICLE)
def write(request: Request, site: CurrentSite, member: Editor, form: Form) -> Response:
    """Begin an article, or the translation of one; on to the editor."""
    if form.get("of"):
        return _translate(site, member, form)
    begun = _begun(form)
    leaves = bookcase(request).leaves()
    library = library_of(site)
    problem = _wrong(begun, leaves, site)
    if problem:
        return _new(request, site, member, replace(begun, problem=problem))
    category = file_name(begun.topic) if begun.topic else begun.category
    category = category or _nearest_category(library, begun, leaves)
    body = to_be_written(site, begun.lang)
    try:
        name = begin_article(desk_of(site, member), begun.lang, category, begun.title, body)
    except EditError as error:
        return _new(request, site, member, replace(begun, problem=error.problem))
    return RedirectResponse(places.article(begun.lang, name, done="begun"), 303)


def bookcase(request: Request) -> Bookcase:
    """What the content folder holds."""
    found: Bookcase = request.app.state.bookcase
    return found


def desk_of(site: Site, member: Member) -> Desk:
    """Where is written, and in whose name."""
    return Desk(site.settings.content, site.settings.data, author_of(member))


def author_of(member: Member) -> Author:
    """Their name, as it is written on what they save."""
    return Author(member.user.name, member.user.email)


def to_be_written(site: Site, lang: str) -> str:
    """What stands in an article that nobody has written yet: published as it is, it misleads nobody."""
    texts = site.interface(lang).texts
    return texts.gettext("The answer to this question is still to be written.")


def state_of(leaf: Leaf, now: datetime) -> State:
    """Where an article's file stands."""
    if leaf.is_broken:
        return "broken"
    if leaf.status != "published":
        return leaf.status
    return "scheduled" if leaf.publish_at and leaf.publish_at > now else "published"


def _translate(site: Site, member: Member, form: Fields) -> Response:
    lang, name = form.get("lang", ""), form.get("of", "")
    if not LANGUAGE.fullmatch(lang):
        raise RefusedError("gone")
    try:
        source = open_article(site.settings.content, form.get("from", ""), name)
        begin_translation(desk_of(site, member), source, lang, to_be_written(site, lang))
    except EditError as error:
        if error.problem != "changed":  # somebody has begun it: that is where to go on
            raise RefusedError("gone") from None
    return RedirectResponse(places.article(lang, name, beside=form.get("from", "")), 303)


def _begun(form: Fields) -> Begun:
    return Begun(
        one_line(form.get("title", "")[: _LONGEST_NAME * 2])[:_LONGEST_NAME],
        normalise(form.get("lang", ""), _LONGEST_TAG),
        normalise(form.get("category", ""), _LONGEST_NAME),
        one_line(form.get("topic", "")[:_LONGEST_NAME]),
    )


def _wrong(begun: Begun, leaves: Sequence[Leaf], site: Site) -> Literal["", "title", "place"]:
    if not begun.title:
        return "title"
    fits = begun.lang in _languages(leaves, site, "") and LANGUAGE.fullmatch(begun.lang)
    there = not begun.category or begun.category in {leaf.category for leaf in leaves}
    return "" if fits and there else "place"


def _nearest_category(library: Library | None, begun: Begun, leaves: Sequence[Leaf]) -> str:
    """The topic of the articles that are nearest in meaning; of none, the largest one."""
    if library:
        hits = library.engine.search(begun.title, library.known_language(begun.lang), limit=1).hits
        for hit in hits:
            return hit.article.category
    counts = [leaf.category for leaf in leaves] or [_FIRST_CATEGORY]
    return max(dict.fromkeys(counts), key=counts.count)


def _page(request: Request, site: Site, member: Member, begun: Begun) -> Response:
    chosen, now = _chosen(request.query_params), datetime.now(UTC)
    interface = site.interface(language(request, site))
    leaves = bookcase(request).leaves()
    languages = _languages(leaves, site, interface.lang)
    rows = _rows(leaves, languages, _helpful(site), chosen.lang)
    matching = [found for row in rows if (found := _fitting(row, chosen, now))]
    start = (chosen.page - 1) * _ON_A_PAGE
    return render(
        request,
        "articles.html",
        member,
        chosen=chosen,
        states=STATES,
        rows=matching[start : start + _ON_A_PAGE],
        found=len(matching),
        everything=len(rows),
        more=len(matching) > start + _ON_A_PAGE,
        now=now,
        state_of=state_of,
        number=numbers(interface),
        **_places(request, site, leaves, languages, begun),
    )


def _new(request: Request, site: Site, member: Member, begun: Begun) -> Response:
    interface = site.interface(language(request, site))
    leaves = bookcase(request).leaves()
    shown = _places(request, site, leaves, _languages(leaves, site, interface.lang), begun)
    status = {"": 200, "changed": 409, "unwritable": 500}.get(begun.problem, 422)
    return render(request, "article_new.html", member, status=status, **shown)


def _places(
    request: Request, site: Site, leaves: Iterable[Leaf], languages: Sequence[str], begun: Begun
) -> dict[str, Any]:
    """What a form that chooses a language and a topic needs."""
    interface = site.interface(language(request, site))
    return {
        "begun": begun,
        "languages": [(tag, interface.language_name(tag)) for tag in languages],
        "categories": categories_of(site, leaves, interface.lang),
    }


def categories_of(site: Site, leaves: Iterable[Leaf], lang: str) -> dict[str, str]:
    """The topics there are, by what they are called in `lang`, else in any language."""
    library = library_of(site)
    listed = library.engine.snapshot.knowledge.categories if library else ()
    names = {category.id: category.name for category in listed}
    names |= {category.id: category.name for category in listed if base_of(category.lang) == lang}
    used = dict.fromkeys(leaf.category for leaf in leaves)
    return dict(sorted(((name, names.get(name) or prettify(name)) for name in used), key=lambda p: p[1]))


def _languages(leaves: Iterable[Leaf], site: Site, first: str) -> list[str]:
    """Those that there are articles in: that of the interface, then the one with the most."""
    tags = [leaf.lang for leaf in leaves] or [site.settings.default_language]
    return sorted(dict.fromkeys(tags), key=lambda tag: (base_of(tag) != first, -tags.count(tag), tag))


def _helpful(site: Site) -> Mapping[tuple[str, str], Helpfulness]:
    try:
        return site.ledger.store.helpful.by_article()
    except StoreError as error:  # the list is of use without it
        site.ledger.say(error)
        return {}


def _rows(
    leaves: Iterable[Leaf],
    languages: Sequence[str],
    helpful: Mapping[tuple[str, str], Helpfulness],
    lang: str,
) -> list[Row]:
    by_id: dict[str, dict[str, Leaf]] = {}
    for leaf in leaves:
        by_id.setdefault(leaf.id, {})[leaf.lang] = leaf
    order = [lang, *languages]
    rows = []
    for name, found in by_id.items():
        shown = next(found[tag] for tag in order if tag in found)
        rated = [helpful.get((tag, name), Helpfulness()) for tag in found]
        both = Helpfulness(sum(one.yes for one in rated), sum(one.no for one in rated))
        rows.append(Row(shown, found, tuple(tag for tag in languages if tag not in found), both))
    return sorted(rows, key=lambda row: (row.shown.category, folded(row.shown.title), row.shown.id))


def _fitting(row: Row, chosen: Chosen, now: datetime) -> Row | None:
    """The row, named by a language that is what was chosen; null where none is."""
    if chosen.category and row.shown.category != chosen.category:
        return None
    leaves = [leaf for tag, leaf in row.leaves.items() if chosen.lang in {"", tag}]
    words = folded(chosen.text).split()
    leaves = [leaf for leaf in leaves if all(word in leaf.words for word in words)]
    if chosen.state == "review":
        leaves = [leaf for leaf in leaves if leaf.review_by and leaf.review_by <= now.date()]
    elif chosen.state:
        leaves = [leaf for leaf in leaves if state_of(leaf, now) == chosen.state]
    if not leaves:
        return None
    return row if row.shown in leaves else replace(row, shown=leaves[0])


def _chosen(asked: Mapping[str, str]) -> Chosen:
    page, state = asked.get("page", "1"), asked.get("state", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= 4 else 1
    return Chosen(
        normalise(asked.get("q", ""), _LONGEST_SEARCH),
        state if state in STATES else "",
        normalise(asked.get("lang", ""), _LONGEST_TAG),
        normalise(asked.get("category", ""), _LONGEST_NAME),
        min(max(number, 1), _LAST_PAGE),
    )
