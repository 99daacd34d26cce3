"""How long an address is kept, at most, while its owner waits to be told. Pure."""

from datetime import datetime, timedelta
from typing import Final

from app.store.subscriptions import Ages

# To find the mail and confirm it.
TO_CONFIRM: Final = timedelta(hours=48)
# For a mail that could not be handed over: after three days of trying, an operator may mend what is wrong.
TO_DELIVER: Final = timedelta(days=7)


def ages(now: datetime, retention_days: int) -> Ages:
    """What is too old now."""
    return Ages(
        unconfirmed=now - TO_CONFIRM, confirmed=now - timedelta(days=retention_days), told=now - TO_DELIVER
    )
