"""A SQLite database copied while it is used, proved, and put in the place of another that is used."""

import sqlite3
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Final
from urllib.parse import quote

from sqlalchemy import URL

from app.store.database import StoreError, connect, database_url, said_plainly
from app.store.migrating import migrate

# How long to wait for a writer before saying that the database is busy.
_WAIT_SECONDS: Final = 30.0


def database_file(address: str, folder: Path) -> Path:
    """The file that an address names. Raises StoreError for PostgreSQL, which has its own tools."""
    url = database_url(address, folder)
    if url.get_backend_name() != "sqlite":
        raise StoreError(
            "The database is PostgreSQL's: save it with pg_dump --format=custom and put it back with "
            "pg_restore --clean; beside it, copy `attachments` and `secret` from the data folder."
        )
    return Path(url.database or "")


def copy_database(source: Path, target: Path) -> None:
    """Write what `source` holds at this moment to a new file; those who use it are not kept from it.

    Raises StoreError.
    """
    if not source.is_file():
        raise StoreError(f"There is no database at {source}: nothing was stored yet, or --data is another.")
    with said_plainly(_url(source)), closing(_open(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        # One file, without a log beside it.
        copy.execute("PRAGMA journal_mode = DELETE")


def prove_database(file: Path) -> None:
    """Check that a copy is whole and not too new; its tables are brought up to date. Raises StoreError."""
    url = _url(file)
    with said_plainly(url), closing(_open(file)) as copy:
        wrong = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        dangling = copy.execute("PRAGMA foreign_key_check").fetchone()
    if wrong != "ok" or dangling:
        raise StoreError(f"The database in it is damaged: {wrong if wrong != 'ok' else 'rows are missing'}.")
    engine = connect(url)
    try:
        with said_plainly(url):
            migrate(engine)
    finally:
        engine.dispose()


def attachments_in(file: Path) -> tuple[str, ...]:
    """The ids of the files that the tickets in a database have. Raises StoreError."""
    with said_plainly(_url(file)), closing(_open(file)) as copy:
        if not copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'attachments'").fetchone():
            return ()
        return tuple(row[0] for row in copy.execute("SELECT id FROM attachments ORDER BY id"))


def put_database(copy: Path, live: Path) -> None:
    """Give `live` the content of `copy` in one transaction: who uses it sees the one or the other.

    Raises StoreError, and then `live` is as it was.
    """
    live.parent.mkdir(parents=True, exist_ok=True)
    deadline = monotonic() + _WAIT_SECONDS

    def busy(status: int, _: int, __: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} and monotonic() > deadline:
            raise sqlite3.OperationalError(
                "somebody is writing all the time; stop what serves, and try again"
            )

    with said_plainly(_url(live)), closing(_open(copy)) as source, closing(sqlite3.connect(live)) as target:
        target.execute("PRAGMA synchronous = FULL")
        source.backup(target, progress=busy, sleep=0.05)


def _open(file: Path) -> sqlite3.Connection:
    """An existing file; none is made."""
    return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=rw", uri=True)


def _url(file: Path) -> URL:
    return URL.create("sqlite", database=str(file))
