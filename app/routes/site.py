"""What every route works with, and how a page is put in its frame."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from app.branding import branding
from app.contact.details import contact_of
from app.hours import Standing
from app.languages import (
    Interface,
    base_of,
    direction,
    interface_for,
    load_interfaces,
    own_name,
    preferred,
    territorial,
)
from app.ledger import Ledger
from app.live import LiveIndex, NotReadyError
from app.notices import notice_for, parse_notice
from app.routes import addresses, linkeddata, popular, preview
from app.routes.alternates import alternates
from app.routes.assets import STATIC, Assets
from app.routes.catalogue import Catalogue
from app.routes.prose import prose
from app.settings import Settings
from search.engine import SearchEngine
from search.recent import Recent
from search.records import Article
from search.snapshot import Snapshot

# Beyond these, what is related is no longer a help to choose from.
_MOST_RELATED = 5
# Pages that are remembered as they were made: 20 kB each.
_PAGES = 512


@dataclass(frozen=True, slots=True)
class Library:
    """The engine and its catalogue, of one and the same snapshot: take it once a request."""

    engine: SearchEngine
    catalogue: Catalogue
    default_language: str

    @property
    def languages(self) -> tuple[str, ...]:
        """Those that have articles, the largest first."""
        return self.catalogue.languages

    def language(self, lang: str | None) -> str:
        """The shelf for a language tag; none asked: the default's."""
        return self.engine.language(lang or self._default)

    def known_language(self, lang: str | None) -> str:
        """The same, and the default's for a language without articles."""
        asked = self.language(lang)
        return asked if asked in self.languages else self._default

    def visitor_language(self, accept_language: str) -> str:
        """The visitor's language among ours, else the default."""
        return preferred(accept_language, self.languages) or self._default

    def related(self, article: Article) -> tuple[Article, ...]:
        """What the editor named as related; else what is near in meaning; else what lies beside it."""
        found = self.catalogue.named_by(article) or self.engine.related(article, _MOST_RELATED)
        return (found or self.catalogue.beside(article))[:_MOST_RELATED]

    @property
    def _default(self) -> str:
        wanted = self.engine.language(self.default_language)
        return wanted if wanted in self.languages else self.engine.language(None)


@dataclass(frozen=True, slots=True)
class Switch:
    """A link to a page's twin in another language."""

    lang: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Copy:
    """What sets a copy of the site apart, which no server answers for.

    `files` are beside those of app/static; `address` is where the copy has a page of ours, from its root.
    """

    files: Mapping[str, bytes]
    address: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page's frame: its language, where its twins are, and whether search engines should list it.

    `twins` maps each language that has this page, its own too, to the path.
    """

    template: str
    lang: str
    twins: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    listed: bool = True
    status: int = 200


@dataclass(frozen=True, slots=True)
class View:
    """A page in its frame with its template's own values, whoever it is shown to."""

    page: Page
    shown: Mapping[str, object]


class Site:
    """One running help centre: its settings, its index, its texts and templates."""

    def __init__(self, settings: Settings, live: LiveIndex, ledger: Ledger, copy: Copy | None = None) -> None:
        self.settings = settings
        self._copy = copy
        self.ledger = ledger
        self.interfaces = load_interfaces()
        self._live = live
        looks = branding(STATIC, settings.accent, settings.logo)
        self.assets = Assets({**looks.files, **(copy.files if copy else {})})
        self._logo = self.assets.address(looks.logo) if looks.logo else None
        self._environments = {
            lang: _environment(i, self.assets, copied=copy is not None) for lang, i in self.interfaces.items()
        }
        self._catalogue: tuple[Snapshot, Catalogue] | None = None
        self._coming: tuple[Snapshot, Catalogue] | None = None
        live.before(self._prepare)
        self._contact = contact_of(settings)
        self._notices = parse_notice(settings.notice, settings.default_language)
        self._pages: Recent[Hashable, str] = Recent(_PAGES)

    def library(self) -> Library:
        """What is served now. Raises NotReadyError."""
        engine = self._live.engine
        kept = self._catalogue
        # An engine that has learned something has the same articles.
        if kept is None or kept[0] is not engine.snapshot:
            coming = self._coming
            mine = coming if coming and coming[0] is engine.snapshot else _catalogued(engine.snapshot)
            self._catalogue = kept = mine
        return Library(engine, kept[1], self.settings.default_language)

    def _prepare(self, snapshot: Snapshot) -> None:
        self._coming = _catalogued(snapshot)

    def most_asked(self, lang: str) -> tuple[Article, ...]:
        """What people read most now, then what editors push: at most six; none where there is neither."""
        return popular.most_asked(lang, self.ledger, self.library().catalogue)

    def count_read(self, request: Request, article: Article) -> None:
        """Count `article` as read, if this request says that somebody does."""
        if popular.is_reading(request):
            self.ledger.count_read(article.lang, article.id)

    def _default(self) -> str:
        """The language of readers of any other one; none before there is an index."""
        try:
            return self.library().language(None)
        except NotReadyError:
            return ""

    def interface(self, lang: str) -> Interface:
        """The interface to show content of `lang` in."""
        return interface_for(self.interfaces, lang)

    def render(self, request: Request, page: Page, **shown: object) -> HTMLResponse:
        """`page` as HTML; `shown` are its template's own values, and the `search_id` that led there."""
        html = self.html(page, addresses.origin(request, self.settings), **shown)
        return HTMLResponse(html, page.status, {"Content-Language": page.lang})

    def kept(
        self, request: Request, library: Library, lang: str, name: Hashable, make: Callable[[], View]
    ) -> HTMLResponse:
        """As `render`, of a page that says the same to everybody until the articles, the day or the opening
        hours change; `name` tells it from every other page of the library.
        """
        origin, today = addresses.origin(request, self.settings), self._today()
        key = (library.engine.snapshot.manifest.id, name, origin, today, self._opening())
        html = self._pages.get(key)
        if html is None:
            view = make()
            html = self.html(view.page, origin, **view.shown)
            self._pages.keep(key, html)
        return HTMLResponse(html, headers={"Content-Language": lang})

    def html(self, page: Page, origin: str, **shown: object) -> str:
        """The same for a site at `origin`, which may be unknown, and empty, for a copy alone."""
        interface = self.interface(page.lang)
        others = [lang for lang in page.languages if lang != page.lang]
        return self._environments[interface.lang].get_template(page.template).render(
            lang=page.lang,
            direction=direction(page.lang),
            interface=interface,
            # For elements in the interface's language where the content's is another.
            ui=_ui(interface.lang, page.lang),
            site_name=self.settings.site_name,
            logo=self._logo,
            notice=notice_for(self._notices, page.lang),
            today=self._today(),
            contact=self._contact,
            opening=self._opening(),
            listed=page.listed,
            origin=origin,
            alternates=self._alternates(page, origin) if page.listed else {},
            switches=[
                Switch(lang, own_name(lang), page.twins.get(lang, addresses.home(lang))) for lang in others
            ],
            **({"search_id": ""} | shown),
        )  # fmt: skip

    def _today(self) -> date:
        return datetime.now(ZoneInfo(self.settings.time_zone)).date()

    def _opening(self) -> Standing | None:
        """Whether somebody answers now; a copy is read at any time."""
        hours = self._contact.hours
        return hours.standing(datetime.now(UTC)) if hours and not self._copy else None

    def _alternates(self, page: Page, origin: str) -> dict[str, str]:
        if self._copy is None:
            return alternates(page.twins, origin, self._default())
        twins = {lang: self._copy.address(path) for lang, path in page.twins.items()}
        return alternates(twins, origin, self._default()) if origin else {}


def _catalogued(snapshot: Snapshot) -> tuple[Snapshot, Catalogue]:
    return snapshot, Catalogue(snapshot.knowledge, list(snapshot.shelves))


def _ui(interface: str, content: str) -> Markup:
    if base_of(interface) == base_of(content):
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(interface, direction(interface))


def _environment(interface: Interface, assets: Assets, *, copied: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("app"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "_": interface.gettext,
        "ngettext": interface.ngettext,
        "address": addresses,
        "asset": assets.address,
        "copied": copied,
        "preview": preview,
        "prose": prose,
        "linked": linkeddata,
        "locale_of": territorial,
    }
    return environment


async def site_of(request: Request) -> Site:
    """The site a request came to; async, so that it costs no thread."""
    site: Site = request.app.state.site
    return site


CurrentSite = Annotated[Site, Depends(site_of)]
