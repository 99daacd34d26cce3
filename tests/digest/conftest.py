"""The store on both databases, a mail server, and weeks with something in them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from app.settings import Settings
from app.store import Store
from app.store.searches import Search
from app.store.users import Role, User
from tests.contact.servers import MailServer, mail_server

ROME = ZoneInfo("Europe/Rome")
# A Monday, and the week whose Sunday is an hour longer than others.
WEEK = date(2026, 10, 19)
MONDAY = datetime(2026, 10, 26, 8, 0, 1, tzinfo=ROME)
SITE = "https://help.tornigallo.example"


@pytest.fixture(scope="session")
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def settings(data: Path, port: int | str = 25, **more: str) -> Settings:
    """Of a shop that can send mail."""
    said = {
        "site_name": "Tornigallo",
        "base_url": SITE,
        "smtp_host": "127.0.0.1",
        "smtp_port": str(port),
        "smtp_tls": "none",
        "mail_from": "ciao@tornigallo.example",
        "support_mailbox": "desk@tornigallo.example",
    }
    return Settings(data=data, **{**said, **more})  # type: ignore[arg-type]


def joins(store: Store, name: str, role: Role, at: datetime = MONDAY - timedelta(days=90)) -> User:
    """Somebody of the staff, of an address of their own."""
    user = User(uuid4().hex, f"{name}@shop.example", name.title(), role, at)
    store.users.add(user, "hash")
    return user


def asked(at: datetime, wording: str = "posso noleggiare un tandem", answer: str = "no") -> Search:
    """A visit's one question."""
    results = () if answer == "no" else ("bici/freni",)
    return Search(
        uuid4().hex, at, "site", "it", wording, wording, answer, 0.0, results, "x", 1.0  # type: ignore[arg-type]
    )  # fmt: skip
