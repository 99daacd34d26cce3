"""One article in the editor: its form, what customers will see of it, saved, published, live."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import ClassVar, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.articles.merging import Line, Merged, merge, side_by_side
from app.articles.reading import Opened, draft_of, open_article
from app.articles.records import ArticleDraft
from app.articles.shelf import Leaf
from app.articles.writing import ConflictError, UnfitError, save, save_text
from app.live import NotReadyError
from app.routes import addresses
from app.routes.admin import article_preview, places
from app.routes.admin.article_forms import PHASES, STATUSES, Said, Typed, moment_of, said, typed_of
from app.routes.admin.articles import bookcase, categories_of, desk_of, state_of, to_be_written
from app.routes.admin.desk import HEADERS, DeskRoute, desk, language, render
from app.routes.admin.forms import Fields, Form
from app.routes.admin.members import Editor, Member
from app.routes.admin.refusals import RefusedError
from app.routes.site import CurrentSite, Site
from indexer.articles import read_text
from indexer.editing import EditError, EditProblem
from indexer.markdown import printable
from indexer.problems import Finding
from search.analysis import normalise
from search.records import Article

ARTICLE: Final = places.ARTICLES + "/{lang}/{article:path}"
# How long a page waits until what was saved is live: it mostly is within one second.
_PATIENCE: Final = 4.0
_LOOK_AGAIN: Final = 0.05
_LONGEST_TAG: Final = 20
# An article may have a million bytes; the form has it twice, each character escaped.
_FORM_BYTES: Final = 8_000_000

# As everywhere at the desk, but that the preview shows pictures from elsewhere as the page does.
_POLICY: Final = HEADERS["Content-Security-Policy"].replace("img-src 'self'", "img-src 'self' https:")

# The fields that few articles need.
_MORE: Final = frozenset(
    {"boost", "type", "visibility", "phase", "summary", "tags", "related", "redirect_from"}
)

Problem = Literal["", "fields", "empty", "unfit"] | EditProblem
_STATUS: Final[Mapping[str, int]] = {"": 200, "gone": 404, "changed": 409, "unwritable": 500}


class EditorRoute(DeskRoute):
    """Takes a form as long as an article may be."""

    form_bytes: ClassVar[int] = _FORM_BYTES


router = desk(EditorRoute)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two texts that began as one: what somebody else saved, what was typed, and what differs."""

    theirs: ArticleDraft
    mine: ArticleDraft
    merged: Merged
    left: list[Line]
    right: list[Line]


@dataclass(frozen=True, slots=True)
class Stuck:
    """What keeps a form from being saved; nothing that was typed is lost."""

    problem: Problem = ""
    wrong: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    conflict: Conflict | None = None

    @property
    def is_in_more(self) -> bool:
        """Whether one of the fields that are folded away is wrong."""
        return bool(self.wrong & _MORE)


@dataclass(frozen=True, slots=True)
class Shown:
    """The editor's page: the file it was opened from, and what is in its fields."""

    opened: Opened
    typed: Typed
    beside: str = ""
    stuck: Stuck = field(default_factory=Stuck)


@router.get(ARTICLE + "/edit")
def edit(request: Request, site: CurrentSite, member: Editor, lang: str, article: str) -> Response:
    """The form; a file whose front matter has a mistake is shown as it is."""
    opened = _opened(site, lang, article)
    beside = normalise(request.query_params.get("beside", ""), _LONGEST_TAG)
    return page(request, site, member, Shown(opened, _typed(site, opened), beside))


@router.post(ARTICLE + "/edit")
def write(
    request: Request, site: CurrentSite, member: Editor, lang: str, article: str, form: Form
) -> Response:
    """Save or publish it; any other button shows the same form again, with its preview."""
    opened = _opened(site, lang, article)
    if "text" in form:
        return _write_text(request, site, member, opened, form)
    typed = {**_typed(site, opened), **form_of(form)}
    beside = normalise(form.get("show") or form.get("beside", ""), _LONGEST_TAG)
    shown = Shown(opened, typed, "" if beside == "preview" else beside)
    if opened.draft is None:
        return page(request, site, member, replace(shown, stuck=Stuck("broken")))
    if form.get("do") not in {"save", "publish", "archive"}:
        return page(request, site, member, shown)
    return _save(request, site, member, shown, form)


@router.post(ARTICLE + "/preview")
def preview(
    request: Request, site: CurrentSite, _: Editor, lang: str, article: str, form: Form
) -> HTMLResponse:
    """What is in the form, as customers will see it: for a script to put beside the form."""
    shown = article_preview.srcdoc(request, site, _said(site, form, lang, article).draft)
    response = HTMLResponse(shown or "<!doctype html><title>–</title><main id=content></main>")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


@router.get(ARTICLE + "/live")
def live(request: Request, site: CurrentSite, _: Editor, lang: str, article: str) -> Response:
    """Whether what is saved is what customers see."""
    opened = _opened(site, lang, article)
    found = _served(site, opened)
    return JSONResponse({"live": found is not None, "address": _address(request, site, found)})


def page(request: Request, site: Site, member: Member, shown: Shown) -> Response:
    """The editor as `shown`."""
    opened, stuck = shown.opened, shown.stuck
    zone = ZoneInfo(site.settings.time_zone)
    said_ = said(Fields(shown.typed), opened.lang, opened.id, zone)
    leaves = {leaf.lang: leaf for leaf in bookcase(request).leaves() if leaf.id == opened.id}
    interface = site.interface(language(request, site))
    done = request.query_params.get("done", "") if request.method == "GET" else ""
    now = datetime.now(UTC)
    response = render(
        request,
        "article.html",
        member,
        status=_STATUS.get(stuck.problem, 422),
        shown=shown,
        topic=categories_of(site, leaves.values(), interface.lang).get(opened.id.partition("/")[0], "…"),
        opened=opened,
        typed=shown.typed,
        stuck=stuck,
        unsaved=request.method == "POST",
        done=done if done in {"begun", "saved", "restored", "unchanged"} else "",
        state=state_of(leaves[opened.lang], now) if opened.lang in leaves else "draft",
        states={tag: state_of(leaf, now) for tag, leaf in leaves.items()},
        appears=moment_of(opened.draft) if opened.draft else None,
        zone=zone,
        standing=_standing(request, site, opened, wait=done in {"saved", "restored"}),
        srcdoc=article_preview.srcdoc(request, site, said_.draft),
        beside=_beside(site, shown),
        languages=_languages(request, leaves, interface.language_name),
        statuses=STATUSES,
        phases=PHASES,
        findings=_findings(opened),
    )
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def form_of(form: Fields) -> Typed:
    """What is in the form's fields."""
    return {name: printable(text) for name, text in form.items()}


def _save(request: Request, site: Site, member: Member, shown: Shown, form: Fields) -> Response:
    opened = shown.opened
    read = _said(site, form, opened.lang, opened.id)
    do = form.get("do")
    if do in {"publish", "archive"}:
        status = "published" if do == "publish" else "archived"
        read = replace(read, draft=replace(read.draft, fields={**read.draft.fields, "status": (status,)}))
    stuck = _hindrance(site, opened, read)
    if stuck:
        return page(request, site, member, replace(shown, stuck=stuck))
    draft = read.draft if read.draft.body.strip() else _unwritten(site, read.draft)
    today = datetime.now(ZoneInfo(site.settings.time_zone)).date() if form.get("touch") == "yes" else None
    try:
        now = save(desk_of(site, member), form.get("version", ""), draft, today)
    except ConflictError as conflict:
        return _conflict(request, site, member, shown, read.draft, conflict.now)
    except UnfitError as error:
        return page(request, site, member, replace(shown, stuck=Stuck("unfit", findings=error.findings)))
    except EditError as error:
        return page(request, site, member, replace(shown, stuck=Stuck(error.problem)))
    done = "saved" if now.version != opened.version else "unchanged"
    return RedirectResponse(_here(opened, done, shown.beside), 303)


def _hindrance(site: Site, opened: Opened, read: Said) -> Stuck | None:
    if read.wrong:
        return Stuck("fields", read.wrong)
    status = read.draft.text("status") or (opened.draft.text("status") if opened.draft else "") or "published"
    empty = read.draft.body.strip() in {"", to_be_written(site, opened.lang)}
    return Stuck("empty", frozenset({"body"})) if empty and status == "published" else None


def _conflict(
    request: Request, site: Site, member: Member, shown: Shown, mine: ArticleDraft, now: Opened
) -> Response:
    """Both texts, and one made of both to go on from; saved next, it is saved over what is there now."""
    zone = ZoneInfo(site.settings.time_zone)
    if now.draft is None:
        return page(request, site, member, replace(shown, opened=now, stuck=Stuck("broken")))
    base = draft_of(now.lang, now.id, shown.typed.get("base", "")) or now.draft
    whole = replace(mine, fields={**base.fields, **mine.fields})
    merged = merge(base, whole, now.draft)
    left, right = side_by_side(now.draft.body, mine.body)
    conflict = Conflict(now.draft, whole, merged, left, right)
    typed = {**typed_of(merged.draft, zone), "base": now.text}
    stuck = Stuck("changed", merged.collided, conflict=conflict)
    return page(request, site, member, Shown(now, typed, shown.beside, stuck))


def _write_text(request: Request, site: Site, member: Member, opened: Opened, form: Fields) -> Response:
    """Save a file as a whole, which the form cannot show."""
    text = printable(form["text"])
    shown = Shown(opened, {"text": text, "title": ""})
    try:
        save_text(desk_of(site, member), opened.lang, opened.id, form.get("version", ""), text, "Mend")
    except ConflictError as conflict:
        left, right = side_by_side(printable(conflict.now.text), text)
        mine = ArticleDraft(opened.lang, opened.id, "", body=text)
        theirs = replace(mine, body=printable(conflict.now.text))
        both = Conflict(theirs, mine, Merged(mine, frozenset(), 0), left, right)
        stuck = Stuck("changed", conflict=both)
        return page(request, site, member, Shown(conflict.now, shown.typed, stuck=stuck))
    except UnfitError as error:
        return page(request, site, member, replace(shown, stuck=Stuck("unfit", findings=error.findings)))
    except EditError as error:
        return page(request, site, member, replace(shown, stuck=Stuck(error.problem)))
    return RedirectResponse(_here(opened, "saved"), 303)


@dataclass(frozen=True, slots=True)
class Standing:
    """What customers have of it: no `address` where they have nothing; `is_current` once it is this text."""

    address: str
    is_current: bool


def _standing(request: Request, site: Site, opened: Opened, *, wait: bool) -> Standing:
    """As it is now, or after a moment's wait for what is being published."""
    until = time.monotonic() + (_PATIENCE if wait and _is_due(opened) else 0)
    while (found := _served(site, opened)) is None and time.monotonic() < until:
        time.sleep(_LOOK_AGAIN)
    try:
        older = site.library().catalogue.article(opened.lang, opened.id)
    except NotReadyError:
        older = None
    return Standing(_address(request, site, found or older), found is not None)


def _is_due(opened: Opened) -> bool:
    """Whether it is to be seen by customers now."""
    if opened.draft is None or opened.draft.text("visibility") == "internal":
        return False
    appears = moment_of(opened.draft)
    published = (opened.draft.text("status") or "published") == "published"
    return published and (appears is None or appears <= datetime.now(UTC))


def _served(site: Site, opened: Opened) -> Article | None:
    """The article as customers have it, if that is this version."""
    try:
        found = site.library().catalogue.article(opened.lang, opened.id)
    except NotReadyError:
        return None
    return found if found and found.source_hash == opened.version else None


def _address(request: Request, site: Site, found: Article | None) -> str:
    return addresses.origin(request, site.settings) + addresses.article(found) if found else ""


def _opened(site: Site, lang: str, article: str) -> Opened:
    try:
        return open_article(site.settings.content, lang, article)
    except EditError as error:
        raise RefusedError("gone") from error


def _said(site: Site, form: Fields, lang: str, article: str) -> Said:
    return said(form, lang, article, ZoneInfo(site.settings.time_zone))


def _unwritten(site: Site, draft: ArticleDraft) -> ArticleDraft:
    """A draft without a text has the sentence that says so: a file without any is no article."""
    return replace(draft, body=to_be_written(site, draft.lang))


def _typed(site: Site, opened: Opened) -> Typed:
    if opened.draft is None:
        return {"text": printable(opened.text), "title": ""}
    typed = typed_of(opened.draft, ZoneInfo(site.settings.time_zone))
    unwritten = typed["body"] == to_be_written(site, opened.lang)
    return {**typed, "body": "" if unwritten else typed["body"], "base": printable(opened.text)}


def _here(opened: Opened, done: str, beside: str = "") -> str:
    # With a fragment, for a browser would go on to that of the form.
    return places.article(opened.lang, opened.id, done=done, beside=beside) + "#content"


@dataclass(frozen=True, slots=True)
class Other:
    """Another language of the article: its name, and its state; no state where it is not there."""

    lang: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Beside:
    """The same article in another language, to write by."""

    lang: str
    draft: ArticleDraft


def _languages(request: Request, leaves: Mapping[str, Leaf], name: Callable[[str], str]) -> list[Other]:
    """Every language that there are articles in."""
    now = datetime.now(UTC)
    tags = dict.fromkeys(leaf.lang for leaf in bookcase(request).leaves())
    return [Other(tag, name(tag), state_of(leaves[tag], now) if tag in leaves else "") for tag in tags]


def _beside(site: Site, shown: Shown) -> Beside | None:
    if shown.beside in {"", shown.opened.lang}:
        return None
    try:
        found = open_article(site.settings.content, shown.beside, shown.opened.id)
    except EditError:
        return None
    return Beside(shown.beside, found.draft) if found.draft else None


def _findings(opened: Opened) -> tuple[Finding, ...]:
    """What is wrong with a file that the form cannot show."""
    return read_text(opened.lang, opened.id, printable(opened.text)).findings if opened.draft is None else ()
