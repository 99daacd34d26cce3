"""A form that somebody of the staff sent: read, and known to come from a page of ours."""

from typing import Annotated, Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request
from starlette.datastructures import ImmutableMultiDict

from app.routes.admin.cookies import held
from app.routes.admin.refusals import RefusedError
from app.settings import Settings
from app.staff.sessions import is_form_token

# The name of the field that says so.
TOKEN: Final = "form_token"  # noqa: S105  a field's name
# Bytes; a reply as long as may be, each character escaped, takes half.
_BODY_LIMIT: Final = 512 * 1024
_MOST_FIELDS: Final = 100
_KIND: Final = "application/x-www-form-urlencoded"

Fields = ImmutableMultiDict[str, str]


async def read(request: Request, settings: Settings) -> None:
    """Keep the form for `Form`. Raises RefusedError for one that is not ours, or that another site sent.

    What was typed is kept all the same: whoever typed it gets it back.
    """
    request.state.form = ImmutableMultiDict()
    if not request.headers.get("content-type", _KIND).startswith(_KIND):
        raise RefusedError("form")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _BODY_LIMIT:
            raise RefusedError("too_long")
    try:
        fields = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise RefusedError("form") from None
    request.state.form = ImmutableMultiDict(fields)
    if not _from_here(request, settings):
        raise RefusedError("elsewhere")
    token = held(request, settings)
    if not token or not is_form_token(request.state.form.get(TOKEN, ""), token):
        raise RefusedError("form")


def _from_here(request: Request, settings: Settings) -> bool:
    """What the browser says of where the form was; one that says nothing is judged by the token alone."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is None:
        return True
    # The scheme is left out: a proxy that ends https need not pass it on.
    here = {request.headers.get("host", ""), urlsplit(settings.base_url).netloc} - {""}
    return urlsplit(origin).netloc in here


async def _form(request: Request) -> Fields:
    sent: Fields = request.state.form
    return sent


Form = Annotated[Fields, Depends(_form)]
