"""One ticket: read it, answer it, close it, and what else can become of it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.contact import attachments, personal
from app.contact.reception import Reception
from app.contact.tickets import MESSAGE_LIMIT, legible
from app.contact.trails import trail_of
from app.live import NotReadyError
from app.routes.admin import places
from app.routes.admin.candidates import candidates, titles
from app.routes.admin.desk import desk, render
from app.routes.admin.forms import Fields, Form
from app.routes.admin.inbox import category_names, wait_of
from app.routes.admin.members import Admin, Editor, Member, Viewer
from app.routes.admin.refusals import RefusedError
from app.routes.receptions import CurrentReception
from app.routes.site import CurrentSite, Library, Site
from app.store import Case, Reply
from app.store.tickets import ChangedError
from search.analysis import normalise

router = desk()

Problem = Literal["", "empty", "long", "unsent", "changed", "file"]

_TICKET: Final = places.TICKETS + "/{number}"
_LONGEST_SEARCH: Final = 300
_DONE: Final = frozenset({"sent", "sent_closed", "closed", "reopened", "released"})
_STATUS: Final[dict[Problem, int]] = {
    "": 200,
    "empty": 422,
    "long": 422,
    "unsent": 422,
    "changed": 409,
    "file": 500,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply as far as it is written; `id` makes it one reply however often it is sent.

    `seen` is the state of the ticket that it answers.
    """

    id: str
    body: str
    articles: tuple[str, ...]
    ask: bool
    seen: str
    search: str = ""


@router.get(_TICKET)
def read(request: Request, site: CurrentSite, member: Viewer, number: str) -> Response:
    """A ticket with its history, and what may answer it."""
    case = _case(site, number)
    return _page(request, site, member, case, _fresh(case))


@router.post(_TICKET + "/reply")
def reply(
    request: Request, site: CurrentSite, reception: CurrentReception, member: Editor, number: str, form: Form
) -> Response:
    """Send a reply, or look for articles to send with it."""
    case, draft, step = _case(site, number), _draft(form), form.get("do", "find")
    if step not in {"send", "close"}:
        return _page(request, site, member, case, draft)
    problem = _wrong(draft)
    if problem or not reception.sends_mail:
        return _page(request, site, member, case, draft, problem)
    closing = step == "close"
    answer = Reply(draft.id, datetime.now(UTC), "here", member.user.name, draft.body, draft.articles)
    try:
        site.ledger.store.tickets.reply(
            case.ticket.id, answer, close=closing, ask=closing and draft.ask, seen=draft.seen
        )
    except ChangedError:
        return _changed(request, site, member, number, draft)
    return _done(number, "sent_closed" if closing else "sent")


@router.post(_TICKET + "/close")
def close(request: Request, site: CurrentSite, member: Editor, number: str, form: Form) -> Response:
    """Close without another word, or with the question how it went."""
    case, draft = _case(site, number), _draft(form)
    if draft.body:
        return _page(request, site, member, case, draft, "unsent")
    try:
        site.ledger.store.tickets.close(case.ticket.id, datetime.now(UTC), ask=draft.ask, seen=draft.seen)
    except ChangedError:
        return _changed(request, site, member, number, draft)
    return _done(number, "closed")


@router.post(_TICKET + "/reopen")
def reopen(site: CurrentSite, _: Editor, number: str) -> Response:
    """Put it back among those to be answered."""
    site.ledger.store.tickets.reopen(_case(site, number).ticket.id)
    return _done(number, "reopened")


@router.post(_TICKET + "/release")
def release(site: CurrentSite, reception: CurrentReception, _: Editor, number: str) -> Response:
    """It was no spam: treat it as any other from now on."""
    case = _case(site, number)
    reception.release(case.ticket.id)
    return _done(number, "released")


@router.get(_TICKET + "/delete")
def ask_delete(request: Request, site: CurrentSite, member: Admin, number: str) -> Response:
    """Ask whether it is meant."""
    return render(request, "delete.html", member, case=_case(site, number))


@router.post(_TICKET + "/delete")
def delete(site: CurrentSite, _: Admin, number: str) -> Response:
    """Erase it for good: the message, its files, the replies, the rating, and what waits to be sent."""
    personal.erase(site.ledger.store, [_case(site, number)], site.settings.data)
    return RedirectResponse(places.tickets(deleted="1"), 303)


@router.get(_TICKET + "/files/{file}")
def download(request: Request, site: CurrentSite, member: Viewer, number: str, file: str) -> Response:
    """A file that came with it: to be saved, never to be shown."""
    case = _case(site, number)
    found = next((kept for kept in case.attachments if kept.id == file), None)
    if found is None:
        raise RefusedError("gone")
    try:
        content = attachments.read(found, site.settings.data)
    except OSError:
        return _page(request, site, member, case, _fresh(case), "file")
    return Response(content, headers=attachments.download_headers(found))


def _case(site: Site, number: str) -> Case:
    """The ticket with all that belongs to it. Raises RefusedError where there is none."""
    case = site.ledger.store.tickets.case(normalise(number, 100))
    if case is None:
        raise RefusedError("gone")
    return case


def _fresh(case: Case) -> Draft:
    return Draft(uuid4().hex, "", (), ask=True, seen=case.state)


def _draft(form: Fields) -> Draft:
    given = form.get("reply", "")
    return Draft(
        given if len(given) == 32 and given.isalnum() and given.isascii() else uuid4().hex,
        legible(form.get("body", "")),
        tuple(dict.fromkeys(normalise(name, 500) for name in form.getlist("articles") if name)),
        "ask" in form,
        normalise(form.get("seen", ""), 100),
        normalise(form.get("q", ""), _LONGEST_SEARCH),
    )


def _wrong(draft: Draft) -> Problem:
    if not draft.body:
        return "empty"
    return "long" if len(draft.body) > MESSAGE_LIMIT else ""


def _changed(request: Request, site: Site, member: Member, number: str, draft: Draft) -> Response:
    """Somebody was faster: what they did is shown, what was typed is kept, and can then be sent."""
    case = _case(site, number)
    renewed = Draft(draft.id, draft.body, draft.articles, draft.ask, case.state, draft.search)
    return _page(request, site, member, case, renewed, "changed")


def _done(number: str, what: str) -> Response:
    return RedirectResponse(f"{places.ticket(number)}?done={what}", 303)


def _page(
    request: Request, site: Site, member: Member, case: Case, draft: Draft, problem: Problem = ""
) -> Response:
    reception: Reception = request.app.state.reception
    ticket, trail = case.ticket, trail_of(case.ticket.trail)
    library = _library(site)
    done = request.query_params.get("done", "")
    return render(
        request,
        "ticket.html",
        member,
        status=_STATUS[problem],
        case=case,
        ticket=ticket,
        wait=wait_of(ticket, datetime.now(UTC)),
        zone=ZoneInfo(site.settings.time_zone),
        category=category_names(request, site, (ticket.category,))[ticket.category],
        trail=trail,
        titles=titles(library, ticket, trail, case),
        candidates=candidates(library, ticket, trail, draft.search, draft.articles),
        draft=draft,
        problem=problem,
        limit=MESSAGE_LIMIT,
        done=done if done in _DONE else "",
        sends_mail=reception.sends_mail,
        parcels={parcel.about: parcel for parcel in case.parcels if parcel.kind == "reply"},
        acknowledged=next((p for p in case.parcels if p.kind == "acknowledgement"), None),
    )


def _library(site: Site) -> Library | None:
    """The articles; null before the first index: tickets can be answered without."""
    try:
        return site.library()
    except NotReadyError:
        return None
