"""How every request of the staff's is answered: guarded, in their frame, and kept by no cache."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.languages import preferred
from app.routes.admin import forms, places
from app.routes.admin.cookies import held
from app.routes.admin.members import Member, member_of
from app.routes.admin.refusals import STATUS, RefusedError
from app.routes.http import SECURITY_HEADERS
from app.routes.site import Page, Site
from app.secret import Secret
from app.staff.signin import Door
from app.store import StoreError

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": SECURITY_HEADERS["Content-Security-Policy"]
    .replace("img-src 'self' https:", "img-src 'self'")
    .replace("frame-ancestors 'self'", "frame-ancestors 'none'"),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
_RETRY_AFTER: Final = "30"
# The longest of what was typed is what is given back.
_TYPED: Final = ("body", "note", "q", "email", "name", "title", "questions")


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation: where it leads, and which of the texts names it."""

    path: str
    name: str


# What there is to go to; a room that is added adds itself here.
PLACES: Final = (
    Place(places.TICKETS, "tickets"),
    Place(places.INSIGHTS, "insights"),
    Place(places.GAPS, "gaps"),
    Place(places.ARTICLES, "articles"),
    Place(places.GOLDEN, "golden"),
    Place(places.LEARNING, "learning"),
)


class DeskRoute(APIRoute):
    """Lets no form in but ours, turns a refusal into a page, and adds the headers."""

    # What a form's files may have together; none are taken.
    file_bytes: ClassVar[int] = 0
    # What a form may have without them.
    form_bytes: ClassVar[int] = forms.MOST_BYTES

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler, guarded; none can be added that is not."""
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            site: Site = request.app.state.site
            try:
                if request.method not in {"GET", "HEAD", "OPTIONS"}:
                    await forms.read(request, site.settings, self.file_bytes, self.form_bytes)
                response = await answer(request)
            except RefusedError as refused:
                response = await to_thread.run_sync(_refusal, request, site, refused)
            except StoreError as error:
                site.ledger.say(error)
                response = await to_thread.run_sync(_refusal, request, site, RefusedError("unsaved"))
                response.headers["Retry-After"] = _RETRY_AFTER
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return guarded


def desk(route: type[DeskRoute] = DeskRoute) -> APIRouter:
    """A router for the staff's pages: each of its routes is guarded, and names the role it needs."""
    return APIRouter(include_in_schema=False, route_class=route)


def door_of(request: Request) -> Door:
    """Where whoever wants to sign in is judged. Raises StoreError."""
    site: Site = request.app.state.site
    secret: Secret = request.app.state.secret
    return Door(site.ledger.store, secret.key("sign-in attempts"))


def client_of(request: Request) -> str:
    """The address a request came from; a proxy that is trusted is looked behind before."""
    return request.client.host if request.client else ""


def language(request: Request, site: Site) -> str:
    """The interface language that the browser likes best, else the site's own."""
    liked = preferred(request.headers.get("accept-language", ""), tuple(site.interfaces))
    return liked or site.interface(site.settings.default_language).lang


def render(
    request: Request, template: str, member: Member | None, *, status: int = 200, **shown: object
) -> HTMLResponse:
    """A page in the staff's frame."""
    site: Site = request.app.state.site
    page = Page(f"admin/{template}", language(request, site), listed=False, status=status)
    response = site.render(
        request,
        page,
        member=member,
        places=places,
        navigation=PLACES,
        path=request.url.path,
        form_field=forms.TOKEN,
        **shown,
    )
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


def _refusal(request: Request, site: Site, refused: RefusedError) -> Response:
    """Whoever only looks and is not signed in goes to sign in; all else gets a page with what was typed."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if refused.reason == "signed_out" and request.method == "GET":
        return RedirectResponse(places.sign_in(places.local(asked)), 303)
    sent = getattr(request.state, "form", {})
    typed = max((sent.get(name, "") for name in _TYPED), key=len)
    # Of a database that does not answer it is not asked who this is.
    member = member_of(request, site) if refused.reason != "unsaved" else None
    return render(
        request,
        "refused.html",
        member,
        status=STATUS[refused.reason],
        reason=refused.reason,
        typed=typed,
        back=_back(request.url.path),
        signed_in=member is not None or (refused.reason == "unsaved" and held(request, site.settings) != ""),
    )


def _back(path: str) -> str:
    """The page that an action belongs to: `/admin/tickets/T-1/reply` → `/admin/tickets/T-1`."""
    if path.startswith(f"{places.ARTICLES}/") and path != places.NEW_ARTICLE:
        return places.local(f"{path.rpartition('/')[0]}/edit")
    parts = path.split("/")
    return places.local("/".join(parts[:4])) if len(parts) > 4 else places.HOME
