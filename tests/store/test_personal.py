"""What is kept of one person is found, handed out and erased, whole."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.contact import attachments, personal
from app.contact.attachments import Upload
from app.store import Event, Reply, Store, Subscription, Ticket
from app.store.database import connect, database_url
from app.store.subscriptions import Names
from app.store.subscriptions_tables import SUBSCRIPTIONS
from app.store.tickets_tables import ATTACHMENTS, OUTBOX, RATINGS, REPLIES, TICKETS

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANNA = "Anna.Neri@posta.example"


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Store:
    """Two tickets of Anna's, written otherwise, with all that a ticket can have, and one of another's."""
    for number, email in enumerate((ANNA, ANNA.lower(), "bruno@posta.example")):
        files = attachments.keep([Upload("../foto .txt", f"file {number}".encode())], tmp_path)
        at = NOON + timedelta(minutes=number)
        store.tickets.add(
            Ticket(f"T-{number}", at, "open", "form", "it", email, f"Testo {number}"), files, ["forward"]
        )
        store.tickets.reply(
            f"T-{number}", Reply(f"r{number}", NOON, "here", "Ada", "Ecco."), close=True, ask=True
        )
        token = store.tickets.get(f"T-{number}")
        assert token
        assert token.rating_token
        store.tickets.rate(token.rating_token, 4, "bene", NOON)
    store.add_event(Event("e", "rated", NOON, value="yes"))
    for number, email in enumerate((ANNA, "bruno@posta.example")):
        waiting = Subscription(f"S-{number}", email, "it", f"Domanda {number}?", ("a/b",), "snapshot", NOON)
        assert store.subscriptions.ask(waiting, Names(f"whole {number}", f"box {number}"), 5)
    return store


def test_all_of_one_person_is_handed_out(shop: Store, tmp_path: Path) -> None:
    kept = personal.find(shop, ANNA)
    assert [case.ticket.id for case in kept.cases] == ["T-0", "T-1"]
    assert personal.write(kept, tmp_path, tmp_path / "anna.zip") == 0
    with zipfile.ZipFile(tmp_path / "anna.zip") as archive:
        said = json.loads(archive.read("personal.json"))
        names = [name for name in archive.namelist() if name != "personal.json"]
        assert [archive.read(name) for name in names] == [b"file 0", b"file 1"]
        assert all(name.count("/") == 2 and ".." not in name for name in names)
    assert (tmp_path / "anna.zip").stat().st_mode & 0o777 == 0o600
    first = said["tickets"][0]
    assert (first["ticket"]["message"], first["replies"][0]["body"], first["rating"]["comment"]) == (
        "Testo 0", "Ecco.", "bene",
    )  # fmt: skip
    (waiting,) = said["subscriptions"]
    assert (waiting["email"], waiting["question"]) == (ANNA, "Domanda 0?")
    with pytest.raises(FileExistsError):
        personal.write(kept, tmp_path, tmp_path / "anna.zip")


def test_all_of_one_person_is_erased_and_nothing_else(shop: Store, address: str, tmp_path: Path) -> None:
    assert personal.erase_person(shop, personal.find(shop, ANNA.upper()), tmp_path) == personal.Erased(
        2, 2, 1
    )
    with connect(database_url(address, tmp_path)).connect() as connection:
        for table in (ATTACHMENTS, REPLIES, RATINGS, OUTBOX):
            left = set(connection.execute(select(table.c.ticket_id)).scalars())
            assert left - {None} == {"T-2"}, table.name
        assert connection.execute(select(SUBSCRIPTIONS.c.id)).scalars().all() == ["S-1"]
        assert set(connection.execute(select(OUTBOX.c.subscription_id)).scalars()) == {None, "S-1"}
        assert connection.execute(select(TICKETS.c.email)).scalars().all() == ["bruno@posta.example"]
    assert [p.read_bytes() for p in (tmp_path / "attachments").iterdir()] == [b"file 2"]
    assert not personal.find(shop, ANNA)
    if address.startswith("sqlite"):
        shop.close()
        assert b"Anna.Neri" not in (tmp_path / "sportello.db").read_bytes()
        assert b"Domanda 0" not in (tmp_path / "sportello.db").read_bytes()
        assert b"Testo 0" not in (tmp_path / "sportello.db").read_bytes()


def test_nobody_is_found_by_a_pattern(shop: Store) -> None:
    for strange in ("%", "", "anna_neri@posta.example", "' OR 1=1 --", "@posta.example"):
        assert not personal.find(shop, strange)
