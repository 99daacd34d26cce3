"""The databases of the store's own tests."""

from tests.store.conftest import address, postgresql, store

__all__ = ["address", "postgresql", "store"]
