"""The web application, joined: uvicorn --factory app.main:create_app."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from threadpoolctl import threadpool_limits
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.articles.shelf import Bookcase
from app.contact.letters import Letters
from app.contact.outbox import Courier
from app.contact.reception import Reception
from app.deflection.desk import Desk
from app.digest.letters import Bulletins
from app.digest.watch import DigestWatch
from app.gaps.watch import GapWatch
from app.golden.standing import GoldenDesk
from app.impact.watch import ImpactWatch
from app.insights.keeper import Keeper
from app.insights.reader import Reader
from app.learning.learner import Learner
from app.learning.reading import Reading
from app.ledger import Ledger
from app.live import LiveIndex
from app.metrics import Metrics
from app.origins import parse_origins
from app.reviews.letters import Reminders
from app.reviews.watch import ReviewWatch
from app.routes import (
    accessibility,
    addresses,
    api,
    contact,
    deflections,
    docs,
    errors,
    events,
    feed,
    feedback,
    helping,
    media,
    metrics,
    opensearch,
    outline,
    pages,
    satisfaction,
    service,
    sitemap,
    subscribing,
    subscriptions,
    tickets,
    widget,
)
from app.routes.admin import (
    account,
    article,
    article_history,
    articles,
    gap,
    gaps,
    golden,
    images,
    impact,
    inbox,
    insights,
    learning,
    signin,
    ticket,
)
from app.routes.assets import ROUTE
from app.routes.helpful import knowledge_of, title_of
from app.routes.http import Compression, HeadAsGet, Revalidation, SecurityHeaders
from app.routes.limited import Gate
from app.routes.metrics import Measured
from app.routes.origins import SharedRoutes
from app.routes.site import Site
from app.searches.log import SearchLog
from app.secret import Secret
from app.settings import Settings, read_settings
from app.subscriptions.letters import Notices
from app.subscriptions.registry import Registry
from search.encoders import Encoder


def create_app(settings: Settings | None = None, encoder: Encoder | None = None) -> FastAPI:
    """The application for `settings`, or for what the environment says; its start opens the index.

    An `encoder` that is open already is used; else the start opens the one the settings name.
    """
    settings = settings or read_settings()
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s:     %(message)s")
    live = LiveIndex(settings, encoder)
    ledger = Ledger(settings)
    app = FastAPI(
        title="Sportello",
        summary="The help centre's search and articles.",
        version="1",
        lifespan=_lifespan,
        openapi_url=None,  # served below /api/v1, with every error as it is
        redirect_slashes=False,
    )
    app.state.live = live
    app.state.ledger = ledger
    app.state.site = site = Site(settings, live, ledger)
    app.state.metrics = measures = Metrics(live, ledger)
    app.state.secret = secret = Secret(settings.secret, settings.data)
    app.state.desk = Desk(secret, settings.holdout, ledger)
    app.state.searches = SearchLog(secret, ledger, settings.record_queue, measures)
    app.state.gate = Gate(settings)
    app.state.insights = Reader(settings.data)
    app.state.impact = ImpactWatch(settings, live, ledger, app.state.insights)
    app.state.golden = GoldenDesk()
    app.state.keeper = Keeper(settings, ledger, live.settled)
    app.state.bookcase = Bookcase(settings.content)
    app.state.pairs = pairs = Reading()
    app.state.learner = Learner(ledger, live, pairs) if settings.learning else None
    app.state.gaps = GapWatch(settings, live, ledger, addresses.article)
    app.state.reception = Reception(settings, secret, ledger)
    letters, notices = Letters(settings, site.interfaces), Notices(settings, site.interfaces)
    bulletins, reminders = Bulletins(settings, site.interfaces), Reminders(settings, site.interfaces)
    knowledge = knowledge_of(site)
    app.state.courier = Courier(settings, ledger, letters, notices, bulletins, reminders, knowledge)
    app.state.digest = DigestWatch(settings, ledger, knowledge.ready, lambda name: title_of(site, name))
    app.state.reviews = ReviewWatch(settings, ledger, lambda: live.engine.snapshot.knowledge.articles)
    app.state.subscriptions = Registry(settings, secret, ledger)
    # The last one added is the first to see a request and the last to see its answer. Brotli before
    # gzip, and no zstd: of our pages brotli makes a tenth less, as fast, for every browser there is.
    app.add_middleware(Revalidation)
    app.add_middleware(Compression, zstd=False, brotli_quality=5, gzip_level=6)
    app.add_middleware(HeadAsGet)
    app.add_middleware(SharedRoutes, origins=parse_origins(settings.allowed_origins))
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Measured, metrics=measures)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    errors.handle_errors(app)
    app.add_api_route(ROUTE, site.assets.file, include_in_schema=False)
    app.include_router(api.router)  # first: it is asked most
    for staff_room in (
        signin,
        account,
        inbox,
        ticket,
        insights,
        gaps,
        gap,
        learning,
        articles,
        article,
        article_history,
        images,
        impact,
        golden,
    ):
        app.include_router(staff_room.router)
    # Pages come last: their addresses begin with any word, a language.
    for room in (
        service,
        metrics,
        sitemap,
        feed,
        opensearch,
        outline,
        media,
        widget,
        deflections,
        events,
        helping,
        tickets,
        subscriptions,
        docs,
        satisfaction,
        accessibility,
        feedback,
        contact,
        subscribing,
        pages,
    ):
        app.include_router(room.router)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Open index and store beside the server: health is answered at once, a first index may take minutes."""
    live: LiveIndex = app.state.live
    ledger: Ledger = app.state.ledger
    desk: Desk = app.state.desk
    searches: SearchLog = app.state.searches
    courier: Courier = app.state.courier
    keeper: Keeper = app.state.keeper
    gaps: GapWatch = app.state.gaps
    impacts: ImpactWatch = app.state.impact
    learner: Learner | None = app.state.learner
    digest: DigestWatch = app.state.digest
    reviews: ReviewWatch = app.state.reviews
    # Requests share the cores among them: threads of one that wait for each other make all of them wait.
    threadpool_limits(1)
    ledger.start()
    desk.start()
    searches.start()
    courier.start()
    keeper.start()
    gaps.start()
    impacts.start()
    digest.start()
    reviews.start()
    if learner:
        learner.start()
    threading.Thread(target=live.start, name="open-index", daemon=True).start()
    yield
    if learner:
        await to_thread.run_sync(learner.stop)
    await to_thread.run_sync(reviews.stop)
    await to_thread.run_sync(digest.stop)
    await to_thread.run_sync(impacts.stop)
    await to_thread.run_sync(gaps.stop)
    await to_thread.run_sync(live.stop)
    await to_thread.run_sync(keeper.stop)
    await to_thread.run_sync(courier.stop)
    await to_thread.run_sync(desk.stop)
    await to_thread.run_sync(searches.stop)
    await to_thread.run_sync(ledger.stop)
