"""Signing in: the one way from an e-mail address and a password to a session."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final, Literal
from uuid import uuid4

from app.limits import subscriber
from app.staff.passwords import hash_password, is_outdated, is_password
from app.staff.sessions import kept_of, lease, new_token
from app.store import Store
from app.store.users import Credentials

WINDOW: Final = timedelta(minutes=15)
# Guesses in a window; an office shares an address.
ACCOUNT_LIMIT: Final = 10
ADDRESS_LIMIT: Final = 40

Refused = Literal["wrong", "slower"]


class Door:
    """Judges who may come in; `key` hashes the accounts and client addresses that were tried."""

    def __init__(self, store: Store, key: bytes) -> None:
        self._store = store
        self._key = key

    def enter(self, email: str, password: str, address: str, before: str = "") -> tuple[str, Refused | None]:
        """The token for the browser of whoever signs in, or why not.

        `before` is the token it held: a session under it ends. Whoever is unknown is refused as, and as late
        as, a wrong password is. Raises StoreError.
        """
        found, refused = self._judge(email, password, address)
        if found is None:
            return "", refused
        if is_outdated(found.password):
            self._store.users.rehash(found.user.id, found.password, hash_password(password))
        token, now = new_token(), datetime.now(UTC)
        ended = kept_of(before) if before else ""
        self._store.sessions.begin(kept_of(token), found.user.id, now, lease(now), instead_of=ended)
        return token, None

    def change(self, email: str, old: str, new: str, address: str, session: str) -> Refused | None:
        """Give somebody who is signed in another password, or say why not; their other sessions end.

        `session` is the hashed token of the one that stays. Raises StoreError.
        """
        found, refused = self._judge(email, old, address)
        if found is None:
            return refused
        changed = self._store.users.set_password(
            found.user.id, found.password, hash_password(new), keep=session
        )
        return None if changed else "wrong"

    def _judge(self, email: str, password: str, address: str) -> tuple[Credentials | None, Refused]:
        """Whose password it is. A guess is written down before it is judged: many at once are still many."""
        email = plain_email(email)
        account, attempt, now = self._hashed(email.encode("utf-8", "replace")), uuid4().hex, datetime.now(UTC)
        tries = self._store.attempts.add(
            attempt, account, self._hashed(subscriber(address)), now, now - WINDOW
        )
        if tries.account > ACCOUNT_LIMIT or tries.address > ADDRESS_LIMIT:
            self._store.attempts.take_back(attempt)
            return None, "slower"
        found = self._store.users.find(email)
        if not is_password(password, found.password if found else None) or found is None:
            return None, "wrong"
        self._store.attempts.forget(account)
        return found, "wrong"

    def _hashed(self, what: bytes) -> str:
        return blake2b(what, key=self._key, digest_size=16).hexdigest()


def plain_email(email: str) -> str:
    """An address as it is kept and compared: in lower case, of characters that can be kept."""
    return email.strip().lower().replace("\0", "").encode("utf-8", "replace").decode("utf-8")
