"""What people read most now, and how it is known that a person reads."""

from typing import Final

from starlette.requests import Request

from app.ledger import Ledger
from app.routes.catalogue import Catalogue
from app.routes.http import HEAD
from search.records import Article

# More than these are a list to read, not a choice to make.
_MOST: Final = 6


def most_asked(lang: str, ledger: Ledger, catalogue: Catalogue) -> tuple[Article, ...]:
    """The articles read most in the last days, then those that editors push: at most six."""
    read = (catalogue.article(lang, article_id) for article_id in ledger.most_read(lang))
    both = [a for a in read if a] + list(catalogue.boosted(lang))
    return tuple({a.id: a for a in both}.values())[:_MOST]


def is_reading(request: Request) -> bool:
    """Whether someone who browses or searches here opened this page, as far as browsers tell."""
    asked = request.headers
    ahead = "prefetch" in asked.get("sec-purpose", "") + asked.get("purpose", "") + asked.get("x-moz", "")
    here = asked.get("sec-fetch-dest") == "document" and asked.get("sec-fetch-site") == "same-origin"
    # A guide's next step is the same reading.
    return here and not ahead and HEAD not in request.scope and "step" not in request.query_params
