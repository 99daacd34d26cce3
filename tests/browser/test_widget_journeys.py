"""From the first word to the end of the visit, on a real help centre: what each journey leaves in its store."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.widgetdesk import Shop, open_shop
from tests.browser.widgetpages import leave, message, press, question, region, send, write
from tests.chromium import patient
from tests.served import SHOP

pytestmark = pytest.mark.usefixtures("built_widget")

QUESTION = "Buongiorno, dove si trova il mio pacco? Lo aspetto da lunedì."
UNANSWERED = "la ricetta della carbonara"


@dataclass(frozen=True)
class Place:
    """A help centre, a shop on another origin that embeds its widget, and the help centre's store."""

    help: str
    shop: Shop
    store: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as store:
            return store.execute(query).fetchall()

    def events(self) -> list[tuple[Any, ...]]:
        """The type, article and position of each, in the order in which they happened."""
        return self.rows("SELECT type, article, position FROM events ORDER BY at, rowid")

    def types(self) -> list[str]:
        return [event[0] for event in self.events()]


Serve = Callable[..., AbstractContextManager[httpx.Client]]


def _opened(serve: Serve, data: Path, **options: str) -> Iterator[Place]:
    with (
        open_shop("") as shop,
        serve(SHOP, data, allowed_origins=shop.url, limit_deflections="0", **options) as client,
    ):
        shop.help = str(client.base_url).rstrip("/")
        shop.policy = True
        yield Place(shop.help, shop, data / "sportello.db")


@pytest.fixture(scope="module")
def opened(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    yield from _opened(serve, tmp_path_factory.mktemp("journeys") / "data")


@pytest.fixture
def place(opened: Place) -> Iterator[Place]:
    """With nothing in its store."""
    yield opened
    with closing(sqlite3.connect(opened.store)) as store:
        store.executescript("DELETE FROM events; DELETE FROM deflections;")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """In the console nothing may be said, under the policy that the README asks for."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 900, "height": 800})
    opened = patient(context).new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text))
    yield opened
    context.close()
    assert complaints == []


def begin(page: Page, place: Place, text: str = QUESTION, demo: str = "strict.html") -> None:
    page.goto(f"{place.shop.url}/{demo}")
    write(page, text)


def recorded(page: Page, place: Place, expected: list[str]) -> None:
    """The events come to be these, and no more follow."""
    for _ in range(100):
        if place.types() == expected:
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(500)
    assert place.types() == expected


def test_confirmed(page: Page, place: Place) -> None:
    begin(page, place)
    question(page).click()
    region(page).get_by_role("button", name="Sì, risolto").click()
    leave(page)
    recorded(page, place, ["shown", "opened", "solved", "left"])
    article = "consegna/seguire-il-pacco"
    assert place.events()[1:3] == [("opened", article, 1), ("solved", article, 1)]
    [(deflection, session)] = place.rows("SELECT id, session FROM deflections")
    assert place.rows("SELECT DISTINCT deflection_id, session FROM events") == [(deflection, session)]


def test_potential(page: Page, place: Place) -> None:
    begin(page, place)
    question(page).click()
    expect(region(page).locator("[open] .article")).to_contain_text("Quando funziona il link")
    leave(page)
    recorded(page, place, ["shown", "opened", "left"])


def test_failed(page: Page, place: Place) -> None:
    begin(page, place)
    question(page).click()
    send(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    recorded(page, place, ["shown", "opened", "submitted"])
    sent = json.loads(place.shop.sent[-1]["sportello_trail"])
    [(deflection,)] = place.rows("SELECT id FROM deflections")
    assert sent["deflections"] == [deflection]
    assert sent["opened"] == ["consegna/seguire-il-pacco"]


def test_failed_and_said_so(page: Page, place: Place) -> None:
    begin(page, place)
    question(page).click()
    region(page).get_by_role("button", name="Non è il mio caso").click()
    send(page)
    recorded(page, place, ["shown", "opened", "not_solved", "submitted"])


def test_ignored(page: Page, place: Place) -> None:
    begin(page, place)
    expect(region(page)).to_be_visible()
    send(page)
    recorded(page, place, ["shown", "submitted"])


def test_abandoned(page: Page, place: Place) -> None:
    begin(page, place)
    expect(region(page)).to_be_visible()
    leave(page)
    recorded(page, place, ["shown", "left"])


def test_unassisted(page: Page, place: Place) -> None:
    with page.expect_response("**/api/v1/deflections"):
        begin(page, place, UNANSWERED)
    expect(page.locator("#contact [name=sportello_trail]")).to_have_count(1)
    expect(region(page)).to_be_hidden()
    send(page)
    recorded(page, place, ["submitted"])
    assert place.rows("SELECT answer, holdout FROM deflections") == [("no", 0)]


def test_a_quick_press_before_any_question(page: Page, place: Place) -> None:
    page.goto(f"{place.shop.url}/strict.html")
    page.locator("#contact [type=email]").fill("anna@example.com")
    # At once, within the page: between two commands of ours a busy machine lets the pause of typing go by.
    message(page).evaluate(
        """(field, text) => {
            field.value = text;
            field.dispatchEvent(new Event("input", { bubbles: true }));
            field.form.querySelector("button:not([part])").click();
        }""",
        QUESTION,
    )
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    recorded(page, place, [])


def test_left_and_come_back_to_send(page: Page, place: Place) -> None:
    begin(page, place)
    expect(region(page)).to_be_visible()
    leave(page)
    recorded(page, place, ["shown", "left"])
    page.go_back()
    if message(page).input_value() != QUESTION:
        message(page).fill(QUESTION)
    write(page, " Grazie.")
    expect(region(page)).to_be_visible()
    send(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    recorded(page, place, ["shown", "left", "shown", "submitted"])


def test_the_form_in_a_shadow_root(page: Page, place: Place) -> None:
    begin(page, place, demo="shadow.html")
    question(page).click()
    expect(region(page).locator("[open] .article")).to_contain_text("Quando funziona il link")
    send(page)
    recorded(page, place, ["shown", "opened", "submitted"])


def test_asked_before_sending(page: Page, place: Place) -> None:
    page.goto(f"{place.shop.url}/ask.html")
    message(page).fill(QUESTION)
    send(page)
    expect(region(page).locator(".title")).to_be_focused()
    press(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    recorded(page, place, ["shown", "submitted"])


def test_by_keyboard_alone(page: Page, place: Place) -> None:
    page.goto(f"{place.shop.url}/strict.html")
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(message(page)).to_be_focused()
    page.keyboard.type(QUESTION)
    expect(region(page)).to_be_visible()
    page.keyboard.press("Tab")  # the button that closes
    page.keyboard.press("Tab")
    expect(question(page)).to_be_focused()
    page.keyboard.press("Enter")
    yes = region(page).get_by_role("button", name="Sì, risolto")
    expect(region(page).locator("[open] .article")).to_contain_text("Quando funziona il link")
    for _ in range(20):
        page.keyboard.press("Tab")
        if yes.evaluate("button => button.matches(':focus')"):
            break
    page.keyboard.press("Space")
    expect(region(page).locator(".title")).to_be_focused()
    page.keyboard.press("Tab")  # the button that closes
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(message(page)).to_be_focused()
    leave(page)
    recorded(page, place, ["shown", "opened", "solved", "not_solved", "left"])


def test_held_out(page: Page, serve: Serve, tmp_path: Path) -> None:
    """Nothing is shown, nothing stays in the tab; that the form was sent is told."""
    for place in _opened(serve, tmp_path / "data", holdout="1"):
        with page.expect_response("**/api/v1/deflections"):
            begin(page, place)
        expect(page.locator("#contact [name=sportello_trail]")).to_have_count(1)
        expect(region(page)).to_be_hidden()
        assert page.evaluate("sessionStorage.length") == 0
        send(page)
        recorded(page, place, ["submitted"])
        assert place.rows("SELECT holdout, held FROM deflections") == [(1, 1)]


def test_a_site_that_is_not_allowed_keeps_its_form(browser: Browser, place: Place) -> None:
    with open_shop(place.help) as stranger, browser.new_context() as context:
        page = patient(context).new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{stranger.url}/plain.html")
        write(page, QUESTION)
        page.wait_for_timeout(1_000)
        expect(region(page)).to_be_hidden()
        send(page)
        expect(page.get_by_role("heading", name="Sent")).to_be_visible()
        assert errors == []


def test_help_for_the_page_at_hand(page: Page, place: Place) -> None:
    page.goto(f"{place.shop.url}/help.html")
    here = page.locator("sportello-help:not([launcher]) [role=region]")
    expect(here).to_have_accessible_name("Aiuto")
    articles = httpx.get(f"{place.help}/api/v1/help?context=before&lang=it").json()["articles"]
    assert here.locator("summary").all_inner_texts() == [article["title"] for article in articles]
    here.locator("summary").first.click()
    expect(here.locator(".article strong, .article p").first).to_be_visible()
    assert here.locator(".article").first.inner_text() != articles[0]["summary"]


def test_the_button_in_the_corner(page: Page, place: Place) -> None:
    page.goto(f"{place.shop.url}/help.html")
    opens = page.get_by_role("button", name="Aiuto")
    opens.click()
    dialog = page.get_by_role("dialog", name="Aiuto")
    expect(dialog.get_by_role("searchbox", name="Cerca")).to_be_focused()
    expect(dialog.locator("summary").first).to_be_visible()
    page.keyboard.type("dove è il mio pacco")
    page.keyboard.press("Enter")
    expect(dialog.locator("summary").first).to_have_text("Dov’è il mio pacco?")
    write_to_us = dialog.get_by_role("link", name="Scrivici")
    expect(write_to_us).to_have_attribute("href", f"{place.help}/it/contact?q=dove+%C3%A8+il+mio+pacco")
    for _ in range(30):  # round and round, never to the page below
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || document.activeElement.matches('sportello-help[launcher]')"
        )
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opens).to_be_focused()
    opens.click()
    dialog.get_by_role("searchbox").fill("carbonara")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_have_text("Nessuna risposta trovata.")
    dialog.get_by_role("button", name="Chiudi").click()
    expect(opens).to_be_focused()


def test_the_button_never_lies_on_the_last_lines(page: Page, place: Place) -> None:
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 600})
        page.goto(f"{place.shop.url}/help.html")
        expect(page.get_by_role("button", name="Aiuto")).to_be_visible()
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        last = page.locator("#last").bounding_box()
        button = page.get_by_role("button", name="Aiuto").bounding_box()
        assert last
        assert button
        assert last["y"] + last["height"] <= button["y"]
        assert min(button["width"], button["height"]) >= 24
