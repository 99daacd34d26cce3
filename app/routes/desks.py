"""The widget's desk, for the routes that need it."""

from typing import Annotated

from fastapi import Depends, Request

from app.deflection.desk import Desk


async def _desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


CurrentDesk = Annotated[Desk, Depends(_desk_of)]
