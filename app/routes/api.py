"""The public API: search, suggestions, articles, categories."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import AfterValidator, BaseModel
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from app.routes import addresses
from app.routes.answers import article_link, search_answer
from app.routes.metrics import measured
from app.routes.nodes import nodes_of
from app.routes.schemas import (
    ArticleAnswer,
    CategoriesAnswer,
    CategoryItem,
    Heading,
    Problem,
    SearchAnswer,
    SuggestAnswer,
    Translation,
)
from app.routes.site import CurrentSite, Library
from app.routes.visitors import is_wanted
from app.searches.log import Asked, SearchLog
from search.analysis import normalise
from search.engine import QUERY_LIMIT
from search.records import Article, Phase


def _not_blank(text: str) -> str:
    if not normalise(text, QUERY_LIMIT):
        raise PydanticCustomError("blank", "It is empty")
    return text


async def _origin(request: Request, site: CurrentSite) -> str:
    return addresses.origin(request, site.settings)


Typed = Annotated[str, Query(max_length=10_000, description="The question, in the customer's own words.")]
Question = Annotated[Typed, AfterValidator(_not_blank)]
Lang = Annotated[
    str | None, Query(max_length=35, description="The customer's language; none: the site's first.")
]
Origin = Annotated[str, Depends(_origin)]

router = APIRouter(prefix="/api/v1", responses={code: {"model": Problem} for code in (422, 500, 503)})


@router.get("/search", summary="Answer a question", response_model=SearchAnswer)
def search(
    request: Request,
    site: CurrentSite,
    origin: Origin,
    q: Question,
    lang: Lang = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    category: Annotated[str | None, Query(max_length=500, description="Only this category.")] = None,
    phase: Annotated[Phase | None, Query(description="Only this part of a purchase.")] = None,
) -> Response:
    """The articles that answer, best first, and whether the first one does. Where the language has no
    answer and another one has, those articles follow, marked as such."""
    library = site.library()
    found = library.engine.search(
        q, library.language(lang), limit=limit, category=category or None, phase=phase, hurried=True
    )
    measured(request, "api", found)
    answer = search_answer(found, origin)
    if is_wanted(request):
        shelf = library.catalogue.shelf(found.lang, category or "")
        noted = Asked("api", found, found.hits, shelf.category.id if shelf else None, phase)
        log: SearchLog = request.app.state.searches
        log.asked(noted, answer.search_id)
    return _said(answer)


@router.get("/suggest", summary="Suggest while typing", response_model=SuggestAnswer)
def suggest(site: CurrentSite, origin: Origin, q: Typed, lang: Lang = None) -> Response:
    """Whole questions that the typed words may become, and the articles they lead to."""
    library = site.library()
    asked = library.language(lang)
    offered = library.engine.suggest(q, asked)
    return _said(
        SuggestAnswer(
            query=normalise(q, QUERY_LIMIT),
            lang=asked,
            completions=list(offered.completions),
            articles=[article_link(article, origin) for article in offered.articles],
        )
    )


@router.get(
    "/articles/{id:path}",
    summary="Read an article",
    response_model=ArticleAnswer,
    responses={404: {"model": Problem}},
)
def article(
    site: CurrentSite,
    origin: Origin,
    id: str,  # noqa: A002  the parameter's name in the address and in the document
    lang: Lang = None,
    nodes: Annotated[bool, Query(description="Whether to add the HTML as a tree.")] = False,
) -> Response:
    """The whole article; without `lang`, in the site's first language that has it."""
    library = site.library()
    translations = library.catalogue.translations(id)
    found = library.catalogue.article(library.language(lang), id) or (
        translations[0] if translations and not lang else None
    )
    if found is None:
        raise HTTPException(404, _no_article(id, lang, translations))
    answer = _article(found, library, origin)
    return _said(answer.model_copy(update={"nodes": nodes_of(answer.html, answer.url)}) if nodes else answer)


def _said(answer: BaseModel) -> Response:
    """As JSON, by Pydantic at once: FastAPI would take it apart, check each part anew and put it together."""
    return Response(answer.model_dump_json(), media_type="application/json")


@router.get("/categories", summary="List the categories")
def categories(site: CurrentSite, origin: Origin, lang: Lang = None) -> CategoriesAnswer:
    """The categories that have articles in a language."""
    library = site.library()
    asked = library.language(lang)
    items = [
        CategoryItem(
            id=shelf.category.id,
            lang=asked,
            name=shelf.category.name,
            description=shelf.category.description,
            articles=len(shelf.articles),
            url=origin + addresses.category(asked, shelf.category.id),
        )
        for shelf in library.catalogue.shelves(asked)
    ]
    return CategoriesAnswer(lang=asked, categories=items)


def _no_article(article_id: str, lang: str | None, translations: tuple[Article, ...]) -> str:
    if not translations:
        return f"There is no article “{article_id[:200]}”."
    languages = ", ".join(a.lang for a in translations)
    return f"The article “{article_id[:200]}” does not exist in “{lang}”, but in: {languages}."


def _article(article: Article, library: Library, origin: str) -> ArticleAnswer:
    translations = library.catalogue.translations(article.id)
    return ArticleAnswer(
        **article_link(article, origin).model_dump(),
        category=article.category,
        summary=article.summary,
        questions=list(article.questions),
        tags=list(article.tags),
        phase=article.phase,
        type=article.type,
        updated=article.updated,
        html=article.html,
        headings=[
            Heading(anchor=s.anchor, level=s.level, text=s.heading) for s in article.sections if s.level
        ],
        related=[article_link(a, origin) for a in library.related(article)],
        translations=[
            Translation(lang=a.lang, url=origin + addresses.article(a))
            for a in translations
            if a is not article
        ],
    )
