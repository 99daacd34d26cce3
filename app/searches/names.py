"""The ids of searches: what a result's link brings back instead of a cookie. Pure."""

from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest, digest
from re import fullmatch
from secrets import token_hex
from time import time
from typing import Final

# Links are passed on and kept; after a day they say nothing of who opens them.
LASTS: Final = 86_400
# A server's clock may be a little behind another's.
_EARLY: Final = 300


class Names:
    """Makes ids of 32 hex digits, when, chance and a mark, and tells its own from those of strangers.

    `clock` says the seconds since 1970.
    """

    def __init__(self, key: bytes, clock: Callable[[], float] = time) -> None:
        self._key = key
        self._clock = clock

    def make(self) -> str:
        """A new one."""
        said = f"{int(self._clock()):08x}{token_hex(6)}"
        return said + self._mark(said)

    def read(self, given: str) -> str | None:
        """The id, if it was made here within the last day."""
        if not fullmatch(r"[0-9a-f]{32}", given) or not compare_digest(given[20:], self._mark(given[:20])):
            return None
        return given if -_EARLY <= self._clock() - int(given[:8], 16) <= LASTS else None

    def _mark(self, said: str) -> str:
        return digest(self._key, said.encode(), sha256).hex()[:12]
