"""Our own addresses, built in one place; ids may hold any letter, so every part is quoted."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Literal
from urllib.parse import quote, urlencode

from starlette.requests import Request

from app.settings import Settings
from search.records import Article, Guide, Phase, Step


def home(lang: str) -> str:
    """A language's first page."""
    return f"/{quote(lang)}/"


def article(found: Article, anchor: str = "") -> str:
    """An article, or one place in it; in a guide, the step where that place is."""
    page = f"/{quote(found.lang)}/a/{quote(found.id)}"
    place = f"#{quote(anchor)}" if anchor else ""
    at = step_with(found.guide, anchor) if found.guide and anchor else None
    # The first step stands on the guide's own page.
    if found.guide is None or at is None or at is found.guide.steps[0]:
        return page + place
    return step(found, at.anchor) + (place if anchor != at.anchor else "")


def step(guide: Article, anchor: str, via: Iterable[str] = ()) -> str:
    """A step of a guide, after the steps `via`."""
    return f"{article(guide)}?{urlencode([('step', anchor), *(('via', taken) for taken in via)])}"


def step_with(guide: Guide, anchor: str) -> Step | None:
    """The step that has an anchor, as its own or in its text."""
    written = f' id="{escape(anchor)}"'
    return next((s for s in guide.steps if s.anchor == anchor or written in s.html), None)


def whole(guide: Article) -> str:
    """All the steps of a guide on one page."""
    return article(guide) + ("?all=1" if guide.guide else "")


def category(lang: str, category_id: str) -> str:
    """A category's page."""
    return f"/{quote(lang)}/c/{quote(category_id)}"


def contact(lang: str, question: str = "", search_id: str = "") -> str:
    """How to reach a person, with what could not be answered, and the search that did not."""
    return f"/{quote(lang)}/contact" + _fields({"q": question, "s": search_id})


def received(lang: str, number: str) -> str:
    """Thanks for a message."""
    return f"/{quote(lang)}/contact/received?{urlencode({'number': number})}"


def solved(lang: str) -> str:
    """Where somebody is led whose answer was there before they wrote."""
    return f"/{quote(lang)}/contact/solved"


def subscribing(lang: str) -> str:
    """Where somebody asks to be told of an answer."""
    return f"/{quote(lang)}/subscriptions"


def subscription(lang: str, token: str, act: Literal["", "confirm", "stop"] = "") -> str:
    """Where who waits for an answer says yes, or no."""
    return f"{subscribing(lang)}/{quote(token)}" + (f"/{act}" if act else "")


def rating(token: str, value: int | None = None) -> str:
    """Where a customer says how satisfied they are; `value` is chosen there already."""
    return f"/s/{quote(token)}" + (f"?value={value}" if value else "")


def feedback(found: Article, value: str = "", rating: str = "") -> str:
    """Where an article is rated, and what follows a rating."""
    page = f"/{quote(found.lang)}/feedback"
    said = {"article": found.id, "value": value, "rating": rating}
    return page + (f"?{urlencode({name: given for name, given in said.items() if given})}" if value else "")


def accessibility(lang: str) -> str:
    """How accessible the site is."""
    return f"/{quote(lang)}/accessibility"


def search(
    lang: str, query: str = "", category_id: str | None = None, phase: Phase | None = None, after: str = ""
) -> str:
    """The answers to a question, or, without one, all that the filters leave, after another search."""
    asked = {"q": query, "category": category_id, "phase": phase, "s": after}
    return f"/{quote(lang)}/search" + _fields(asked)


def result(page: str, search_id: str, position: int) -> str:
    """The address of a page, as a search's result; `position` counts from 1."""
    if not search_id:
        return page
    path, mark, anchor = page.partition("#")
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'s': search_id, 'n': position})}{mark}{anchor}"


def feed(lang: str) -> str:
    """What changed last in a language."""
    return f"/feed.xml?{urlencode({'lang': lang})}"


def opensearch(lang: str) -> str:
    """How a browser asks in a language from its own address bar."""
    return f"/opensearch.xml?{urlencode({'lang': lang})}"


def suggestions(lang: str) -> str:
    """What a browser offers in its address bar while its user types; the text comes after it, as `q`."""
    return f"/opensearch/suggest?{urlencode({'lang': lang})}"


def origin(request: Request, settings: Settings) -> str:
    """Where this site is, without a slash at the end: as configured, else as the request says."""
    return (settings.base_url or str(request.base_url)).rstrip("/")


def _fields(given: Mapping[str, str | None]) -> str:
    """An address's query, of those that are given."""
    fields = urlencode({name: value for name, value in given.items() if value})
    return f"?{fields}" if fields else ""
