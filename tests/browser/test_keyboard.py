"""A customer's way by keyboard alone; wherever the focus comes, it can be seen."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.chromium import patient

# More stops than any page has.
_MOST_STOPS = 120
IN_SIGHT = """() => {
  const element = document.activeElement;
  const outlined = (one) => one && one !== document.body
    && (getComputedStyle(one).outlineStyle !== "none" || outlined(one.parentElement));
  const box = element.getClientRects()[0];
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return Boolean(outlined(element) && top && (element.contains(top) || top.contains(element)));
}"""


@pytest.fixture
def page(browser: Browser, demo: httpx.Client) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1000, "height": 700}, reduced_motion="reduce")
    opened = patient(context).new_page()
    opened.goto(f"{demo.base_url}/it/")
    yield opened
    context.close()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; every stop on the way must show that it has it."""
    for _ in range(_MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        assert page.evaluate(IN_SIGHT), f"the focus cannot be seen on {stop}"
        if target.evaluate("target => target === document.activeElement"):
            return
    pytest.fail(f"no number of tabs leads to {target}")


def follow(page: Page, name: str | re.Pattern[str], role: str = "link") -> None:
    """Tab to a link or button and press Enter."""
    tab_to(page, page.get_by_role(role, name=name).first)  # type: ignore[arg-type]
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_from_a_suggestion_to_an_article_to_a_person(page: Page) -> None:
    tab_to(page, page.get_by_role("combobox"))
    page.keyboard.type("fattur")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/it/a/pagamenti/fattura$"))
    tab_to(page, page.get_by_role("button", name="No", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("radio").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    tab_to(page, page.get_by_role("button", name="Invia"))
    page.keyboard.press("Enter")
    expect(page.locator(".feedback [role=status]")).to_contain_text("Grazie")
    follow(page, "Parla con una persona")
    expect(page).to_have_url(re.compile("/it/contact"))
    tab_to(page, page.get_by_role("link", name="assistenza@tornigallo.example"))


def test_from_a_search_through_the_filters_to_a_result(page: Page) -> None:
    tab_to(page, page.get_by_role("combobox"))
    page.keyboard.type("rimborso")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    narrow = page.locator("nav.filters summary")
    if narrow.is_visible():
        tab_to(page, narrow)
        page.keyboard.press("Enter")
    follow(page, "Resi, rimborsi e garanzia")
    expect(page).to_have_url(re.compile("category=resi-e-rimborsi"))
    first = page.locator("article.result a").first
    title = first.inner_text()
    tab_to(page, first)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_through_a_guide_and_back(page: Page, demo: httpx.Client) -> None:
    page.goto(f"{demo.base_url}/it/a/resi-e-rimborsi/guida-reso")
    follow(page, "Ho cambiato idea")
    expect(page.get_by_role("heading", name="Hai i pezzi da più di 14 giorni?")).to_be_visible()
    follow(page, "Sì, da più di 14 giorni")
    expect(page.get_by_role("heading", name="I 14 giorni sono passati")).to_be_visible()
    follow(page, re.compile("persona"))
    expect(page).to_have_url(re.compile("/it/contact"))
