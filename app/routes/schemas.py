"""The API's answers, field by field, for callers and for the OpenAPI document."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from search.records import Answer, ArticleType, Phase

Id = Annotated[str, Field(description="The article's path below the language; its translations share it.")]
Url = Annotated[str, Field(description="The whole address of the page.")]
Lang = Annotated[str, Field(description="A BCP 47 language tag.", examples=["it"])]


class ArticleLink(BaseModel):
    """An article to offer."""

    id: Id
    lang: Lang
    title: str
    url: Url


class SearchHit(ArticleLink):
    """An article found, with the passage that answers."""

    category: str
    passage: Annotated[str, Field(description="The passage as plain text.")]
    passage_html: Annotated[str, Field(description="The same, escaped, with <mark> around the words asked.")]
    anchor: Annotated[str, Field(description="The id of the passage's heading on the page; empty: its top.")]
    score: float
    other_language: Annotated[bool, Field(description="Whether the article is not in the language asked.")]


class SearchAnswer(BaseModel):
    """What a search returns."""

    search_id: Annotated[str, Field(description="Names this search in later events.")]
    query: Annotated[
        str, Field(description="The question as it was understood: normalised, at most 2,000 characters.")
    ]
    lang: Lang
    answer: Annotated[
        Answer, Field(description="Whether the first result answers; `no`: do not present it as one.")
    ]
    confidence: Annotated[float, Field(ge=0, le=1, description="The chance that the first result answers.")]
    did_you_mean: str | None
    results: list[SearchHit]
    took_ms: float
    snapshot: Annotated[str, Field(description="The index that answered.")]


class SuggestAnswer(BaseModel):
    """What to offer while someone types."""

    query: str
    lang: Lang
    completions: Annotated[list[str], Field(description="Whole questions that begin so.")]
    articles: list[ArticleLink]


class Heading(BaseModel):
    """A heading in the article's HTML; `anchor` is its id."""

    anchor: str
    level: int
    text: str


class Translation(BaseModel):
    """The same article in another language."""

    lang: Lang
    url: Url


class ArticleAnswer(ArticleLink):
    """An article in full."""

    category: str
    summary: str
    questions: Annotated[list[str], Field(description="Other wordings of the question it answers.")]
    tags: list[str]
    phase: Phase | None
    type: ArticleType
    updated: date | None
    html: Annotated[str, Field(description="The article's sanitised HTML.")]
    headings: list[Heading]
    related: list[ArticleLink]
    translations: list[Translation]


class CategoryItem(BaseModel):
    """A category and how many articles it has."""

    id: str
    lang: Lang
    name: str
    description: str
    articles: int
    url: Url


class CategoriesAnswer(BaseModel):
    """The categories of one language, in the editor's order."""

    lang: Lang
    categories: list[CategoryItem]


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: Annotated[str, Field(description="What is wrong, in one sentence.")]
    field: Annotated[str | None, Field(description="The parameter that is wrong.")] = None
