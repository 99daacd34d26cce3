"""A form that somebody of the staff sent: read, and known to come from a page of ours."""

from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import ImmutableMultiDict

from app.routes.admin.cookies import held
from app.routes.admin.refusals import RefusedError
from app.routes.uploads import Sent, decoded, read_form
from app.settings import Settings
from app.staff.sessions import is_form_token

# The name of the field that says so.
TOKEN: Final = "form_token"  # noqa: S105  a field's name
# Bytes; a reply as long as may be, each character escaped, takes half.
MOST_BYTES: Final = 512 * 1024
_MOST_FIELDS: Final = 100
_KIND: Final = "application/x-www-form-urlencoded"
_WITH_FILES: Final = "multipart/form-data"

Fields = ImmutableMultiDict[str, str]


async def read(
    request: Request, settings: Settings, file_bytes: int = 0, form_bytes: int = MOST_BYTES
) -> None:
    """Keep the form for `Form`. Raises RefusedError for one that is not ours, or that another site sent.

    What was typed is kept all the same: whoever typed it gets it back. One with files is taken where they may
    have `file_bytes` together; they are kept for `Files`.
    """
    request.state.form = ImmutableMultiDict()
    request.state.files = Sent({})
    if file_bytes and request.headers.get("content-type", "").startswith(_WITH_FILES):
        request.state.files = sent = await read_form(request, file_bytes)
        request.state.form = ImmutableMultiDict(sent.fields)
    else:
        request.state.form = await _encoded(request, form_bytes)
    if not _from_here(request, settings):
        raise RefusedError("elsewhere")
    token = held(request, settings)
    if not token or not is_form_token(request.state.form.get(TOKEN, ""), token):
        raise RefusedError("form")


async def _encoded(request: Request, most: int) -> Fields:
    if not request.headers.get("content-type", _KIND).startswith(_KIND):
        raise RefusedError("form")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise RefusedError("too_long")
    try:
        fields = await decoded(bytes(body), _MOST_FIELDS, keep_blank_values=True)
    except ValueError:
        raise RefusedError("form") from None
    return ImmutableMultiDict(fields)


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


async def _files(request: Request) -> Sent:
    sent: Sent = request.state.files
    return sent


Form = Annotated[Fields, Depends(_form)]
Files = Annotated[Sent, Depends(_files)]
