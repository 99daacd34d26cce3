"""A database, opened: which one an address names, and how each kind is spoken to."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from search.errors import UnfitError

FILE: Final = "sportello.db"
# Longer than any transaction of ours, shorter than a visitor's patience.
_WAIT_SECONDS: Final = 5
# A connection on which this is set reads: it waits for no writer.
READING: Final = "sportello_reading"


class StoreError(UnfitError):
    """The database cannot do what it should, in one sentence."""


def database_url(address: str, folder: Path) -> URL:
    """What `address` names; empty: a file in `folder`. Raises StoreError for what we do not speak."""
    if not address:
        return URL.create("sqlite", database=str(folder / FILE))
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # the address is not repeated: it may hold a password
        raise StoreError(
            "SPORTELLO_DATABASE_URL is no database's address: write it as postgresql://user:password@host/name."
        ) from None
    kind = url.drivername.partition("+")[0]
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite")
    if kind in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    raise StoreError(
        "SPORTELLO_DATABASE_URL must begin with postgresql:// or name a file as sqlite:///path/to/file.db."
    )


def connect(url: URL) -> Engine:
    """An engine for `url`; it connects when it is first used. Raises StoreError without a driver."""
    if url.get_backend_name() == "postgresql":
        if find_spec("psycopg") is None:
            raise StoreError("PostgreSQL needs its driver: pip install 'sportello[postgresql]'.")
        # Dead hosts are noticed by the network's own timeout, restarted ones by a ping before each use.
        patience = {"connect_timeout": _WAIT_SECONDS, "tcp_user_timeout": _WAIT_SECONDS * 1000}
        return create_engine(url, pool_pre_ping=True, pool_timeout=_WAIT_SECONDS, connect_args=patience)
    engine = create_engine(url, pool_timeout=_WAIT_SECONDS, connect_args={"timeout": _WAIT_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    # Transactions begin where `_begin_sqlite` says, not where Python guesses.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
    connection.execute("PRAGMA synchronous = FULL")  # what is acknowledged survives a power cut too


def _begin_sqlite(connection: Connection) -> None:
    """A writer asks for the lock at once: one that began as a reader could be refused it without a wait."""
    reading = connection.get_execution_options().get(READING)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def said_plainly(url: URL) -> Iterator[None]:
    """Turns what a driver says into one sentence, without the password."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = getattr(error, "orig", None) or error
        what = " ".join(str(cause).split()) or type(cause).__name__
        where = url.render_as_string(hide_password=True)
        raise StoreError(f"The database {where} cannot be used: {what}") from error
