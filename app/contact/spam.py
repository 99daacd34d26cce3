"""Who may be a machine: judged without a puzzle, and never dropped. Suspects wait in quarantine."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_hex
from time import time
from typing import Final, Literal

from itsdangerous import BadSignature, TimestampSigner

# Seconds. Nobody reads, writes and sends within the first; no page is left open for longer than the second.
FASTEST: Final = 3
OLDEST: Final = 3 * 86_400
# From one e-mail address: beyond it, somebody may be using our acknowledgements to pester its owner.
MOST: Final = 10
WITHIN: Final = timedelta(hours=1)

Suspicion = Literal["honeypot", "no_stamp", "too_fast", "too_old", "flood"]

_SALT: Final = b"sportello.form"
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a form carries: `id` names this one form, `token` is what travels."""

    id: str
    token: str


class Stamps:
    """Signs when a form was shown, and reads it again; `clock` says the seconds since 1970."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time) -> None:
        self._clock = clock
        self._signer = _Signer(key, clock)

    def new(self) -> Stamp:
        """For a form that is shown now."""
        name = token_hex(12)
        return Stamp(name, self._signer.sign(name).decode("ascii"))

    def judge(self, token: str, honeypot: str) -> Suspicion | None:
        """Why a form that was sent now is suspect; null: it is not."""
        if honeypot:
            return "honeypot"
        age = self._age(token)
        if age is None:
            return "no_stamp"
        if age < FASTEST:
            return "too_fast"
        return "too_old" if age > OLDEST else None

    def name(self, token: str) -> str | None:
        """The id in a token of ours, however old."""
        try:
            return self._signer.unsign(token).decode("ascii") if _readable(token) else None
        except BadSignature:
            return None

    def _age(self, token: str) -> float | None:
        if not _readable(token):
            return None
        try:
            _, signed = self._signer.unsign(token, return_timestamp=True)
        except BadSignature:
            return None
        return self._clock() - signed.timestamp()


def _readable(token: str) -> bool:
    # A lone surrogate, which has no bytes to be signed, is in none of ours.
    return len(token) <= _LONGEST and token.isascii()


class _Signer(TimestampSigner):
    """By a clock that is given."""

    def __init__(self, key: bytes, clock: Callable[[], float]) -> None:
        super().__init__(key, salt=_SALT, key_derivation="hmac", digest_method=sha256)
        self._clock = clock

    def get_timestamp(self) -> int:
        """Seconds since 1970."""
        return int(self._clock())
