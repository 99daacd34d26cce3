"""Our own addresses, built in one place; ids may hold any letter, so every part is quoted."""

from urllib.parse import quote, urlencode

from starlette.requests import Request

from app.settings import Settings
from search.records import Article, Phase


def home(lang: str) -> str:
    """A language's first page."""
    return f"/{quote(lang)}/"


def article(found: Article, anchor: str = "") -> str:
    """An article, or one place in it."""
    return f"/{quote(found.lang)}/a/{quote(found.id)}" + (f"#{quote(anchor)}" if anchor else "")


def category(lang: str, category_id: str) -> str:
    """A category's page."""
    return f"/{quote(lang)}/c/{quote(category_id)}"


def contact(lang: str) -> str:
    """How to reach a person."""
    return f"/{quote(lang)}/contact"


def search(lang: str, query: str = "", category_id: str | None = None, phase: Phase | None = None) -> str:
    """The answers to a question, or, without one, all that the filters leave."""
    asked = {"q": query, "category": category_id, "phase": phase}
    fields = urlencode({name: value for name, value in asked.items() if value})
    return f"/{quote(lang)}/search" + (f"?{fields}" if fields else "")


def origin(request: Request, settings: Settings) -> str:
    """Where this site is, without a slash at the end: as configured, else as the request says."""
    return (settings.base_url or str(request.base_url)).rstrip("/")
