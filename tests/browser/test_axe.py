"""axe-core finds nothing on any page: light and dark, wide and narrow."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Find, open_visit
from tests.browser.visits import PARTS, VISITS, Visit

TEMPLATES = Path(__file__).parents[2] / "app" / "templates"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_LOOK = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 320)]
# Each colour scheme and each width once: what axe finds seldom needs both.
LOOKS = [("light", 1280), ("dark", 320)]


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
    assert findings(page, EVERY_LOOK) == []


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


def findings(page: Page, looks: Sequence[tuple[str, int]] = LOOKS) -> list[str]:
    """What axe says of a page in each of these looks."""
    found = []
    for scheme, width in looks:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(
            "open => document.querySelectorAll('details').forEach((d) => (d.open = open))", width < 600
        )
        result: dict[str, Any] = page.evaluate(
            "options => axe.run(options)",
            {"runOnly": TAGS, "rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]},
        )
        found += [
            f"{scheme} {width}: {violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]
    return found
