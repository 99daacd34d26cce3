"""Sign-ins that failed, counted. Every method raises StoreError when the database cannot do it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, case, delete, func, insert, or_, select

from app.store.database import READING, said_plainly
from app.store.tables import ATTEMPTS


@dataclass(frozen=True, slots=True)
class Tries:
    """How often was tried: for one account, and from one client address."""

    account: int
    address: int


class Attempts:
    """What was tried lately; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{READING: True})

    def add(self, attempt: str, account: str, address: str, now: datetime, since: datetime) -> Tries:
        """Write a try down, forget those before `since`, and count those after it, this one too.

        It is committed before it is counted: of many at the same time, none sees fewer than there are.
        """
        row = {"id": attempt, "account": account, "address": address, "at": now}
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.at < since))
            connection.execute(insert(ATTEMPTS).values(row))
        mine, here = ATTEMPTS.c.account == account, ATTEMPTS.c.address == address
        counted = select(func.count(case((mine, 1))), func.count(case((here, 1)))).where(
            or_(mine, here), ATTEMPTS.c.at >= since
        )
        with said_plainly(self._engine.url), self._reader.connect() as connection:
            of_account, of_address = connection.execute(counted).one()
        return Tries(of_account, of_address)

    def forget(self, account: str) -> None:
        """They got in: what was tried for their account counts no more."""
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.account == account))

    def take_back(self, attempt: str) -> None:
        """It was no guess: nothing was judged."""
        with said_plainly(self._engine.url), self._engine.begin() as connection:
            connection.execute(delete(ATTEMPTS).where(ATTEMPTS.c.id == attempt))
