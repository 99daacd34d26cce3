"""Beside the text while it is typed: what it would answer. And the golden questions, through the gates."""

import html
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from app.routes.admin import places
from app.store import open_store
from app.store.searches import Search
from tests.browser.gates import findings, invalid, misfits
from tests.browser.test_writing import as_it_came, sign_in
from tests.office import Office, Visitor
from tests.served import SHOP

PATIENCE = 20_000
ASKED = "fate incisioni con il nome sulle tazze?"
EDIT = places.article("it", "pagamenti/fattura")
IN: dict[str, str] = {"in": "it"}
IMPACT = places.article("it", "pagamenti/fattura", "impact")


@pytest.fixture(scope="module")
def foreseen(
    serve: Callable[..., AbstractContextManager[httpx.Client]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """The shop, whose customers asked for what no article says."""
    root = tmp_path_factory.mktemp("foreseeing")
    shutil.copytree(SHOP, root / "content")
    # Before the server, which reads what was asked when it starts and then once a minute.
    store = open_store("", root / "data")
    at = datetime.now(UTC) - timedelta(days=1)
    for n, text in enumerate([ASKED] * 3 + [f"domanda numero {n} sulle tazze incise" for n in range(9)]):
        asked_at = at + timedelta(minutes=5 * n)
        store.searches.write(
            [Search(uuid4().hex, asked_at, "site", "it", text, text, "no", 0.1, (), "s", 1.0)]
        )
    with serve(root / "content", root / "data", trusted_proxies="127.0.0.1") as client:
        office = Office(str(client.base_url), store, root / "data")
        office.user("editor@example.com", "editor")
        yield office
    store.close()


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        java_script_enabled=getattr(request, "param", True), reduced_motion="reduce", locale="it-IT",
        viewport={"width": 1280, "height": 800},
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_it_follows_the_typing_and_is_said_once(page: Page, foreseen: Office) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    sign_in(page, foreseen, places.ARTICLES)
    page.goto(foreseen.url + EDIT)
    impact = page.locator("#impact")
    expect(impact.locator("#impact-found")).to_be_visible(timeout=PATIENCE)
    expect(impact).not_to_contain_text(ASKED)
    page.locator("#title").fill("Posso far incidere un nome sulla tazza?")
    page.locator("#body").fill("Sì: il ceramista incide il nome che vuoi sulla tazza, in tre giorni.")
    expect(impact).to_contain_text(ASKED, timeout=PATIENCE)
    expect(impact).to_contain_text("chiesta 3 volte")
    expect(impact.get_by_role("status")).to_have_count(1)
    page.locator("#title").fill("")
    expect(impact).not_to_contain_text(ASKED, timeout=PATIENCE)
    assert complaints == []


@pytest.mark.parametrize("page", [False], indirect=True, ids=["without scripts"])
def test_without_scripts_a_page_tells_it_and_leads_back(page: Page, foreseen: Office) -> None:
    sign_in(page, foreseen, places.ARTICLES)
    page.goto(foreseen.url + EDIT)
    page.locator("#body").fill("Sì: il ceramista incide il nome che vuoi sulla tazza.\n\n«Anche» due.")
    page.get_by_role("button", name="A cosa risponderebbe?").or_(page.locator("#impact button")).first.click()
    expect(page.locator("#impact-found")).to_be_visible()
    page.get_by_role("button", name="Torna al testo").click()
    expect(page.locator("#body")).to_have_value(
        "Sì: il ceramista incide il nome che vuoi sulla tazza.\n\n«Anche» due."
    )


@pytest.mark.parametrize("page", [True, False], indirect=True, ids=["with scripts", "without"])
def test_a_golden_question_from_trying_to_taking_out(page: Page, foreseen: Office) -> None:
    ask = f"mi serve il documento fiscale {uuid4().hex[:6]}"
    sign_in(page, foreseen, places.GOLDEN)
    page.get_by_role("link", name="Aggiungi una domanda").click()
    page.get_by_label("La domanda, con le parole di un cliente").fill(ask)
    page.get_by_role("button", name="Prova ora").click()
    expect(page.get_by_role("status")).to_contain_text("Ora:")
    page.get_by_label("Come chiedo la fattura?").check()
    page.get_by_label("Perché, in poche parole").fill("senza la parola fattura")
    page.get_by_role("button", name="Salva la domanda").click()
    expect(page.get_by_role("status")).to_contain_text("La domanda è salvata.")
    page.get_by_role("link", name=ask).click()
    expect(page.get_by_label("Come chiedo la fattura?")).to_be_checked()
    page.get_by_role("button", name="Toglila").click()
    expect(page.get_by_role("status")).to_contain_text(ask)
    expect(page.get_by_role("link", name=ask)).to_have_count(0)


def open_list(page: Page, office: Office) -> bytes:
    page.goto(office.url + places.GOLDEN)
    return as_it_came(page, office, places.GOLDEN)


def open_form(page: Page, office: Office) -> bytes:
    path = places.golden_question(ask=ASKED, why="perché sì", **IN)
    page.goto(office.url + path)
    return as_it_came(page, office, path)


def open_impact(page: Page, office: Office) -> bytes:
    page.goto(office.url + EDIT)
    page.locator("#title").fill("POSSO FAR INCIDERE UN NOME SULLA TAZZA?")
    page.locator("#body").fill("Sì: il ceramista lo incide. ![](no.png) [qui](no.md)\n\nAltro.")
    with page.expect_response("**/impact") as came:
        page.evaluate("""() => {
            const form = document.querySelector("#editor");
            form.action = document.querySelector("#impact button").formAction;
            form.submit();
        }""")
    markup = came.value.body()
    expect(page.locator("#impact-found")).to_be_visible()
    return markup


LOOKS = {"golden": open_list, "golden-question": open_form, "impact": open_impact}


@pytest.mark.parametrize("look", LOOKS)
def test_the_gates_find_nothing_here(
    page: Page, foreseen: Office, node_modules: Path, look: str, tmp_path: Path
) -> None:
    sign_in(page, foreseen, places.ARTICLES)
    markup = LOOKS[look](page, foreseen)
    page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text("utf-8"))
    assert findings(page) == []
    assert misfits(page) == []
    assert invalid({look: markup}, tmp_path, node_modules) == []


def test_the_part_is_the_page_without_its_frame(foreseen: Office) -> None:
    editor: Visitor = foreseen.member("editor")
    part = editor.post(f"{IMPACT}?part=1", title="A", body="B").text
    whole = editor.post(IMPACT, title="A", body="B").text
    assert html.unescape(part).strip()[:40] in html.unescape(whole)
    assert "<html" not in part
