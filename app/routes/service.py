"""For whoever runs it: does the process live, and does it answer."""

from fastapi import APIRouter
from starlette.responses import JSONResponse

from app.live import NotReadyError
from app.routes.site import CurrentSite

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """The process lives."""
    return JSONResponse({"status": "alive"})


@router.get("/readyz")
async def readyz(site: CurrentSite) -> JSONResponse:
    """The engine answers; 503 until it does."""
    try:
        library = site.library()
    except NotReadyError:
        return JSONResponse({"status": "starting"}, 503, {"Retry-After": "5"})
    snapshot = library.engine.snapshot
    return JSONResponse(
        {
            "status": "ready",
            "snapshot": snapshot.manifest.id,
            "articles": sum(shelf.articles for shelf in snapshot.manifest.shelves.values()),
        }
    )
