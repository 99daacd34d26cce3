"""Articles that may answer a ticket: to be read first, and to be sent with the reply."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.contact.trails import Trail
from app.routes import addresses
from app.routes.site import Library
from app.store.tickets_records import Case, Ticket
from search.records import Article

_OFFERED: Final = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article; `chosen` to go with the reply, and `known` to the customer, who read it before writing.

    `name` is what a form and the store know it by.
    """

    name: str
    lang: str
    title: str
    path: str
    chosen: bool
    known: bool


def candidates(
    library: Library | None, ticket: Ticket, trail: Trail | None, search: str, chosen: tuple[str, ...]
) -> tuple[Candidate, ...]:
    """What is chosen already, then what answers the ticket; none without an index.

    What somebody searches for instead is shown whatever its verdict: they judge.
    """
    if library is None:
        return ()
    asked = search or f"{ticket.subject}\n{ticket.message}"
    found = library.engine.search(asked, library.language(ticket.lang), limit=_OFFERED)
    hits = found.hits if search or found.verdict.answer != "no" else ()
    kept = (_named(library, ticket.lang, name) for name in chosen)
    articles = [article for article in kept if article] + [hit.article for hit in hits]
    known = trail.known if trail else frozenset[str]()
    once = {(article.lang, article.id): article for article in articles}
    return tuple(
        Candidate(a.id, a.lang, a.title, addresses.article(a), a.id in chosen, a.id in known)
        for a in once.values()
    )


def titles(library: Library | None, ticket: Ticket, trail: Trail | None, case: Case) -> dict[str, Article]:
    """The articles that the trail and the replies name, by id, in the ticket's language or another."""
    if library is None:
        return {}
    named: set[str] = set(trail.known if trail else ())
    named.update(name for reply in case.replies for name in reply.articles)
    found = ((name, _named(library, ticket.lang, name)) for name in named)
    return {name: article for name, article in found if article}


def _named(library: Library, lang: str, name: str) -> Article | None:
    here = library.catalogue.article(library.language(lang), name)
    return here or _first(library.catalogue.translations(name))


def _first(articles: Iterable[Article]) -> Article | None:
    return next(iter(articles), None)
