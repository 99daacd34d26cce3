"""The secret that signs what visitors bring back: made once in the data folder, or given by a setting."""

import logging
import os
from hashlib import sha256
from hmac import digest
from pathlib import Path
from secrets import token_hex
from typing import Final

from filelock import FileLock

_log = logging.getLogger("sportello.secret")

NAME: Final = "secret"
# A file that is shorter was cut, and would be easy to guess.
_LEAST: Final = 32


class Secret:
    """What nobody else knows, read or made at once; processes on one data folder have the same."""

    def __init__(self, given: str, folder: Path) -> None:
        self._secret = (given or _kept(folder / NAME)).encode()

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose: who learns one key knows none of the others."""
        return digest(self._secret, purpose.encode(), sha256)


def _kept(path: Path) -> str:
    """The secret in a file; where none can be kept, one that ends with this process, which the log says."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"):
            found = path.read_text("ascii").strip() if path.exists() else ""
            return found if len(found) >= _LEAST else _made(path)
    except (OSError, UnicodeDecodeError) as error:
        _log.error("%s cannot be kept (%s): widget sessions end with this process.", path, error)
        return token_hex(32)


def _made(path: Path) -> str:
    """A new one, for this user's eyes, on disk before it is used."""
    secret = token_hex(32)
    aside = path.with_name(f".{path.name}-{os.getpid()}")
    aside.unlink(missing_ok=True)
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    return secret
