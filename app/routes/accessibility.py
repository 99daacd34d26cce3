"""The accessibility statement: what the organisation declares, after AgID's model, and what is tested."""

from typing import Final

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import HTMLResponse

from app.routes import addresses
from app.routes.site import CurrentSite, Library, Page, Site, View

router = APIRouter(include_in_schema=False)

# Where complaints go: the digital ombudsman for public bodies, the agency for all others.
_OMBUDSMAN: Final = "https://www.agid.gov.it/it/agenzia/difensore-civico-il-digitale"
_AGENCY: Final = "https://www.agid.gov.it/it/ambiti-intervento/accessibilita-usabilita"


@router.get("/{lang}/accessibility")
def accessibility(request: Request, site: CurrentSite, lang: str) -> HTMLResponse:
    """The statement, in the sections of AgID's model."""
    library = site.library()
    if lang not in library.languages:
        raise HTTPException(404)
    shown = view(site, library, lang)
    return site.render(request, shown.page, **shown.shown)


def view(site: Site, library: Library, lang: str) -> View:
    """The statement's page."""
    settings = site.settings
    twins = {other: addresses.accessibility(other) for other in library.languages}
    return View(
        Page("accessibility.html", lang, twins, library.languages),
        {
            "organisation": settings.organisation or settings.site_name,
            "status": settings.accessibility_status,
            "law": settings.accessibility_law,
            "issues": settings.accessibility_issues_listed,
            "issues_lang": settings.default_language,
            "declared_on": settings.accessibility_date,
            "declaration": settings.accessibility_declaration,
            "complaints": _OMBUDSMAN if settings.accessibility_law == "public" else _AGENCY,
        },
    )
