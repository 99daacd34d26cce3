"""All that cannot be made again is in one file, and comes back whole or not at all, while others write."""

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.backup.archive import ArchiveError
from app.backup.making import back_up
from app.backup.restoring import BEFORE, restore
from app.contact import attachments
from app.contact.attachments import Upload
from app.settings import Settings
from app.store import Event, Store, StoreError, Ticket, open_store
from tests.asking import event, post, rows
from tests.served import Serve
from tests.terminal import Run

PERSON = {"Sec-Fetch-Mode": "navigate"}
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ticket(number: str, email: str = "anna@posta.example") -> Ticket:
    return Ticket(number, NOON, "open", "form", "it", email, "Il vaso è rotto.")


@pytest.fixture
def settings(tmp_path: Path, content: Path) -> Settings:
    return Settings(content=content, data=tmp_path / "data")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with closing(open_store("", settings.data)) as opened:
        yield opened


@pytest.fixture
def saved(settings: Settings, store: Store, tmp_path: Path) -> Path:
    """A backup of a ticket with a file, a search and a secret."""
    kept = attachments.keep([Upload("foto.txt", "ciao è".encode())], settings.data)
    store.tickets.add(ticket("T-1"), kept, ["acknowledgement"])
    store.add_event(Event("e1", "rated", NOON, value="yes"))
    (settings.data / "secret").write_text("s" * 64)
    archive = tmp_path / "backup.tar"
    made = back_up(settings, archive)
    assert (made.attachments, made.missing, made.content) == (1, 0, 5)
    return archive


def test_what_was_saved_comes_back(settings: Settings, store: Store, saved: Path, tmp_path: Path) -> None:
    assert saved.stat().st_mode & 0o777 == 0o600
    new = Settings(content=tmp_path / "new content", data=tmp_path / "new data")
    done = restore(new, saved)
    assert (done.attachments, done.missing, done.content, done.before) == (1, 0, 5, None)
    with closing(open_store("", new.data)) as opened:
        case = opened.tickets.case("T-1")
        assert case
        assert case == store.tickets.case("T-1")
        assert attachments.read(case.attachments[0], new.data) == "ciao è".encode()
        assert not opened.add_event(Event("e1", "rated", NOON))
    assert (new.data / "secret").read_text() == "s" * 64
    assert (new.content / "it/bici/freni.md").read_bytes() == (
        settings.content / "it/bici/freni.md"
    ).read_bytes()
    assert not list(new.data.glob(".restore-*"))
    assert not list(saved.parent.glob(".*"))


def test_a_restore_can_be_taken_back(settings: Settings, store: Store, saved: Path) -> None:
    store.tickets.add(ticket("T-2"), (), ())
    (settings.content / "it/bici/freni.md").write_text("meglio")
    done = restore(settings, saved)
    # An open store goes on with what was restored; articles are the editors'.
    assert store.tickets.get("T-2") is None
    assert store.tickets.get("T-1")
    assert done.content is None
    assert (settings.content / "it/bici/freni.md").read_text() == "meglio"
    store.tickets.add(ticket("T-3"), (), ())
    restore(settings, settings.data / BEFORE)
    assert store.tickets.get("T-2")
    assert store.tickets.get("T-3") is None


@pytest.mark.usefixtures("saved")
def test_a_file_erased_meanwhile_is_counted(settings: Settings, tmp_path: Path) -> None:
    for file in (settings.data / "attachments").iterdir():
        file.unlink()
    assert back_up(settings, tmp_path / "again.tar").missing == 1
    done = restore(settings, tmp_path / "again.tar")
    assert (done.attachments, done.missing) == (0, 1)


# Archives that are none


Change = Callable[[dict[str, bytes]], None]


def remade(archive: Path, change: Change, *, honest: bool = False) -> Path:
    """An archive with other members; `honest`: its hashes are right again."""
    with tarfile.open(archive) as tar:
        members = {m.name: tar.extractfile(m).read() for m in tar}  # type: ignore[union-attr]
    change(members)
    if honest:
        hashes = members.pop("hashes.json")
        del hashes
        named = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
        members["hashes.json"] = json.dumps(named).encode()
    target = archive.with_name("strange.tar")
    with tarfile.open(target, "w") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return target


def put(name: str, content: bytes) -> Change:
    return lambda members: members.update({name: content})


def take(name: str) -> Change:
    return lambda members: members.__delitem__(name)


def newer_tables(members: dict[str, bytes]) -> None:
    folder = Path(os.environ["PYTEST_FOLDER"])
    file = folder / "newer.db"
    file.write_bytes(members["sportello.db"])
    with closing(sqlite3.connect(file)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    members["sportello.db"] = file.read_bytes()


def broken_rows(members: dict[str, bytes]) -> None:
    whole = bytearray(members["sportello.db"])
    whole[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    members["sportello.db"] = bytes(whole)


def newer_format(members: dict[str, bytes]) -> None:
    head = json.loads(members["backup.json"])
    members["backup.json"] = json.dumps({**head, "format": 2, "more": []}).encode()


STRANGE: dict[str, tuple[Change, bool, str]] = {
    "a byte changed": (put("secret", b"t" * 64), False, "damaged"),
    "a file is missing": (take("secret"), False, "damaged"),
    "no database": (take("sportello.db"), True, "damaged"),
    "no hashes": (take("hashes.json"), False, "damaged"),
    "no head": (take("backup.json"), True, "no backup of Sportello"),
    "a head that is none": (put("backup.json", b"[" * 100_000), True, "does not say"),
    "another format": (newer_format, True, "newer Sportello"),
    "newer tables": (newer_tables, True, "newer Sportello"),
    "a broken database": (broken_rows, True, "cannot be restored"),
    "no database at all": (put("sportello.db", b"x" * 9_000), True, "cannot be restored"),
    "up": (put("content/../../evil", b"x"), True, "which no backup"),
    "absolute": (put("/tmp/evil", b"x"), True, "which no backup"),
    "elsewhere in data": (put("snapshots/x", b"x"), True, "which no backup"),
    "no attachment": (put("attachments/../secret", b"x"), True, "which no backup"),
    "backslashes": (put("content/..\\evil", b"x"), True, "which no backup"),
}


@pytest.mark.parametrize("kind", STRANGE)
def test_what_is_no_backup_changes_nothing(
    kind: str, settings: Settings, store: Store, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_FOLDER", str(tmp_path))
    change, honest, said = STRANGE[kind]
    strange = remade(saved, change, honest=honest)
    store.tickets.add(ticket("T-2"), (), ())
    before = {
        p: p.read_bytes() for p in settings.data.rglob("*") if p.is_file() and "sportello.db" not in p.name
    }
    with pytest.raises(ArchiveError, match=said):
        restore(settings, strange)
    assert store.tickets.get("T-2")
    after = {
        p: p.read_bytes() for p in settings.data.rglob("*") if p.is_file() and "sportello.db" not in p.name
    }
    after.pop(settings.data / "restore.lock", None)
    assert after == before
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_only_files_are_taken(settings: Settings, saved: Path, kind: bytes) -> None:
    target = saved.with_name("strange.tar")
    with tarfile.open(saved) as old, tarfile.open(target, "w") as new:
        for number, member in enumerate(old):
            new.addfile(member, old.extractfile(member))
            if number == 0:
                link = tarfile.TarInfo("content/it")
                link.type, link.linkname = kind, "/tmp"
                new.addfile(link)
    with pytest.raises(ArchiveError, match="no backup"):
        restore(settings, target)


def test_a_cut_archive_is_refused_wherever_it_is_cut(settings: Settings, store: Store, saved: Path) -> None:
    whole = saved.read_bytes()
    cut = saved.with_name("cut.tar")
    for length in (0, 1, 511, 512, 700, 5_000, len(whole) // 2, len(whole) - 11_000):
        cut.write_bytes(whole[:length])
        with pytest.raises(ArchiveError):
            restore(settings, cut)
    cut.write_bytes(os.urandom(20_000))
    with pytest.raises(ArchiveError):
        restore(settings, cut)
    assert store.tickets.get("T-1")


def test_postgresql_has_its_own_tools(settings: Settings, saved: Path) -> None:
    pytest.importorskip("psycopg")
    other = settings.model_copy(update={"database_url": "postgresql://u@127.0.0.1:1/d"})
    with pytest.raises(StoreError, match="pg_dump"):
        back_up(other, saved.with_name("x.tar"))
    with pytest.raises(StoreError, match="pg_dump"):
        restore(other, saved)


def test_there_is_nothing_to_save(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(StoreError, match="no database"):
        back_up(Settings(data=tmp_path / "data"), tmp_path / "x.tar")
    assert not (tmp_path / "x.tar").exists()


# While others write


def test_a_backup_under_writes_is_of_one_moment(settings: Settings, store: Store, tmp_path: Path) -> None:
    """Every ticket in it has its file and its parcel, and none before the last one is missing."""
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        number = 0
        while not stop.is_set():
            kept = attachments.keep([Upload("a.txt", f"file {number}".encode())], settings.data)
            store.tickets.add(ticket(f"T-{number:06}"), kept, ["forward"])
            written.append(number)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 50:
            stop.wait(0.01)
        acknowledged = len(written)
        made = back_up(settings, tmp_path / "backup.tar")
        while len(written) < acknowledged + 50:
            stop.wait(0.01)
    finally:
        stop.set()
        writer.join()
    assert made.missing == 0
    new = Settings(content=tmp_path / "c", data=tmp_path / "n")
    assert restore(new, tmp_path / "backup.tar").missing == 0
    with closing(open_store("", new.data)) as opened:
        count = sum(opened.tickets.counts().values())
        assert acknowledged <= count < len(written)
        for number in range(count):
            case = opened.tickets.case(f"T-{number:06}")
            assert case
            assert len(case.parcels) == 1
            assert attachments.read(case.attachments[0], new.data) == f"file {number}".encode()


def test_restoring_beneath_a_server(serve: Serve, content: Path, tmp_path: Path) -> None:
    data = tmp_path / "served"
    settings = Settings(content=content, data=data)
    with serve(content, data) as client:
        session = client.post("/api/v1/deflections", json={"text": "i freni", "lang": "it"}).json()["session"]

        def say(name: str) -> httpx.Response:
            return post(
                client, "events", {"session": session, "events": [{**event("opened"), "id": name * 8}]}
            )

        assert say("a").json() == {"accepted": 1}
        back_up(settings, tmp_path / "backup.tar")
        assert say("b").json() == {"accepted": 1}
        stop = threading.Event()
        answers: list[int] = []

        def keep_writing() -> None:
            number = 0
            while not stop.is_set():
                answers.append(say(f"c{number}").status_code)
                number += 1

        writer = threading.Thread(target=keep_writing)
        writer.start()
        try:
            while len(answers) < 5:
                stop.wait(0.01)
            restore(settings, tmp_path / "backup.tar")
            done = len(answers)
            while len(answers) < done + 5:
                stop.wait(0.01)
        finally:
            stop.set()
            writer.join()
        assert set(answers) == {202}
        assert say("b").json() == {"accepted": 1}, "what came after the backup is not in it"
        assert say("a").json() == {"accepted": 0}, "what was saved is there"
        assert client.get("/it/search", params={"q": "freni"}, headers=PERSON).status_code == 200
    assert rows(data, "PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert rows(data, "SELECT source FROM searches WHERE source = 'site'")


def test_an_error_before_the_switch_leaves_what_was_there(
    settings: Settings, store: Store, saved: Path
) -> None:
    store.tickets.add(ticket("T-2"), (), ())
    folder = settings.data / "attachments"
    folder.rename(settings.data / "aside")
    folder.write_text("no folder")
    with pytest.raises(OSError):  # noqa: PT011  whichever the system says
        restore(settings, saved)
    assert store.tickets.get("T-2")


def test_two_restores_at_once(settings: Settings, store: Store, saved: Path) -> None:
    assert store
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(restore(settings, saved))
        except StoreError as error:
            results.append(str(error))

    both = [threading.Thread(target=run) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(results) == 2
    assert any(not isinstance(r, str) for r in results)
    assert all("Another restore" in r for r in results if isinstance(r, str))


# From the terminal


def test_from_the_terminal(
    settings: Settings, store: Store, saved: Path, tmp_path: Path, sportello: Run
) -> None:
    def said_by(*words: str | Path, **more: Any) -> str:
        done = sportello(*words, **more)
        return done.stdout + done.stderr

    here = ("--data", str(settings.data))
    folders = ("--content", str(settings.content), *here)
    assert "1 attachments, 5 content files" in said_by("backup", tmp_path / "b.tar", *folders)
    assert "no terminal" in said_by("personal", "erase", "anna@posta.example", *here, expect=1)
    assert store.tickets.get("T-1")
    said = said_by("personal", "erase", "ANNA@posta.example", "--yes", *here)
    assert "1 tickets, 1 files and 0 subscriptions are gone" in said
    assert store.tickets.get("T-1") is None
    assert "0 tickets" in said_by("personal", "erase", "anna@posta.example", *here)
    done = json.loads(said_by("restore", saved, *folders, "--json"))
    assert (done["attachments"], done["content"]) == (1, None)
    assert json.loads(said_by("personal", "export", "anna@posta.example", *here))["tickets"]
    assert "1 tickets" in said_by("personal", "export", "anna@posta.example", tmp_path / "a.zip", *here)
    assert "is damaged" in said_by("restore", settings.content / "it/bici/freni.md", *folders, expect=1)
    assert "No such file" in said_by("restore", tmp_path / "none.tar", *folders, expect=3)
    assert "no e-mail" in said_by("personal", "export", "anna", *here, expect=1)
    elsewhere = {"SPORTELLO_DATABASE_URL": "postgresql://u:geheim@127.0.0.1:1/d"}
    refused = said_by("backup", tmp_path / "c.tar", *folders, expect=3, **elsewhere)
    assert "pg_dump" in refused
    assert "geheim" not in refused
