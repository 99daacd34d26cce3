"""One gap: what was asked, what speaks for which article, and what becomes of it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.articles.history import commit
from app.gaps.adding import Added, add, by_language
from app.gaps.drafts import MOST_QUESTIONS, language_of, suggested
from app.gaps.told import Told, told
from app.routes.admin import places
from app.routes.admin.articles import author_of
from app.routes.admin.desk import desk, language, render
from app.routes.admin.forms import Fields, Form
from app.routes.admin.gaps import article_of, download, library_of, shown_of
from app.routes.admin.members import Editor, Member, Viewer
from app.routes.admin.refusals import RefusedError
from app.routes.site import CurrentSite, Library, Site
from app.store import StoreError
from indexer.editing import EditError, EditProblem, begin, draft, file_name
from indexer.importing.drafts import one_line
from search.analysis import normalise
from search.records import Article

router = desk()

_GAP: Final = places.GAPS + "/{gap}"
_LONGEST_ID: Final = 64
_LONGEST_TITLE: Final = 300
_LONGEST_QUESTION: Final = 500
_LONGEST_SEARCH: Final = 300
_OFFERED: Final = 5
# Wordings to choose from: fewer than a form of ours may have fields.
_MOST_WORDINGS: Final = 60
_DONE: Final = frozenset({"drafted", "dismissed", "reopened", "added"})

# What keeps a form from being done, said beside it: those of editing, and of what was chosen.
Problem = Literal["", "title", "place", "article", "none", "language"] | EditProblem
_STATUS: Final[dict[str, int]] = {"changed": 409, "unwritable": 500}


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft as far as it is filled in."""

    title: str
    lang: str
    category: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adding:
    """Wordings on their way into an article; those chosen are written `<language> <wording>`."""

    article: str = ""
    search: str = ""
    wordings: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Stuck:
    """What was not done, in which of the two forms, and what was done of it all the same."""

    form: Literal["", "draft", "add"] = ""
    problem: Problem = ""
    added: Added = field(default_factory=Added)


@router.get(_GAP)
def read(request: Request, site: CurrentSite, member: Viewer, gap: str) -> Response:
    """A gap with all that is known of it."""
    return _page(request, site, member, _told(site, gap))


@router.post(_GAP + "/dismiss")
def dismiss(site: CurrentSite, member: Editor, gap: str) -> Response:
    """It is not for an article: have it out of the way."""
    one = _told(site, gap).gap
    turned = site.ledger.store.gaps.dismiss(one.id, member.user.id, datetime.now(UTC))
    return _done(one.id, "dismissed" if turned else "")


@router.post(_GAP + "/reopen")
def reopen(site: CurrentSite, member: Editor, gap: str) -> Response:
    """Take that back."""
    one = _told(site, gap).gap
    turned = site.ledger.store.gaps.reopen(one.id, member.user.id, datetime.now(UTC))
    return _done(one.id, "reopened" if turned else "")


@router.get(_GAP + "/draft.md")
def take_away(site: CurrentSite, _: Viewer, gap: str) -> Response:
    """The draft as it is suggested, as a file."""
    begun = _suggestion(site, _told(site, gap), library_of(site))
    if not begun.title:  # nothing of it may be told, or it is no word
        begun = replace(begun, title=site.interface(begun.lang).texts.gettext("A question without a name"))
    return _file(site, begun)


@router.post(_GAP + "/draft")
def write(request: Request, site: CurrentSite, member: Editor, gap: str, form: Form) -> Response:
    """Begin the article: its file in the content folder, or as a download."""
    one, begun = _told(site, gap), _begun(form)
    wrong = _wrong(begun, library_of(site))
    if wrong:
        return _page(request, site, member, one, begun=begun, stuck=Stuck("draft", wrong))
    if form.get("do") == "download":
        return _file(site, begun)
    content, text = site.settings.content, _text(site, begun)
    try:
        path = begin(content, begun.lang, begun.category, begun.title, text)
    except EditError as error:
        return _page(request, site, member, one, begun=begun, stuck=Stuck("draft", error.problem))
    try:
        noted = site.ledger.store.gaps.drafted(one.gap.id, path)
    except StoreError:
        # Whoever reads that nothing was done must not find the half of it.
        (content / path).unlink(missing_ok=True)
        raise
    if not noted:
        (content / path).unlink(missing_ok=True)
        raise RefusedError("gone")
    commit(content, site.settings.data, content / path, author_of(member), f"New: {begun.title}")
    return _done(one.gap.id, "drafted")


@router.post(_GAP + "/questions")
def add_wordings(request: Request, site: CurrentSite, member: Editor, gap: str, form: Form) -> Response:
    """Write wordings into an article, or look for the article."""
    one, adding, library = _told(site, gap), _adding(form), library_of(site)
    if form.get("do") != "add":
        return _page(request, site, member, one, adding=adding, stuck=Stuck("add"))
    pairs = [pair for pair in _pairs(one) if f"{pair[0]} {pair[1]}" in (adding.wordings or ())]
    known = library.catalogue.translations(adding.article) if library else ()
    problem: Problem = "" if pairs else "none"
    if not known:
        problem = "article"
    there = _in_language_of(known, pairs, library)
    if not problem and not there:
        problem = "language"
    if problem:
        return _page(request, site, member, one, adding=adding, stuck=Stuck("add", problem))
    done = add(site.settings.content, site.settings.data, adding.article, by_language(there))
    if done.problem:
        stuck = Stuck("add", done.problem, done)
        return _page(request, site, member, one, adding=adding, stuck=stuck)
    return _done(
        one.gap.id, "added", written=done.written, already=done.already, left=len(pairs) - len(there)
    )


def _in_language_of(
    translations: Sequence[Article], pairs: Sequence[tuple[str, str]], library: Library | None
) -> list[tuple[str, str]]:
    """Those of `pairs` whose language the article has, each under that of its file."""
    written = {article.lang for article in translations}
    named = ((library.language(tag), wording) for tag, wording in pairs) if library else ()
    return [(lang, wording) for lang, wording in named if lang in written]


def _told(site: Site, name: str) -> Told:
    """The gap, and which of its wordings may be told. Raises RefusedError where there is none."""
    store = site.ledger.store
    found = store.gaps.get(normalise(name, _LONGEST_ID))
    if found is None:
        raise RefusedError("gone")
    return told(store, [found], site.settings.k_anonymity)[0]


def _pairs(one: Told) -> list[tuple[str, str]]:
    return [(question.doubt.lang, question.doubt.wording) for question in one.questions]


def _begun(form: Fields) -> Begun:
    listed = form.get("questions", "").splitlines()
    asked = filter(None, (normalise(line, _LONGEST_QUESTION) for line in listed))
    return Begun(
        one_line(form.get("title", "")[: _LONGEST_TITLE * 2])[:_LONGEST_TITLE],
        normalise(form.get("lang", ""), _LONGEST_ID),
        normalise(form.get("category", ""), _LONGEST_QUESTION),
        tuple(dict.fromkeys(asked))[: MOST_QUESTIONS * 5],
    )


def _adding(form: Fields) -> Adding:
    return Adding(
        normalise(form.get("article", ""), _LONGEST_QUESTION),
        normalise(form.get("q", ""), _LONGEST_SEARCH),
        frozenset(form.getlist("wordings")),
    )


def _wrong(begun: Begun, library: Library | None) -> Problem:
    if not begun.title:
        return "title"
    known = library is not None and begun.lang in library.languages
    return "" if known and begun.category in _categories(library, begun.lang) else "place"


def _categories(library: Library | None, lang: str) -> dict[str, str]:
    """The categories of every language, by what they are called in `lang` where it has them."""
    if library is None:
        return {}
    listed = library.engine.snapshot.knowledge.categories
    names = {category.id: category.name for category in listed}
    return names | {category.id: category.name for category in listed if category.lang == lang}


def _suggestion(site: Site, one: Told, library: Library | None) -> Begun:
    """What a draft for it may be; its place is that of the nearest article."""
    languages = library.languages if library else ()
    default = library.language(None) if library else site.settings.default_language
    lang = language_of(one, languages, default)
    title, questions = suggested(one, lang)
    near = (one.gap.evidence[0].article if one.gap.evidence else one.gap.nearest) or ""
    categories = _categories(library, lang)
    category = near.partition("/")[0]
    return Begun(title, lang, category if category in categories else next(iter(categories), ""), questions)


def _text(site: Site, begun: Begun) -> str:
    """In the language of the article: whoever publishes it as it is must not mislead anybody."""
    texts = site.interface(begun.lang).texts
    body = texts.gettext("The answer to this question is still to be written.")
    return draft(begun.title, begun.questions, body)


def _file(site: Site, begun: Begun) -> Response:
    # A header holds ASCII; the name is a help, and where there is none of it the browser asks.
    name = file_name(begun.title).encode("ascii", "ignore").decode().strip("-") or "article"
    return Response(
        _text(site, begun), media_type="text/markdown; charset=utf-8", headers=download(f"{name}.md")
    )


def _done(gap: str, what: str, **numbers: int) -> Response:
    # With a fragment, for a browser would go on to that of the form.
    return RedirectResponse(f"{places.gap(gap)}?{urlencode({'done': what, **numbers})}#content", 303)


def _told_numbers(request: Request) -> dict[str, int]:
    """What the address says was done: shown, and nothing else."""
    asked = request.query_params
    given = {name: asked.get(name, "") for name in ("written", "already", "left")}
    return {name: int(n) if n.isascii() and n.isdigit() and len(n) < 5 else 0 for name, n in given.items()}


def _candidates(library: Library | None, one: Told, adding: Adding) -> list[Article]:
    """The articles that may answer it: the one chosen, what speaks for itself, the nearest, what is found."""
    langs = one.gap.languages
    names = [adding.article, *(evidence.article for evidence in one.gap.evidence), one.gap.nearest or ""]
    found = [article for name in names if name and (article := article_of(library, name, langs))]
    if library and adding.search:
        lang = library.known_language(langs[0] if langs else None)
        found += [hit.article for hit in library.engine.search(adding.search, lang, limit=_OFFERED).hits]
    return list({article.id: article for article in reversed(found)}.values())[::-1]


def _page(
    request: Request, site: Site, member: Member, one: Told, *,
    begun: Begun | None = None, adding: Adding | None = None, stuck: Stuck | None = None,
) -> Response:  # fmt: skip
    library, stuck, adding = library_of(site), stuck or Stuck(), adding or Adding()
    lang = language(request, site)
    done = request.query_params.get("done", "")
    interface = site.interface(lang)
    return render(
        request,
        "gap.html",
        member,
        status=_STATUS.get(stuck.problem, 422) if stuck.problem else 200,
        one=one,
        gap=one.gap,
        begun=begun or _suggestion(site, one, library),
        adding=adding,
        stuck=stuck,
        candidates=_candidates(library, one, adding),
        categories=_categories(library, library.known_language(lang) if library else lang),
        languages=[(tag, interface.language_name(tag)) for tag in (library.languages if library else ())],
        writable=os.access(site.settings.content, os.W_OK),
        begun_file=_begun_file(site, one, library),
        done=done if done in _DONE and request.method == "GET" else "",
        numbers=_told_numbers(request),
        title_limit=_LONGEST_TITLE,
        most_wordings=_MOST_WORDINGS,
        most_chosen=MOST_QUESTIONS,
        **shown_of(request, site, library, [one.gap]),
    )


@dataclass(frozen=True, slots=True)
class BegunFile:
    """The file that was begun: where it lies, whether it is there still, and the article once it is live."""

    place: str
    lang: str
    name: str
    there: bool
    article: Article | None


def _begun_file(site: Site, one: Told, library: Library | None) -> BegunFile | None:
    path = one.gap.draft
    if not path:
        return None
    lang, _, name = path.removesuffix(".md").partition("/")
    article = library.catalogue.article(lang, name) if library else None
    place = site.settings.content / path
    return BegunFile(str(place), lang, name, place.is_file(), article)
