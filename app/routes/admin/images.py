"""Pictures for an article, as the editor's page sends them: dropped, pasted, or chosen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import quote

from fastapi import Request
from starlette.responses import JSONResponse, Response

from app.articles import images
from app.articles.images import ImageError, ImageProblem, Picture
from app.articles.writing import Desk
from app.contact.attachments import Upload
from app.routes.admin import places
from app.routes.admin.articles import desk_of
from app.routes.admin.desk import DeskRoute, desk, language, render
from app.routes.admin.forms import TOKEN, Fields, Files, Form
from app.routes.admin.members import Editor
from app.routes.errors import problem
from app.routes.site import CurrentSite

_ARTICLE: Final = places.ARTICLES + "/{lang}/{article:path}"
_MOST_AT_ONCE: Final = 10
_LONGEST_NAME: Final = 120
_STATUS: Final[Mapping[ImageProblem, int]] = {"large": 413, "gone": 404, "unwritable": 500}


class PictureRoute(DeskRoute):
    """Takes a form with a file."""

    file_bytes: ClassVar[int] = images.MOST_BYTES


router = desk(PictureRoute)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: the picture and where it is, or why there is none."""

    name: str
    picture: Picture | None = None
    address: str = ""
    problem: ImageProblem = "none"


@router.post(_ARTICLE + "/images")
def keep(
    request: Request, site: CurrentSite, member: Editor, lang: str, article: str, form: Form, sent: Files
) -> Response:
    """Keep what was sent beside the article: for a script the lines that show it, else a page with them."""
    uploads = sent.uploads[:_MOST_AT_ONCE] or (Upload("", b""),)
    alt = form.get("alt", "") if len(uploads) == 1 else ""
    if sent.too_large:
        outcomes = [Outcome("", problem="large")]
    else:
        outcomes = [_kept(desk_of(site, member), lang, article, file, alt) for file in uploads]
    wrong = next((outcome.problem for outcome in outcomes if not outcome.picture), None)
    status = _STATUS.get(wrong, 422) if wrong else 201
    gettext = site.interface(language(request, site)).texts.gettext
    told = [(outcome, said(gettext, outcome.problem)) for outcome in outcomes]
    if "json" in request.headers.get("accept", ""):
        return _json(told, status)
    return render(
        request,
        "images.html",
        member,
        status=status if wrong else 200,
        told=told,
        carried=_carried(form, outcomes),
        editor=f"{places.ARTICLES}/{quote(lang)}/{quote(article)}/edit",
    )


def said(gettext: Callable[[str], str], problem: ImageProblem) -> str:
    """Why a picture was not kept, in one sentence."""
    return {
        "none": gettext("Please choose a picture first."),
        "kind": gettext("This is no picture that can be shown: save it as JPEG, PNG, WebP, AVIF or GIF."),
        "large": gettext("This file is too large: a picture may have 15 MB."),
        "pixels": gettext("This picture is too large to be unpacked: it may have 50 million pixels."),
        "moving": gettext("This picture moves for more than five seconds, and nobody could stop it: cut it."),
        "broken": gettext("This picture cannot be read; perhaps the file is damaged: save it anew."),
        "gone": gettext("The article’s file is not there: save the article first."),
        "unwritable": gettext("The content folder cannot be written from here: ask the operator for access."),
    }[problem]


def _kept(by: Desk, lang: str, article: str, file: Upload, alt: str) -> Outcome:
    name = file.name[:_LONGEST_NAME]
    try:
        kept = images.keep(by.content, lang, article, file.content, file.name, alt)
    except ImageError as error:
        return Outcome(name, problem=error.problem)
    images.note(by, kept)
    folder = "/".join((lang, *article.split("/")[:-1]))
    return Outcome(name, kept, f"/media/{quote(folder)}/{quote(kept.name)}")


def _json(told: Sequence[tuple[Outcome, str]], status: int) -> Response:
    wrong = next((why for outcome, why in told if not outcome.picture), "")
    if wrong:
        return problem(status, wrong, "files")
    kept = [outcome.picture for outcome, _ in told if outcome.picture]
    return JSONResponse(
        {
            "pictures": [
                {
                    "name": one.name,
                    "alt": one.alt,
                    "markdown": one.markdown,
                    "width": one.width,
                    "height": one.height,
                }
                for one in kept
            ]
        },
        201,
    )


def _carried(form: Fields, outcomes: Sequence[Outcome]) -> list[tuple[str, str]]:
    """What was typed, with the pictures at the end of the text; a browser gives no form back otherwise."""
    lines = [outcome.picture.markdown for outcome in outcomes if outcome.picture]
    body = "\n\n".join(filter(None, (form.get("body", "").rstrip(), *lines))) + "\n"
    kept = [(name, text) for name, text in form.multi_items() if name not in {TOKEN, "alt", "body", "do"}]
    return [*kept, ("body", body)]
