"""The API of "tell me when it is answered"."""

from time import monotonic, sleep
from typing import Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError

from app.contact.tickets import mail_address
from app.routes.bodies import REFUSALS, JsonRoute
from app.routes.limited import limited
from app.routes.origins import admit
from app.routes.registries import CurrentRegistry
from app.routes.schemas import Problem, SubscriptionAnswer, SubscriptionRequest
from app.routes.site import CurrentSite
from app.searches.log import SearchLog
from app.store import Search, Store, StoreError
from app.subscriptions.registry import Wish
from search.analysis import normalise

_RETRY_AFTER: Final = "30"
# A search is written down a moment after it was answered.
_SOON: Final = "2"
_WRITTEN_SECONDS: Final = 1.0
_LOOK_SECONDS: Final = 0.1
_SAID: Final = (
    "Look in the mailbox: if this address was not asked before, an e-mail is on its way to it, with a link "
    "to confirm it."
)

router = APIRouter(prefix="/api/v1", route_class=JsonRoute)


@router.post(
    "/subscriptions",
    summary="Be told when a question is answered",
    status_code=202,
    responses=REFUSALS | {404: {"model": Problem}, 409: {"model": Problem}},
    dependencies=[Depends(admit), Depends(limited("subscriptions"))],
)
def subscribe(
    request: Request, site: CurrentSite, registry: CurrentRegistry, wish: SubscriptionRequest
) -> SubscriptionAnswer:
    """For a search whose answer was `no` or `maybe`. An e-mail asks the address's owner to confirm it within
    48 hours; who does is told once, when an article answers, and then forgotten. The answer to this call is
    the same whether or not the address was known; a mailbox gets few such e-mails a day. Where the site
    sends no mail: 503; where the search had its answer: 409."""
    if not registry.is_open:
        raise HTTPException(503, "This site sends no e-mail, so nobody can be told of an answer.")
    email = mail_address(normalise(wish.email, 1_000))
    if email is None:
        raise _no_address()
    try:
        asked = _search(site.ledger.store, wish.search_id)
        if asked is None:
            raise _unknown(request, wish.search_id)
        if asked.answer == "yes":
            raise HTTPException(409, "That search had its answer: the first of its results.")
        # What was narrowed down is asked anew at once, without its filters.
        snapshot = "" if asked.category or asked.phase else asked.snapshot
        # Whoever asks the API may name any language at all.
        lang = site.library().known_language(asked.lang)
        registry.ask(Wish(email, lang, asked.query, asked.results, snapshot, asked.id))
    except StoreError as error:
        site.ledger.say(error)
        said = "It could not be written down; send it again later."
        raise HTTPException(503, said, {"Retry-After": _RETRY_AFTER}) from None
    return SubscriptionAnswer(message=_SAID)


def _no_address() -> RequestValidationError:
    said = "It is no e-mail address such as name@example.com"
    return RequestValidationError([{"type": "email", "loc": ("body", "email"), "msg": said}])


def _search(store: Store, search_id: str) -> Search | None:
    """The search, which may be about to be written down. Raises StoreError."""
    # What is neither is no id, and no database has to be asked for it.
    if not (search_id.isascii() and search_id.isalnum()):
        return None
    deadline = monotonic() + _WRITTEN_SECONDS
    while (found := store.searches.find(search_id)) is None and monotonic() < deadline:
        sleep(_LOOK_SECONDS)
    return found


def _unknown(request: Request, search_id: str) -> HTTPException:
    log: SearchLog = request.app.state.searches
    if log.known(search_id):
        said = "That search is not written down yet; try again in a moment."
        return HTTPException(503, said, {"Retry-After": _SOON})
    return HTTPException(404, f"There is no search “{search_id[:200]}”.")
