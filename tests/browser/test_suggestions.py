"""Suggestions while typing: a help to those who want it, and nothing in the way of the others."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Response, Route, expect

from tests.chromium import patient


@pytest.fixture
def visit(browser: Browser) -> Iterator[BrowserContext]:
    """Nothing may complain in the console."""
    context = browser.new_context(viewport={"width": 900, "height": 700})
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda message: complaints.append(message.text))
    yield context
    context.close()
    assert [c for c in complaints if "Failed to load resource" not in c] == []


@pytest.fixture
def page(visit: BrowserContext, demo: httpx.Client) -> Page:
    """The Italian home page, its question box in focus."""
    return at_the_box(patient(visit).new_page(), demo)


@pytest.fixture
def hurried(visit: BrowserContext, demo: httpx.Client) -> Page:
    """The same, where the script waits no longer than it does for customers."""
    return at_the_box(visit.new_page(), demo)


def at_the_box(page: Page, demo: httpx.Client) -> Page:
    page.goto(f"{demo.base_url}/it/")
    box(page).focus()
    return page


def box(page: Page) -> Locator:
    return page.get_by_role("combobox")


def options(page: Page) -> Locator:
    return page.get_by_role("option")


def typed(page: Page, text: str) -> None:
    """Type, and wait for the list: that of all the text, which comes after those of its beginnings."""
    whole = box(page).input_value() + text

    def of_all(response: Response) -> bool:
        return parse_qs(urlsplit(response.url).query).get("q") == [whole]

    with page.expect_response(of_all) as came:
        page.keyboard.type(text)
    came.value.finished()
    expect(page.get_by_role("listbox")).to_be_visible()


def active(page: Page) -> str | None:
    """The id of the option that the arrows chose."""
    return box(page).get_attribute("aria-activedescendant") or None


def test_the_box_says_what_it_is(page: Page) -> None:
    expect(box(page)).to_have_attribute("aria-autocomplete", "list")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    typed(page, "re")
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    listed = page.locator(f"#{box(page).get_attribute('aria-controls')}")
    expect(listed).to_have_role("listbox")
    expect(listed).to_have_accessible_name("Suggerimenti")
    expect(page.get_by_role("group", name="Articoli")).to_be_visible()
    expect(page.get_by_role("group", name="Cerca")).to_be_visible()
    assert options(page).first.evaluate("option => option.closest('[lang]').lang") == "it"


def test_arrows_walk_round_the_list_and_the_focus_stays(page: Page) -> None:
    typed(page, "re")
    count = options(page).count()
    assert count > 2
    page.keyboard.press("ArrowDown")
    assert active(page) == options(page).first.get_attribute("id")
    expect(page.locator("[aria-selected=true]")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    assert active(page) == options(page).last.get_attribute("id")
    page.keyboard.press("ArrowDown")
    assert active(page) == options(page).first.get_attribute("id")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("re")
    page.keyboard.press("Home")
    assert active(page) is None
    assert box(page).evaluate("input => input.selectionStart") == 0
    page.keyboard.press("ArrowUp")
    assert active(page) == options(page).last.get_attribute("id")


def test_enter_on_an_article_opens_it(page: Page) -> None:
    typed(page, "rimbors")
    title = page.get_by_role("group", name="Articoli").get_by_role("option").first.inner_text()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/it/a/**")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_enter_on_a_wording_searches_for_it(page: Page) -> None:
    typed(page, "quanto mi costa fare")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/it/search?*")
    expect(box(page)).to_have_value("quanto mi costa fare il reso?")


def test_enter_without_a_choice_sends_what_was_typed(page: Page) -> None:
    typed(page, "reso")
    page.keyboard.press("Enter")
    page.wait_for_url("**/it/search?q=reso")


def test_escape_closes_and_then_clears(page: Page) -> None:
    typed(page, "reso")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_value("reso")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Alt+ArrowUp")
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(box(page)).to_have_value("")
    expect(box(page)).to_have_attribute("aria-expanded", "false")


def test_tab_leaves_and_nothing_comes_after(page: Page) -> None:
    typed(page, "reso")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Cerca")).to_be_focused()
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("End")
    with page.expect_request("**/api/v1/suggest?*"):
        page.keyboard.type(" ")
    page.keyboard.press("Tab")
    page.wait_for_timeout(400)
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_click_chooses(page: Page) -> None:
    typed(page, "fattur")
    options(page).first.click()
    page.wait_for_url("**/it/a/pagamenti/fattura")


def test_a_touch_chooses(browser: Browser, demo: httpx.Client) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 700}, has_touch=True, is_mobile=True)
    page = patient(context).new_page()
    page.goto(f"{demo.base_url}/en/a/pagamenti/fattura")
    box(page).tap()
    typed(page, "refun")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    options(page).first.tap()
    page.wait_for_url("**/en/a/resi-e-rimborsi/tempi-di-rimborso")
    context.close()


def test_the_count_is_read_out_once_after_a_pause(page: Page) -> None:
    said = page.locator(".suggestions-said")
    expect(said).to_have_role("status")
    page.evaluate(
        """() => {
          window.heard = [];
          new MutationObserver(() => heard.push(document.querySelector('.suggestions-said').textContent))
            .observe(document.querySelector('.suggestions-said'), { childList: true, characterData: true });
        }"""
    )
    for letter in "fattura":
        page.keyboard.type(letter)
        page.wait_for_timeout(150)  # slowly enough for a list at each letter
    expect(said).not_to_be_empty()
    count = options(page).count()
    expect(said).to_have_text(f"{count} suggeriment{'o' if count == 1 else 'i'}")
    assert [text for text in page.evaluate("heard") if text] == [said.inner_text()]


def test_only_the_last_question_counts(page: Page) -> None:
    """A slow answer to an older text never replaces a newer one's."""
    ended: list[str] = []

    def late(route: Route) -> None:
        if "q=re&" in route.request.url:
            held.append(route)
        else:
            route.continue_()

    held: list[Route] = []
    page.on("requestfailed", lambda request: ended.append(request.url))
    page.route("**/api/v1/suggest?*", late)
    with page.expect_request("**/api/v1/suggest?q=re&*"):
        page.keyboard.type("re")
    typed(page, "so")
    assert len(held) == 1
    assert len(ended) == 1  # the older request was given up
    assert "q=re&" in ended[0]
    expect(options(page).first).to_contain_text("restituire")


def test_letters_typed_together_ask_once(page: Page) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "suggest?" in request.url else None)
    typed(page, "spedizione")
    # One for ten letters; a busy machine may type some of them late.
    assert len(asked) <= 3
    assert asked[-1].url.endswith("q=spedizione&lang=it")


@pytest.mark.parametrize("failure", ["broken", "refused", "silent", "nonsense"])
def test_a_server_that_fails_is_not_noticed(hurried: Page, failure: str) -> None:
    def fail(route: Route) -> None:
        if failure == "broken":
            route.fulfill(status=503, json={"title": "Service Unavailable"})
        elif failure == "refused":
            route.abort()
        elif failure == "nonsense":
            route.fulfill(status=200, body="<!doctype html>")

    typed(hurried, "re")
    hurried.route("**/api/v1/suggest?*", fail)
    with hurried.expect_request("**/api/v1/suggest?*"):
        hurried.keyboard.type("so")
    expect(hurried.get_by_role("listbox")).to_be_hidden()
    hurried.keyboard.press("Enter")
    hurried.wait_for_url("**/it/search?q=reso")


def test_what_is_offered_is_text_and_leads_nowhere_else(page: Page, demo: httpx.Client) -> None:
    bad = "<img src=x onerror=alert(1)>"
    article = {
        "id": "a",
        "lang": "it",
        "title": bad,
        "url": "https://elsewhere.example/it/a/pagamenti/fattura",
    }
    answer = {"articles": [article], "completions": [f"{bad}?"]}
    page.route("**/api/v1/suggest?*", lambda route: route.fulfill(json=answer))
    typed(page, "reso")
    expect(options(page).first).to_have_text(bad)
    expect(page.locator(".suggestions img")).to_have_count(0)
    options(page).first.click()
    page.wait_for_url(f"{demo.base_url}/it/a/pagamenti/fattura")


def test_a_composed_text_is_left_to_its_composer(page: Page) -> None:
    """Enter, while a word is being composed, accepts the word."""
    typed(page, "reso")
    page.keyboard.press("ArrowDown")
    box(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    page.wait_for_timeout(200)
    expect(page.get_by_role("listbox")).to_be_visible()
    assert page.url.endswith("/it/")


def test_a_whole_message_asks_nothing(page: Page) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108  it must be a function
    box(page).fill("buongiorno, " * 30)
    page.wait_for_timeout(400)
    assert asked == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/it/search?*")


def test_without_javascript_the_box_is_a_plain_search_field(browser: Browser, demo: httpx.Client) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = patient(context).new_page()
    page.goto(f"{demo.base_url}/it/")
    expect(page.get_by_role("searchbox")).to_have_count(1)
    expect(page.locator("[role=listbox], [role=status]")).to_have_count(0)
    context.close()


def test_it_is_small(demo: httpx.Client) -> None:
    address = re.search(r'src="(/static/suggest[^"]*)"', demo.get("/it/").text)
    assert address
    with demo.stream("GET", address[1], headers={"Accept-Encoding": "br"}) as response:
        assert len(b"".join(response.iter_raw())) <= 2048
