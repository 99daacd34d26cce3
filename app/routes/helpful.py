"""What may answer a message: before it is sent, and in the mail that says it has arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.contact.letters import Offered
from app.contact.outbox import Knowledge
from app.contact.trails import trail_of
from app.deflection.forms import message_of
from app.live import NotReadyError
from app.routes import addresses
from app.routes.site import Site
from app.store import Ticket
from search.records import Article, Hit, SearchResult

MOST: Final = 3
# Looked at, so that enough is left without what they have seen.
_LOOKED_AT: Final = 8


@dataclass(frozen=True, slots=True)
class Found:
    """What a search of a whole message found, and of that what may be shown: nothing, where it answers no."""

    result: SearchResult
    offered: tuple[Hit, ...]


def helpful(site: Site, subject: str, message: str, lang: str, seen: frozenset[str] = frozenset()) -> Found:
    """What may answer, without the articles `seen` already. Raises NotReadyError."""
    library = site.library()
    found = library.engine.search(message_of(subject, message), lang, limit=_LOOKED_AT)
    fresh = (hit for hit in found.hits if hit.article.id not in seen)
    offered = () if found.verdict.answer == "no" else tuple(fresh)[:MOST]
    return Found(found, offered)


def knowledge_of(site: Site) -> Knowledge:
    """What the letters ask of a site."""
    return Knowledge(
        ready=lambda: _is_ready(site),
        answers=lambda ticket: _answers(site, ticket),
        articles=lambda lang, ids: _articles(site, lang, ids),
    )


def title_of(site: Site, article: str) -> str:
    """An article's title in the site's own language, or the first that has it; empty: there is none."""
    catalogue = site.library().catalogue
    found = catalogue.article(site.settings.default_language, article)
    found = found or next(iter(catalogue.translations(article)), None)
    return found.title if found else ""


def _is_ready(site: Site) -> bool:
    try:
        site.library()
    except NotReadyError:
        return False
    return True


def _answers(site: Site, ticket: Ticket) -> Sequence[Offered]:
    trail = trail_of(ticket.trail)
    found = helpful(site, ticket.subject, ticket.message, ticket.lang, trail.known if trail else frozenset())
    return [_offered(site, hit.article) for hit in found.offered]


def _articles(site: Site, lang: str, ids: Sequence[str]) -> Sequence[Offered]:
    """Those that are still there, in the language or the first that has them."""
    catalogue = site.library().catalogue
    found = (catalogue.article(lang, i) or next(iter(catalogue.translations(i)), None) for i in ids)
    return [_offered(site, article) for article in found if article]


def _offered(site: Site, article: Article) -> Offered:
    origin = site.settings.base_url.rstrip("/")
    return Offered(article.title, origin + addresses.article(article) if origin else "")
