"""Whether a question that found nothing now has its answer. Pure."""

from collections.abc import Sequence

from search.records import SearchResult


def answers(result: SearchResult, before: Sequence[str]) -> bool:
    """Whether `result` answers a question in vain asked: `before` are the ids of the articles shown then.

    A doubtful answer counts where it is another one than they had: that one did not help.
    """
    if result.verdict.answer == "maybe":
        return result.hits[0].article.id not in before[:1]
    return result.verdict.answer == "yes"
