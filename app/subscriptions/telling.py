"""Asks again, on behalf of those who wait, and has those told whose question has its answer."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from app.gaps.replay import answers
from app.store import Answered, Store, Subscription
from search.engine import SearchEngine
from search.excerpts import shortened
from search.records import Article

# An article's path on the site, at the passage with an anchor.
Address = Callable[[Article, str], str]

# Asked between two writes: so few that a process which ends soon loses no more than a moment's work.
_AT_ONCE: Final = 20


def tell(
    store: Store, engine: SearchEngine, address: Address, stopped: Callable[[], bool] = lambda: False
) -> int:
    """Ask `engine` all that its snapshot was not asked yet; how many have their mail on its way now.

    Who is told is out of those who wait, and has their mail in the outbox, in one transaction: a kill loses
    no mail and sends none twice. Where nobody waits it costs one look, so it can be called at any time.
    Raises StoreError.
    """
    snapshot, told = engine.snapshot.manifest.id, 0
    while not stopped() and (some := store.subscriptions.due(snapshot, _AT_ONCE)):
        found = [(one.id, answer_to(one, engine, address)) for one in some]
        told += store.subscriptions.settle(snapshot, found, datetime.now(UTC))
    return told


def answer_to(waiting: Subscription, engine: SearchEngine, address: Address) -> Answered | None:
    """What answers now; null: nothing, or what they were shown already."""
    result = engine.search(waiting.question, waiting.lang)
    if not answers(result, waiting.before):
        return None
    hit = shortened(result.hits[0])
    return Answered(
        "yes" if result.verdict.answer == "yes" else "maybe",
        hit.article.lang, hit.article.title, hit.passage.text, address(hit.article, hit.passage.anchor),
    )  # fmt: skip
