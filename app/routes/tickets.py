"""The API of tickets: opening one, and telling of a reply that was made elsewhere."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import time
from typing import Annotated, Any, Final, TypeVar

import orjson
from fastapi import APIRouter, Depends, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from app.contact.attachments import Upload
from app.contact.numbers import read_number
from app.contact.promises import in_words
from app.contact.reception import Contact, Reception
from app.contact.signatures import HEADER, is_signed
from app.contact.tickets import SAID, Draft, cleaned, digest
from app.live import NotReadyError
from app.routes.limited import limited
from app.routes.receptions import CurrentReception
from app.routes.schemas import (
    ExpectedReply,
    Problem,
    RepliedAnswer,
    RepliedCall,
    TicketAnswer,
    TicketRequest,
)
from app.routes.site import CurrentSite, Site
from app.routes.uploads import Sent, read_form
from app.store import Filed, KeyReusedError, Reply, RequestKey, StoreError, Ticket

# Bytes: the longest message, each character escaped, takes a tenth of the first.
_JSON_LIMIT: Final = 1_000_000
_CALL_LIMIT: Final = 10_000
_RETRY_AFTER: Final = "30"
# Two machines' clocks, and times without fractions of a second.
_SKEW: Final = timedelta(minutes=5)
_FIELDS: Final = ("email", "message", "subject", "category", "name", "lang")
_SCHEMA: Final = {"$ref": "#/components/schemas/TicketRequest"}
_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    code: {"model": Problem} for code in (400, 413, 415, 422, 429, 500, 503)
}

_Model = TypeVar("_Model", bound=BaseModel)

router = APIRouter(prefix="/api/v1", responses=_REFUSALS)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request to open a ticket; `lang` as it was said."""

    draft: Draft
    uploads: tuple[Upload, ...]
    lang: str | None


@dataclass(frozen=True, slots=True)
class _Called:
    """A body, and the signature it came with."""

    body: bytes
    signature: str


async def _asked(request: Request, reception: CurrentReception) -> _Asked:
    """The ticket in the body. Raises HTTPException and RequestValidationError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        return _ticket_in(_json(await _body(request, _JSON_LIMIT)), ())
    if kind not in {"multipart/form-data", "application/x-www-form-urlencoded"}:
        raise HTTPException(415, "The body must be application/json or multipart/form-data.")
    sent = await read_form(request, reception.limits.bytes)
    if sent.too_large:
        raise HTTPException(413, "Together, the files are larger than the limit.")
    return _ticket_in(_fields(sent), sent.uploads)


async def _called(request: Request) -> _Called:
    return _Called(await _body(request, _CALL_LIMIT), request.headers.get(HEADER, ""))


@router.post(
    "/tickets",
    status_code=201,
    summary="Open a ticket",
    dependencies=[Depends(limited("tickets"))],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _SCHEMA}, "multipart/form-data": {"schema": _SCHEMA}},
        }
    },
)
def create(
    site: CurrentSite, reception: CurrentReception, asked: Annotated[_Asked, Depends(_asked)],
    idempotency_key: Annotated[
        str, Header(max_length=255, description="Makes the same request, sent again, the same ticket.")
    ] = "",
) -> TicketAnswer:  # fmt: skip
    """Leave a message for a person. It is on disk, and what goes out for it too, before this answers. As
    multipart/form-data it may carry `files`: images, PDF or plain text."""
    draft = replace(asked.draft, lang=_language(site, asked.lang))
    for wrong in reception.problems(draft, asked.uploads):
        raise _invalid(wrong.field, SAID[wrong.wrong])
    said = digest(draft, tuple(sha256(u.content).hexdigest() for u in asked.uploads))
    key = RequestKey(f"api:{idempotency_key}", said) if idempotency_key else None
    filed = _filed(site, reception, Contact(draft, asked.uploads, "api", key=key))
    return TicketAnswer(
        ticket_id=filed.ticket.id,
        expected_reply=_expected(site, reception, filed.ticket),
        mail=reception.sends_mail,
    )


@router.post(
    "/tickets/{number}/replied",
    summary="Tell of a first reply made elsewhere",
    responses={401: {"model": Problem}, 404: {"model": Problem}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RepliedCall"}}},
        }
    },
)
def replied(
    site: CurrentSite, reception: CurrentReception, number: str, called: Annotated[_Called, Depends(_called)]
) -> RepliedAnswer:
    """For a helpdesk that answers in Sportello's place: its replies count in the wait that is shown. The
    call is signed as Sportello's own webhook is: header `Sportello-Signature: t=seconds,v1=hex`, the
    HMAC-SHA256 of `seconds.body` by the webhook's secret, at most five minutes old. The same call again
    changes nothing."""
    if not is_signed(site.settings.webhook_secret, called.body, called.signature, int(time())):
        raise HTTPException(401, f"The call is not signed: {HEADER} is missing, wrong or too old.")
    said = _checked(RepliedCall, _json(called.body))
    known = read_number(number)
    if known is None or known != read_number(said.ticket_id):
        raise _invalid("ticket_id", "It is not the number in the address")
    try:
        ticket = _learned(site, reception, known, said, f"elsewhere-{sha256(called.body).hexdigest()[:32]}")
    except StoreError as error:
        raise _unsaved(site, error) from None
    return RepliedAnswer(ticket_id=ticket.id, status=ticket.status, first_reply_at=ticket.first_reply_at)


def _learned(site: Site, reception: Reception, number: str, said: RepliedCall, reply_id: str) -> Ticket:
    """The ticket with the reply. Raises HTTPException, RequestValidationError and StoreError."""
    tickets = site.ledger.store.tickets
    before = tickets.get(number)
    if before is None:
        raise HTTPException(404, f"There is no ticket {number}.")
    now = datetime.now(UTC)
    at = min(said.at or now, now)
    if at < before.created_at - _SKEW:
        raise _invalid("at", "It is before the ticket was opened")
    ask = said.ask and reception.sends_mail
    reply = Reply(reply_id, max(at, before.created_at), "elsewhere")
    return tickets.reply(number, reply, close=said.close, ask=ask) or before


def _filed(site: Site, reception: Reception, contact: Contact) -> Filed:
    try:
        return reception.file(contact)
    except KeyReusedError:
        raise _invalid("Idempotency-Key", "It belongs to a request that said something else") from None
    except StoreError as error:
        raise _unsaved(site, error) from None


def _unsaved(site: Site, error: StoreError) -> HTTPException:
    site.ledger.say(error)
    said = "It could not be written down; send it again later."
    return HTTPException(503, said, {"Retry-After": _RETRY_AFTER})


def _expected(site: Site, reception: Reception, ticket: Ticket) -> ExpectedReply | None:
    promise = ticket.promise
    if promise is None:
        return None
    return ExpectedReply(
        basis=promise.basis,
        typical_hours=None if promise.typical is None else round(promise.typical / 60, 1),
        latest_hours=round(promise.latest / 60, 1),
        by=promise.by,
        text=" ".join(in_words(promise, site.interface(ticket.lang), reception.zone)),
    )


def _language(site: Site, lang: str | None) -> str:
    """The language to answer in; a message is taken before there is an index, too."""
    try:
        return site.library().known_language(lang)
    except NotReadyError:
        return lang if lang and lang in site.interfaces else site.settings.default_language


def _ticket_in(said: Any, uploads: tuple[Upload, ...]) -> _Asked:
    asked = _checked(TicketRequest, said)
    trail = asked.trail if isinstance(asked.trail, str) else orjson.dumps(asked.trail).decode()
    draft = Draft("", asked.email, asked.message, asked.name, asked.subject, asked.category, trail)
    return _Asked(cleaned(draft), uploads, asked.lang)


def _fields(sent: Sent) -> dict[str, Any]:
    given = {name: sent.get(name) for name in _FIELDS if name in sent.fields}
    return given | {"trail": sent.get("trail") or sent.get("sportello_trail")}


def _checked(shape: type[_Model], said: Any) -> _Model:
    try:
        return shape.model_validate(said)
    except ValidationError as error:
        wrong = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(wrong) from None


def _invalid(field: str, said: str) -> RequestValidationError:
    return RequestValidationError([{"type": "invalid", "loc": ("body", field), "msg": said}])


def _json(body: bytes) -> Any:
    """What it says: neither NaN nor lone surrogates are JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        reason = str(error).partition(": line")[0]
        raise HTTPException(400, f"The body is not JSON: {reason}.") from None


async def _body(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise HTTPException(413, f"The body has more than {limit:,} bytes.")
    return bytes(body)
