"""A backup put back, proved before anything is touched, also while Sportello serves."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from app.backup.archive import ATTACHMENTS, CONTENT, DATABASE, SMALL, VERSIONS, ArchiveError, Head, unpack
from app.backup.making import back_up
from app.settings import Settings
from app.store import StoreError
from app.store.copies import attachments_in, database_file, prove_database, put_database
from indexer.publish import sync_folder

# What was there before, so that a restore can be taken back.
BEFORE: Final = "before-restore.tar"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back; `content` is how many files, null where the folder had some and was left alone."""

    made_at: str
    version: str
    attachments: int
    missing: int
    content: int | None
    snapshot: str | None
    before: str | None


def restore(settings: Settings, archive: Path) -> Restored:
    """Put a backup in the place of what is there, which is kept as a backup of its own.

    All is proved first. Then come the files that nothing names yet; the database, from one moment to the
    next; and last what is read at the next start. Raises ArchiveError, StoreError and OSError.
    """
    live = database_file(settings.database_url, settings.data)
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        with (
            FileLock(settings.data / "restore.lock", timeout=0),
            tempfile.TemporaryDirectory(dir=settings.data, prefix=".restore-") as scratch,
        ):
            staged = Path(scratch)
            head = unpack(archive, staged)
            _prove(archive, staged / DATABASE)
            before = _keep(settings, live)
            return _switch(settings, staged, live, head, before)
    except Timeout:
        raise StoreError(f"Another restore is at work on {settings.data}: wait for it.") from None


def _prove(archive: Path, database: Path) -> None:
    try:
        prove_database(database)
    except StoreError as error:
        raise ArchiveError(f"{archive} cannot be restored. {error}") from error


def _keep(settings: Settings, live: Path) -> str | None:
    """Back up what is about to be replaced; null where there is nothing."""
    if not live.is_file():
        return None
    try:
        return back_up(settings, settings.data / BEFORE).file
    except StoreError as error:
        raise StoreError(
            f"{error} So that it can be replaced, stop what serves, move {live}, {live}-wal and {live}-shm "
            "away, and restore again."
        ) from error


def _switch(settings: Settings, staged: Path, live: Path, head: Head, before: str | None) -> Restored:
    named = attachments_in(staged / DATABASE)
    kept = _put_attachments(staged / ATTACHMENTS, settings.data / ATTACHMENTS)
    put_database(staged / DATABASE, live)
    for name in SMALL:
        if (staged / name).exists():
            (staged / name).replace(settings.data / name)
    sync_folder(settings.data)
    if (staged / VERSIONS).is_dir():
        # Their names are moments and random: none that is there is another one.
        shutil.copytree(staged / VERSIONS, settings.data / VERSIONS, dirs_exist_ok=True)
    content = _put_content(staged / CONTENT, settings.content)
    return Restored(
        head.made_at, head.version, kept, len(named) - kept, content, head.snapshot, before
    )  # fmt: skip


def _put_attachments(staged: Path, folder: Path) -> int:
    """Their names are random: none that is there is another file."""
    if not staged.is_dir():
        return 0
    folder.mkdir(mode=0o700, exist_ok=True)
    files = list(staged.iterdir())
    for file in files:
        file.replace(folder / file.name)
    sync_folder(folder)
    return len(files)


def _put_content(staged: Path, content: Path) -> int | None:
    """How many files; a folder that has any is the editors', and stays theirs."""
    if content.exists() and any(content.iterdir()):
        return None
    if not staged.is_dir():
        return 0
    shutil.copytree(staged, content, dirs_exist_ok=True)
    return sum(path.is_file() for path in staged.rglob("*"))
