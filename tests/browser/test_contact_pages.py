"""Writing to a person without a script, by keyboard, with what may answer it shown in between."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.gates import findings

ANSWERABLE = "Buongiorno, il pacco è arrivato danneggiato, che cosa devo fare?"
UNANSWERABLE = "Fate la carbonara con il guanciale o con la pancetta?"
# The trap for machines counts whole seconds.
_LONG_ENOUGH = 4_200


@pytest.fixture
def page(browser: Browser, demo: httpx.Client) -> Iterator[Page]:
    """The contact page on a phone, without JavaScript."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="it"
    )
    opened = context.new_page()
    opened.goto(f"{demo.base_url}/it/contact")
    yield opened
    context.close()


def write(page: Page, message: str, email: str = "anna@example.com") -> None:
    page.get_by_label("Il tuo messaggio").fill(message)
    page.get_by_label("Il tuo indirizzo e-mail").fill(email)
    page.wait_for_timeout(_LONG_ENOUGH)


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def test_answers_come_first_and_the_message_goes_all_the_same(page: Page) -> None:
    page.get_by_label("Di che cosa si tratta?").select_option(label="Consegna")
    write(page, ANSWERABLE)
    press(page, "Invia il messaggio")
    expect(page.get_by_role("heading", name="è questa la risposta che cerchi?")).to_be_visible()
    expect(page.get_by_label("Il tuo messaggio")).to_have_value(ANSWERABLE)
    expect(page.get_by_label("Il tuo indirizzo e-mail")).to_have_value("anna@example.com")
    press(page, "Invia lo stesso")
    expect(page.get_by_role("heading", level=1)).to_have_text("Grazie: abbiamo il tuo messaggio")
    expect(page.locator(".number strong")).to_have_text(re.compile(r"SP-[0-9A-Z]{4}-[0-9A-Z]{4}"))


def test_an_answer_is_enough(page: Page) -> None:
    write(page, ANSWERABLE)
    press(page, "Invia il messaggio")
    press(page, "Così ho risolto")
    expect(page).to_have_url(re.compile("/it/contact/solved$"))
    expect(page.get_by_text("Il tuo messaggio non è stato inviato")).to_be_visible()


def test_mistakes_are_found_and_mended(page: Page) -> None:
    write(page, " ", "anna@example")
    page.locator("#contact-files").set_input_files(
        {"name": "foto.zip", "mimeType": "image/png", "buffer": b"PK\x03\x04" + b"\0" * 60}
    )
    press(page, "Invia il messaggio")
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("link")).to_have_count(3)
    summary.get_by_role("link").nth(1).click()
    expect(page).to_have_url(re.compile("#contact-email$"))
    expect(page.get_by_label("Il tuo indirizzo e-mail")).to_have_value("anna@example")
    write(page, UNANSWERABLE)
    press(page, "Invia il messaggio")
    expect(page.get_by_role("heading", level=1)).to_have_text("Grazie: abbiamo il tuo messaggio")


def test_nobody_meets_the_trap(page: Page) -> None:
    trap = page.locator("[name=website]")
    expect(trap).to_have_attribute("tabindex", "-1")
    expect(page.get_by_role("textbox", name="Lascia vuoto questo campo")).to_have_count(0)


def test_nothing_is_found_among_the_answers(browser: Browser, demo: httpx.Client, node_modules: Path) -> None:
    context = browser.new_context(reduced_motion="reduce", locale="it")
    page = context.new_page()
    page.route("**/widget/**", lambda route: route.abort())  # where it cannot be had, the page does it alone
    page.goto(f"{demo.base_url}/it/contact")
    write(page, ANSWERABLE)
    press(page, "Invia il messaggio")
    expect(page.locator(".offered-answer").first).to_be_visible()
    page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text("utf-8"))
    assert findings(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_a_satisfied_customer_presses_one_button(page: Page, contacted: httpx.Client) -> None:
    page.goto(f"{contacted.base_url}/s/{'0' * 32}?value=5")
    expect(page.get_by_role("radio", name="5")).to_be_checked()
    press(page, "Invia")
    expect(page.get_by_text("Hai detto 5 su 5.")).to_be_visible()
