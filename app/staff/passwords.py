"""Passwords: which are good enough, how they are kept, and how one is held against what is kept."""

import re
import unicodedata
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from search.errors import InputError

LEAST: Final = 12
MOST: Final = 256

# More than OWASP's least for Argon2id, and at most two at once: 64 MB, whoever knocks.
_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
_AT_ONCE: Final = BoundedSemaphore(2)
# "Very unguessable" in zxcvbn's words, which reads no more characters than these.
_LEAST_SCORE: Final = 4
_READ: Final = 72


class PasswordError(InputError):
    """A password that is not good enough, in one sentence."""


def check_password(password: str, *about: str) -> None:
    """Raises PasswordError for one that is too short or too easily guessed; `about` is what others know."""
    length = len(_normal(password))
    if length < LEAST:
        raise PasswordError(f"The password has {length} characters: take at least {LEAST}.")
    if length > MOST:
        raise PasswordError(f"The password has {length} characters: take at most {MOST}.")
    if is_guessable(password, *about):
        raise PasswordError(
            "That password is easily guessed: take several words that do not belong together, or let a "
            "password manager make one."
        )


def is_long_enough(password: str) -> bool:
    """Neither too short to be safe nor too long to be read."""
    return LEAST <= len(_normal(password)) <= MOST


def is_guessable(password: str, *about: str) -> bool:
    """Whether it is common, a pattern, or made of few such parts."""
    words = [word for text in about for word in (text, *re.findall(r"\w+", text))]
    score: int = zxcvbn(_normal(password)[:_READ], words)["score"]
    return score < _LEAST_SCORE


def hash_password(password: str) -> str:
    """What to keep of a password: Argon2id with its salt and parameters."""
    with _AT_ONCE:
        return _HASHER.hash(_normal(password))


def is_password(password: str, kept: str | None) -> bool:
    """Whether it is the one; where there is none to hold it against, it is no, and takes as long."""
    if len(password) > MOST:
        password = ""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _nobodys(), _normal(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobodys() -> str:
    return _HASHER.hash("a password that nobody has")


def _normal(password: str) -> str:
    """The same on every keyboard: letters with their accents in one piece, and no halves of characters."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode("utf-8"))
