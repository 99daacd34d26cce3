"""Who is signed in. Every method raises StoreError when the database cannot do it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select, update

from app.store.database import READING, said_plainly
from app.store.tables import SESSIONS, USERS
from app.store.users import User, user_of


@dataclass(frozen=True, slots=True)
class Lease:
    """What a session must be to be alive: begun and last seen after these moments."""

    begun_after: datetime
    seen_after: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in; `token` is the hash of what their browser holds."""

    token: str
    user: User
    seen_at: datetime


class Sessions:
    """The sessions of the staff; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})

    def begin(self, token: str, user_id: str, now: datetime, lease: Lease, *, instead_of: str = "") -> None:
        """A session for somebody, in place of the one with the token `instead_of`; dead ones go."""
        dead = (SESSIONS.c.created_at <= lease.begun_after) | (SESSIONS.c.seen_at <= lease.seen_after)
        row = {"token": token, "user_id": user_id, "created_at": now, "seen_at": now}
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            connection.execute(delete(SESSIONS).where(dead | (SESSIONS.c.token == instead_of)))
            connection.execute(insert(SESSIONS).values(row))
            connection.execute(update(USERS).where(USERS.c.id == user_id).values(last_sign_in_at=now))

    def find(self, token: str, lease: Lease) -> Session | None:
        """The session, if it is alive and its user was not removed."""
        asked = (
            select(USERS, SESSIONS.c.seen_at)
            .join(SESSIONS, SESSIONS.c.user_id == USERS.c.id)
            .where(
                SESSIONS.c.token == token,
                SESSIONS.c.created_at > lease.begun_after,
                SESSIONS.c.seen_at > lease.seen_after,
                USERS.c.disabled_at.is_(None),
            )
        )
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            row = connection.execute(asked).first()
        if row is None:
            return None
        return Session(token, user_of(row), row.seen_at)

    def touch(self, token: str, now: datetime) -> None:
        """It was seen now."""
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            connection.execute(update(SESSIONS).where(SESSIONS.c.token == token).values(seen_at=now))

    def end(self, token: str) -> None:
        """Sign out."""
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.token == token))
