"""What is kept of one person. Every method raises StoreError when the database cannot do it."""

from sqlalchemy import Engine, func, or_, select

from app.store.database import READING, said_plainly
from app.store.tickets_tables import TICKETS


class Personal:
    """Finds what an e-mail address is written on; safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._url = engine.url
        self._reader = engine.execution_options(**{READING: True})

    def tickets(self, email: str) -> tuple[str, ...]:
        """The ids of the tickets that came from an address, in whatever case it was written."""
        same = or_(TICKETS.c.email == email, func.lower(TICKETS.c.email) == email.lower())
        asked = select(TICKETS.c.id).where(same).order_by(TICKETS.c.created_at, TICKETS.c.id)
        with said_plainly(self._url), self._reader.connect() as connection:
            return tuple(connection.execute(asked).scalars())
