"""Why something is not done for somebody of the staff."""

from typing import Final, Literal

Reason = Literal["signed_out", "role", "elsewhere", "form", "too_long", "gone", "unsaved"]

STATUS: Final[dict[Reason, int]] = {
    "signed_out": 401,
    "role": 403,
    "elsewhere": 403,
    "form": 403,
    "too_long": 413,
    "gone": 404,
    "unsaved": 503,
}


class RefusedError(Exception):
    """It is not done; a page says why, and holds what was typed."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
