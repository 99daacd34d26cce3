"""A mail server."""

from tests.digest.conftest import mails

__all__ = ["mails"]
