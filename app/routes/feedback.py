"""Was this helpful? An article's rating, then, of a no, the reason: two small forms."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Final, Literal
from urllib.parse import parse_qsl
from uuid import uuid4

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from app.privacy import scrub
from app.routes import addresses
from app.routes.limited import seconds_to_wait
from app.routes.site import CurrentSite, Library, Page, Site
from app.routes.visitors import CurrentVisitor
from app.store import Event, StoreError
from search.analysis import normalise
from search.records import Article

router = APIRouter(include_in_schema=False)

REASONS: Final = ("other_question", "unclear", "wrong", "did_not_work")
COMMENT_LIMIT: Final = 500

# Bytes; the longest comment, each character escaped, takes a third.
_BODY_LIMIT: Final = 16_384
_RETRY_AFTER: Final = "30"
_RATING: Final = re.compile(r"[0-9a-f]{32}")

Stage = Literal["ask", "why", "thanks", "already"]
Problem = Literal["", "undecided", "no_reason", "too_long", "unsaved", "elsewhere", "too_often"]


@dataclass(frozen=True, slots=True)
class Said:
    """A form as it was sent; `rating` is the id under which the answer is known, empty for a new one.

    `search_id` is the search that led to the article, as far as it can be known.
    """

    article: str = ""
    value: str = ""
    rating: str = ""
    reason: str = ""
    comment: str = ""
    search_id: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: where the visitor stands, what went wrong, and what they wrote."""

    stage: Stage
    said: Said
    problem: Problem = ""
    status: int = 200


async def _sent(request: Request) -> Said:
    """The form in the body. Raises HTTPException for what no form of ours sends."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(415)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _BODY_LIMIT:
            raise HTTPException(413)
    return _said(dict(parse_qsl(body.decode("utf-8", "replace"))))


async def _asked(request: Request) -> Said:
    return _said(dict(request.query_params))


def _said(fields: dict[str, str]) -> Said:
    rating = fields.get("rating", "")
    return Said(
        article=fields.get("article", ""),
        value=fields.get("value", ""),
        rating=rating if _RATING.fullmatch(rating) else "",
        reason=fields.get("reason", ""),
        comment=fields.get("comment", ""),
        search_id=fields.get("s", ""),
    )


@router.get("/{lang}/feedback")
def feedback(
    request: Request, site: CurrentSite, lang: str, said: Annotated[Said, Depends(_asked)]
) -> Response:
    """What follows an answer: thanks, or the question what was missing."""
    library, article = _found(site, lang, said)
    if said.value not in {"yes", "no"}:
        return RedirectResponse(addresses.article(article), 302)
    stage: Stage = "why" if said.rating and said.value == "no" else "thanks"
    return _page(request, site, library, article, Shown(stage, replace(said, reason="", comment="")))


@router.post("/{lang}/feedback")
def give_feedback(
    request: Request, site: CurrentSite, visitor: CurrentVisitor, lang: str,
    said: Annotated[Said, Depends(_sent)],
) -> Response:  # fmt: skip
    """Store a rating, or the reason for one; what cannot be stored is shown again."""
    library, article = _found(site, lang, said)
    said = replace(said, search_id=visitor.log.known(said.search_id) or "")
    if request.headers.get("sec-fetch-site") == "cross-site":
        wrong: Shown | None = Shown("ask", Said(article.id), "elsewhere", 403)
    elif seconds_to_wait(request, "feedback"):
        wrong = Shown("ask" if said.value else "why", said, "too_often", 429)
    elif said.value or not (said.rating or said.reason or said.comment):
        said, wrong = _rate(site, article, said)
    else:
        wrong = _explain(site, article, said)
    if wrong:
        return _page(request, site, library, article, wrong)
    return RedirectResponse(
        addresses.feedback(article, said.value or "no", said.rating if said.value == "no" else ""), 303
    )


def _rate(site: Site, article: Article, said: Said) -> tuple[Said, Shown | None]:
    """The rating under its id, and what went wrong."""
    if said.value not in {"yes", "no"}:
        return said, Shown("ask", said, "undecided", 422)
    # A page that runs our script names the rating itself, so that sent twice it counts once.
    said = replace(said, rating=said.rating or uuid4().hex)
    try:
        site.ledger.store.add_event(_event(article, said))
    except StoreError as error:
        return said, _unsaved(site, "ask", said, error)
    return said, None


def _explain(site: Site, article: Article, said: Said) -> Shown | None:
    """What went wrong; a reason for a rating that is not known any more counts as both."""
    comment = normalise(said.comment, 2 * COMMENT_LIMIT)
    if len(said.comment) > COMMENT_LIMIT:
        return Shown("why", replace(said, comment=comment), "too_long", 422)
    if (said.reason and said.reason not in REASONS) or not (said.reason or comment):
        return Shown("why", replace(said, reason="", comment=comment), "no_reason", 422)
    kept = replace(said, value="no", rating=said.rating or uuid4().hex, comment=scrub(comment))
    try:
        store = site.ledger.store
        added = store.add_reason(kept.rating, kept.reason or None, kept.comment or None)
        if added == "unknown":
            store.add_event(_event(article, kept))
    except StoreError as error:
        return _unsaved(site, "why", replace(said, comment=comment), error)
    return Shown("already", said, status=409) if added == "already" else None


def _event(article: Article, said: Said) -> Event:
    return Event(
        id=said.rating,
        type="rated",
        at=datetime.now(UTC),
        search_id=said.search_id or None,
        article=article.id,
        lang=article.lang,
        value=said.value,
        reason=said.reason or None,
        comment=said.comment or None,
    )


def _unsaved(site: Site, stage: Stage, said: Said, error: StoreError) -> Shown:
    site.ledger.say(error)
    return Shown(stage, said, "unsaved", 503)


def _found(site: Site, lang: str, said: Said) -> tuple[Library, Article]:
    """The article that is spoken of. Raises HTTPException where there is none."""
    library = site.library()
    article = library.catalogue.article(lang, said.article)
    if article is None:
        raise HTTPException(404)
    return library, article


def _page(request: Request, site: Site, library: Library, article: Article, shown: Shown) -> Response:
    page = Page("thanks.html", article.lang, languages=library.languages, listed=False, status=shown.status)
    response = site.render(request, page, article=article, shown=shown, said=shown.said)
    response.headers["Cache-Control"] = "no-store"
    if shown.status in {429, 503}:
        response.headers["Retry-After"] = _RETRY_AFTER
    return response
