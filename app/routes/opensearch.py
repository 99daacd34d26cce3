"""Asking from the browser's own address bar (OpenSearch 1.1, with its Suggestions extension)."""

from typing import Final
from xml.etree.ElementTree import Element  # nothing is parsed here

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import JSONResponse, Response

from app.routes import addresses
from app.routes.http import SHORTLY
from app.routes.site import CurrentSite
from app.routes.xml import document, element
from search.analysis import normalise
from search.engine import QUERY_LIMIT

router = APIRouter(include_in_schema=False)

# As the specification limits a ShortName.
_SHORT_NAME: Final = 16
_SUGGESTIONS: Final = "application/x-suggestions+json"


@router.get("/opensearch.xml")
def opensearch(request: Request, site: CurrentSite, lang: str = "") -> Response:
    """How to ask in one language."""
    library = site.library()
    asked = library.language(lang)
    if asked not in library.languages:
        raise HTTPException(404)
    origin = addresses.origin(request, site.settings)
    name, interface = site.settings.site_name, site.interface(asked)
    root = Element("OpenSearchDescription", {"xmlns": "http://a9.com/-/spec/opensearch/1.1/"})
    element(root, "ShortName", _shortened(name))
    element(root, "Description", f"{interface.texts.gettext('Ask in your own words')}: {name}"[:1024])
    element(root, "Language", asked)
    element(root, "InputEncoding", "UTF-8")
    element(root, "OutputEncoding", "UTF-8")
    icon = {"width": "16", "height": "16", "type": "image/svg+xml"}
    element(root, "Image", origin + site.assets.address("favicon.svg"), icon)
    places = {
        "text/html": f"{addresses.search(asked)}?q={{searchTerms}}",
        _SUGGESTIONS: f"{addresses.suggestions(asked)}&q={{searchTerms}}",
    }
    for kind, path in places.items():
        element(root, "Url", attributes={"type": kind, "template": origin + path})
    itself = {"type": "application/opensearchdescription+xml", "rel": "self"}
    element(root, "Url", attributes={**itself, "template": origin + addresses.opensearch(asked)})
    return Response(document(root), headers=SHORTLY, media_type=itself["type"])


@router.get("/opensearch/suggest")
def suggest(request: Request, site: CurrentSite, q: str = "", lang: str = "") -> JSONResponse:
    """What was typed, what it may become, a word on each, and where each leads."""
    library = site.library()
    asked = library.language(lang)
    origin = addresses.origin(request, site.settings)
    offered = library.engine.suggest(q, asked)
    whole = {text: addresses.search(asked, text) for text in offered.completions}
    whole |= {article.title: addresses.article(article) for article in offered.articles}
    body = [
        normalise(q, QUERY_LIMIT), list(whole), [""] * len(whole), [origin + path for path in whole.values()]
    ]  # fmt: skip
    return JSONResponse(body, media_type=_SUGGESTIONS)


def _shortened(name: str) -> str:
    if len(name) <= _SHORT_NAME:
        return name
    return (name[: _SHORT_NAME + 1].rpartition(" ")[0] or name)[:_SHORT_NAME]
