"""The store on both databases, and a mail server."""

from tests.digest.conftest import mails
from tests.store.conftest import address, postgresql, store

__all__ = ["address", "mails", "postgresql", "store"]
