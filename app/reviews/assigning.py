"""Which articles wait for a review, and who is told of which. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from email.utils import parseaddr

from app.reviews.records import Due
from app.staff.roles import may
from app.store.reviews import Review
from app.store.users import User
from search.records import Article


def waiting(articles: Iterable[Article], until: date) -> dict[Review, Article]:
    """Those to review by a day or before it."""
    return {
        Review(article.lang, article.id, article.review_by): article
        for article in articles
        if article.review_by and article.review_by <= until
    }


def assigned(
    new: Sequence[Review], articles: Mapping[Review, Article], staff: Iterable[User]
) -> tuple[Due, ...]:
    """Each for its owner, if that is the address of somebody of the staff; else for all who edit.

    The longest overdue come first.
    """
    owners = {user.email.casefold(): user.id for user in staff}
    named: list[Due] = []
    for one in sorted(new, key=lambda review: (review.due, review.article, review.lang)):
        article = articles[one]
        reader = owners.get(_address(article.owner), "")
        named.append(Due(one.lang, one.article, article.title, one.due, reader))
    return tuple(named)


def told(dues: Iterable[Due], user: User) -> tuple[Due, ...]:
    """Those of `dues` that are for a user."""
    edits = may(user.role, "editor")
    return tuple(due for due in dues if due.reader == user.id or (edits and not due.reader))


def _address(owner: str) -> str:
    """Of `Anna <anna@example.com>`, or of the address alone."""
    return parseaddr(owner)[1].casefold()
