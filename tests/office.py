"""A help centre with staff: what tests of the desk share."""

import email
import email.policy
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import httpx
from aiosmtpd.controller import Controller

from app.routes.admin import places
from app.staff.passwords import hash_password
from app.staff.sessions import form_token
from app.store import Attachment, Store, Ticket, TicketStatus
from app.store.users import Role, User

PASSWORD = "tazza nuvola ferrovia lunedi"
HASHED = hash_password(PASSWORD)
_addresses = count(1)


@dataclass
class Visitor:
    """A browser without scripts: it holds cookies, and posts the forms of the pages it was shown."""

    base: str
    address: str = ""
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        number = next(_addresses)
        self.address = self.address or f"198.51.{number // 250}.{number % 250 + 1}"
        headers = {"X-Forwarded-For": self.address, "Accept-Language": "en"}
        self.client = httpx.Client(base_url=self.base, headers=headers, timeout=60, verify=False)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def token(self) -> str:
        """What the forms of this browser carry."""
        return form_token(self.client.cookies.get("sportello") or "")

    def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        return self.client.post(path, data={"form_token": self.token(), **fields}, headers=headers or {})

    def sign_in(self, email: str, password: str = PASSWORD, after: str = "") -> httpx.Response:
        self.get(places.SIGN_IN)
        return self.post(places.SIGN_IN, email=email, password=password, next=after)


@dataclass(frozen=True)
class Office:
    """A help centre with one user of each role, and its store."""

    url: str
    store: Store
    data: Path

    def visitor(self) -> Visitor:
        return Visitor(self.url)

    def member(self, role: Role) -> Visitor:
        """Somebody of a role, signed in."""
        found = self.visitor()
        assert found.sign_in(f"{role}@example.com").status_code == 303
        return found

    def user(self, email: str, role: Role = "viewer", password: str = HASHED) -> User:
        user = User(uuid4().hex, email, email.partition("@")[0].title(), role, datetime.now(UTC))
        self.store.users.add(user, password)
        return user

    def ticket(self, status: TicketStatus = "open", files: tuple[Attachment, ...] = (), **more: str) -> str:
        """A ticket's number, without anything going out for it."""
        number = f"SP-{uuid4().hex[:8]}"
        said = Ticket(number, datetime.now(UTC), status, "form", "it", "c@example.com", "Ciao")
        self.store.tickets.add(replace(said, **cast("Any", more)), files, ())
        return number


class Postbox:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 kept"

    def letter(self, subject: str, seconds: float = 60) -> EmailMessage:
        """The letter to a customer whose subject has these words, once it has come."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for letter in self.letters:
                if subject in str(letter["Subject"]) and letter["To"] != "team@shop.example":
                    return letter
            time.sleep(0.05)
        raise AssertionError(f"no letter came about {subject}: {[str(x['Subject']) for x in self.letters]}")


@contextmanager
def mail_server() -> Iterator[tuple[Postbox, int]]:
    """A postbox, and the port where it is."""
    box = Postbox()
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()
