"""A customer's way, in a real browser with JavaScript switched off."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect


@pytest.fixture(params=["it", "en"])
def visitor(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    context = browser.new_context(
        java_script_enabled=False, locale=request.param, viewport={"width": 390, "height": 844}
    )
    yield context
    context.close()


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def test_a_question_in_ones_own_words_finds_its_article(visitor: BrowserContext, demo: httpx.Client) -> None:
    page = visitor.new_page()
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(f"{demo.base_url}/")
    italian = page.url.endswith("/it/")
    question = (
        "vasellame in frantumi dentro lo scatolone" if italian else "the plates were smashed inside the box"
    )
    ask(page, question)
    first = page.locator("article.result a").first
    title = first.inner_text()
    assert not words(question) & words(title)
    assert page.locator("mark").count() > 0
    first.click()
    expect(page).to_have_url(re.compile("/a/consegna/pacco-non-arrivato-o-danneggiato"))
    expect(page.locator("h1")).to_have_text(title)
    assert page.locator("html").get_attribute("lang") == ("it" if italian else "en")
    assert all(url.startswith(str(demo.base_url)) for url in requested)


def ask(page: Page, question: str) -> None:
    """By keyboard alone, as the label invites."""
    box = page.get_by_role("searchbox")
    box.focus()
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    page.wait_for_load_state()


@pytest.mark.parametrize(
    "path", ["/it/", "/it/search?q=reso", "/it/a/consegna/tempi-di-consegna", "/it/nulla", "/en/contact"]
)
def test_a_narrow_screen_never_scrolls_sideways(browser: Browser, demo: httpx.Client, path: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{demo.base_url}{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert [c for c in complaints if "404" not in c] == []  # above all, nothing that our own policy refused
    context.close()


def test_the_first_tab_skips_to_the_content(browser: Browser, demo: httpx.Client) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{demo.base_url}/it/a/consegna/tempi-di-consegna")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    context.close()
