"""What a request tells of who sent it, and of the search it comes from: in the address, without a cookie."""

from re import fullmatch
from typing import Annotated, Final

from fastapi import Depends
from starlette.requests import Request

from app.routes.http import HEAD
from app.searches.log import SearchLog
from search.records import Article

# No page of ours has more results.
_LAST: Final = 50


class Visitor:
    """Who sent a request to a page, and the search log for what they do."""

    def __init__(self, request: Request) -> None:
        self.log: SearchLog = request.app.state.searches
        self._request = request

    @property
    def is_person(self) -> bool:
        """Whether somebody opens this page in a browser, as far as browsers tell: no program, no HEAD, and
        nothing that is fetched ahead and may never be seen. Browsers say it over HTTPS and on localhost."""
        return self._request.headers.get("sec-fetch-mode") == "navigate" and is_wanted(self._request)

    @property
    def search_id(self) -> str:
        """The search that led here; empty where there is none of ours, or nobody to have asked it."""
        given = self._request.query_params.get("s", "")
        return (self.log.known(given) or "") if self.is_person else ""

    def opens(self, article: Article) -> None:
        """Note the article as opened, if a result's link on this site led to it."""
        search_id = self.search_id
        if search_id and self._request.headers.get("sec-fetch-site") == "same-origin":
            self.log.opened(search_id, article, _position(self._request.query_params.get("n", "")))


def is_wanted(request: Request) -> bool:
    """Whether the answer is asked for now: not its headers alone, and not ahead of need."""
    asked = request.headers
    ahead = asked.get("sec-purpose", "") + asked.get("purpose", "") + asked.get("x-moz", "")
    return HEAD not in request.scope and "prefetch" not in ahead


def _position(given: str) -> int | None:
    number = int(given) if fullmatch(r"[1-9][0-9]?", given) else 0
    return number if 1 <= number <= _LAST else None


async def _visitor(request: Request) -> Visitor:
    return Visitor(request)


CurrentVisitor = Annotated[Visitor, Depends(_visitor)]
