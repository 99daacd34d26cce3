"""Forms as browsers send them, with files: within bounds, and what was typed is kept whatever follows."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import parse_qsl

from anyio import to_thread
from fastapi import HTTPException, Request
from python_multipart.exceptions import FormParserError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from app.contact.attachments import Upload

# Bytes: of a field, and of all that is no file.
_LONGEST_FIELD: Final = 1_000_000
_FIELDS: Final = 2_000_000
_MOST_FIELDS: Final = 60
_MOST_FILES: Final = 60
# Read to its end, so that a browser shows our answer and not a broken connection; beyond this, it may break.
_DRAINED: Final = 250_000_000


@dataclass(frozen=True, slots=True)
class Sent:
    """A form: its last value of each name, and its files; `too_large`: what came too late was not read."""

    fields: Mapping[str, str]
    uploads: tuple[Upload, ...] = ()
    too_large: bool = False

    def get(self, name: str) -> str:
        """A field; empty if it is not there."""
        return self.fields.get(name, "")


class _TooLargeError(Exception):
    """More bytes than are taken."""


async def read_form(request: Request, file_bytes: int) -> Sent:
    """The form in the body, with so many bytes of files. Raises HTTPException for what is no form."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return await _encoded(request)
    if kind == "multipart/form-data":
        return await _multipart(request, file_bytes)
    raise HTTPException(415)


async def decoded(body: bytes, most_fields: int, *, keep_blank_values: bool = False) -> list[tuple[str, str]]:
    """The fields of a form that was not sent as multipart. Raises ValueError for too many of them.

    In a thread: where each character is escaped, a megabyte takes half a second, and everybody would wait.
    """
    text = body.decode("utf-8", "replace")
    read = partial(parse_qsl, text, keep_blank_values=keep_blank_values, max_num_fields=most_fields)
    return await to_thread.run_sync(read)


async def _encoded(request: Request) -> Sent:
    body = bytearray()
    try:
        async for part in _bounded(request, _FIELDS):
            body += part
        pairs = await decoded(bytes(body), _MOST_FIELDS)
    except (_TooLargeError, ValueError):
        raise HTTPException(413) from None
    return Sent(dict(pairs))


async def _multipart(request: Request, file_bytes: int) -> Sent:
    parser = MultiPartParser(
        request.headers,
        _bounded(request, file_bytes + _FIELDS),
        max_files=_MOST_FILES,
        max_fields=_MOST_FIELDS,
        max_part_size=_LONGEST_FIELD,
    )
    too_large = False
    try:
        await parser.parse()
    except _TooLargeError:
        too_large = True
    except (MultiPartException, FormParserError) as error:
        raise HTTPException(400, "The form in the body cannot be read.") from error
    fields: dict[str, str] = {}
    uploads = []
    for name, value in parser.items:
        if not isinstance(value, UploadFile):
            fields[name] = value
            continue
        content = b"" if too_large else await value.read()
        await value.close()
        if not too_large and (content or value.filename):
            uploads.append(Upload(value.filename or "", content))
    return Sent(fields, tuple(uploads), too_large)


async def _bounded(request: Request, limit: int) -> AsyncGenerator[bytes, None]:
    """The body up to a number of bytes; the rest is thrown away. Raises _TooLargeError at its end."""
    read = 0
    async for part in request.stream():
        read += len(part)
        if read <= limit:
            yield part
        elif read > _DRAINED:
            break
    if read > limit:
        raise _TooLargeError
