"""Writing to us: the form, answers before it is sent, and what happens after."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from app.contact.attachments import ACCEPTED
from app.contact.numbers import read_number
from app.contact.promises import in_words
from app.contact.reception import Contact, Reception
from app.contact.tickets import Draft, Problem, cleaned, digest
from app.contact.trails import Trail, passed_over, trail_of
from app.deflection.desk import Asked, Desk
from app.routes import addresses
from app.routes.answers import ShownAnswer, shown
from app.routes.desks import CurrentDesk
from app.routes.helpful import helpful
from app.routes.limited import seconds_to_wait
from app.routes.receptions import CurrentReception
from app.routes.site import CurrentSite, Library, Page, Site
from app.routes.uploads import Sent, read_form
from app.routes.visitors import CurrentVisitor
from app.store import Event, Promise, RequestKey, StoreError
from search.analysis import normalise
from search.engine import QUERY_LIMIT

router = APIRouter(include_in_schema=False)

_RETRY_AFTER: Final = "30"

Failure = Literal["", "unsaved", "hurry"]


@dataclass(frozen=True, slots=True)
class Shown:
    """The form as it is shown: what was written, what is wrong with it, and what may answer it."""

    draft: Draft
    stamp: str
    problems: tuple[Problem, ...] = ()
    failure: Failure = ""
    answers: tuple[tuple[str, ShownAnswer], ...] = ()
    files_lost: bool = False
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def problem(self, name: str) -> Problem | None:
        """The first one with a field."""
        return next((p for p in self.problems if p.field == name), None)


async def _sent(request: Request, reception: CurrentReception) -> Sent:
    return await read_form(request, reception.limits.bytes)


@router.get("/{lang}/contact")
def contact(
    request: Request, site: CurrentSite, reception: CurrentReception, visitor: CurrentVisitor, lang: str,
    q: str = "",
) -> Response:  # fmt: skip
    """The form, with the question that found no answer, and other ways to reach a person."""
    library = _known(site.library(), lang)
    question = normalise(q, QUERY_LIMIT)
    draft = Draft(lang, message=question, search_id=visitor.search_id)
    blank = Shown(draft, reception.stamps.new().token)
    return _form(request, site, reception, library, blank, question)


@router.post("/{lang}/contact")
def send(
    request: Request, site: CurrentSite, reception: CurrentReception, desk: CurrentDesk,
    visitor: CurrentVisitor, lang: str, sent: Annotated[Sent, Depends(_sent)],
) -> Response:  # fmt: skip
    """Take a message in; what may answer it is shown once before, where no script has done so."""
    library = _known(site.library(), lang)
    if sent.get("solved"):
        return _solved(site, desk, library, lang, sent)
    draft = replace(_draft(lang, sent), search_id=visitor.log.known(sent.get("s")) or "")
    form = Shown(draft, sent.get("stamp"))
    wrong = _wrong(reception, form, sent)
    if seconds := 0 if wrong else seconds_to_wait(request, "tickets"):
        again = {"Retry-After": str(seconds)}
        wrong = replace(form, failure="hurry", files_lost=bool(sent.uploads), status=429, headers=again)
    if wrong:
        return _form(request, site, reception, library, wrong)
    suspicion = reception.stamps.judge(sent.get("stamp"), sent.get("website"))
    if not suspicion and not sent.uploads:
        form = _with_answers(site, desk, library, form)
        if form.answers:
            return _form(request, site, reception, library, form)
    taken = Contact(form.draft, sent.uploads, "form", suspicion, _key(reception, form, sent))
    try:
        filed = reception.file(taken)
    except StoreError as error:
        site.ledger.say(error)
        lost = replace(
            form, failure="unsaved", files_lost=bool(sent.uploads), status=503,
            headers={"Retry-After": _RETRY_AFTER},
        )  # fmt: skip
        return _form(request, site, reception, library, lost)
    return RedirectResponse(addresses.received(lang, filed.ticket.id), 303)


@router.get("/{lang}/contact/received")
def received(
    request: Request, site: CurrentSite, reception: CurrentReception, lang: str, number: str = ""
) -> Response:
    """Thanks: the number, when a person replies, and whether a mail comes."""
    library = _known(site.library(), lang)
    known = read_number(number)
    if known is None:
        return RedirectResponse(addresses.contact(lang), 302)
    promise: Promise | None = None
    try:
        ticket = site.ledger.store.tickets.get(known)
    except StoreError as error:
        site.ledger.say(error)
    else:
        if ticket is None:
            raise HTTPException(404)
        promise = ticket.promise
    return _after(
        request, site, library, lang, number=known, mail=reception.sends_mail,
        promise=in_words(promise, site.interface(lang), reception.zone),
    )  # fmt: skip


@router.get("/{lang}/contact/solved")
def solved(request: Request, site: CurrentSite, lang: str) -> Response:
    """Nothing was sent, because the answer was there."""
    return _after(request, site, _known(site.library(), lang), lang, number="", mail=False, promise=())


def _draft(lang: str, sent: Sent) -> Draft:
    return cleaned(
        Draft(
            lang=lang,
            email=sent.get("email"),
            message=sent.get("message"),
            name=sent.get("name"),
            category=sent.get("category"),
            trail=sent.get("sportello_trail"),
        )
    )


def _wrong(reception: Reception, form: Shown, sent: Sent) -> Shown | None:
    """The form with what is wrong with it; null: nothing is."""
    found = reception.problems(form.draft, sent.uploads)
    if sent.too_large:
        found = (*found, Problem("files", "files_large"))
    if not found:
        return None
    lost = bool(sent.uploads) or sent.too_large
    return replace(form, problems=found, files_lost=lost, status=413 if sent.too_large else 422)


def _with_answers(site: Site, desk: Desk, library: Library, form: Shown) -> Shown:
    """The form with what may answer it and the trail that says so; without, where a widget asked already."""
    draft = form.draft
    trail = trail_of(draft.trail) or Trail(v=1)
    if trail.deflections:
        return form
    found = helpful(site, draft.subject, draft.message, draft.lang, trail.known)
    session = desk.visit(trail.session)
    asked = Asked(uuid4().hex, found.result, found.offered, addresses.contact(draft.lang))
    receipt = desk.take(session, asked)
    offered = () if receipt.holdout else found.offered
    begun = trail.model_copy(update={"session": session.token, "deflections": [receipt.deflection_id]})
    ids = tuple(dict.fromkeys(hit.article.id for hit in offered))
    after = passed_over(begun.model_dump_json(), found.result.understood, ids)
    for position, hit in enumerate(offered, start=1):
        event = Event(
            f"{receipt.deflection_id}.shown.{position}", "shown", datetime.now(UTC), session=session.id,
            search_id=asked.search_id, deflection_id=receipt.deflection_id, article=hit.article.id,
            lang=draft.lang, position=position,
        )  # fmt: skip
        _record(site, event)
    answers = tuple((hit.article.id, shown(hit, library)) for hit in offered)
    return replace(form, draft=replace(draft, trail=after), answers=answers)


def _solved(site: Site, desk: Desk, library: Library, lang: str, sent: Sent) -> Response:
    trail = trail_of(sent.get("sportello_trail"))
    session = desk.known(trail.session) if trail else None
    if trail and session and trail.deflections and library.catalogue.translations(sent.get("solved")):
        asked = trail.deflections[-1]
        event = Event(
            f"{asked}.solved", "solved", datetime.now(UTC), session=session.id,
            deflection_id=asked if desk.owns(session, asked) else None, article=sent.get("solved"), lang=lang,
        )  # fmt: skip
        _record(site, event)
    return RedirectResponse(addresses.solved(lang), 303)


def _record(site: Site, event: Event) -> None:
    """What is only counted costs nobody their answer."""
    try:
        site.ledger.store.add_event(event)
    except StoreError as error:
        site.ledger.say(error)


def _key(reception: Reception, form: Shown, sent: Sent) -> RequestKey | None:
    """The same form with the same words, sent twice, is one; with others it is another."""
    name = reception.stamps.name(form.stamp)
    said = digest(replace(form.draft, trail=""), tuple(u.name for u in sent.uploads))
    return RequestKey(f"form:{name}:{said}", said) if name else None


def _form(
    request: Request, site: Site, reception: Reception, library: Library, form: Shown, question: str = ""
) -> Response:
    lang = form.draft.lang
    twins = {other: addresses.contact(other, question) for other in library.languages}
    listed = request.method == "GET" and not question
    page = Page("contact.html", lang, twins, library.languages, listed=listed, status=form.status)
    response = site.render(
        request,
        page,
        form=form,
        draft=form.draft,
        search_id=form.draft.search_id,
        shelves=library.catalogue.shelves(lang),
        limits=reception.limits,
        accepted=ACCEPTED,
        mail=reception.sends_mail,
        privacy_url=site.settings.privacy_url,
        promise=() if form.answers else _promise(site, reception, form),
    )
    response.headers.update(form.headers)
    if request.method == "POST":
        response.headers["Cache-Control"] = "no-store"
    return response


def _promise(site: Site, reception: Reception, form: Shown) -> tuple[str, ...]:
    """The wait, before somebody writes; a page goes on without it."""
    try:
        promise = reception.promise(form.draft.category)
    except StoreError as error:
        site.ledger.say(error)
        return ()
    return in_words(promise, site.interface(form.draft.lang), reception.zone)[:1]


def _after(request: Request, site: Site, library: Library, lang: str, **shown: object) -> Response:
    page = Page("received.html", lang, languages=library.languages, listed=False)
    response = site.render(request, page, **shown)
    response.headers["Cache-Control"] = "no-store"
    return response


def _known(library: Library, lang: str) -> Library:
    """The library, if it has this language: an address in no language of ours is none of ours."""
    if lang not in library.languages:
        raise HTTPException(404)
    return library
