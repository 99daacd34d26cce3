"""What happened in widgets, as they tell it: in batches, and again where they heard no answer."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from fastapi import APIRouter, Depends, HTTPException
from fastapi.exceptions import RequestValidationError

from app.deflection.desk import Desk
from app.deflection.sessions import Session
from app.privacy import scrub
from app.routes.bodies import REFUSALS, JsonRoute
from app.routes.desks import CurrentDesk
from app.routes.limited import limited
from app.routes.origins import admit
from app.routes.schemas import EventBatch, EventItem, EventsAnswer
from app.routes.site import CurrentSite, Library
from app.store import Event, StoreError
from search.analysis import normalise

_RETRY_AFTER: Final = "30"
_SEARCH: Final = re.compile(r"[0-9a-f]{32}")
_LONGEST_VALUE: Final = 200
# A device's clock may go a little wrong; beyond this, it says nothing about when.
_LATEST: Final = timedelta(days=2)
_EARLIEST: Final = timedelta(minutes=5)

router = APIRouter(prefix="/api/v1", route_class=JsonRoute)


@router.post(
    "/events",
    summary="Say what happened in a widget",
    status_code=202,
    responses=REFUSALS,
    dependencies=[Depends(admit), Depends(limited("events"))],
)
def add_events(site: CurrentSite, desk: CurrentDesk, batch: EventBatch) -> EventsAnswer:
    """Write down what was shown, read and decided. Answered once it is on disk; what is sent again counts
    once. The body may be sent as text/plain, so sendBeacon can be used."""
    session = desk.known(batch.session)
    if session is None:
        raise RequestValidationError(
            [{"type": "session", "loc": ("body", "session"), "msg": "It is none of ours, or too old"}]
        )
    library, now = site.library(), datetime.now(UTC)
    events = [_event(item, session, desk, library, now) for item in batch.events]
    try:
        accepted = site.ledger.store.add_events(events)
    except StoreError as error:
        site.ledger.say(error)
        said = "What happened could not be written down; send it again later."
        raise HTTPException(503, said, {"Retry-After": _RETRY_AFTER}) from None
    return EventsAnswer(accepted=accepted)


def _event(item: EventItem, session: Session, desk: Desk, library: Library, now: datetime) -> Event:
    """The event with what it names that is ours, and nothing that says who."""
    asked, article = item.deflection_id or "", item.article or ""
    return Event(
        id=item.id,
        type=item.type,
        at=item.at.astimezone(UTC) if now - _LATEST <= item.at <= now + _EARLIEST else now,
        session=session.id,
        search_id=item.search_id if _SEARCH.fullmatch(item.search_id or "") else None,
        deflection_id=asked if desk.owns(session, asked) else None,
        article=article if library.catalogue.translations(article) else None,
        position=item.position,
        value=_value(item.value),
    )


def _value(given: str | float | None) -> str | None:
    """A value as it is kept: scrubbed, and cut before it is."""
    return None if given is None else scrub(normalise(str(given), _LONGEST_VALUE)) or None
