"""A file's bytes, and never half of them: what somebody has open to write is not read."""

import errno
import os
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeAlias

from pydantic import TypeAdapter, ValidationError

try:
    import fcntl
except ImportError:  # Windows, where what is being written mostly cannot be opened
    fcntl = None  # type: ignore[assignment]

# Where nobody can say whether a file is open, one that was written to so lately may be; waited for so often.
_QUIET, _LOOKS = 0.3, 20


# Two writes within this time may bear one stamp, on a file system whose clock is coarse (FAT: two seconds).
_COARSE = 3.0

# A file's inode, length, and when it was written and changed in any way, in nanoseconds.
Stamp: TypeAlias = tuple[int, int, int, int]


class Seen:
    """What files held by their stamps, as git's index has it: one that bears the stamp it bore when it was
    read, some time after its last change, need not be read again."""

    def __init__(self, seen: dict[str, tuple[Stamp, str]] | None = None) -> None:
        self._seen = seen or {}
        self._unwritten = 0

    @classmethod
    def load(cls, path: Path) -> "Seen":
        """What was written there; nothing, where that cannot be read: it spares work, and no more."""
        try:
            return cls(_SEEN.validate_json(path.read_bytes()))
        except (OSError, ValidationError):
            return cls()

    def write(self, path: Path) -> None:
        """For the next process, where enough of it is new to be worth it."""
        if self._unwritten * 100 <= len(self._seen):
            return
        aside = path.with_name(f".{path.name}-{os.getpid()}")
        try:
            aside.write_bytes(_SEEN.dump_json(self._seen))
            aside.replace(path)
        except OSError:
            aside.unlink(missing_ok=True)
        else:
            self._unwritten = 0

    def holds(self, place: str, stamp: Stamp | None, digest: str) -> bool:
        """Whether the file is known to hold what has that digest."""
        return stamp is not None and self._seen.get(place) == (stamp, digest)

    def note(self, place: str, stamp: Stamp | None, digest: str) -> None:
        """What was read of a file that bore `stamp` before it was read."""
        if stamp and time.time() - stamp[3] / 1e9 > _COARSE:
            self._seen[place] = stamp, digest
            self._unwritten += 1


_SEEN = TypeAdapter(dict[str, tuple[Stamp, str]])


def stamp_of(entry: os.DirEntry[str]) -> Stamp | None:
    """Null for a link, which says nothing of its file, and where a system's stamps say too little."""
    if os.name != "posix" or entry.is_symlink():
        return None
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:  # gone since
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


class BeingWrittenError(Exception):
    """Somebody is writing the file."""


def read_file(path: Path, limit: int) -> bytes:
    """At most `limit` bytes. Raises OSError, also for what is no regular file: a pipe would be waited for."""
    with _opened(path) as file:
        return file.read(limit)


def read_closed(path: Path, limit: int) -> bytes:
    """As `read_file`, while nobody can open the file to write. Raises BeingWrittenError if one has."""
    with _opened(path) as file, _without_writer(file):
        return file.read(limit)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no file")
        yield file


@contextmanager
def _without_writer(file: BinaryIO) -> Iterator[None]:
    """A read lease (Linux): given only where nobody writes, and who wants to waits the moment it is held."""
    if not hasattr(fcntl, "F_SETLEASE"):
        _wait_until_quiet(file)
        yield
        return
    # The kernel tells the holder that somebody waits, by a signal that ends a process: by another, then.
    fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
    try:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        raise BeingWrittenError from None
    except OSError:  # another's file, or a file system without leases
        _wait_until_quiet(file)
        yield
        return
    try:
        yield
    finally:
        fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)


def _wait_until_quiet(file: BinaryIO) -> None:
    for _ in range(_LOOKS):
        if not 0 <= time.time() - os.fstat(file.fileno()).st_mtime < _QUIET:
            return
        time.sleep(_QUIET / 5)
    raise BeingWrittenError
