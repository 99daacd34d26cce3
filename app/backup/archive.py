"""The file of a backup: a .tar that says first what it is, and last the hash of all that is in it."""

import io
import json
import os
import re
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final, cast

from pydantic import TypeAdapter, ValidationError

from app.articles.history import FOLDER
from app.secret import NAME as SECRET
from indexer.golden import ACCEPTED
from indexer.publish import sync_folder
from search.errors import InputError

DATABASE: Final = "sportello.db"
# In the data folder; each is small, and there or not.
SMALL: Final = (SECRET, ACCEPTED)
ATTACHMENTS: Final = "attachments"
CONTENT: Final = "content"
# What articles were, where the content folder is no repository of its own.
VERSIONS: Final = FOLDER

_FORMAT: Final = 1
_HEAD: Final = "backup.json"
_HASHES: Final = "hashes.json"
# Both are written by us; a file of ours has some hundred bytes for each file in it.
_LARGEST_NOTE: Final = 100_000_000
_CHUNK: Final = 1 << 20
_PLAIN: Final = frozenset({_HEAD, _HASHES, DATABASE, *SMALL})
_ATTACHMENT: Final = re.compile(rf"{ATTACHMENTS}/[0-9a-f]{{32}}")


class ArchiveError(InputError):
    """A file that cannot be restored, in one sentence."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a backup says of itself; `snapshot` is the index that was served, which is made of the content."""

    version: str
    made_at: str
    snapshot: str | None
    format: int = _FORMAT


_HEADS: Final = TypeAdapter(Head)
_HASHED: Final = TypeAdapter(dict[str, str])


class Writer:
    """Puts files into an archive, and remembers the hash of each."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.hashes: dict[str, str] = {}

    def file(self, name: str, path: Path) -> None:
        """A file that nobody changes meanwhile. Raises OSError."""
        with path.open("rb") as opened:
            self._add(name, opened, os.fstat(opened.fileno()).st_size)

    def text(self, name: str, content: bytes) -> None:
        """A file by its content."""
        self._add(name, io.BytesIO(content), len(content))

    def _add(self, name: str, content: IO[bytes], size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        read = _Hashing(content)
        self._tar.addfile(member, cast("IO[bytes]", read))
        self.hashes[name] = read.digest.hexdigest()


@contextmanager
def new_archive(target: Path, head: Head) -> Iterator[Writer]:
    """Write an archive beside `target`, for this user's eyes, and put it there once it is whole."""
    aside = target.with_name(f".{target.name}-{os.getpid()}")
    aside.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                writer = Writer(tar)
                writer.text(_HEAD, json.dumps(asdict(head)).encode())
                yield writer
                writer.text(_HASHES, json.dumps(writer.hashes).encode())
            file.flush()
            os.fsync(file.fileno())
        aside.replace(target)
        sync_folder(target.parent)
    finally:
        aside.unlink(missing_ok=True)


def unpack(archive: Path, folder: Path) -> Head:
    """Write all that is in an archive to an empty folder, each file held against its hash.

    Raises ArchiveError for one that is damaged, from a newer version, or none of ours, and OSError.
    """
    try:
        with tarfile.open(archive, mode="r:") as tar:
            return _unpack(tar, folder)
    except (tarfile.TarError, EOFError) as error:
        raise ArchiveError(f"{archive} is damaged, or no backup of Sportello: {error}.") from error
    except ArchiveError as error:
        raise ArchiveError(f"{archive} {error}") from None


def _unpack(tar: tarfile.TarFile, folder: Path) -> Head:
    head: Head | None = None
    hashes: dict[str, str] = {}
    for member in tar:
        name = member.name
        content = tar.extractfile(member) if member.isreg() else None
        if content is None or name in hashes or (head is None) != (name == _HEAD):
            raise ArchiveError("is no backup of Sportello.")
        if head is None:
            head = _head(content.read(_LARGEST_NOTE))
        hashes[name] = _write(content, _place(name, folder))
    hashes.pop(_HASHES, None)
    if head is None or _said(folder) != hashes or DATABASE not in hashes:
        raise ArchiveError("is damaged: it does not hold what it should. Take another one.")
    return head


def _head(text: bytes) -> Head:
    try:
        said = json.loads(text)
        if isinstance(said, dict) and isinstance(said.get("format"), int) and said["format"] > _FORMAT:
            raise ArchiveError("was made by a newer Sportello: restore it with that one.")
        return _HEADS.validate_python(said)
    except (ValueError, RecursionError, ValidationError):
        raise ArchiveError("is damaged: it does not say what it is.") from None


def _place(name: str, folder: Path) -> Path:
    """Where a file goes; only what a backup of ours has, and never outside. Raises ArchiveError."""
    parts = name.split("/")
    inside = parts[0] in {CONTENT, VERSIONS} and len(parts) > 1 and all(map(_is_name, parts))
    if not (name in _PLAIN or _ATTACHMENT.fullmatch(name) or inside):
        raise ArchiveError(f"holds {name[:200]!r}, which no backup of Sportello does.")
    return folder.joinpath(*parts)


def _is_name(part: str) -> bool:
    return part not in {"", ".", ".."} and not set(part) & set("\\:\0")


def _write(content: IO[bytes], path: Path) -> str:
    """The file's hash; the folder is ours and new, so that no link leads out of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content.seek(0)
    read = _Hashing(content)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := read.read(_CHUNK):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return read.digest.hexdigest()


def _said(folder: Path) -> Mapping[str, str] | None:
    """The hashes that the archive names; null where it does not."""
    try:
        return _HASHED.validate_json((folder / _HASHES).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


class _Hashing:
    """A file that is read and hashed in one go."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data
