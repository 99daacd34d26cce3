"""The integrator's recipes, copied into pages of another site, in a real browser and against a real server."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from tests.chromium import patient
from tests.docs.conftest import SITE
from tests.docs.pages import blocks

GUIDE = "docs/integrators.md"
HELP = "https://help.example"
_ASKED = "Ho cambiato idea sul piatto, come lo rimando indietro?"

# What Contact Form 7 and Shopify's Dawn write, as far as it matters.
_CONTACT_FORM_7 = """<form class="wpcf7-form init" method="post" action="/sent">
  <input type="hidden" name="sportello_trail" value="" class="wpcf7-form-control wpcf7-hidden">
  <p><label>E-mail <span><input type="email" name="your-email" autocomplete="email"></span></label></p>
  <p><label>Subject <span><input type="text" name="your-subject"></span></label></p>
  <p><label>Message <span><textarea name="your-message"></textarea></span></label></p>
  <p><input type="submit" value="Submit"></p>
</form>"""
_DAWN = """<form method="post" action="/contact#ContactForm" id="ContactForm" class="isolate">
  <input autocomplete="name" type="text" id="ContactForm-name" name="contact[Name]" placeholder="Name">
  <input type="tel" id="ContactForm-phone" autocomplete="tel" name="contact[Phone number]">
  <textarea rows="10" id="ContactForm-body" name="contact[Comment]" placeholder="Comment"></textarea>
  <button type="submit">Send</button>
</form>"""


def _html(saying: str) -> str:
    """The guide's block of HTML that says this."""
    return next(block.text for block in blocks(GUIDE, "html") if saying in block.text)


def _printed() -> str:
    """The tag that the WordPress recipe prints."""
    (recipe,) = blocks(GUIDE, "php")
    said = dict(re.findall(r"'([a-z-]+)'\s*=> '([^']+)'", recipe.text))
    return "<script " + " ".join(f'{name}="{value}"' for name, value in said.items()) + "></script>"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield patient(context).new_page()


def _open(page: Page, server: httpx.Client, html: str, *, script: str = "") -> None:
    """A page of the site, as the guide writes it; what it asks of the help centre goes to the server."""
    texts = {"/": f"<!doctype html><html lang=it><title>Contatti</title>{html}", "/page.js": script}
    kinds = {"/": "text/html; charset=utf-8", "/page.js": "text/javascript"}

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE)
        if path in texts:
            route.fulfill(body=texts[path], headers={"Content-Type": kinds[path]})
        else:
            route.fulfill(status=204)

    def pass_on(route: Route) -> None:
        address = route.request.url.replace(HELP, str(server.base_url).rstrip("/"))
        with suppress(
            Error
        ):  # what a closing page still sends, such as its last events, has nobody to answer to
            route.fulfill(response=route.fetch(url=address))

    page.route(f"{SITE}/**", answer)
    page.route(f"{HELP}/**", pass_on)
    page.goto(f"{SITE}/")


@pytest.mark.parametrize(
    "html",
    [_html('<form id="contact"'), _CONTACT_FORM_7 + _printed(), _DAWN + _html("#ContactForm")],
    ids=["plain", "wordpress", "shopify"],
)
def test_answers_come_where_the_recipe_says(page: Page, server: httpx.Client, html: str) -> None:
    _open(page, server, html)
    page.locator("textarea").fill(_ASKED)
    expect(page.locator("sportello-answers [role=region]")).to_contain_text("Posso restituire")
    trails = page.locator("[name=sportello_trail]")
    expect(trails).to_have_count(1)
    assert json.loads(trails.input_value())["searched"]


def test_a_form_opens_a_ticket_and_hears_its_events(page: Page, server: httpx.Client) -> None:
    tickets, heard = (block.text for block in blocks(GUIDE, "js"))
    html = _html('<form id="contact"') + '<script type="module" src="/page.js"></script>'
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    _open(page, server, html, script=tickets + heard)
    page.locator("[type=email]").fill("anna@example.com")
    page.locator("textarea").fill(_ASKED)
    region = page.locator("sportello-answers [role=region]")
    region.locator("summary").first.click()
    region.locator("[part=yes]").first.click()
    page.locator("#contact button:not([part])").click()
    expect(page.get_by_role("status").filter(has_text="SP-")).to_be_visible()
    assert any(line.startswith("answered by resi-e-rimborsi/") for line in said)


def test_help_stands_on_a_page_without_a_form(page: Page, server: httpx.Client) -> None:
    _open(page, server, _html("<sportello-help context"))
    expect(page.locator("sportello-help[context] [role=region]")).to_be_visible()
    page.locator("sportello-help[launcher] [part=launcher]").click()
    expect(page.locator("sportello-help[launcher] [part=contact]")).to_have_attribute(
        "href", f"{SITE}/contact"
    )
