"""Brings a database to this program's tables, once, however many processes start at the same time."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.store.database import READING, StoreError

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
# Any number will do, if nothing else that shares the database takes the same.
_ADVISORY_LOCK: Final = 7_326_118_401
# Some file systems answer a lock file that can never be made as they answer one that is held.
_LOCK_SECONDS: Final = 30


def migrate(engine: Engine) -> None:
    """Apply the migrations that are missing, all or none.

    Raises StoreError if a newer program made the tables.
    """
    if _is_ready(engine):
        return
    # .1 s of a start, for the first one and those after an update.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util.exc import CommandError  # noqa: PLC0415

    # It would say at each start which kind of database it found.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    # Alembic reads `%` in an option as the begin of a reference.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with _alone(engine), engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreError(
                f"The database was made by a newer Sportello: use that one. ({error})"
            ) from error


def _newest() -> str:
    """The last revision: files are named by their revisions, which go up one by one."""
    return max(path.name[1:5] for path in (_MIGRATIONS / "versions").glob("m????_*.py"))


def _is_ready(engine: Engine) -> bool:
    """Whether the tables are of the last revision and, in SQLite, readers wait for no writer."""
    # As a reader: whoever switches the journal is refused, without a wait, while anybody means to write.
    reader = engine.execution_options(**{READING: True})
    try:
        with reader.connect() as connection:
            made_by = connection.scalar(text("SELECT version_num FROM alembic_version"))
            if made_by != _newest():
                return False
            # A copy that was put back has the tables, and the journal of a file that nobody shares.
            mode = "PRAGMA journal_mode"
            return engine.dialect.name != "sqlite" or connection.scalar(text(mode)) == "wal"
    except DBAPIError:  # `_alone` and Alembic say what is wrong, if anything
        return False


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """SQLite's journal is switched outside of transactions, which its own lock does not guard."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or file is None:
        yield
        return
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=_LOCK_SECONDS):
            raw = engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA journal_mode = WAL")
            finally:
                raw.close()
            yield
    except OSError as error:
        raise StoreError(f"The database {file} cannot be made: {error.strerror or error}.") from error
