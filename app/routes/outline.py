"""The site's contents for language models that read it (llmstxt.org)."""

import re
from collections.abc import Iterator

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from app.languages import own_name
from app.routes import addresses, preview
from app.routes.catalogue import Shelf
from app.routes.http import SHORTLY
from app.routes.site import CurrentSite, Library
from search.records import Article

router = APIRouter(include_in_schema=False)


@router.get("/llms.txt")
def llms(request: Request, site: CurrentSite) -> PlainTextResponse:
    """Every article by language and category, in Markdown."""
    origin = addresses.origin(request, site.settings)
    lines = _lines(site.library(), origin, site.settings.site_name)
    return PlainTextResponse("\n".join(lines) + "\n", headers=SHORTLY)


def _lines(library: Library, origin: str, name: str) -> Iterator[str]:
    languages = ", ".join(f"{own_name(lang)} ({lang})" for lang in library.languages)
    yield f"# {_plain(name)}"
    yield ""
    yield f"> The help centre of {_plain(name)}: customers' questions, answered. Languages: {languages}."
    yield ""
    yield (
        f"Any question can be asked of {origin}/api/v1/search?q=QUESTION&lang=LANGUAGE (JSON): `answer` says "
        f"whether the first result answers it. The API describes itself at {origin}/api/v1/openapi.json."
    )
    for lang in library.languages:
        for shelf in library.catalogue.shelves(lang):
            yield from _section(shelf, lang, origin)


def _section(shelf: Shelf, lang: str, origin: str) -> Iterator[str]:
    yield ""
    yield f"## {_plain(own_name(lang))}: {_plain(shelf.category.name)}"
    yield ""
    yield from (_link(article, origin) for article in shelf.articles)


def _link(article: Article, origin: str) -> str:
    url = origin + addresses.whole(article)
    return f"- [{_plain(article.title)}]({url}): {_plain(preview.description(article))}"


def _plain(text: str) -> str:
    """One line that Markdown does not read as anything else."""
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", " ".join(text.split()))
