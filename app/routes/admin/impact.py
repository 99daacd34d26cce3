"""What a text would answer, while it is written: in the editor's page by a script, else as a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import Response

from app.articles.records import ArticleDraft
from app.impact.advice import Advice, advise, articles_of
from app.impact.drafts import read_draft
from app.impact.forecast import Change, Forecast
from app.impact.questions import DAYS
from app.impact.watch import ImpactWatch
from app.routes.admin import places
from app.routes.admin.article import EditorRoute
from app.routes.admin.article_forms import said
from app.routes.admin.articles import bookcase
from app.routes.admin.desk import desk, language, render
from app.routes.admin.forms import TOKEN, Form
from app.routes.admin.gaps import library_of
from app.routes.admin.insights_numbers import numbers
from app.routes.admin.members import Editor
from app.routes.site import CurrentSite, Library, Site
from indexer.articles import Read
from indexer.passages import split_passages
from search.records import Article

router = desk(EditorRoute)

IMPACT: Final = places.ARTICLES + "/{lang}/{article:path}/impact"
# Of each list so many are seen at once, the rest when asked for.
_FIRST: Final = 6
_MOST: Final = 200
# Of questions and passages so many are read for one text, in some seconds, while all other editors wait.
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Instead:
    """The questions that would come to this article in place of another one, or the other way round."""

    article: Article | None
    changes: tuple[Change, ...]

    @property
    def asked(self) -> int:
        """How often they were asked."""
        return sum(change.question.count for change in self.changes)


@router.post(IMPACT)
def impact(
    request: Request, site: CurrentSite, member: Editor, lang: str, article: str, form: Form
) -> Response:
    """What is in the form, asked what was asked; `part=1` for the part of the editor's page alone."""
    draft = said(form, lang, article, ZoneInfo(site.settings.time_zone)).draft
    read, library = read_draft(draft), library_of(site)
    template = "impactpart.html" if request.query_params.get("part") else "impact.html"
    return render(
        request,
        template,
        member,
        opened=draft,
        kept=[(name, text) for name, text in form.multi_items() if name not in {TOKEN, "do", "show"}],
        **_shown(request, site, library, draft, read),
    )


def _shown(
    request: Request, site: Site, library: Library | None, draft: ArticleDraft, read: Read
) -> dict[str, Any]:
    watch: ImpactWatch = request.app.state.impact
    found = _forecast(watch, library, draft, read.article)
    return {
        "found": found,
        "gained": found.of("gained") if found else (),
        "taken": _by_article(change for change in found.of("taken")) if found else (),
        "lost": found.of("lost") if found else (),
        "same": found.of("kept") if found else (),
        "has_text": read.article is not None and bool(draft.title),
        "is_too_long": read.article is not None and _is_too_long(read.article),
        "is_internal": draft.text("visibility") == "internal",
        "past": watch.past,
        "advice": _advice(request, site, library, watch, read),
        "days": DAYS,
        "first": _FIRST,
        "most": _MOST,
        "least": site.settings.k_anonymity,
        "volume": volume,
        "number": numbers(site.interface(language(request, site))),
    }


def volume(changes: Iterable[Change]) -> int:
    """How often these questions were asked, together."""
    return sum(change.question.count for change in changes)


def _forecast(
    watch: ImpactWatch, library: Library | None, draft: ArticleDraft, article: Article | None
) -> Forecast | None:
    """Null where nothing can be told: no text yet, none for customers, or no index."""
    if library is None or article is None or not draft.title or draft.text("visibility") == "internal":
        return None
    return None if _is_too_long(article) else watch.forecast(library.engine, article)


def _is_too_long(article: Article) -> bool:
    return len(article.questions) + len(split_passages(article)) > _LONGEST


def _advice(request: Request, site: Site, library: Library | None, watch: ImpactWatch, read: Read) -> Advice:
    served: Sequence[Article] = library.engine.snapshot.knowledge.articles if library else ()
    shelf = library.engine.snapshot.shelves.get(read.article.lang) if library and read.article else None
    is_read = library and read.article and not _is_too_long(read.article)
    memory = watch.memory(library.engine) if library and is_read else None
    others = articles_of(bookcase(request).leaves(), served)
    return advise(read, shelf, memory, site.settings.content, others)


def _by_article(changes: Iterable[Change]) -> tuple[Instead, ...]:
    """By the article that answers now, the one that gives most first."""
    found: dict[str, list[Change]] = {}
    articles: dict[str, Article] = {}
    for change in changes:
        if change.before.article:
            articles[change.before.article.id] = change.before.article
            found.setdefault(change.before.article.id, []).append(change)
    instead = [Instead(articles[name], tuple(some)) for name, some in found.items()]
    return tuple(sorted(instead, key=lambda one: -one.asked))
