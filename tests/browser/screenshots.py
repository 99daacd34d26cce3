"""`make screenshots`: each page of the demo on a desktop, a phone and in the dark, and one sheet of them all."""

import logging
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from app.store import open_store
from app.store.users import User
from tests.browser import shopmonth
from tests.chromium import ARGUMENTS, chromium_path
from tests.office import HASHED, PASSWORD
from tests.served import REPO, serve_shop

FOLDER: Final = Path(__file__).parents[2] / "docs" / "screenshots"
# Names a reader of docs knows the pages by; `Visit.name` is for machines.
PAGES: Final = {
    "home": "/it/",
    "suggestions": "/it/",
    "category": "/it/c/consegna",
    "article": "/it/a/resi-e-rimborsi/garanzia-legale",
    "guide": "/it/a/resi-e-rimborsi/guida-reso?step=hai-i-pezzi-da-piu-di-14-giorni&via=perche-vuoi-restituirlo~1",
    "guide-end": "/it/a/resi-e-rimborsi/guida-reso?step=e-arrivato-rotto&via=perche-vuoi-restituirlo~2",
    "search": "/it/search?q=il+vaso+%C3%A8+arrivato+in+frantumi",
    "no-answer": "/it/search?q=qual+%C3%A8+la+capitale+della+Mongolia",
    "contact": "/it/contact?q=qual+%C3%A8+la+capitale+della+Mongolia",
    "accessibility": "/it/accessibility",
    "not-found": "/it/a/consegna/tempi-di-volo",
    "english": "/en/",
}
# What staff see, after a month of the shop.
STAFF: Final = {
    "insights": "/admin/insights?days=30",
    "gaps": "/admin/gaps",
    "gap": "/admin/gaps",  # and the first of them
    "learning": "/admin/learning",
    "articles": "/admin/articles",
    "editor": "/admin/articles/it/resi-e-rimborsi/garanzia-legale/edit",
    "golden": "/admin/golden",
}
_EMAIL: Final = "redazione@tornigallo.example"
# Longer pages are cut at so many times their width.
_LONGEST: Final = {1280: 1.1, 390: 2.4}
_QUALITY: Final = 60
_TILE: Final = 330
_GAP: Final = 16


@dataclass(frozen=True, slots=True)
class Look:
    """A screen: its width and colour scheme."""

    name: str
    width: int
    scheme: Literal["light", "dark"]


LOOKS: Final = (Look("desktop", 1280, "light"), Look("phone", 390, "light"), Look("dark", 1280, "dark"))


def main() -> None:
    """Write every picture anew."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.webp"):
        old.unlink()
    with (
        tempfile.TemporaryDirectory() as folder,
        serve_shop(Path(folder) / "data", "https://aiuto.tornigallo.example", REPO / "content") as client,
        closing(open_store("", Path(folder) / "data")) as store,
        sync_playwright() as playwright,
    ):
        shopmonth.fill(store, REPO / "content", client)
        store.users.add(User("redazione", _EMAIL, "Redazione", "editor", datetime.now(UTC)), HASHED)
        while not store.gaps.counts().get("open"):  # the server reviews them on its own
            time.sleep(0.5)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        taken = {look: list(_pictures(browser, str(client.base_url), look)) for look in LOOKS}
        browser.close()
    _write(_sheet([*zip(*taken.values(), strict=True)]), "sheet")
    total = sum(path.stat().st_size for path in FOLDER.iterdir())
    print(f"{len(list(FOLDER.iterdir()))} pictures, {total / 1e6:.1f} MB, in {FOLDER}")


def _pictures(browser: Browser, origin: str, look: Look) -> Iterator[Image.Image]:
    """Each page in one look, written and given back."""
    context = browser.new_context(
        viewport={"width": look.width, "height": 800},
        color_scheme=look.scheme,
        reduced_motion="reduce",
        locale="it",
    )
    page = context.new_page()
    for name, path in PAGES.items():
        page.goto(origin + path)
        if name == "suggestions":
            _open_suggestions(page)
        picture = _picture(page, look.width)
        _write(picture, f"{name}-{look.name}")
        yield picture
    _sign_in(page, origin)
    for name, path in STAFF.items():
        page.goto(origin + path)
        if name == "gap":
            page.locator("main h2 a").first.click()
        picture = _picture(page, look.width)
        _write(picture, f"{name}-{look.name}")
        yield picture
    context.close()


def _sign_in(page: Page, origin: str) -> None:
    page.goto(f"{origin}/admin/login")
    page.locator("#email").fill(_EMAIL)
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    page.get_by_role("link", name="Statistiche").first.wait_for()


def _open_suggestions(page: Page) -> None:
    page.get_by_role("combobox").press_sequentially("re")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")


def _picture(page: Page, width: int) -> Image.Image:
    height = min(page.evaluate("document.documentElement.scrollHeight"), round(width * _LONGEST[width]))
    shot = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    return Image.open(BytesIO(shot)).convert("RGB")


def _sheet(rows: Sequence[tuple[Image.Image, ...]]) -> Image.Image:
    """One row a page, one column a look, all in the same height."""
    tiles = [[_tile(picture) for picture in row] for row in rows]
    widths = [max(tile.width for tile in column) for column in zip(*tiles, strict=True)]
    columns = 2  # of pages
    lines = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    across = columns * (sum(widths) + _GAP * (len(widths) + 1))
    sheet = Image.new("RGB", (across, len(lines) * (_TILE + _GAP) + _GAP), "#8a8f92")
    for down, line in enumerate(lines):
        x = _GAP
        for row in line:
            for tile, width in zip(row, widths, strict=True):
                sheet.paste(tile, (x, _GAP + down * (_TILE + _GAP)))
                x += width + _GAP
            x += _GAP
    return sheet


def _tile(picture: Image.Image) -> Image.Image:
    """The top of a picture: a phone's is taller than wide, a desktop's wider than tall."""
    height = round(picture.width * (1.9 if picture.width < 600 else 0.75))
    top = Image.new("RGB", (picture.width, height), picture.getpixel((0, picture.height - 1)))
    top.paste(picture.crop((0, 0, picture.width, min(height, picture.height))))
    return top.resize((round(picture.width * _TILE / height), _TILE), Image.Resampling.LANCZOS)


def _write(picture: Image.Image, name: str) -> None:
    picture.save(FOLDER / f"{name}.webp", quality=_QUALITY, method=6)


if __name__ == "__main__":
    main()
