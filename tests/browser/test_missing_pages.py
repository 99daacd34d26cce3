"""What is missing, in a real browser: the gates on its pages, in both schemes, and from a gap to a draft by keyboard."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect

from app.store import open_store
from tests import gapsplayed as played
from tests.browser.gates import findings, invalid, misfits
from tests.browser.test_keyboard import follow, tab_to
from tests.office import PASSWORD, Office
from tests.served import Serve

RICH = {
    "it/consegna/tempi.md": "title: Quanto ci mette il pacco?",
    "en/consegna/tempi.md": "title: How long does delivery take?",
    "he/consegna/tempi.md": "title: כמה זמן לוקח המשלוח?",
    "it/pagamenti/carte.md": "title: Con quali carte si paga?",
    "it/pagamenti/fattura.md": "title: Fattura\nstatus: draft",
}


@dataclass(frozen=True)
class Desk:
    """An office with articles of its own."""

    office: Office
    content: Path


@pytest.fixture(scope="module")
def desk(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("missing")
    content, data = folder / "content", folder / "data"
    data.mkdir()
    for name, matter in RICH.items():
        path = content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{matter}\n---\nTesto.\n", "utf-8")
    # As while another process looks at the questions: what is filled in stays.
    with FileLock(data / "gaps.lock"), serve(content, data, k_anonymity="1") as client:
        store = open_store("", data)
        office = Office(str(client.base_url), store, data)
        for role in ("viewer", "editor"):
            office.user(f"{role}@example.com", role)
        yield Desk(office, content)
        store.close()


@pytest.fixture(autouse=True)
def filled(desk: Desk) -> None:
    played.fill(desk.office.store)


def entered(browser: Browser, desk: Desk, role: str = "editor", *, scripts: bool = True) -> BrowserContext:
    """A browser in which somebody of a role is signed in."""
    context = browser.new_context(
        java_script_enabled=scripts, reduced_motion="reduce", locale="it-IT",
        viewport={"width": 1000, "height": 800},
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"{desk.office.url}/admin/login")
    page.locator("#email").fill(f"{role}@example.com")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    expect(page.get_by_role("link", name="Risposte mancanti")).to_be_visible()
    page.close()
    return context


def go(path: str) -> Callable[[Page, Desk], None]:
    return lambda page, desk: void(page.goto(f"{desk.office.url}/admin/gaps{path}"))


def void(_: object) -> None:
    """Playwright's answers are not needed."""


def empty(path: str) -> Callable[[Page, Desk], None]:
    def reach(page: Page, desk: Desk) -> None:
        played.fill(desk.office.store, [])
        go(path)(page, desk)

    return reach


def untitled(page: Page, desk: Desk) -> None:
    go("/missing")(page, desk)
    page.get_by_label("Titolo").fill(" ")
    page.get_by_role("button", name="Inizia la bozza").click()


def none_chosen(page: Page, desk: Desk) -> None:
    go("/notfound")(page, desk)
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    page.get_by_role("button", name="Aggiungi all’articolo").click()


LOOKS: dict[str, Callable[[Page, Desk], None]] = {
    "list": go(""),
    "list-answered": go("?state=answered"),
    "list-empty": empty(""),
    "missing": go("/missing"),
    "not-found": go("/notfound?done=added&written=2&already=1&left=1"),
    "drafted": go("/drafted"),
    "untitled": untitled,
    "none-chosen": none_chosen,
}


def test_the_gates_find_nothing(browser: Browser, desk: Desk, node_modules: Path, tmp_path: Path) -> None:
    axe = (node_modules / "axe-core" / "axe.min.js").read_text("utf-8")
    context = entered(browser, desk)
    served: dict[str, bytes] = {}
    for name, reach in LOOKS.items():
        played.fill(desk.office.store)
        page = context.new_page()
        answers: list[Response] = []

        def keep(answer: Response, kept: list[Response] = answers) -> None:
            kept.append(answer)

        page.on("response", keep)
        reach(page, desk)
        page.wait_for_load_state()
        shown = [a for a in answers if a.request.resource_type == "document" and not 300 <= a.status < 400]
        served[name] = shown[-1].body()
        assert complaints_about(page, axe) == [], name
        page.close()
    context.close()
    assert invalid(served, tmp_path, node_modules) == []


def complaints_about(page: Page, axe: str) -> list[object]:
    """What axe, a narrow and a wide window, and roomier text find wrong with a page."""
    complaints: list[object] = []
    page.on("console", heard_in(complaints, page.url))
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.evaluate(axe)
    complaints += findings(page)
    complaints += misfits(page)
    return complaints


def heard_in(complaints: list[object], address: str) -> Callable[[ConsoleMessage], None]:
    """A page's own status is no complaint."""
    return lambda message: complaints.append(message.text) if message.location["url"] != address else None


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_from_a_gap_to_its_draft_by_keyboard_alone(browser: Browser, desk: Desk, scripts: bool) -> None:
    title = "Si può pagare a rate con PayPal?" if scripts else "Si può pagare a rate con Klarna?"
    context = entered(browser, desk, scripts=scripts)
    page = context.new_page()
    page.goto(f"{desk.office.url}/admin/tickets")
    if scripts:
        follow(page, "Risposte mancanti")
        follow(page, "si può pagare a rate")
        tab_to(page, page.get_by_label("Titolo"))
        page.keyboard.press("Control+a")
        page.keyboard.type(title)
        follow(page, "Inizia la bozza", "button")
    else:
        page.get_by_role("link", name="Risposte mancanti").click()
        page.get_by_role("link", name="si può pagare a rate").click()
        page.get_by_label("Titolo").fill(title)
        page.get_by_role("button", name="Inizia la bozza").click()
    expect(page.get_by_role("status")).to_contain_text("La bozza è pronta.")
    place = page.locator(".path").inner_text()
    assert Path(place).read_text("utf-8").startswith(f"---\ntitle: {title}\n")
    Path(place).unlink()
    if scripts:
        follow(page, re.compile("Metti da parte"), "button")
    else:
        page.get_by_role("button", name="Metti da parte").click()
    expect(page.get_by_role("status")).to_contain_text("Messa da parte.")
    page.get_by_role("button", name="Riapri").click()
    expect(page.get_by_role("status")).to_contain_text("È di nuovo aperta.")
    context.close()


def test_enter_in_the_search_for_articles_adds_nothing(browser: Browser, desk: Desk) -> None:
    context = entered(browser, desk)
    page = context.new_page()
    before = {path: path.read_bytes() for path in desk.content.rglob("*.md")}
    go("/notfound")(page, desk)
    page.get_by_role("checkbox", name="where is my stuff").uncheck()
    page.get_by_label("Cerca un altro articolo").fill("con che carta pago")
    page.get_by_label("Cerca un altro articolo").press("Enter")
    expect(page.get_by_role("radio", name="Con quali carte si paga?")).to_be_visible()
    expect(page.get_by_role("checkbox", name="where is my stuff")).not_to_be_checked()
    assert {path: path.read_bytes() for path in desk.content.rglob("*.md")} == before
    page.get_by_role("radio", name="Con quali carte si paga?").check()
    page.get_by_role("button", name="Aggiungi all’articolo").click()
    expect(page.get_by_role("status")).to_contain_text("Ora 1 formulazione è nell’articolo.")
    assert "  - dove sta la mia roba\n" in (desk.content / "it/pagamenti/carte.md").read_text("utf-8")
    context.close()


def test_a_viewer_looks_and_changes_nothing(browser: Browser, desk: Desk) -> None:
    context = entered(browser, desk, "viewer")
    page = context.new_page()
    go("/missing")(page, desk)
    expect(page.locator("main form")).to_have_count(0)
    arabic = page.locator("th [lang=ar]")
    expect(arabic).to_have_text(played.ARABIC)
    assert arabic.evaluate("e => getComputedStyle(e).direction") == "rtl"
    with page.expect_download() as saved:
        page.get_by_role("link", name="Scarica una bozza").click()
    assert saved.value.suggested_filename == "si-puo-pagare-a-rate.md"
    context.close()
