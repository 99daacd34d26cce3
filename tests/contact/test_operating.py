"""What an operator sees of contacts: what waits, what was given up, and how to mend it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from app.doctor import Finding, examine
from app.settings import Settings
from app.store import Store, Ticket, open_store
from tests.contact.servers import MailServer

NOW = datetime.now(UTC)


@pytest.fixture
def desk(tmp_path: Path, models: Path) -> Iterator[Store]:
    (tmp_path / "models").symlink_to(models, target_is_directory=True)
    with closing(open_store("", tmp_path)) as opened:
        ticket = Ticket(
            "SP-0000-0000", NOW - timedelta(hours=2), "open", "form", "it", "a@example.com", "Ciao"
        )
        opened.tickets.add(ticket, (), ("acknowledgement",))
        yield opened


def give_up(store: Store) -> None:
    (parcel,) = store.outbox.claim("x", NOW, NOW + timedelta(minutes=1), 1)
    store.outbox.fail(parcel.id, "x", "550 [no] such user")


def outbox(data: Path, *options: str) -> str:
    command = [sys.executable, "-m", "app", "outbox", "--data", str(data), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def seen(data: Path, what: str, **options: str) -> Finding:
    settings = Settings.model_validate({"content": data / "none", "data": data, **options})
    return next(found for found in examine(settings) if found.what == what)


def test_what_was_given_up_is_listed_and_tried_again(desk: Store, tmp_path: Path) -> None:
    give_up(desk)
    assert "SP-0000-0000 acknowledgement: 550 [no] such user" in outbox(tmp_path)
    said = orjson.loads(outbox(tmp_path, "--json"))
    assert (said["failed"], said["given_up"][0]["reason"]) == (1, "550 [no] such user")
    assert "1 will be tried again" in outbox(tmp_path, "--retry")
    assert desk.outbox.backlog().waiting == 1


def test_the_doctor_sees_what_waits_and_what_was_given_up(desk: Store, tmp_path: Path) -> None:
    waiting = seen(tmp_path, "outbox")
    assert not waiting.well
    assert "1 waiting since" in waiting.detail
    give_up(desk)
    failed = seen(tmp_path, "outbox")
    assert not failed.well
    assert "SP-0000-0000, acknowledgement: 550 [no] such user" in failed.detail


def test_the_doctor_tries_the_mail_server(tmp_path: Path, models: Path, mails: MailServer) -> None:
    (tmp_path / "models").symlink_to(models, target_is_directory=True)
    assert seen(tmp_path, "mail").well
    server = {"smtp_host": "127.0.0.1", "smtp_port": str(mails.port), "mail_from": "a@example.com"}
    assert "cannot be used" in seen(tmp_path, "mail", **server).detail  # it cannot be private
    assert "SPORTELLO_BASE_URL" in seen(tmp_path, "mail", **server, smtp_tls="none").detail
    assert seen(tmp_path, "mail", **server, smtp_tls="none", base_url="https://help.example").well
