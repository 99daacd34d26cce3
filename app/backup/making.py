"""A backup made while Sportello serves."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from app.backup.archive import ATTACHMENTS, CONTENT, DATABASE, SMALL, VERSIONS, Head, Writer, new_archive
from app.settings import Settings
from app.store.copies import attachments_in, copy_database, database_file
from indexer.publish import read_current


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup holds; `missing` attachments are named by a ticket and not there."""

    file: str
    bytes: int
    attachments: int
    missing: int
    content: int
    snapshot: str | None


def back_up(settings: Settings, target: Path) -> Made:
    """Write the database as it is at this moment, and what belongs to it. Raises StoreError and OSError."""
    source = database_file(settings.database_url, settings.data)
    current = read_current(settings.data)
    snapshot = current.snapshot if current else None
    head = Head(version("sportello"), datetime.now(UTC).isoformat(timespec="seconds"), snapshot)
    with tempfile.TemporaryDirectory(dir=settings.data, prefix=".backup-") as scratch:
        copy = Path(scratch) / DATABASE
        copy_database(source, copy)
        with new_archive(target, head) as archive:
            archive.file(DATABASE, copy)
            # After the database: a ticket's files are on disk before the ticket is.
            kept, missing = _attachments(archive, copy, settings.data)
            for name in SMALL:
                _if_there(archive, name, settings.data / name)
            content = sum(_if_there(archive, name, path) for name, path in _below(settings.content, CONTENT))
            for name, path in _below(settings.data / VERSIONS, VERSIONS):
                _if_there(archive, name, path)
    return Made(str(target), target.stat().st_size, kept, missing, content, snapshot)


def _attachments(archive: Writer, copy: Path, data: Path) -> tuple[int, int]:
    """How many were there, and how many not: erased meanwhile, or lost before."""
    names = attachments_in(copy)
    kept = sum(_if_there(archive, f"{ATTACHMENTS}/{name}", data / ATTACHMENTS / name) for name in names)
    return kept, len(names) - kept


def _below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    """A folder's files under `name`; what is hidden, such as .git, is none, and links are not followed."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in parts):
            yield "/".join((name, *parts)), path


def _if_there(archive: Writer, name: str, path: Path) -> bool:
    """Whether the file was there; it is read in one go, as editors may be writing it."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return False
    archive.text(name, content)
    return True
