"""Who waits for an answer, for the routes that need it."""

from typing import Annotated

from fastapi import Depends, Request

from app.subscriptions.registry import Registry


async def _registry_of(request: Request) -> Registry:
    registry: Registry = request.app.state.subscriptions
    return registry


CurrentRegistry = Annotated[Registry, Depends(_registry_of)]
