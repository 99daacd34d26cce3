"""What an e-mail address has left with us: handed out whole, or erased."""

import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from app.contact import attachments
from app.store import Case, Store


@dataclass(frozen=True, slots=True)
class Erased:
    """How many tickets and files are gone."""

    tickets: int
    files: int


def find(store: Store, email: str) -> tuple[Case, ...]:
    """The tickets from an address, the oldest first, each with all that belongs to it. Raises StoreError."""
    cases = (store.tickets.case(ticket) for ticket in store.personal.tickets(email))
    return tuple(case for case in cases if case)


def as_object(email: str, cases: Sequence[Case]) -> dict[str, Any]:
    """The same as JSON has it."""
    return {"email": email, "tickets": [asdict(case) for case in cases]}


def write(email: str, cases: Sequence[Case], data: Path, target: Path) -> int:
    """A .zip with `personal.json` and every file that was sent; how many of these are not on disk any more.

    Raises OSError, also where `target` exists.
    """
    missing = 0
    with target.open("xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        target.chmod(0o600)
        said = orjson.dumps(as_object(email, cases), option=orjson.OPT_INDENT_2)
        archive.writestr("personal.json", said)
        for case in cases:
            for position, sent in enumerate(case.attachments, start=1):
                try:
                    content = attachments.read(sent, data)
                except OSError:
                    missing += 1
                else:
                    archive.writestr(f"attachments/{case.ticket.id}/{position}-{sent.name}", content)
    return missing


def erase(store: Store, cases: Sequence[Case], data: Path) -> Erased:
    """Delete them for good, with their files. Raises StoreError; what is gone by then stays gone."""
    tickets = files = 0
    for case in cases:
        if store.inbox.erase(case.ticket.id) is not None:
            attachments.forget(case.attachments, data)
            tickets, files = tickets + 1, files + len(case.attachments)
    return Erased(tickets, files)
