"""Which database an address names, and what is said of those that cannot be."""

import importlib.util
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from app.store import StoreError, open_store
from app.store.database import connect, database_url


def test_no_address_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    odd = tmp_path / "50% ?a#b ù"
    open_store("", odd).close()
    assert (odd / "sportello.db").is_file()


def test_a_file_is_in_wal_mode_and_safe(tmp_path: Path) -> None:
    open_store("", tmp_path).close()
    with connect(database_url("", tmp_path)).connect() as connection:
        settings = ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        assert [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in settings] == [
            "wal",
            1,
            2,
            5000,
        ]


def test_a_copy_that_was_put_back_is_in_wal_mode_again(tmp_path: Path) -> None:
    open_store("", tmp_path).close()
    file = tmp_path / "sportello.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")  # as a backup is
    open_store("", tmp_path).close()
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_new_file_that_many_open_at_once_is_refused_to_none(tmp_path: Path) -> None:
    for number in range(20):  # one in three was, where looking took a writer's lock
        together = threading.Barrier(4)

        def opened(
            _: int, folder: Path = tmp_path / str(number), start: threading.Barrier = together
        ) -> None:
            start.wait()
            open_store("", folder).close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(opened, range(4)))


def test_a_writer_has_the_file_from_its_beginning(tmp_path: Path) -> None:
    open_store("", tmp_path).close()
    engine = connect(database_url("", tmp_path))
    with (
        engine.begin(),
        closing(sqlite3.connect(tmp_path / "sportello.db", timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")


@pytest.mark.parametrize("address", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_postgresql_by_any_of_its_names(address: str, tmp_path: Path) -> None:
    assert database_url(address, tmp_path).drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    "address", ["nonsense", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:", "://secret", "postgresql://u:secret@h:port/d"]
)  # fmt: skip
def test_what_is_not_spoken_is_said_without_the_password(address: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="SPORTELLO_DATABASE_URL") as said:
        open_store(address, tmp_path)
    assert "secret" not in str(said.value)


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used") as said:
        open_store("postgresql://u:secret@127.0.0.1:1/d", tmp_path)
    assert "secret" not in str(said.value)


def test_without_its_driver_postgresql_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.database.find_spec", lambda name: importlib.util.find_spec(f"no_{name}"))
    with pytest.raises(StoreError, match=r"pip install 'sportello\[postgresql\]'"):
        open_store("postgresql://u@h/d", tmp_path)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "sportello.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="not a database"):
        open_store("", tmp_path)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be made"):
        open_store("", tmp_path / "file" / "data")
