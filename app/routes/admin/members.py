"""Who asks: each route names the role it needs as `Viewer`, `Editor` or `Admin`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from app.routes.admin.cookies import held
from app.routes.admin.refusals import RefusedError
from app.routes.site import CurrentSite, Site
from app.staff.roles import may
from app.staff.sessions import NOTED_EVERY, form_token, kept_of, lease
from app.store.sessions import Session
from app.store.users import Role, User


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the staff, signed in; every form of theirs carries `form_token`."""

    user: User
    session: str
    form_token: str

    def may(self, needed: Role) -> bool:
        """Whether their role may do what `needed` may."""
        return may(self.user.role, needed)


def member_of(request: Request, site: Site) -> Member | None:
    """Whoever is signed in. Raises StoreError."""
    token = held(request, site.settings)
    session = _alive(site, token) if token else None
    return Member(session.user, session.token, form_token(token)) if session else None


def _alive(site: Site, token: str) -> Session | None:
    now = datetime.now(UTC)
    sessions = site.ledger.store.sessions
    session = sessions.find(kept_of(token), lease(now))
    if session and now - session.seen_at >= NOTED_EVERY:
        sessions.touch(session.token, now)
    return session


def _needs(request: Request, site: Site, role: Role) -> Member:
    member = member_of(request, site)
    if member is None:
        raise RefusedError("signed_out")
    if not member.may(role):
        raise RefusedError("role")
    return member


def viewer(request: Request, site: CurrentSite) -> Member:
    """Somebody who may look. Raises RefusedError."""
    return _needs(request, site, "viewer")


def editor(request: Request, site: CurrentSite) -> Member:
    """Somebody who may write. Raises RefusedError."""
    return _needs(request, site, "editor")


def admin(request: Request, site: CurrentSite) -> Member:
    """Somebody who may do everything. Raises RefusedError."""
    return _needs(request, site, "admin")


Viewer = Annotated[Member, Depends(viewer)]
Editor = Annotated[Member, Depends(editor)]
Admin = Annotated[Member, Depends(admin)]
