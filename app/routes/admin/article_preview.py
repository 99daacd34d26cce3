"""An article as customers will see it: the page's own templates and sheet, with what is in the editor."""

import re
from dataclasses import replace
from typing import Final

from fastapi import Request
from starlette.responses import HTMLResponse

from app.articles.records import ArticleDraft
from app.live import NotReadyError
from app.routes import guides, views
from app.routes.catalogue import Shelf
from app.routes.site import Site
from indexer.articles import prettify, read_text
from indexer.editing import LISTS
from indexer.importing.drafts import compose
from search.records import Article, Category

# The frame it is shown in runs none, and a browser would complain of each.
_SCRIPTS: Final = re.compile(r"[ \t]*<script\b[^>]*>.*?</script>\n?", re.DOTALL)


def article_of(draft: ArticleDraft) -> Article | None:
    """The article that a draft would be, whatever its status; null where there is nothing to show yet."""
    fields = {name: list(v) if name in LISTS else v[0] for name, v in draft.fields.items() if v}
    shown = {**fields, "title": draft.title or "…", "questions": list(draft.questions), "status": "published"}
    read = read_text(draft.lang, draft.id, compose(shown, draft.body)).article
    if read is None:  # a field that is not filled in yet must not hide the text
        read = read_text(draft.lang, draft.id, compose({"title": shown["title"]}, draft.body)).article
    return read


def page(request: Request, site: Site, draft: ArticleDraft) -> HTMLResponse | None:
    """The page; null where there is nothing to show."""
    article = article_of(draft)
    try:
        library = site.library()
    except NotReadyError:
        return None
    if article is None:
        return None
    if article.guide:
        view = guides.view(library, guides.Walk(article, article.guide, article.guide.steps[0], ()))
    else:
        view = views.article(library, article)
    frame = view.page
    shelf = view.shown["shelf"] or Shelf(
        Category(article.category, article.lang, prettify(article.category)), ()
    )
    shown = replace(frame, template="admin/preview.html", listed=False)
    return site.render(request, shown, **{**view.shown, "shelf": shelf, "frame": frame.template})


def srcdoc(request: Request, site: Site, draft: ArticleDraft) -> str:
    """The page's HTML without scripts; empty where there is nothing to show."""
    made = page(request, site, draft)
    return _SCRIPTS.sub("", bytes(made.body).decode()) if made else ""
