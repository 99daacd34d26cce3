"""The web application, joined: uvicorn --factory app.main:create_app."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from app.live import LiveIndex
from app.routes import api, docs, errors, media, pages, service
from app.routes.http import HeadAsGet, SecurityHeaders
from app.routes.site import STATIC, Site
from app.settings import Settings, read_settings
from search.encoders import Encoder


def create_app(settings: Settings | None = None, encoder: Encoder | None = None) -> FastAPI:
    """The application for `settings`, or for what the environment says; its start opens the index.

    An `encoder` that is open already is used; else the start opens the one the settings name.
    """
    settings = settings or read_settings()
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s:     %(message)s")
    live = LiveIndex(settings, encoder)
    app = FastAPI(
        title="Sportello",
        summary="The help centre's search and articles.",
        version="1",
        lifespan=_lifespan,
        openapi_url=None,  # served below /api/v1, with every error as it is
        redirect_slashes=False,
    )
    app.state.live = live
    app.state.site = Site(settings, live)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SecurityHeaders)
    errors.handle_errors(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    # Pages come last: their addresses begin with any word, a language.
    for room in (service, media, api, docs, pages):
        app.include_router(room.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open the index beside the server: health is answered at once, and a first index may take minutes."""
    live: LiveIndex = app.state.live
    threading.Thread(target=live.start, name="open-index", daemon=True).start()
    yield
    await to_thread.run_sync(live.stop)
