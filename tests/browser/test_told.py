"""From "no answer" to the mail that says it is answered: without JavaScript, by the editor's own file."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from app.store import open_store
from tests.conftest import WriteArticle
from tests.contact.servers import MailServer, mail_server, until
from tests.served import Serve
from tests.subscriptions.conftest import SITE, with_mail
from tests.subscriptions.test_subscribing import body, link

QUESTION = "Posso noleggiare un tandem per il fine settimana?"


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture
def shop(serve: Serve, mails: MailServer, content: Path) -> Iterator[httpx.Client]:
    with serve(content, content.parent / "data", **with_mail(mails)) as client:
        yield client


@pytest.fixture
def page(browser: Browser, shop: httpx.Client) -> Iterator[Page]:
    """The Italian home page on a phone."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="it"
    )
    opened = context.new_page()
    opened.goto(f"{shop.base_url}/")
    yield opened
    context.close()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name).first.click()


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_who_asks_in_vain_is_told_when_an_editor_has_written_of_it(
    page: Page, shop: httpx.Client, mails: MailServer, content: Path, write_article: WriteArticle
) -> None:
    page.get_by_role("searchbox").first.fill(QUESTION)
    press(page, "Cerca")
    assert heading(page).startswith("Nessuna risposta")
    page.get_by_label("Il tuo indirizzo e-mail").fill("anna@example.com")
    press(page, "Scrivetemi")
    assert heading(page) == "Guarda nella tua posta"

    until(lambda: mails.to("anna@example.com"))
    opened = link(mails.to("anna@example.com")[0])
    page.goto(f"{shop.base_url}{opened}")
    assert heading(page) == "Ti scriviamo quando c’è la risposta?"
    expect(page.get_by_text(QUESTION)).to_be_visible()
    press(page, "Sì, scrivetemi")
    assert heading(page) == "Ti scriveremo"

    write_article(
        content, "it/noleggio/tandem", QUESTION, "## Quanto costa\n\nSì, per quaranta euro al giorno."
    )
    until(lambda: len(mails.to("anna@example.com")) == 2)
    mail = mails.to("anna@example.com")[1]
    assert mail["Subject"] == "C’è la risposta alla tua domanda"
    assert "quaranta euro" in body(mail)
    answer = re.search(rf"{re.escape(SITE)}(/it/a/\S+)", body(mail))
    assert answer
    page.goto(f"{shop.base_url}{answer[1]}")
    assert heading(page) == QUESTION

    page.goto(f"{shop.base_url}{opened}")
    assert heading(page) == "Qui non c’è altro da fare"
    with closing(open_store("", content.parent / "data")) as store:
        assert store.subscriptions.of("anna@example.com") == ()
        assert store.subscriptions.waiting() == 0
