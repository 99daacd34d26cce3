"""One's own account: who one is here, whether the weekly mail comes, and another password."""

from typing import Literal
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.digest.sending import hindrance
from app.digest.weeks import MORNING
from app.routes.admin import places
from app.routes.admin.desk import client_of, desk, door_of, render
from app.routes.admin.forms import Fields, Form
from app.routes.admin.members import Member, Viewer
from app.routes.site import CurrentSite, Site
from app.staff.passwords import LEAST, MOST, is_guessable, is_long_enough
from app.staff.signin import WINDOW

router = desk()

Problem = Literal["", "wrong", "slower", "short", "guessable", "different"]


@router.get(places.PASSWORD)
def account(request: Request, member: Viewer, site: CurrentSite) -> Response:
    """Who is signed in, and the form for another password."""
    return _page(request, site, member)


@router.post(places.PASSWORD)
def change(request: Request, member: Viewer, form: Form, site: CurrentSite) -> Response:
    """Take another password, which ends every other session of theirs."""
    problem = _wrong(form, member)
    if not problem:
        new, user = form.get("new", ""), member.user
        refused = door_of(request).change(
            user.email, form.get("old", ""), new, client_of(request), member.session
        )
        if refused is None:
            return RedirectResponse(f"{places.PASSWORD}?done=1", 303)
        problem = refused
    return _page(request, site, member, problem)


@router.post(places.DIGEST)
def choose_digest(member: Viewer, form: Form, site: CurrentSite) -> Response:
    """Have the weekly mail from now on, or have it no more."""
    site.ledger.store.users.choose_digest(member.user.id, wanted=form.get("wanted") == "yes")
    return RedirectResponse(f"{places.PASSWORD}?chosen=1#digest", 303)


def _wrong(form: Fields, member: Member) -> Problem:
    new = form.get("new", "")
    if not is_long_enough(new):
        return "short"
    if new != form.get("again", ""):
        return "different"
    return "guessable" if is_guessable(new, member.user.email, member.user.name) else ""


def _page(request: Request, site: Site, member: Member, problem: Problem = "") -> Response:
    return render(
        request,
        "account.html",
        member,
        status={"": 200, "slower": 429}.get(problem, 422),
        problem=problem,
        least=LEAST,
        most=MOST,
        minutes=int(WINDOW.total_seconds() // 60),
        done="done" in request.query_params,
        chosen="chosen" in request.query_params,
        hindrance=hindrance(site.settings),
        zone=ZoneInfo(site.settings.time_zone),
        morning=MORNING,
    )
