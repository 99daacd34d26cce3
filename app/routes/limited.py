"""How often one client may send something: a dependency for routes that write."""

from collections.abc import Awaitable, Callable
from math import ceil
from typing import Literal

from fastapi import HTTPException, Request

from app.limits import Buckets, Clients
from app.settings import Settings

Kind = Literal["deflections", "events", "tickets", "feedback", "subscriptions"]


class Gate:
    """The limits of one server process, as its settings have them."""

    def __init__(self, settings: Settings) -> None:
        limits: dict[Kind, int] = {
            "deflections": settings.limit_deflections,
            "events": settings.limit_events,
            "tickets": settings.limit_tickets,
            "feedback": settings.limit_feedback,
            "subscriptions": settings.limit_subscriptions,
        }
        self._buckets = {kind: Buckets(limit) for kind, limit in limits.items() if limit}
        self._clients = Clients()

    def wait(self, kind: Kind, address: str) -> float:
        """The seconds until a client may send; 0.0 means now, and counts."""
        buckets = self._buckets.get(kind)
        return buckets.take(self._clients.name(address)) if buckets else 0.0


def seconds_to_wait(request: Request, kind: Kind) -> int:
    """How long whoever sent a request has to wait; 0 means that they need not, and counts."""
    gate: Gate = request.app.state.gate
    return ceil(gate.wait(kind, request.client.host if request.client else ""))


def limited(kind: Kind) -> Callable[[Request], Awaitable[None]]:
    """A dependency that refuses a client who sends too much of one kind; raises HTTPException."""

    async def check(request: Request) -> None:
        if seconds := seconds_to_wait(request, kind):
            said = f"That was too much at once; try again in {seconds} s."
            raise HTTPException(429, said, {"Retry-After": str(seconds)})

    return check
