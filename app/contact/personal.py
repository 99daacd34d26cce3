"""What an e-mail address has left with us: handed out whole, or erased."""

import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from app.contact import attachments
from app.store import Case, Store, Subscription


@dataclass(frozen=True, slots=True)
class Kept:
    """All that an address is written on, the oldest first: tickets, each with all that belongs to it, and
    questions whose answer is waited for."""

    email: str
    cases: tuple[Case, ...]
    subscriptions: tuple[Subscription, ...]

    def __bool__(self) -> bool:
        return bool(self.cases or self.subscriptions)


@dataclass(frozen=True, slots=True)
class Erased:
    """How many tickets, files and subscriptions are gone."""

    tickets: int
    files: int
    subscriptions: int = 0


def find(store: Store, email: str) -> Kept:
    """What there is of an address. Raises StoreError."""
    cases = (store.tickets.case(ticket) for ticket in store.personal.tickets(email))
    return Kept(email, tuple(case for case in cases if case), store.subscriptions.of(email))


def as_object(kept: Kept) -> dict[str, Any]:
    """The same as JSON has it."""
    return {
        "email": kept.email,
        "tickets": [asdict(case) for case in kept.cases],
        "subscriptions": [asdict(waiting) for waiting in kept.subscriptions],
    }


def write(kept: Kept, data: Path, target: Path) -> int:
    """A .zip with `personal.json` and every file that was sent; how many of these are not on disk any more.

    Raises OSError, also where `target` exists.
    """
    missing = 0
    with target.open("xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        target.chmod(0o600)
        archive.writestr("personal.json", orjson.dumps(as_object(kept), option=orjson.OPT_INDENT_2))
        for case in kept.cases:
            for position, sent in enumerate(case.attachments, start=1):
                try:
                    content = attachments.read(sent, data)
                except OSError:
                    missing += 1
                else:
                    archive.writestr(f"attachments/{case.ticket.id}/{position}-{sent.name}", content)
    return missing


def erase_person(store: Store, kept: Kept, data: Path) -> Erased:
    """Delete all of it for good. Raises StoreError; what is gone by then stays gone."""
    gone = erase(store, kept.cases, data)
    return replace(gone, subscriptions=store.subscriptions.erase(kept.email))


def erase(store: Store, cases: Sequence[Case], data: Path) -> Erased:
    """Delete tickets for good, with their files. Raises StoreError; what is gone by then stays gone."""
    tickets = files = 0
    for case in cases:
        if store.inbox.erase(case.ticket.id) is not None:
            attachments.forget(case.attachments, data)
            tickets, files = tickets + 1, files + len(case.attachments)
    return Erased(tickets, files)
