"""The export, told top-down: plan, index, pages, pictures, and what goes beside them."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

from filelock import FileLock
from markupsafe import Markup

from app.branding import STYLE
from app.exporting import finding
from app.exporting.folders import ExportError, replaced
from app.exporting.pictures import Pictures
from app.exporting.plan import Plan
from app.exporting.rewriting import Rewriter
from app.ledger import Ledger
from app.live import LiveIndex
from app.routes.catalogue import Catalogue
from app.routes.site import Copy, Library, Page, Site
from app.routes.sitemap import index as sitemap_index
from app.routes.sitemap import sitemaps
from app.settings import Settings
from indexer.publish import open_current
from search.engine import SearchEngine

Progress = Callable[[str, int, int], None]

_BASE: Final = re.compile(r"https?://[^/\s?#@\\\"<>]+(?:/[\w.~!$&'()*+,;=:@%-]+)*/?", re.ASCII)
_EVERY: Final = 50
# What hosts show for an address that they have nothing at.
_MISSING: Final = "404.html"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written. `left_out` are links and images that led to nothing an export has, a line each."""

    destination: str
    languages: tuple[str, ...]
    articles: int
    pages: int
    images: int
    files: int
    bytes: int
    left_out: tuple[str, ...]
    seconds: float


def export_site(
    settings: Settings, destination: Path, base_url: str = "", progress: Progress = lambda *_: None
) -> Exported:
    """Write all that is served to `destination`, as files that work below any address and from a disk.

    With `base_url`, where they will be, pages name their address, and there is a sitemap. Raises ExportError,
    SnapshotError, OSError; whatever is raised, what was at the destination is still there.
    """
    started = perf_counter()
    base = _base(base_url)
    engine = SearchEngine(open_current(settings.data, None), None)
    with (
        FileLock(settings.data / "export.lock"),
        replaced(destination, settings.content, settings.data) as folder,
    ):
        export = _Export(settings, engine, base, folder)
        export.pages(progress)
        export.pictures()
        export.assets()
        written = [path for path in folder.rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in written)
    return Exported(
        str(destination), export.library.languages, len(engine.snapshot.knowledge.articles),
        len(export.plan.leaves), len(export.taken), len(written), size, export.left_out,
        perf_counter() - started,
    )  # fmt: skip


def _base(written: str) -> str:
    if written and not _BASE.fullmatch(written):
        raise ExportError(
            f"“{written}” is no address of a site: write one such as https://help.example/help."
        )
    return written.rstrip("/")


class _Export:
    """One export under way, into `folder`."""

    def __init__(self, settings: Settings, engine: SearchEngine, base: str, folder: Path) -> None:
        catalogue = Catalogue(engine.snapshot.knowledge, list(engine.snapshot.shelves))
        self.library = Library(engine, catalogue, settings.default_language)
        self.plan = Plan(self.library)
        live = LiveIndex(settings)
        live.take(engine)
        self._site = Site(settings, live, Ledger(settings), Copy(self._indexes(), self.plan.address))
        self._pictures = Pictures(settings.content, self.plan.names)
        self._rewriter = Rewriter(self.plan, self._pictures.file, settings.base_url.rstrip("/"))
        self._folder, self._base = folder, base

    @property
    def taken(self) -> dict[str, Path]:
        """The images, each file with its source."""
        return self._pictures.taken

    @property
    def left_out(self) -> tuple[str, ...]:
        """Which page named what that is not here."""
        return tuple(f"{page}: {address}" for page, address in self._rewriter.dead)

    def pages(self, progress: Progress) -> None:
        """Every page of the plan, the first one of all, and those beside them."""
        for number, leaf in enumerate(self.plan.leaves, start=1):
            view = leaf.view(self._site)
            html = self._site.html(view.page, self._base, **view.shown)
            self._page(html, leaf.live, leaf.file)
            if number % _EVERY == 0 or number == len(self.plan.leaves):
                progress("pages", number, len(self.plan.leaves))
        self._first()
        self._missing()
        if self._base:
            self._for_search_engines()

    def pictures(self) -> None:
        """The images that pages show."""
        for file, source in self.taken.items():
            place = self._folder / file
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place)

    def assets(self) -> None:
        """The style, the scripts and what else pages name."""
        for asset in self._site.assets.all():
            if asset.hashed in self._rewriter.used:
                self._write(f"static/{asset.hashed}", asset.content)

    def _indexes(self) -> dict[str, bytes]:
        snapshot, catalogue = self.library.engine.snapshot, self.library.catalogue
        return {
            finding.name(lang): finding.index(
                shelf, catalogue, snapshot.knowledge.synonyms.get(lang, {}), self.plan.articles(lang)
            )
            for lang, shelf in snapshot.shelves.items()
        }

    def _first(self) -> None:
        """The first page of all: the default language's, from which a script leads to the visitor's own."""
        first = next(leaf for leaf in self.plan.leaves if leaf.live == f"/{self.library.language(None)}/")
        view = first.view(self._site)
        html = self._site.html(view.page, self._base, **view.shown, chooses=True)
        self._page(html, first.live, "index.html")

    def _missing(self) -> None:
        """Shown at any depth: links from there need to know where the copy begins."""
        lang = self.library.language(None)
        if self._base:
            page = Page("error.html", lang, {}, self.library.languages, listed=False, status=404)
            shelves = self.library.catalogue.shelves(lang)
            html = self._site.html(
                page,
                self._base,
                status=404,
                searchable=True,
                shelves=shelves,
                query="",
                elsewhere=(),
                nearest=(),
            )
            self._write(_MISSING, self._rewriter.page(html, "/", f"{urlsplit(self._base).path}/").encode())
            return
        style = next(asset.content for asset in self._site.assets.all() if asset.name == STYLE)
        page = Page("copy/missing.html", lang, listed=False, status=404)
        # A style sheet of ours: no tag can end in it.
        html = self._site.html(page, "", style=Markup(style.decode()))  # noqa: S704
        self._write(_MISSING, html.encode())

    def _for_search_engines(self) -> None:
        files = sitemaps(self.library, self._base, address=self.plan.address)
        for number, file in enumerate(files if len(files) > 1 else (), start=1):
            self._write(f"sitemap-{number}.xml", file)
        self._write("sitemap.xml", files[0] if len(files) == 1 else sitemap_index(len(files), self._base))
        if not urlsplit(self._base).path:  # only a host's root has one
            self._write(
                "robots.txt", f"User-agent: *\nDisallow:\n\nSitemap: {self._base}/sitemap.xml\n".encode()
            )

    def _page(self, html: str, live: str, file: str) -> None:
        self._write(file, self._rewriter.page(html, live, "../" * file.count("/")).encode())

    def _write(self, file: str, content: bytes) -> None:
        place = self._folder / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
