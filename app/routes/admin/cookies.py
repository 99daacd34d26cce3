"""The one cookie there is: what a member of the staff's browser holds."""

from fastapi import Request
from starlette.responses import Response

from app.settings import Settings
from app.staff.sessions import LONGEST, is_token


def held(request: Request, settings: Settings) -> str:
    """The token that the browser sent; empty where it sent none of ours."""
    token = request.cookies.get(_name(request, settings), "")
    return token if is_token(token) else ""


def give(response: Response, request: Request, settings: Settings, token: str) -> None:
    """Have the browser hold a token, out of every script's reach."""
    response.set_cookie(
        _name(request, settings),
        token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=_is_secure(request, settings),
        httponly=True,
        samesite="lax",
    )


def take(response: Response, request: Request, settings: Settings) -> None:
    """Have the browser forget it."""
    response.delete_cookie(
        _name(request, settings),
        path="/",
        secure=_is_secure(request, settings),
        httponly=True,
        samesite="lax",
    )


def _name(request: Request, settings: Settings) -> str:
    """The prefix keeps a neighbouring host from setting it; browsers take it over https alone."""
    return "__Host-sportello" if _is_secure(request, settings) else "sportello"


def _is_secure(request: Request, settings: Settings) -> bool:
    """A proxy that ends https need not say so, if the configured address does."""
    return request.url.scheme == "https" or settings.base_url.startswith("https://")
