"""Signing in and out."""

from typing import Final

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.routes.admin import cookies, places
from app.routes.admin.desk import client_of, desk, door_of, render
from app.routes.admin.forms import Form
from app.routes.admin.members import Viewer, member_of
from app.routes.site import CurrentSite, Site
from app.staff.sessions import form_token, kept_of, new_token
from app.staff.signin import WINDOW, Refused

router = desk()

_STATUS: Final[dict[Refused, int]] = {"wrong": 403, "slower": 429}


@router.get("/admin")
@router.get("/admin/")
def first(_: Viewer) -> Response:
    """To what there is to do."""
    return RedirectResponse(places.HOME, 303)


@router.get(places.SIGN_IN)
def ask(request: Request, site: CurrentSite) -> Response:
    """The form; whoever is signed in already goes on."""
    after = places.local(request.query_params.get("next", ""))
    if member_of(request, site):
        return RedirectResponse(after, 303)
    return _page(request, site, after)


@router.post(places.SIGN_IN)
def enter(request: Request, site: CurrentSite, form: Form) -> Response:
    """Sign in, under a new token: what the browser held before is worth nothing after."""
    email, after = form.get("email", ""), places.local(form.get("next", ""))
    before = cookies.held(request, site.settings)
    token, refused = door_of(request).enter(email, form.get("password", ""), client_of(request), before)
    if refused:
        return _page(request, site, after, email, refused)
    response = RedirectResponse(after, 303)
    cookies.give(response, request, site.settings, token)
    return response


@router.post(places.SIGN_OUT)
def leave(request: Request, site: CurrentSite) -> Response:
    """Sign out: the session is over in the store, wherever its token may be."""
    site.ledger.store.sessions.end(kept_of(cookies.held(request, site.settings)))
    response = RedirectResponse(f"{places.SIGN_IN}?out=1", 303)
    cookies.take(response, request, site.settings)
    return response


def _page(
    request: Request, site: Site, after: str, email: str = "", refused: Refused | None = None
) -> Response:
    """A browser that holds nothing yet is given a token that is no session, to know its form by."""
    held = cookies.held(request, site.settings)
    token = held or new_token()
    response = render(
        request,
        "login.html",
        None,
        status=_STATUS[refused] if refused else 200,
        form_token=form_token(token),
        after=after,
        email=email,
        refused=refused,
        left="out" in request.query_params,
        minutes=int(WINDOW.total_seconds() // 60),
    )
    if refused == "slower":
        response.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
    if not held:
        cookies.give(response, request, site.settings, token)
    return response
