"""Ticket numbers: short enough to be read out, in no order, and checked for typing errors."""

import re
from secrets import choice
from typing import Final

from stdnum import luhn

# Crockford's: no I, L, O or U, which are misread or make words.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD: Final = str.maketrans("OIL", "011")
_PREFIX: Final = "SP"
# 35 bits, and a letter that checks them.
_RANDOM: Final = 7
_WRITTEN: Final = re.compile(r"\s*\[?\s*SP[\s-]*([0-9A-Z]{4})[\s-]*([0-9A-Z]{4})\s*\]?\s*", re.IGNORECASE)


def new_number() -> str:
    """Such as `SP-7K3M-9QXA`."""
    body = "".join(choice(_ALPHABET) for _ in range(_RANDOM))
    body += luhn.calc_check_digit(body, alphabet=_ALPHABET)
    return f"{_PREFIX}-{body[:4]}-{body[4:]}"


def read_number(text: str) -> str | None:
    """The number that somebody wrote, as it is stored; null for what can be none."""
    match = _WRITTEN.fullmatch(text[:40])
    if match is None:
        return None
    body = (match[1] + match[2]).upper().translate(_MISREAD)
    if not luhn.is_valid(body, alphabet=_ALPHABET):
        return None
    return f"{_PREFIX}-{body[:4]}-{body[4:]}"
