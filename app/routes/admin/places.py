"""The staff's own addresses, and where a link may lead somebody who signs in."""

import re
from typing import Final
from urllib.parse import quote, urlencode

SIGN_IN: Final = "/admin/login"
SIGN_OUT: Final = "/admin/logout"
PASSWORD: Final = "/admin/password"  # noqa: S105  an address
DIGEST: Final = "/admin/digest"
TICKETS: Final = "/admin/tickets"
INSIGHTS: Final = "/admin/insights"
GAPS: Final = "/admin/gaps"
LEARNING: Final = "/admin/learning"
ARTICLES: Final = "/admin/articles"
NEW_ARTICLE: Final = "/admin/articles/new"
GOLDEN: Final = "/admin/golden"
GOLDEN_QUESTION: Final = "/admin/golden/question"
HOME: Final = TICKETS

# Below /admin, in characters that no browser reads as another host's name.
_LOCAL: Final = re.compile(r"/admin(?:[/?][A-Za-z0-9._~/?=&%+-]*)?")
_LONGEST: Final = 500


def chosen(path: str, **fields: str) -> str:
    """An address with those of the fields that say something."""
    said = {name: value for name, value in fields.items() if value}
    return path + (f"?{urlencode(said)}" if said else "")


def sign_in(after: str = "") -> str:
    """Where to sign in, to come to `after`."""
    return chosen(SIGN_IN, next=after if after != HOME else "")


def local(wanted: str) -> str:
    """`wanted`, if it is one of the staff's addresses; else their first page."""
    return wanted if len(wanted) <= _LONGEST and _LOCAL.fullmatch(wanted) else HOME


def ticket(number: str, action: str = "") -> str:
    """A ticket, or what can be done with it."""
    return f"{TICKETS}/{quote(number, safe='')}" + (f"/{action}" if action else "")


def gap(name: str, action: str = "") -> str:
    """A gap, or what can be done with it."""
    return f"{GAPS}/{quote(name, safe='')}" + (f"/{action}" if action else "")


def article(lang: str, name: str, action: str = "edit", **fields: str) -> str:
    """An article's file in the editor, or what can be done with it."""
    return chosen(f"{ARTICLES}/{quote(lang, safe='')}/{quote(name)}/{action}", **fields)


def articles(**fields: str) -> str:
    """The list of articles, as chosen."""
    return chosen(ARTICLES, **fields)


def golden_question(**fields: str) -> str:
    """The form of a golden question, as far as it is filled in."""
    return chosen(GOLDEN_QUESTION, **fields)


def tickets(**fields: str) -> str:
    """The list of tickets, as chosen."""
    return chosen(TICKETS, **fields)


def attachment(number: str, file: str) -> str:
    """A file that came with a ticket."""
    return ticket(number, f"files/{quote(file, safe='')}")
