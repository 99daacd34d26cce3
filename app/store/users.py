"""Who may sign in. Every method raises StoreError when the database cannot do it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, Row, delete, insert, select, update

from app.store.database import READING, said_plainly
from app.store.tables import SESSIONS, USERS
from app.store.tickets_rows import withdraw

# Each may do what the ones before it may.
Role = Literal["viewer", "editor", "admin"]
Added = Literal["added", "restored", "there"]
# Who has the weekly mail without having chosen.
DIGESTED: Final[frozenset[Role]] = frozenset({"editor", "admin"})


@dataclass(frozen=True, slots=True)
class User:
    """Somebody of the staff; the e-mail address is in lower case, and nobody else has it.

    `digest` is whether they chose to have the weekly mail; null: as their role has it.
    """

    id: str
    email: str
    name: str
    role: Role
    created_at: datetime
    last_sign_in_at: datetime | None = None
    disabled_at: datetime | None = None
    digest: bool | None = None

    @property
    def has_digest(self) -> bool:
        """Whether the weekly mail is for them: as they chose, else as their role has it."""
        wanted = self.role in DIGESTED if self.digest is None else self.digest
        return wanted and self.disabled_at is None


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user, and what their password is held against."""

    user: User
    password: str


class Users:
    """The staff of one help centre; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})

    def add(self, user: User, password: str, *, replace: bool = False) -> Added:
        """Add somebody new; who was removed comes back, and so, with `replace`, does who is there.

        Whoever comes back has the new name, role and password hash, and is signed in nowhere. `there`: the
        address is taken, and nothing was changed.
        """
        with self._writing() as connection:
            known = connection.execute(
                select(USERS).where(USERS.c.email == user.email).with_for_update()
            ).first()
            if known is None:
                connection.execute(insert(USERS).values(_row(user, password)))
                return "added"
            if known.disabled_at is None and not replace:
                return "there"
            changed = {"name": user.name, "role": user.role, "password": password, "disabled_at": None}
            connection.execute(update(USERS).where(USERS.c.id == known.id).values(changed))
            connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == known.id))
            return "restored"

    def all(self) -> tuple[User, ...]:
        """Everybody, those who were removed too, by address."""
        with self._reading() as connection:
            return tuple(user_of(row) for row in connection.execute(select(USERS).order_by(USERS.c.email)))

    def find(self, email: str) -> Credentials | None:
        """Who has this address, unless they were removed."""
        asked = select(USERS).where(USERS.c.email == email, USERS.c.disabled_at.is_(None))
        with self._reading() as connection:
            row = connection.execute(asked).first()
        return Credentials(user_of(row), row.password) if row else None

    def set_password(self, user_id: str, old: str, new: str, *, keep: str | None = None) -> bool:
        """Replace the hash `old`; false where it is not theirs any more.

        Their sessions end, but for the one whose hashed token is `keep`.
        """
        with self._writing() as connection:
            if not self._replace(connection, user_id, old, new):
                return False
            others = (SESSIONS.c.user_id == user_id) & (SESSIONS.c.token != (keep or ""))
            connection.execute(delete(SESSIONS).where(others))
            return True

    def rehash(self, user_id: str, old: str, new: str) -> None:
        """Hold the same password against another hash; nothing, where `old` is not theirs any more."""
        with self._writing() as connection:
            self._replace(connection, user_id, old, new)

    def remove(self, email: str, now: datetime) -> bool:
        """End their sessions, write to them and let them in no more; false where nobody has that address."""
        mine = (USERS.c.email == email) & USERS.c.disabled_at.is_(None)
        with self._writing() as connection:
            gone = connection.execute(
                update(USERS).where(mine).values(disabled_at=now).returning(USERS.c.id)
            ).first()
            if gone:
                connection.execute(delete(SESSIONS).where(SESSIONS.c.user_id == gone.id))
                withdraw(connection, gone.id)
            return gone is not None

    def choose_digest(self, user_id: str, *, wanted: bool) -> None:
        """Note whether they want the weekly mail; if not, one that is on its way does not go out."""
        with self._writing() as connection:
            connection.execute(update(USERS).where(USERS.c.id == user_id).values(digest=wanted))
            if not wanted:
                withdraw(connection, user_id, "digest")

    @staticmethod
    def _replace(connection: Connection, user_id: str, old: str, new: str) -> bool:
        mine = (USERS.c.id == user_id) & (USERS.c.password == old) & USERS.c.disabled_at.is_(None)
        change = update(USERS).where(mine).values(password=new).returning(USERS.c.id)
        return connection.execute(change).first() is not None

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            yield connection


def _row(user: User, password: str) -> dict[str, object]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "password": password,
        "created_at": user.created_at,
    }


def user_of(row: Row[Any]) -> User:
    """A row of the users."""
    return User(
        row.id,
        row.email,
        row.name,
        row.role,
        row.created_at,
        row.last_sign_in_at,
        row.disabled_at,
        row.digest,
    )
