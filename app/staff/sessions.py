"""What a browser holds of a session, and how long one lasts. Pure."""

from datetime import datetime, timedelta
from hashlib import blake2b
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Final

from app.store.sessions import Lease

# Signed in for a week at most, and half a day of doing nothing.
LONGEST: Final = timedelta(days=7)
IDLE: Final = timedelta(hours=12)
# A session that was seen is written down no more often than this.
NOTED_EVERY: Final = timedelta(minutes=5)

_BYTES: Final = 32
_LENGTH: Final = 43  # of so many bytes in base64


def new_token() -> str:
    """A secret for one browser: 256 random bits."""
    return token_urlsafe(_BYTES)


def is_token(text: str) -> bool:
    """Whether it could be one of ours."""
    return len(text) == _LENGTH and text.isascii()


def kept_of(token: str) -> str:
    """What the store knows of a token: enough to find its session, too little to be it."""
    return blake2b(token.encode(), digest_size=32, person=b"sportello-sess").hexdigest()


def form_token(token: str) -> str:
    """What a form must carry to come from a page of the browser that holds `token`."""
    return blake2b(token.encode(), digest_size=24, person=b"sportello-form").hexdigest()


def is_form_token(given: str, token: str) -> bool:
    """Compared in constant time."""
    return compare_digest(given.encode("utf-8", "replace"), form_token(token).encode())


def lease(now: datetime) -> Lease:
    """What a session must be to be alive now."""
    return Lease(now - LONGEST, now - IDLE)
