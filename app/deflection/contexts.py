"""Which articles help on a page: by what an editor wrote of it, its part of a purchase, or a word. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final, get_args

from app.deflection.pages import matches, path_of
from search.analysis import fold
from search.records import Article, Context, Phase

# More than these are a list to read, not help at hand.
MOST: Final = 5

_PHASES: Final[tuple[Phase, ...]] = get_args(Phase)


def helpful(
    contexts: Sequence[Context], articles: Sequence[Article], context: str, page: str
) -> tuple[Article, ...]:
    """At most five of `articles`, which are of one language: for a named `context`, else for the `page`.

    A name is one of the editor's contexts, a phase, a category or a tag, in this order. Nothing is better
    than what has nothing to do with the page: for one that nobody wrote of there is nothing.
    """
    asked = _named(contexts, articles, context.strip()) if context.strip() else _matching(contexts, page)
    return tuple(_chosen(asked, articles))[:MOST] if asked else ()


def _named(contexts: Iterable[Context], articles: Iterable[Article], name: str) -> Context:
    for context in contexts:
        if fold(context.name) == fold(name):
            return context
    for phase in _PHASES:
        if phase == name.lower():
            return Context(name, phase=phase)
    shelved = tuple(a.id for a in articles if a.category == name)
    return Context(name, articles=shelved) if shelved else Context(name, tags=(name,))


def _matching(contexts: Iterable[Context], page: str) -> Context | None:
    path = path_of(page)
    if not path:
        return None
    return next((c for c in contexts if any(matches(path, pattern) for pattern in c.match)), None)


def _chosen(context: Context, articles: Sequence[Article]) -> list[Article]:
    """What the editor named, then what the phase and the tags leave, the most tags first."""
    by_id = {article.id: article for article in articles}
    chosen = {name: by_id[name] for name in context.articles if name in by_id}
    tags = {fold(tag) for tag in context.tags}
    shared = {a.id: len(tags & {fold(tag) for tag in a.tags}) for a in articles}
    if context.phase or tags:
        fitting = [a for a in articles if context.phase in (None, a.phase) and (shared[a.id] or not tags)]
        for article in sorted(fitting, key=lambda a: (-shared[a.id], -a.boost)):
            chosen.setdefault(article.id, article)
    return list(chosen.values())
