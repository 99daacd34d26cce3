"""The pages of "tell me when it is answered": the wish, and what the links in its mails open."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from app.contact.tickets import EMAIL_LIMIT, mail_address
from app.live import NotReadyError
from app.routes import addresses
from app.routes.limited import seconds_to_wait
from app.routes.registries import CurrentRegistry
from app.routes.site import CurrentSite, Page, Site
from app.routes.uploads import Sent, read_form
from app.routes.visitors import CurrentVisitor
from app.store import StoreError, Subscription
from app.subscriptions.registry import Registry, Wish
from search.analysis import normalise
from search.engine import QUERY_LIMIT, SearchEngine
from search.records import SearchResult

router = APIRouter(include_in_schema=False)

_RETRY_AFTER: Final = "30"

# A wish with something wrong, and one that is taken; then, from a mail: to be confirmed, waiting, told,
# forgotten, and not there.
Stage = Literal["form", "sent", "ask", "waiting", "answered", "stopped", "gone"]
Wrong = Literal["", "email_missing", "email_wrong", "machine", "closed", "hurry", "unsaved"]
_STATUS: Final[dict[Wrong, int]] = {"closed": 503, "hurry": 429, "unsaved": 503}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows; `found` is who waits, once a mail's link says so."""

    stage: Stage
    question: str = ""
    email: str = ""
    search_id: str = ""
    wrong: Wrong = ""
    wait: int = 0
    found: Subscription | None = None


async def _sent(request: Request) -> Sent:
    return await read_form(request, 0)


PostedForm = Annotated[Sent, Depends(_sent)]


@router.post("/{lang}/subscriptions")
def ask(
    request: Request, site: CurrentSite, registry: CurrentRegistry, visitor: CurrentVisitor, lang: str,
    sent: PostedForm,
) -> Response:  # fmt: skip
    """Take a wish in, and say to look in the mailbox, whether or not the address was known."""
    library = site.library()
    if lang not in library.languages:
        raise HTTPException(404)
    question, email = normalise(sent.get("q"), QUERY_LIMIT), normalise(sent.get("email"), 2 * EMAIL_LIMIT)
    if not question:
        return RedirectResponse(addresses.search(lang), 303)
    search_id = visitor.log.known(sent.get("s")) or ""
    wrong = _wrong(registry, email, sent)
    wait = 0 if wrong else seconds_to_wait(request, "subscriptions")
    if wrong or wait:
        return _page(request, site, lang, Shown("form", question, email, search_id, wrong or "hurry", wait))
    found = library.engine.search(question, lang)
    if found.verdict.answer == "yes":
        return RedirectResponse(addresses.search(lang, question, after=search_id), 303)
    try:
        registry.ask(_wish(found, email, search_id))
    except StoreError as error:
        site.ledger.say(error)
        return _page(request, site, lang, Shown("form", question, email, search_id, "unsaved"))
    return RedirectResponse(addresses.subscription(lang, "sent"), 303)


@router.get("/{lang}/subscriptions/sent")
def sent(request: Request, site: CurrentSite, lang: str) -> Response:
    """Look in the mailbox."""
    return _page(request, site, lang, Shown("sent"))


@router.get("/{lang}/subscriptions/{token}")
@router.get("/{lang}/subscriptions/{token}/confirm")
@router.get("/{lang}/subscriptions/{token}/stop")
def look(request: Request, site: CurrentSite, registry: CurrentRegistry, lang: str, token: str) -> Response:
    """What a mail's link opens; programs that follow links confirm and stop nothing."""
    try:
        found = registry.find(token)
    except StoreError as error:
        raise _unreachable(site, error) from None
    return _page(request, site, lang, _shown(found))


@router.post("/{lang}/subscriptions/{token}/confirm")
def confirm(
    request: Request, site: CurrentSite, registry: CurrentRegistry, lang: str, token: str
) -> Response:
    """Their yes. It is answered in place: by the next look the answer may be sent, and they forgotten."""
    try:
        found = registry.confirm(token, _engine(site), addresses.article)
    except StoreError as error:
        raise _unreachable(site, error) from None
    return _page(request, site, lang, _shown(found))


@router.post("/{lang}/subscriptions/{token}/stop")
def stop(request: Request, site: CurrentSite, registry: CurrentRegistry, lang: str, token: str) -> Response:
    """Forget them. Mail programs send this by themselves (RFC 8058): nothing is asked of them, no redirect
    follows, and once more is well too."""
    try:
        registry.stop(token)
    except StoreError as error:
        raise _unreachable(site, error) from None
    return _page(request, site, lang, Shown("stopped"))


def _wrong(registry: Registry, email: str, sent: Sent) -> Wrong:
    if not registry.is_open:
        return "closed"
    if not email:
        return "email_missing"
    if mail_address(email) is None:
        return "email_wrong"
    return "machine" if sent.get("website") else ""


def _wish(found: SearchResult, email: str, search_id: str) -> Wish:
    shown = tuple(dict.fromkeys(hit.article.id for hit in found.hits))
    return Wish(
        mail_address(email) or email, found.lang, found.query, shown, found.snapshot, search_id or None
    )


def _shown(found: Subscription | None) -> Shown:
    if found is None:
        return Shown("gone")
    stage: Stage = "answered" if found.answered else "waiting" if found.confirmed_at else "ask"
    return Shown(stage, found.question, found=found)


def _engine(site: Site) -> SearchEngine | None:
    try:
        return site.library().engine
    except NotReadyError:
        return None


def _unreachable(site: Site, error: StoreError) -> HTTPException:
    site.ledger.say(error)
    return HTTPException(503, headers={"Retry-After": _RETRY_AFTER})


def _page(request: Request, site: Site, lang: str, shown: Shown) -> Response:
    """In the language of the address, which a mail may name long after the site has lost it."""
    if shown.found is None and lang not in site.interfaces and lang not in _languages(site):
        raise HTTPException(404)
    status = _STATUS.get(shown.wrong, 422) if shown.wrong else 404 if shown.stage == "gone" else 200
    lang = shown.found.lang if shown.found else lang
    response = site.render(
        request, Page("subscription.html", lang, listed=False, status=status), shown=shown,
        privacy_url=site.settings.privacy_url,
    )  # fmt: skip
    if status in {429, 503}:
        response.headers["Retry-After"] = str(shown.wait or _RETRY_AFTER)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _languages(site: Site) -> tuple[str, ...]:
    try:
        return site.library().languages
    except NotReadyError:
        return ()
