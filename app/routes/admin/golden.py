"""The golden questions: what each must find, how it fares now, and how they are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from fastapi import Request
from starlette.datastructures import ImmutableMultiDict, QueryParams
from starlette.responses import RedirectResponse, Response

from app.articles.history import Author, commit, keep_before
from app.articles.shelf import Bookcase, folded
from app.golden.standing import STATES, GoldenDesk, Stands, State, counts
from app.routes.admin import places
from app.routes.admin.articles import bookcase
from app.routes.admin.desk import desk, language, render
from app.routes.admin.forms import Fields, Form
from app.routes.admin.gaps import library_of
from app.routes.admin.insights_numbers import numbers
from app.routes.admin.members import Editor, Member, Viewer
from app.routes.site import CurrentSite, Library, Site
from indexer.articles import Content
from indexer.editing import EditError, EditProblem
from indexer.goldenediting import AskedTwiceError, change
from indexer.goldenfile import NAME, Golden, Question, read_golden
from indexer.importing.drafts import one_line
from search.analysis import normalise
from search.records import Article, Hit, KnowledgeBase, SearchResult

router = desk()

_ON_A_PAGE: Final = 40
_LAST_PAGE: Final = 1_000
_LONGEST: Final = 2_000
_LONGEST_NAME: Final = 300
_LONGEST_TAG: Final = 20

Problem = Literal["", "ask", "lang", "expect", "article", "why", "twice"] | EditProblem
_STATUS: Final[Mapping[str, int]] = {"": 200, "gone": 404, "changed": 409, "unwritable": 500}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of the questions is shown; an empty field shows all."""

    text: str
    state: State | Literal[""]
    lang: str
    page: int

    def link(self, **other: object) -> str:
        """The address of the same list, otherwise; of its first page, unless one is named."""
        there = replace(self, **{"page": 1, **other})  # type: ignore[arg-type]
        fields = {
            "q": there.text,
            "state": there.state,
            "lang": there.lang,
            "page": str(there.page) if there.page > 1 else "",
        }
        return places.chosen(places.GOLDEN, **fields)


@dataclass(frozen=True, slots=True)
class Typed:
    """A question as far as it is filled in; `was` is the (lang, ask) of the one that is changed, if one is.

    `chosen` is the id of an article, empty for none yet, and “-” where none must answer.
    """

    ask: str = ""
    lang: str = ""
    chosen: str = ""
    why: str = ""
    was: tuple[str, str] | None = None
    problem: Problem = ""


@router.get(places.GOLDEN)
def golden(request: Request, site: CurrentSite, member: Viewer) -> Response:
    """The questions, those that fare badly first."""
    chosen, library = _chosen(request.query_params), library_of(site)
    read = _read(site, bookcase(request))
    stands = _standing(request, read.questions, library)
    found = [one for one in stands if _fits(one, chosen, library)]
    found.sort(key=lambda one: one.state in {"right", None})
    start = (chosen.page - 1) * _ON_A_PAGE
    done = request.query_params.get("done", "")
    interface = site.interface(language(request, site))
    return render(
        request,
        "golden.html",
        member,
        chosen=chosen,
        states=STATES,
        counts=counts(stands),
        everything=len(stands),
        rows=found[start : start + _ON_A_PAGE],
        found=len(found),
        more=len(found) > start + _ON_A_PAGE,
        problems=read.problems,
        languages=sorted({question.lang for question in read.questions}),
        article=ArticleFinder(library),
        number=numbers(interface),
        done=done if done in {"added", "changed", "removed"} else "",
        gone=_typed(request.query_params) if done == "removed" else None,
    )


@router.get(places.GOLDEN_QUESTION)
def open_question(request: Request, site: CurrentSite, member: Editor) -> Response:
    """The form of one: a new one, or the one that an address names."""
    asked = (request.query_params.get("lang", ""), request.query_params.get("ask", ""))
    read = _read(site, bookcase(request))
    known = next((q for q in read.questions if (q.lang, q.ask) == asked), None)
    if known:
        typed = Typed(known.ask, known.lang, known.expect or "-", known.why, asked)
    else:
        typed = replace(_typed(request.query_params), was=None)
    return _page(request, site, member, typed)


@router.post(places.GOLDEN_QUESTION)
def keep(request: Request, site: CurrentSite, member: Editor, form: Form) -> Response:
    """Try it, keep it, or take it out."""
    typed = _typed(form)
    do = form.get("do", "")
    if do not in {"keep", "remove"}:
        return _page(request, site, member, typed)
    typed = replace(typed, problem=_wrong(typed, _known(bookcase(request)), removing=do == "remove"))
    if typed.problem:
        return _page(request, site, member, typed)
    expect = "" if typed.chosen == "-" else typed.chosen
    now = None if do == "remove" else Question(typed.ask, typed.lang, expect, typed.why)
    try:
        _write(site, member, typed, now)
    except EditError as error:
        return _page(request, site, member, replace(typed, problem=error.problem))
    except AskedTwiceError:
        return _page(request, site, member, replace(typed, problem="twice"))
    return RedirectResponse(_onward(typed, now), 303)


def _onward(typed: Typed, now: Question | None) -> str:
    """Back to the list; what was taken out goes along, so that it can be put back."""
    if now is not None:
        return places.chosen(places.GOLDEN, done="changed" if typed.was else "added")
    gone = {"ask": typed.ask, "in": typed.lang, "expect": typed.chosen, "why": typed.why}
    return places.chosen(places.GOLDEN, done="removed", **gone)


def _write(site: Site, member: Member, typed: Typed, now: Question | None) -> None:
    """Raises EditError and AskedTwiceError: then nothing was written."""
    content, data = site.settings.content, site.settings.data
    path = content / NAME
    if path.exists():
        keep_before(content, data, path)
    change(content, data, typed.was, now)
    what = "Remove" if now is None else "Change" if typed.was else "Add"
    author = Author(member.user.name, member.user.email)
    commit(content, data, path, author, f"{what} a golden question: {typed.ask[:80]}")


def _read(site: Site, shelf: Bookcase) -> Golden:
    """The file as it is; none has no questions."""
    known = Content(KnowledgeBase(()), (), frozenset(_known(shelf)))
    return read_golden(site.settings.content, known) or Golden((), ())


def _known(shelf: Bookcase) -> set[tuple[str, str]]:
    return {(leaf.lang, leaf.id) for leaf in shelf.leaves()}


def _standing(request: Request, questions: Sequence[Question], library: Library | None) -> list[Stands]:
    asking: GoldenDesk = request.app.state.golden
    return asking.stand(questions, library.engine if library else None)


def _wrong(typed: Typed, known: set[tuple[str, str]], *, removing: bool) -> Problem:
    if removing:
        return "" if typed.was else "gone"
    if not typed.ask:
        return "ask"
    if typed.lang not in {lang for lang, _ in known}:
        return "lang"
    if not typed.chosen:
        return "expect"
    if typed.chosen != "-" and (typed.lang, typed.chosen) not in known:
        return "article"
    return "" if typed.why else "why"


def _page(request: Request, site: Site, member: Member, typed: Typed) -> Response:
    library = library_of(site)
    interface = site.interface(language(request, site))
    tags = sorted({lang for lang, _ in _known(bookcase(request))})
    lang = typed.lang or next((tag for tag in tags if tag == interface.lang), tags[0] if tags else "")
    typed = replace(typed, lang=lang)
    tried = _tried(request, library, typed)
    return render(
        request,
        "golden_question.html",
        member,
        status=_STATUS.get(typed.problem, 422),
        typed=typed,
        tried=tried,
        hits=_hits(tried, typed),
        languages=[(tag, interface.language_name(tag)) for tag in tags],
        article=ArticleFinder(library),
        number=numbers(interface),
        longest=_LONGEST,
    )


def _tried(request: Request, library: Library | None, typed: Typed) -> SearchResult | None:
    if library is None or not typed.ask or not typed.lang:
        return None
    asking: GoldenDesk = request.app.state.golden
    return asking.tried(typed.ask, typed.lang, library.engine)


def _hits(tried: SearchResult | None, typed: Typed) -> tuple[Hit, ...]:
    """What was found in the question's own language, to choose the right article from."""
    return tuple(hit for hit in tried.hits if hit.article.lang == typed.lang) if tried else ()


@dataclass(frozen=True, slots=True)
class ArticleFinder:
    """Finds the article that a question names; null where customers have none such."""

    library: Library | None

    def __call__(self, lang: str, name: str) -> Article | None:
        """The article of a language with that id."""
        return self.library.catalogue.article(lang, name) if self.library and name else None


def _fits(one: Stands, chosen: Chosen, library: Library | None) -> bool:
    question = one.question
    if chosen.lang not in ("", question.lang) or chosen.state not in ("", one.state):
        return False
    article = ArticleFinder(library)(question.lang, question.expect)
    text = folded(f"{question.ask} {question.why} {question.expect} {article.title if article else ''}")
    return all(word in text for word in folded(chosen.text).split())


def _typed(asked: QueryParams | ImmutableMultiDict[str, str] | Fields) -> Typed:
    """What a form or an address says; an address names the language `in`, since `lang` filters the list."""
    was = (asked.get("was_lang", ""), asked.get("was_ask", ""))
    chosen = one_line(asked.get("other", "") or asked.get("expect", ""))[:_LONGEST_NAME]
    return Typed(
        one_line(asked.get("ask", ""))[:_LONGEST],
        normalise(asked.get("in", "") or asked.get("lang", ""), _LONGEST_TAG),
        chosen.strip("/").removesuffix(".md"),
        one_line(asked.get("why", ""))[:_LONGEST],
        was if all(was) else None,
    )


def _chosen(asked: QueryParams) -> Chosen:
    page, state = asked.get("page", "1"), asked.get("state", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= 4 else 1
    return Chosen(
        normalise(asked.get("q", ""), _LONGEST_NAME),
        next((one for one in STATES if one == state), ""),
        normalise(asked.get("lang", ""), _LONGEST_TAG),
        min(max(number, 1), _LAST_PAGE),
    )
