"""What became of an article: every save, what it changed, and the way back."""

from typing import Final
from zoneinfo import ZoneInfo

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.articles.history import Version, text_of, versions
from app.articles.merging import side_by_side
from app.articles.reading import Opened, open_article
from app.articles.writing import ConflictError, UnfitError, restore
from app.routes.admin import places
from app.routes.admin.article import ARTICLE
from app.routes.admin.articles import desk_of
from app.routes.admin.desk import desk, language, render
from app.routes.admin.forms import Form
from app.routes.admin.members import Editor, Member, Viewer
from app.routes.admin.refusals import RefusedError
from app.routes.site import CurrentSite, Site
from indexer.editing import EditError, path_of
from indexer.markdown import printable

router = desk()

_STATUS: Final = {"": 200, "changed": 409, "unwritable": 500}


@router.get(ARTICLE + "/history")
def history(request: Request, site: CurrentSite, member: Viewer, lang: str, article: str) -> Response:
    """The versions; of one that is chosen, what is otherwise now."""
    return _page(request, site, member, _opened(site, lang, article), request.query_params.get("version", ""))


@router.post(ARTICLE + "/history")
def take_back(
    request: Request, site: CurrentSite, member: Editor, lang: str, article: str, form: Form
) -> Response:
    """Have the article as it was in a version: as one more save, so that this can be taken back too."""
    opened, name = _opened(site, lang, article), form.get("name", "")
    text = _text(site, opened, name)
    chosen = next((one for one in _versions(site, opened) if one.name == name), None)
    if text is None or chosen is None:
        raise RefusedError("gone")
    zone = ZoneInfo(site.settings.time_zone)
    what = f"Restore the version of {chosen.at.astimezone(zone):%Y-%m-%d %H:%M}"
    try:
        restore(desk_of(site, member), lang, opened.id, form.get("version", ""), text, what)
    except ConflictError:
        return _page(request, site, member, opened, name, "changed")
    except UnfitError:
        return _page(request, site, member, opened, name, "unfit")
    except EditError as error:
        return _page(request, site, member, opened, name, error.problem)
    return RedirectResponse(places.article(lang, opened.id, done="restored") + "#content", 303)


def _page(
    request: Request, site: Site, member: Member, opened: Opened, name: str, problem: str = ""
) -> Response:
    found = _versions(site, opened)
    text = _text(site, opened, name)
    left, right = side_by_side(printable(text), printable(opened.text)) if text is not None else ([], [])
    return render(
        request,
        "article_history.html",
        member,
        status=_STATUS.get(problem, 422),
        opened=opened,
        versions=found,
        chosen=next((one for one in found if one.name == name), None) if text is not None else None,
        is_current=text == opened.text,
        left=left,
        right=right,
        problem=problem,
        zone=ZoneInfo(site.settings.time_zone),
        language_name=site.interface(language(request, site)).language_name(opened.lang),
    )


def _versions(site: Site, opened: Opened) -> list[Version]:
    content = site.settings.content
    try:
        return list(versions(content, site.settings.data, path_of(content, opened.lang, opened.id)))
    except EditError:
        return []


def _text(site: Site, opened: Opened, name: str) -> str | None:
    content = site.settings.content
    try:
        path = path_of(content, opened.lang, opened.id)
    except EditError:
        return None
    return text_of(content, site.settings.data, path, name) if name else None


def _opened(site: Site, lang: str, article: str) -> Opened:
    try:
        return open_article(site.settings.content, lang, article)
    except EditError as error:
        raise RefusedError("gone") from error
