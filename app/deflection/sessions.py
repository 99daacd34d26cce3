"""Widget sessions: what a page brings back to be known as the same visit. Nothing of them is stored here."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest, digest
from secrets import token_hex
from time import time
from typing import Final

from itsdangerous import BadSignature, TimestampSigner

LASTS: Final = 86_400
# What was shown in a session's last minutes may still be read, or solve it, on the day after.
GRACE: Final = 86_400

_SALT: Final = b"sportello.session"
# Hex digits: of an id's random half, and of the half that says whose it is.
_HALF: Final = 20
# Nothing of ours is longer.
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Session:
    """A visit: `id` is what is stored, `token` what the page keeps. Who reads the store can sign nothing."""

    id: str
    token: str


class Sessions:
    """Signs and reads tokens by one key; `clock` says the seconds since 1970."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time) -> None:
        self._key = key
        self._signer = _Signer(key, clock)

    def begin(self) -> Session:
        """A new one."""
        name = token_hex(16)
        return Session(name, self._signer.sign(name).decode())

    def read(self, token: str, *, grace: int = 0) -> Session | None:
        """The session of a token of ours, for a day and `grace` seconds more."""
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            return Session(self._signer.unsign(token, max_age=LASTS + grace).decode(), token)
        except BadSignature:
            return None

    def name_deflection(self, session: Session) -> str:
        """A new id, by which it can be told later that it belongs to `session`."""
        name = token_hex(_HALF // 2)
        return name + self._mark(session, name)

    def owns(self, session: Session, deflection_id: str) -> bool:
        """Whether `name_deflection` made the id for this session."""
        name, mark = deflection_id[:_HALF], deflection_id[_HALF:]
        return deflection_id.isascii() and compare_digest(mark, self._mark(session, name))

    def _mark(self, session: Session, name: str) -> str:
        return digest(self._key, f"deflection {session.id} {name}".encode(), sha256).hex()[:_HALF]


class _Signer(TimestampSigner):
    def __init__(self, key: bytes, clock: Callable[[], float]) -> None:
        super().__init__(key, salt=_SALT, key_derivation="hmac", digest_method=sha256)
        self._clock = clock

    def get_timestamp(self) -> int:
        """Overridden for the clock that is given."""
        return int(self._clock())
