"""axe-core finds nothing on any page: light and dark, wide and narrow."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Find, open_visit
from tests.browser.gates import findings
from tests.browser.visits import PARTS, VISITS, Visit

TEMPLATES = Path(__file__).parents[2] / "app" / "templates"


@pytest.fixture(scope="module")
def axe(node_modules: Path) -> str:
    return (node_modules / "axe-core" / "axe.min.js").read_text("utf-8")


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One page for all visits; nothing moves on it."""
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_every_template_of_the_public_site_is_looked_at() -> None:
    on_disk = {path.name for path in TEMPLATES.glob("*.html")}
    assert {visit.template for visit in VISITS} == on_disk - PARTS


def test_nothing_is_found(page: Page, axe: str, find: Find, visit: Visit) -> None:
    open_visit(page, visit, find(visit))
    page.evaluate(axe)  # by the debugger's way in: the page's own policy stays in force
    assert findings(page) == []


@pytest.mark.soak
def test_nothing_is_found_in_any_look(page: Page, axe: str, find: Find, visit: Visit) -> None:
    open_visit(page, visit, find(visit))
    page.evaluate(axe)
    assert findings(page) == []


@pytest.mark.parametrize("path", ["/it/", "/en/a/consegna/seguire-il-pacco"])
def test_nothing_is_found_with_suggestions_open(page: Page, axe: str, find: Find, path: str) -> None:
    page.goto(find(Visit("suggesting", "", path)))
    page.evaluate(axe)
    page.get_by_role("combobox").press_sequentially("re")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert findings(page) == []
    expect(page.get_by_role("listbox")).to_be_visible()


def test_nothing_is_found_while_an_article_is_rated(page: Page, axe: str, find: Find) -> None:
    page.goto(find(Visit("rated", "", "/it/a/consegna/tempi-di-consegna")))
    page.evaluate(axe)
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("radio").first.check()
    assert findings(page) == []
    page.get_by_role("button", name="Invia").click()
    expect(page.get_by_text("Grazie")).to_be_visible()
    assert findings(page) == []
