"""axe-core finds nothing in the widget: in its five languages, light, dark and enlarged to twice its size."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.gates import findings
from tests.browser.widgetdesk import NODES, Desk, Shop, hit, open_desk, open_shop
from tests.browser.widgetpages import message, question, region, write
from tests.chromium import patient

pytestmark = pytest.mark.usefixtures("built_widget")

LANGUAGES = ["it", "en", "fr", "de", "es"]
TABLE = ["table", {}, ["tbody", {}, ["tr", {}, ["th", {"scope": "col"}, "Peso"], ["td", {}, "fino a 30 kg"]]]]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as (opened, _):
        opened.hits = [hit(), hit("resi/come", "Come rendo un paio di scarpe?"), hit("resi/dove", "Dove?")]
        opened.nodes = [*NODES, TABLE, ["p", {}, ["a", {"href": "https://help.example/it/"}, "Guida"]]]
        opened.articles = opened.hits
        yield opened


@pytest.fixture
def shop(desk: Desk) -> Iterator[Shop]:
    with open_shop(desk.url) as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    opened = patient(context).new_page()
    yield opened
    context.close()


def look(page: Page, node_modules: Path) -> list[str]:
    """What axe finds; 320 px wide is 640 px enlarged to twice their size."""
    page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text("utf-8"))
    found = findings(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_answers_and_thanks(page: Page, shop: Shop, node_modules: Path, lang: str) -> None:
    shop.lang = lang
    page.goto(f"{shop.url}/plain.html")
    write(page)
    expect(region(page)).to_be_visible()
    assert page.locator("sportello-answers").get_attribute("lang") == lang
    assert look(page, node_modules) == []
    question(page).click()
    expect(region(page).locator(".article table").first).to_be_visible()
    assert look(page, node_modules) == []
    region(page).locator(".yes").first.click()
    expect(region(page).locator(".title")).to_be_focused()
    assert look(page, node_modules) == []


def test_from_right_to_left(page: Page, shop: Shop, node_modules: Path) -> None:
    page.goto(f"{shop.url}/rtl.html")
    write(page)
    question(page).click()
    assert look(page, node_modules) == []


def test_help_and_its_dialog(page: Page, shop: Shop, node_modules: Path) -> None:
    page.goto(f"{shop.url}/help.html")
    expect(page.locator("sportello-help [role=region]")).to_be_visible()
    assert look(page, node_modules) == []
    page.locator("sportello-help .launcher").click()
    page.keyboard.type("reso")
    page.keyboard.press("Enter")
    expect(page.locator("sportello-help dialog summary").first).to_be_visible()
    assert look(page, node_modules) == []


def test_text_twice_as_large(page: Page, shop: Shop) -> None:
    """Enlarged text alone, at 400 px: nothing is cut off, every target keeps its size."""
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(f"{shop.url}/plain.html")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    write(page)
    question(page).click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for target in region(page).locator("button, summary").all():
        if target.is_visible():
            box = target.bounding_box()
            assert box
            assert min(box["width"], box["height"]) >= 24
    message(page).focus()
