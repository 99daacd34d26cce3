"""How did we do? One click in a mail, one button here: a look at the page alone says nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from app.contact.tickets import legible
from app.routes import addresses
from app.routes.limited import seconds_to_wait
from app.routes.site import CurrentSite, Page, Site
from app.routes.uploads import Sent, read_form
from app.store import RATING_OPEN, Rating, StoreError, Ticket

router = APIRouter(include_in_schema=False)

COMMENT_LIMIT: Final = 1_000
VALUES: Final = range(1, 6)
_RETRY_AFTER: Final = "30"
_TOKEN: Final = 32

Stage = Literal["ask", "thanks", "final"]
Wrong = Literal["", "undecided", "too_long", "unsaved", "hurry"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows; `value` is 0 while nothing is chosen."""

    stage: Stage
    value: int = 0
    comment: str = ""
    wrong: Wrong = ""
    status: int = 200


async def _sent(request: Request) -> Sent:
    return await read_form(request, 0)


@router.get("/s/{token}")
def ask(request: Request, site: CurrentSite, token: str) -> Response:
    """The question, with the choice made in the mail; programs that follow a mail's links rate nothing."""
    ticket, rating = _found(site, token)
    chosen = _value(request.query_params.get("value", ""))
    if rating and "done" in request.query_params:
        return _page(request, site, ticket, token, Shown("thanks", rating.value, rating.comment))
    if rating and datetime.now(UTC) - rating.at > RATING_OPEN:
        return _page(request, site, ticket, token, Shown("final", rating.value, rating.comment))
    said = Shown("ask", chosen or (rating.value if rating else 0), rating.comment if rating else "")
    return _page(request, site, ticket, token, said)


@router.post("/s/{token}")
def rate(request: Request, site: CurrentSite, token: str, sent: Annotated[Sent, Depends(_sent)]) -> Response:
    """Write the answer down, once; within a day it can be changed."""
    ticket, _ = _found(site, token)
    value, comment = _value(sent.get("value")), legible(sent.get("comment")[: 4 * COMMENT_LIMIT])
    if not value:
        return _page(request, site, ticket, token, Shown("ask", 0, comment, "undecided", 422))
    if len(comment) > COMMENT_LIMIT:
        return _page(request, site, ticket, token, Shown("ask", value, comment, "too_long", 422))
    if seconds := seconds_to_wait(request, "feedback"):
        response = _page(request, site, ticket, token, Shown("ask", value, comment, "hurry", 429))
        response.headers["Retry-After"] = str(seconds)
        return response
    try:
        rated = site.ledger.store.tickets.rate(token, value, comment, datetime.now(UTC))
    except StoreError as error:
        site.ledger.say(error)
        response = _page(request, site, ticket, token, Shown("ask", value, comment, "unsaved", 503))
        response.headers["Retry-After"] = _RETRY_AFTER
        return response
    if rated == "too_late":
        return RedirectResponse(addresses.rating(token), 303)
    return RedirectResponse(f"{addresses.rating(token)}?done=1", 303)


def _value(text: str) -> int:
    return int(text) if text in {str(value) for value in VALUES} else 0


def _found(site: Site, token: str) -> tuple[Ticket, Rating | None]:
    """The ticket in question. Raises HTTPException where there is none, or it cannot be looked up."""
    if len(token) != _TOKEN or not token.isascii():
        raise HTTPException(404)
    try:
        found = site.ledger.store.tickets.rated(token)
    except StoreError as error:
        site.ledger.say(error)
        raise HTTPException(503, headers={"Retry-After": _RETRY_AFTER}) from None
    if found is None:
        raise HTTPException(404)
    return found


def _page(request: Request, site: Site, ticket: Ticket, token: str, shown: Shown) -> Response:
    page = Page("satisfaction.html", ticket.lang, listed=False, status=shown.status)
    response = site.render(
        request, page, number=ticket.id, token=token, shown=shown, values=VALUES, most=COMMENT_LIMIT
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
