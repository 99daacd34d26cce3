"""One digest a week: whoever writes it, however often, and whatever is killed meanwhile."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app import doctor
from app.contact.letters import Letters
from app.contact.outbox import Courier, Knowledge
from app.digest.letters import Bulletins
from app.digest.watch import DigestWatch
from app.digest.weeks import KEPT, last_week, morning_after
from app.languages import load_interfaces
from app.ledger import Ledger
from app.reviews.letters import Reminders
from app.settings import Settings
from app.store import Store, StoreError, open_store
from app.store.database import database_url
from app.store.digests import Edition
from app.store.gaps_records import Review
from app.subscriptions.letters import Notices
from tests.contact.servers import MailServer, until
from tests.digest.conftest import MONDAY, ROME, SITE, WEEK, asked, joins, settings
from tests.gapsplayed import ANSWERED, INJECTED, MISSING
from tests.terminal import Run

INTERFACES = load_interfaces()
# What the other process does: it is killed with the row and one mail written, and nothing committed.
KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from app.store import digests, open_store
write, written = digests.enqueue_to, []
def enqueue_to(*said):
    if written:
        os.kill(os.getpid(), signal.SIGKILL)
    write(*said)
    written.append(said)
digests.enqueue_to = enqueue_to
now = datetime.fromisoformat(sys.argv[3])
open_store(sys.argv[1], Path(sys.argv[2])).digests.publish(digests.Edition(now.date(), "{}"), now, now)
"""


def watch(wanted: Settings) -> DigestWatch:
    return DigestWatch(wanted, Ledger(wanted), lambda: True, lambda name: f"L’articolo {name}")


def look(store: Store, data: Path, now: datetime = MONDAY, **more: str) -> int | None:
    """A process that has just started looks."""
    return watch(settings(data, **more)).look(store, now)


def due_mails(store: Store) -> list[str]:
    """To whom a digest is on its way, by id."""
    now = datetime.now(UTC)
    claimed = store.outbox.claim("a test", now, now, 99)
    assert {parcel.kind for parcel in claimed} <= {"digest"}
    return sorted(parcel.user_id or "" for parcel in claimed)


@contextmanager
def courier(wanted: Settings) -> Iterator[None]:
    """One that carries what is in the store of these settings."""
    ledger = Ledger(wanted)
    knowledge = Knowledge(lambda: True, lambda _: (), lambda _, __: ())
    carries = Courier(
        wanted, ledger, Letters(wanted, INTERFACES), Notices(wanted, INTERFACES),
        Bulletins(wanted, INTERFACES), Reminders(wanted, INTERFACES), knowledge,
    )  # fmt: skip
    ledger.start()
    carries.start()
    try:
        yield
    finally:
        carries.stop()
        ledger.stop()


def last_monday() -> datetime:
    """A second after the last morning on which a digest was due."""
    now = datetime.now(UTC)
    morning = morning_after(last_week(now, ROME), ROME)
    return (morning if morning < now else morning - timedelta(days=7)) + timedelta(seconds=1)


def parts(mail: EmailMessage) -> tuple[str, str]:
    """Its text and its HTML."""
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text
    assert html
    return text.get_content().replace("\r\n", "\n"), html.get_content()


def test_it_goes_once_to_those_who_want_it(store: Store, tmp_path: Path) -> None:
    admin, editor = joins(store, "admin", "admin"), joins(store, "editor", "editor")
    viewer, curious = joins(store, "viewer", "viewer"), joins(store, "curious", "viewer")
    tired, gone = joins(store, "tired", "admin"), joins(store, "gone", "admin")
    joins(store, "new", "admin", MONDAY)
    store.users.choose_digest(curious.id, wanted=True)
    store.users.choose_digest(tired.id, wanted=False)
    store.users.remove(gone.email, MONDAY)
    assert look(store, tmp_path, MONDAY - timedelta(seconds=2)) is None
    assert look(store, tmp_path) == 3
    assert look(store, tmp_path) is None
    assert look(store, tmp_path, MONDAY + timedelta(days=6, hours=15)) is None
    assert due_mails(store) == sorted([admin.id, editor.id, curious.id])
    assert viewer.id not in due_mails(store)
    assert look(store, tmp_path, MONDAY + timedelta(days=7)) == 4


def test_a_server_that_was_down_sends_it_within_the_week(store: Store, tmp_path: Path) -> None:
    joins(store, "admin", "admin")
    assert look(store, tmp_path, MONDAY + timedelta(days=3)) == 1
    kept = store.digests.get(WEEK)
    assert kept
    # The next Monday before eight it would be a week late; at eight the next one is due.
    assert look(store, tmp_path, MONDAY + timedelta(days=14, hours=-1)) is None
    assert look(store, tmp_path, MONDAY + timedelta(days=14)) == 1
    assert not store.digests.is_published(WEEK + timedelta(days=7))


def test_another_time_zone_repeats_nothing(store: Store, tmp_path: Path) -> None:
    joins(store, "admin", "admin")
    assert look(store, tmp_path, MONDAY - timedelta(hours=7), time_zone="Asia/Tokyo") == 1
    for hours in (0, 12, 24, 143):
        for zone in ("Europe/Rome", "Pacific/Honolulu", "Asia/Tokyo"):
            found = look(store, tmp_path, MONDAY + timedelta(hours=hours), time_zone=zone)
            # Honolulu's Sunday is of the week before, which had none.
            assert found is None or (zone, hours) == ("Pacific/Honolulu", 0)
    assert store.digests.is_published(WEEK)


def test_a_process_looks_no_further_once_it_is_written(store: Store, tmp_path: Path) -> None:
    joins(store, "admin", "admin")
    same = watch(settings(tmp_path))
    assert same.look(store, MONDAY) == 1
    assert store.digests.forget(MONDAY + KEPT) == 1
    assert same.look(store, MONDAY + timedelta(hours=1)) is None


def test_two_processes_at_the_same_moment_write_one(store: Store, address: str, tmp_path: Path) -> None:
    readers = sorted(joins(store, f"editor{number}", "editor").id for number in range(5))
    found: list[int | None] = []
    together = threading.Barrier(6)

    def process() -> None:
        with closing(open_store(address, tmp_path)) as mine:
            together.wait()
            found.append(look(mine, tmp_path))

    threads = [threading.Thread(target=process) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found, key=str) == [5, None, None, None, None, None]
    assert due_mails(store) == readers


def test_a_kill_in_the_middle_leaves_nothing_and_the_next_process_all(
    store: Store, address: str, tmp_path: Path
) -> None:
    readers = sorted(joins(store, f"editor{number}", "editor").id for number in range(3))
    command = [sys.executable, "-c", KILLED, address, str(tmp_path), MONDAY.isoformat()]
    done = subprocess.run(command, check=False, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    assert done.returncode == -signal.SIGKILL
    assert store.digests.last() is None
    assert due_mails(store) == []
    assert look(store, tmp_path) == 3
    assert due_mails(store) == readers


def test_without_its_mails_there_is_no_digest(store: Store, address: str, tmp_path: Path) -> None:
    joins(store, "admin", "admin")
    engine = create_engine(database_url(address, tmp_path))
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox RENAME TO away")
    with pytest.raises(StoreError, match="outbox"):
        store.digests.publish(Edition(WEEK, "{}"), MONDAY, MONDAY)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO outbox")
    engine.dispose()
    assert look(store, tmp_path) == 1


def test_who_switches_it_off_or_is_removed_gets_none_that_waits(store: Store, tmp_path: Path) -> None:
    tired, gone, stays = (joins(store, name, "editor") for name in ("tired", "gone", "stays"))
    assert look(store, tmp_path) == 3
    store.users.choose_digest(tired.id, wanted=False)
    store.users.remove(gone.email, MONDAY)
    assert due_mails(store) == [stays.id]
    # What is with a process already is judged once more before it is written.
    assert [store.digests.reader(user.id) for user in (tired, gone)] == [None, None]
    found = store.digests.reader(stays.id)
    assert found
    assert found.email == stays.email


def test_old_ones_go_with_what_was_never_sent(store: Store, tmp_path: Path) -> None:
    joins(store, "admin", "admin")
    assert look(store, tmp_path) == 1
    assert store.digests.forget(MONDAY) == 0
    assert store.digests.forget(MONDAY + timedelta(seconds=1)) == 1
    assert (due_mails(store), store.outbox.backlog().waiting) == ([], 0)


def test_the_mail_says_it_as_text_and_as_html(
    store: Store, address: str, mails: MailServer, tmp_path: Path
) -> None:
    name = "postgresql" if address.startswith("postgresql") else "sqlite"
    reader = joins(store, f"anna-{name}", "editor", datetime(2020, 1, 1, tzinfo=UTC))
    monday = last_monday()  # the ledger beside it forgets what is old by the clock on the wall
    hurried = replace(MISSING, questions=tuple(q for q in MISSING.questions if q.doubt.wording == INJECTED))
    closed = replace(ANSWERED, changed_at=monday - timedelta(days=2))
    store.gaps.rewrite(Review(MONDAY, "played"), lambda _: (hurried, closed))
    store.searches.write([asked(monday - timedelta(days=3), INJECTED) for _ in range(2)])
    store.searches.write([asked(monday - timedelta(days=3), "quanto tempo ci mette", "yes")])
    wanted = settings(tmp_path, mails.port, database_url=address)
    assert watch(wanted).look(store, monday) == 1
    with courier(wanted):
        until(lambda: mails.to(reader.email))
        until(lambda: store.outbox.backlog().waiting == 0)
    (mail,) = mails.to(reader.email)
    assert mail["Subject"].startswith("La settimana nel centro assistenza: ")
    assert (mail["To"], mail["Auto-Submitted"]) == (f"{reader.name} <{reader.email}>", "auto-generated")
    assert mail["Reply-To"] is None
    text, html = parts(mail)
    assert "Senza risposta: 2 su 3\n  La settimana prima: –\n" in text
    assert "risponde «L’articolo consegna/tempi»" in text
    for said in (text, html):
        assert f"{SITE}/admin/gaps/missing" in said
        assert f"{SITE}/admin/password#digest" in said
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "2 su 3" in html


def test_the_command_shows_it_and_sends_it(sportello: Run, mails: MailServer, tmp_path: Path) -> None:
    data = {"SPORTELLO_DATA": str(tmp_path / "data")}
    shown = sportello("digest", **data)
    assert "È stata una settimana tranquilla" in shown.stdout
    assert "SPORTELLO_SMTP_HOST is not set" in shown.stderr
    mail = {
        "SPORTELLO_SMTP_HOST": "127.0.0.1", "SPORTELLO_SMTP_PORT": str(mails.port), "SPORTELLO_SMTP_TLS": "none",
        "SPORTELLO_MAIL_FROM": "ciao@tornigallo.example",
    }  # fmt: skip
    assert "SPORTELLO_SMTP_HOST" in sportello("digest", "--mail", "a@shop.example", expect=3, **data).stderr
    assert (
        "SPORTELLO_BASE_URL"
        in sportello("digest", "--mail", "a@shop.example", expect=3, **data, **mail).stderr
    )
    whole = {**data, **mail, "SPORTELLO_BASE_URL": SITE}
    assert "no e-mail address" in sportello("digest", "--mail", "nobody", expect=1, **whole).stderr
    assert (
        "Sent to previewed@shop.example."
        in sportello("digest", "--mail", "previewed@shop.example", **whole).stdout
    )
    (sent,) = mails.to("previewed@shop.example")
    assert "tranquilla" in parts(sent)[0]
    mails.refuses["full@shop.example"] = "552 mailbox full"
    refused = sportello("digest", "--mail", "full@shop.example", expect=3, **whole).stderr
    assert "the mail server says 552 mailbox full" in refused
    # A look at it is not the week's own.
    with closing(open_store("", tmp_path / "data")) as store:
        assert store.digests.last() is None


def test_the_doctor_says_whom_it_goes_to_or_what_is_missing(tmp_path: Path, mails: MailServer) -> None:
    def seen(wanted: Settings) -> tuple[bool, str]:
        found = doctor.digest(wanted)
        return found.well, found.detail

    wanted = settings(tmp_path, mails.port)
    with closing(open_store("", tmp_path)) as store:
        joins(store, "admin", "admin")
        joins(store, "viewer", "viewer")
        assert look(store, tmp_path) == 1
    assert seen(wanted) == (
        True, "Mondays from 08:00 (Europe/Rome), to 1 of the staff; the last one was written on 2026-10-26 07:00 UTC",
    )  # fmt: skip
    lost = settings(tmp_path, mails.port, base_url="")
    assert seen(lost) == (True, "none is sent on Mondays: SPORTELLO_BASE_URL is not set")
