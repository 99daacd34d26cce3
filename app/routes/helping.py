"""What may help on a page of a shop, where there is no form to answer in."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.deflection.contexts import helpful
from app.routes.answers import article_link
from app.routes.api import Lang, Origin
from app.routes.schemas import ArticleSummary, HelpAnswer, Problem
from app.routes.site import CurrentSite

router = APIRouter(prefix="/api/v1", responses={code: {"model": Problem} for code in (422, 500, 503)})


@router.get("/help", summary="What helps on a page")
def page_help(
    site: CurrentSite,
    origin: Origin,
    context: Annotated[
        str,
        Query(
            max_length=500,
            description="A name from contexts.yaml, a phase (before, during, after), a category or a tag.",
        ),
    ] = "",
    page: Annotated[
        str, Query(max_length=10_000, description="The page's address, for rules, where no context is given.")
    ] = "",
    lang: Lang = None,
) -> HelpAnswer:
    """At most five articles for the page at hand; none where nobody wrote of it."""
    library = site.library()
    asked = library.known_language(lang)
    articles = library.catalogue.in_phase(asked, None, None)
    found = helpful(library.engine.snapshot.knowledge.contexts, articles, context, page)
    return HelpAnswer(
        lang=asked,
        articles=[
            ArticleSummary(**article_link(article, origin).model_dump(), summary=article.summary)
            for article in found
        ],
    )
