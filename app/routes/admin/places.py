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


def sign_in(after: str = "") -> str:
    """Where to sign in, to come to `after`."""
    return SIGN_IN + (f"?{urlencode({'next': after})}" if after and after != HOME else "")


def local(wanted: str) -> str:
    """`wanted`, if it is one of the staff's addresses; else their first page."""
    return wanted if len(wanted) <= _LONGEST and _LOCAL.fullmatch(wanted) else HOME


def ticket(number: str, action: str = "") -> str:
    """A ticket, or what can be done with it."""
    return f"{TICKETS}/{quote(number, safe='')}" + (f"/{action}" if action else "")


def tickets(**chosen: str) -> str:
    """The list, as chosen."""
    fields = {name: value for name, value in chosen.items() if value}
    return TICKETS + (f"?{urlencode(fields)}" if fields else "")


def gap(name: str, action: str = "") -> str:
    """A gap, or what can be done with it."""
    return f"{GAPS}/{quote(name, safe='')}" + (f"/{action}" if action else "")


def article(lang: str, name: str, action: str = "edit", **chosen: str) -> str:
    """An article's file in the editor, or what can be done with it."""
    fields = {key: value for key, value in chosen.items() if value}
    path = f"{ARTICLES}/{quote(lang, safe='')}/{quote(name)}/{action}"
    return path + (f"?{urlencode(fields)}" if fields else "")


def golden_question(**chosen: str) -> str:
    """The form of a golden question, as far as it is filled in."""
    fields = {key: value for key, value in chosen.items() if value}
    return GOLDEN_QUESTION + (f"?{urlencode(fields)}" if fields else "")


def articles(**chosen: str) -> str:
    """The list of articles, as chosen."""
    fields = {key: value for key, value in chosen.items() if value}
    return ARTICLES + (f"?{urlencode(fields)}" if fields else "")


def attachment(number: str, file: str) -> str:
    """A file that came with a ticket."""
    return ticket(number, f"files/{quote(file, safe='')}")
