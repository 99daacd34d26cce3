"""What every route works with, and how a page is put in its frame."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Final
from weakref import WeakKeyDictionary

from fastapi import Depends, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from app.languages import (
    Interface,
    base_of,
    direction,
    interface_for,
    load_interfaces,
    own_name,
    preferred,
)
from app.live import LiveIndex
from app.routes import addresses
from app.routes.catalogue import Catalogue
from app.settings import Settings
from search.engine import SearchEngine

STATIC: Final = Path(__file__).parents[1] / "static"


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

    def visitor_language(self, accept_language: str) -> str:
        """The visitor's language among ours, else the default."""
        return preferred(accept_language, self.languages) or self._default

    @property
    def _default(self) -> str:
        wanted = self.engine.language(self.default_language)
        return wanted if wanted in self.languages else self.engine.language(None)


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a person, as far as it is configured."""

    phone: str
    email: str
    hours: str

    def __bool__(self) -> bool:
        return bool(self.phone or self.email)

    @property
    def dialled(self) -> str:
        """The phone number for a `tel:` link."""
        return "".join(c for c in self.phone if c.isdigit() or c == "+")


@dataclass(frozen=True, slots=True)
class Switch:
    """A link to a page's twin in another language."""

    lang: str
    name: str
    path: str


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


class Site:
    """One running help centre: its settings, its index, its texts and templates."""

    def __init__(self, settings: Settings, live: LiveIndex) -> None:
        self.settings = settings
        self.interfaces = load_interfaces()
        self._live = live
        self._environments = {lang: _environment(i) for lang, i in self.interfaces.items()}
        self._catalogues: WeakKeyDictionary[SearchEngine, Catalogue] = WeakKeyDictionary()
        self._contact = Contact(settings.contact_phone, settings.contact_email, settings.contact_hours)
        # In the stylesheet's address, so that no browser shows a new page with an old style.
        self._style = blake2b((STATIC / "sportello.css").read_bytes(), digest_size=6).hexdigest()

    def library(self) -> Library:
        """What is served now. Raises NotReadyError."""
        engine = self._live.engine
        catalogue = self._catalogues.get(engine)
        if catalogue is None:
            catalogue = Catalogue(engine.snapshot.knowledge, list(engine.snapshot.shelves))
            self._catalogues[engine] = catalogue
        return Library(engine, catalogue, self.settings.default_language)

    def interface(self, lang: str) -> Interface:
        """The interface to show content of `lang` in."""
        return interface_for(self.interfaces, lang)

    def render(self, request: Request, page: Page, **shown: object) -> HTMLResponse:
        """`page` as HTML; `shown` are its template's own values."""
        interface = self.interface(page.lang)
        origin = addresses.origin(request, self.settings)
        others = [lang for lang in page.languages if lang != page.lang]
        html = self._environments[interface.lang].get_template(page.template).render(
            lang=page.lang,
            direction=direction(page.lang),
            interface=interface,
            # For elements in the interface's language where the content's is another.
            ui=_ui(interface.lang, page.lang),
            site_name=self.settings.site_name,
            contact=self._contact,
            style=f"/static/sportello.css?v={self._style}",
            listed=page.listed,
            alternates={lang: origin + path for lang, path in page.twins.items()} if page.listed else {},
            switches=[
                Switch(lang, own_name(lang), page.twins.get(lang, addresses.home(lang))) for lang in others
            ],
            **shown,
        )  # fmt: skip
        return HTMLResponse(html, page.status, {"Content-Language": page.lang})


def _ui(interface: str, content: str) -> Markup:
    if base_of(interface) == base_of(content):
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(interface, direction(interface))


def _environment(interface: Interface) -> Environment:
    environment = Environment(
        loader=PackageLoader("app"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": interface.gettext, "ngettext": interface.ngettext, "address": addresses}
    return environment


async def site_of(request: Request) -> Site:
    """The site a request came to; async, so that it costs no thread."""
    site: Site = request.app.state.site
    return site


CurrentSite = Annotated[Site, Depends(site_of)]
