"""The API's answers, field by field, for callers and for the OpenAPI document."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.store import Basis, EventType, TicketStatus
from search.analysis import normalise
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
    anchor: Annotated[
        str,
        Field(
            description="The id of the passage's heading on the page, and of a guide the step, which is "
            "the page at `url?step=anchor`; empty: the top."
        ),
    ]
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
    degraded: Annotated[
        bool, Field(description="Answered by its words alone, since too many asked at once.")
    ] = False


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
    nodes: Annotated[
        list[Any] | None,
        Field(
            description="With `nodes=1` the HTML as a tree to build without parsing it, its addresses whole: "
            "a text, or [tag, {attribute: value}, ...nodes]; else null."
        ),
    ] = None


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


class ArticleSummary(ArticleLink):
    """An article to offer, and what it is about."""

    summary: str


class HelpAnswer(BaseModel):
    """What may help on a page."""

    lang: Lang
    articles: Annotated[list[ArticleSummary], Field(description="At most five, the likeliest first.")]


Session = Annotated[str, Field(description="What the server gave as `session`; opaque, good for a day.")]


class DeflectionQuestion(BaseModel):
    """What a widget asks: what stands in a form's fields."""

    subject: Annotated[str | None, Field(max_length=300, description="What the subject field says.")] = None
    text: Annotated[str, Field(max_length=8_000, description="What the message field says.")]
    lang: Annotated[
        str | None, Field(max_length=100, description="The page's language; unknown: the site's.")
    ] = None
    page: Annotated[
        str | None,
        Field(description="The page's address; query, fragment, and beyond 2,000 characters are cut."),
    ] = None
    session: Annotated[
        str | None, Field(description="What an earlier answer gave; unknown or too old: a new one is made.")
    ] = None

    @field_validator("text")
    @classmethod
    def _not_blank(cls, text: str, info: ValidationInfo) -> str:
        if not normalise(f"{info.data.get('subject') or ''} {text}", 10_000):
            raise PydanticCustomError("blank", "It is empty")
        return text


class DeflectionAnswer(SearchAnswer):
    """What a widget may show: at most three results, and only where the first one answers, or may.

    Of a session in the held-out arm (`holdout`) the answer is `no`, whatever there was to show.
    """

    deflection_id: Annotated[str, Field(description="Names this question in later events.")]
    session: Session
    holdout: Annotated[bool, Field(description="Whether the session is one that sees no answers.")]


class EventItem(BaseModel):
    """Something that happened in a widget."""

    model_config = ConfigDict(strict=True)

    id: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9_.:-]{1,100}$",
            description="Unique, such as a UUID: the same id again counts once.",
        ),
    ]
    type: EventType
    at: Annotated[
        AwareDatetime,
        Field(strict=False, description="When, in ISO 8601; what cannot be becomes the time of arrival."),
    ]
    search_id: Annotated[
        str | None, Field(max_length=200, description="Of an answer; what is no such id is left out.")
    ] = None
    deflection_id: Annotated[
        str | None, Field(max_length=200, description="Of an answer in this session; another's is left out.")
    ] = None
    article: Annotated[
        str | None, Field(max_length=500, description="An article's id; what is none of ours is left out.")
    ] = None
    position: Annotated[int | None, Field(ge=1, le=1_000, description="Where it stood, from 1.")] = None
    value: Annotated[
        str | int | float | None, Field(description="What was chosen: at most 200 characters, scrubbed.")
    ] = None


class EventBatch(BaseModel):
    """What happened in one session."""

    session: Session
    events: Annotated[list[EventItem], Field(max_length=50)]


class EventsAnswer(BaseModel):
    """What was written down."""

    accepted: Annotated[int, Field(description="How many events were new.")]


class TicketRequest(BaseModel):
    """A message for a person."""

    email: Annotated[str, Field(max_length=1_000, description="Where the answer goes.")]
    message: Annotated[str, Field(description="At most 20,000 characters; longer ones are refused, not cut.")]
    subject: Annotated[str, Field(description="At most 300 characters.")] = ""
    category: Annotated[
        str, Field(description="A category's id, or a word of your own: at most 100 characters.")
    ] = ""
    name: Annotated[str, Field(description="At most 200 characters.")] = ""
    lang: Annotated[
        str | None, Field(max_length=35, description="The customer's language; none: the site's first.")
    ] = None
    trail: Annotated[
        Any, Field(description="What the widget's field `sportello_trail` says; unreadable, it is left out.")
    ] = None


class ExpectedReply(BaseModel):
    """When a person replies."""

    basis: Annotated[
        Basis, Field(description="Measured on the first replies of 30 days, or promised by the operator.")
    ]
    typical_hours: Annotated[
        float | None, Field(description="Half of the replies came within so many opening hours.")
    ]
    latest_hours: Annotated[
        float, Field(description="Four in five came within so many; or, promised, hours of working days.")
    ]
    by: Annotated[datetime, Field(description="When these have passed.")]
    text: Annotated[str, Field(description="The same in words, in the customer's language.")]


class TicketAnswer(BaseModel):
    """A ticket, on disk."""

    ticket_id: Annotated[str, Field(examples=["SP-7K3M-9QXA"])]
    expected_reply: Annotated[ExpectedReply | None, Field(description="Null: nothing is promised.")]
    mail: Annotated[bool, Field(description="Whether this site acknowledges tickets by e-mail.")]


class RepliedCall(BaseModel):
    """A first reply, made elsewhere."""

    ticket_id: Annotated[str, Field(max_length=40, description="As in the address: here it is signed.")]
    at: Annotated[AwareDatetime | None, Field(description="When it was made; none: now.")] = None
    close: Annotated[bool, Field(description="Close the ticket too.")] = False
    ask: Annotated[bool, Field(description="Ask the customer by e-mail how satisfied they are.")] = False


class RepliedAnswer(BaseModel):
    """A ticket whose reply was learned."""

    ticket_id: str
    status: TicketStatus
    first_reply_at: datetime | None


class SubscriptionRequest(BaseModel):
    """To be told when a question has its answer."""

    email: Annotated[str, Field(max_length=1_000, description="Whom to tell; they are asked to confirm it.")]
    search_id: Annotated[
        str, Field(max_length=200, description="Of a search that did not answer, as the search said it.")
    ]


class SubscriptionAnswer(BaseModel):
    """The same whether or not the address was known."""

    message: Annotated[str, Field(description="What happens now, in one sentence.")]


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: Annotated[str, Field(description="What is wrong, in one sentence.")]
    field: Annotated[str | None, Field(description="The parameter that is wrong.")] = None
