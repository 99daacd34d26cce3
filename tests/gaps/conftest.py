"""The store on both databases."""

from tests.store.conftest import address, postgresql, store

__all__ = ["address", "postgresql", "store"]
