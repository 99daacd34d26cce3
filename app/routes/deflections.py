"""What the widget asks while somebody writes to us: whether the answer is there already."""

from typing import Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from app.deflection.desk import Asked
from app.deflection.forms import message_of
from app.routes.answers import search_answer
from app.routes.api import Origin
from app.routes.bodies import REFUSALS, JsonRoute
from app.routes.desks import CurrentDesk
from app.routes.limited import limited
from app.routes.metrics import measured
from app.routes.origins import admit
from app.routes.schemas import DeflectionAnswer, DeflectionQuestion
from app.routes.site import CurrentSite

_MOST: Final = 3

router = APIRouter(prefix="/api/v1", route_class=JsonRoute)


@router.post(
    "/deflections",
    summary="Answer a message before it is sent",
    responses=REFUSALS,
    dependencies=[Depends(admit), Depends(limited("deflections"))],
)
def deflect(
    request: Request,
    site: CurrentSite,
    desk: CurrentDesk,
    origin: Origin,
    asked: DeflectionQuestion,
    response: Response,
) -> DeflectionAnswer:
    """What may answer a message that somebody is writing. As search, from the whole message. The body may
    be sent as text/plain, which needs no preflight."""
    library = site.library()
    lang = library.known_language(asked.lang)
    session = desk.visit(asked.session)
    found = library.engine.search(
        message_of(asked.subject or "", asked.text), lang, limit=_MOST, hurried=True
    )
    measured(request, "widget", found)
    if found.degraded:
        # By words alone a whole message finds too much: the widget stays silent, and asks again later.
        raise HTTPException(503, "Too many ask at once; ask again in a moment.", {"Retry-After": "5"})
    answer = search_answer(found, origin)
    offered = found.hits if found.verdict.answer != "no" else ()
    receipt = desk.take(session, Asked(answer.search_id, found, offered, asked.page))
    hidden: dict[str, Any] = {} if offered else {"results": []}
    if receipt.holdout:
        hidden = {"results": [], "answer": "no", "confidence": 0.0, "did_you_mean": None}
    response.headers["Cache-Control"] = "no-store"
    return DeflectionAnswer(
        **(answer.model_dump() | hidden),
        deflection_id=receipt.deflection_id,
        session=session.token,
        holdout=receipt.holdout,
    )
