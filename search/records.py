"""The records that pass between rooms: frozen, and importing nothing of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

Phase: TypeAlias = Literal["before", "during", "after"]
Status: TypeAlias = Literal["draft", "published", "archived"]
ArticleType: TypeAlias = Literal["article", "guide"]
Visibility: TypeAlias = Literal["public", "internal"]
Answer: TypeAlias = Literal["yes", "maybe", "no"]
Mode: TypeAlias = Literal["hybrid", "lexical", "dense"]


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of an article under one heading.

    `anchor` is the heading's id in the HTML; it and `heading` are empty, and `level` is 0, for the
    text before the first heading. `paragraphs` is plain text in reading order: one entry a
    paragraph, list item or table row, so a passage can be cut between them.
    """

    anchor: str
    heading: str
    level: int
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One way on from a step: to the step whose anchor is `step` or, where that is empty, to `href`."""

    label: str
    step: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a guide: what stands under a level-2 heading, whose id is `anchor`.

    `html` is sanitised, and without the heading and the list of `choices`; it ends with the footnotes that
    it refers to.
    """

    anchor: str
    title: str
    html: str
    choices: tuple[Choice, ...] = ()

    @property
    def is_end(self) -> bool:
        """Whether no choice leads to another step: the answer stands here."""
        return not any(choice.step for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Guide:
    """An article that is walked step by step; every choice's `step` exists, and the first step begins.

    `introduction` is the HTML before the first step, empty for none: it is shown above that step, which has
    the footnotes of both.
    """

    introduction: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """One article in one language, as its Markdown file says it.

    `id` is the path below the language, without `.md`; translations share it. `html` is sanitised.
    `source_hash` is the hex BLAKE2b-128 of the file's bytes: same hash, same article. `guide` is null unless
    `type` is "guide" and its steps can be walked; `html` is the whole of it all the same.
    """

    id: str
    lang: str
    title: str
    category: str
    html: str
    sections: tuple[Section, ...]
    questions: tuple[str, ...] = ()
    summary: str = ""
    tags: tuple[str, ...] = ()
    phase: Phase | None = None
    status: Status = "published"
    type: ArticleType = "article"
    visibility: Visibility = "public"
    updated: date | None = None
    review_by: date | None = None
    publish_at: datetime | None = None
    owner: str = ""
    related: tuple[str, ...] = ()
    redirect_from: tuple[str, ...] = ()
    boost: float = 1.0
    guide: Guide | None = None
    source_hash: str = ""


@dataclass(frozen=True, slots=True)
class Category:
    """A folder of articles: `id` is its name below the language, `order` sorts it among the others."""

    id: str
    lang: str
    name: str
    description: str = ""
    order: int = 100


@dataclass(frozen=True, slots=True)
class Passage:
    """What a search can answer with: a few sentences of one article, from one section."""

    article_id: str
    lang: str
    anchor: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a hit is where it is: each part before fusion, and after, and the lift by confirmed questions.

    `lexical` is the BM25F score and `dense` a cosine (both null where that side was not asked or did
    not find it).
    """

    lexical: float | None
    dense: float | None
    lexical_share: float
    dense_share: float
    learned: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found: its best passage, and the `terms` asked for, which `excerpts.marks` finds in it."""

    article: Article
    passage: Passage
    terms: frozenset[str]
    score: float
    other_language: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the knowledge base answers: `confidence` is the chance, 0 to 1, that the first hit does.

    `missing` are the asked words that no article has, as they were typed.
    """

    answer: Answer
    confidence: float
    reason: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search returns; `encode_ms` is the part of `took_ms` spent in the encoder.

    `understood` is what was searched for: of a whole message what it asks, with misspelt words put right.
    `degraded`: by its words alone, since too many questions waited for the encoder. `remembered`: as somebody
    who asked the same was answered.
    """

    query: str
    understood: str
    lang: str
    verdict: Verdict
    hits: tuple[Hit, ...]
    did_you_mean: str | None
    took_ms: float
    encode_ms: float
    snapshot: str
    degraded: bool = False
    remembered: bool = False


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What to offer while someone types: whole queries, and the articles they lead to."""

    completions: tuple[str, ...]
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """A place in a shop, such as its cart, and what helps there: the `articles` by their ids, then those of
    its phase and of any of its tags.

    `match` are paths of pages, where `*` stands for anything.
    """

    name: str
    match: tuple[str, ...] = ()
    phase: Phase | None = None
    tags: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """All that is published: the articles, their categories, each language's synonyms, and what helps where.

    `synonyms[lang]` maps a customer's words to ours, both as written by the editor; `contexts` are in the
    editor's order; `unanswered[lang]` are questions that customers ask and no article answers.
    """

    articles: tuple[Article, ...]
    categories: tuple[Category, ...] = ()
    synonyms: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    contexts: tuple[Context, ...] = ()
    unanswered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
