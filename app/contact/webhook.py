"""A ticket, posted to another program, signed; it may come twice, under the same id."""

from collections.abc import Awaitable, Callable
from time import time
from typing import Any, Final

import httpx
import orjson

from app.contact.mailing import DeliveryError
from app.contact.signatures import HEADER, sign
from app.contact.trails import trail_of
from app.settings import Settings
from app.store import Case, Parcel

DELIVERY: Final = "Sportello-Delivery"
_SECONDS: Final = 20
# It says itself that it will never take it again.
_GONE: Final = 410


async def post(
    settings: Settings, parcel: Parcel, case: Case, handing: Callable[[], Awaitable[None]]
) -> None:
    """Post a ticket; any answer of 200 to 299 is a yes. Raises DeliveryError."""
    body = orjson.dumps(payload(parcel, case))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Sportello",
        DELIVERY: parcel.id,
        HEADER: sign(settings.webhook_secret, body, int(time())),
    }
    await handing()
    try:
        async with (
            httpx.AsyncClient(timeout=_SECONDS) as client,
            client.stream("POST", settings.webhook_url, content=body, headers=headers) as answer,
        ):
            status = answer.status_code  # what else it says is not read: it could be endless
    except httpx.ConnectError as error:
        raise DeliveryError(f"the webhook cannot be reached: {error}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DeliveryError(f"the webhook fell silent: {error!r}", uncertain=True) from error
    if not httpx.codes.is_success(status):
        raise DeliveryError(f"the webhook answers {status}", permanent=status == _GONE)


def payload(parcel: Parcel, case: Case) -> dict[str, Any]:
    """What is posted."""
    ticket = case.ticket
    trail = trail_of(ticket.trail)
    return {
        "type": "ticket.created",
        "id": parcel.id,
        "ticket": {
            "id": ticket.id,
            "created_at": ticket.created_at,
            "lang": ticket.lang,
            "category": ticket.category,
            "name": ticket.name,
            "email": ticket.email,
            "subject": ticket.subject,
            "message": ticket.message,
            "trail": trail.model_dump(exclude={"session"}) if trail else None,
            "expected_reply_by": ticket.promise.by if ticket.promise else None,
            "attachments": [
                {"name": f.name, "type": f.kind, "bytes": f.size, "sha256": f.sha256}
                for f in case.attachments
            ],
        },
    }
