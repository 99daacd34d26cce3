"""Where contacts are taken in, for the routes that need it."""

from typing import Annotated

from fastapi import Depends, Request

from app.contact.reception import Reception


async def _reception_of(request: Request) -> Reception:
    reception: Reception = request.app.state.reception
    return reception


CurrentReception = Annotated[Reception, Depends(_reception_of)]
