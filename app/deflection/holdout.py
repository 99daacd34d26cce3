"""Who sees no answers, so that it can be told what answers change. Pure."""

from hashlib import sha256
from hmac import digest


def is_held_out(key: bytes, session: str, share: float) -> bool:
    """Whether a session, by its id, is in the arm that sees nothing: `share` (0 to 1) of all are.

    It is so for good; with a greater share, whoever was in the arm stays in it.
    """
    drawn = int.from_bytes(digest(key, session.encode(), sha256)[:8], "big")
    return drawn < share * 2**64
