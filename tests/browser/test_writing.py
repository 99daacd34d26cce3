"""Writing an article in the browser: from signing in to the answer that a customer finds."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, Dialog, Locator, Page, expect

from app.routes.admin import places
from app.staff.roles import ROLES
from app.store import open_store
from tests.browser.gates import findings, invalid, misfits
from tests.office import PASSWORD, Office
from tests.served import SHOP

TITLE = "Riparate una teiera scheggiata?"
ANSWER = "Certo: il ceramista incolla i cocci con l’oro, alla giapponese, in due settimane.\n\n"
# It has no word of the title's.
QUESTION = "aggiustate i cocci con l’oro?"
PATIENCE = 20_000


@pytest.fixture(scope="module")
def desk(
    serve: Callable[..., AbstractContextManager[httpx.Client]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Office, Path]]:
    """The shop with its staff; its content is a repository of its own."""
    root = tmp_path_factory.mktemp("writing")
    content = root / "content"
    shutil.copytree(SHOP, content)
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "By hand"]):
        named = ["-c", "user.name=Hand", "-c", "user.email=hand@example.com"]
        subprocess.run(["git", "-C", str(content), *named, *command], check=True)
    with serve(content, root / "data", trusted_proxies="127.0.0.1") as client:
        store = open_store("", root / "data")
        office = Office(str(client.base_url), store, root / "data")
        for role in ROLES:
            office.user(f"{role}@example.com", role)
        yield office, content
        store.close()


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("picture") / "tazza-con-nome.png"
    made = io.BytesIO()
    Image.new("RGB", (640, 400), "#12596b").save(made, "PNG")
    path.write_bytes(made.getvalue())
    return path


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """An Italian editor's; without scripts where the test says so."""
    scripts = getattr(request, "param", True)
    context = browser.new_context(
        java_script_enabled=scripts,
        reduced_motion="reduce",
        locale="it-IT",
        viewport={"width": 1280, "height": 800},
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


class Hand:
    """Everything somebody does, counted: a click, a field filled, a file chosen, a key chord."""

    def __init__(self) -> None:
        self.actions = 0

    def click(self, target: Locator) -> None:
        self.actions += 1
        target.click()

    def fill(self, target: Locator, text: str) -> None:
        self.actions += 1
        target.fill(text)

    def choose(self, target: Locator, file: Path) -> None:
        self.actions += 1
        target.set_input_files(file)

    def press(self, target: Locator, chord: str) -> None:
        self.actions += 1
        target.press(chord)


def sign_in(page: Page, office: Office, path: str) -> None:
    page.goto(office.url + path)
    page.get_by_label("Indirizzo e-mail").fill("editor@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url(f"**{path}")


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def test_a_new_editor_publishes_an_illustrated_article_in_under_twelve_actions(
    page: Page, desk: tuple[Office, Path], picture: Path
) -> None:
    office, _ = desk
    assert not words(TITLE) & words(QUESTION)
    hand = Hand()
    page.goto(office.url + places.ARTICLES)
    hand.fill(page.get_by_label("Indirizzo e-mail"), "editor@example.com")
    hand.fill(page.get_by_label("Password"), PASSWORD)
    hand.click(page.get_by_role("button", name="Accedi"))
    hand.fill(page.get_by_label("A quale domanda risponde?"), TITLE)
    hand.click(page.get_by_role("button", name="Inizia a scrivere"))
    body = page.locator("#body")
    expect(body).to_have_value("")
    hand.fill(body, ANSWER)
    hand.choose(page.locator("#picture"), picture)
    hand.click(page.get_by_role("button", name="Aggiungi l’immagine"))
    expect(body).to_have_value(re.compile(r"!\[.*\]\(.+\)"))
    hand.click(page.get_by_role("button", name="Pubblica"))
    address = page.locator("#standing a")
    expect(address).to_have_text(re.compile("^http.*/it/a/"), timeout=PATIENCE)
    ask = page.get_by_label("Prova a chiederlo come farebbe un cliente")
    hand.fill(ask, QUESTION)
    hand.press(ask, "Enter")
    expect(page.locator("article.result").first).to_contain_text("incolla i cocci")
    assert hand.actions < 12
    page.get_by_role("link", name=TITLE).first.click()
    shown = page.locator(".prose img")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640


@pytest.mark.parametrize("page", [False], indirect=True, ids=["without scripts"])
def test_the_same_without_scripts(page: Page, desk: tuple[Office, Path], picture: Path) -> None:
    office, content = desk
    title = "Vendete buoni da donare?"
    sign_in(page, office, places.ARTICLES)
    page.get_by_label("A quale domanda risponde?").fill(title)
    page.get_by_role("button", name="Inizia a scrivere").click()
    page.locator("#body").fill("Sì, da venti euro in su.")
    page.get_by_role("button", name="Anteprima").last.click()
    expect(page.locator("#body")).to_have_value("Sì, da venti euro in su.")
    assert "Sì, da venti euro in su." in (page.locator("#preview").get_attribute("srcdoc") or "")
    page.locator("#picture").set_input_files(picture)
    page.get_by_role("button", name="Aggiungi l’immagine").click()
    page.get_by_role("button", name="Torna al testo").click()
    expect(page.locator("#body")).to_have_value(re.compile(r"euro in su\.\n\n!\[.*\]\(.+\)"))
    page.get_by_role("button", name="Pubblica").click()
    page.locator("#standing a").first.click()
    page.wait_for_timeout(0)
    found = list(content.glob("it/*/vendete-buoni-da-donare.md"))
    assert "status: published" in found[0].read_text("utf-8")


def test_the_preview_follows_the_typing_and_unsaved_text_is_asked_about(
    page: Page, desk: tuple[Office, Path]
) -> None:
    office, content = desk
    sign_in(page, office, places.article("it", "pagamenti/fattura"))
    frame = page.frame_locator("#preview")
    expect(frame.locator("h1")).to_be_visible()
    page.locator("#body").press("Control+End")
    page.keyboard.type("\n\n## Parte nuova\n\nCon **enfasi**.")
    expect(frame.get_by_role("heading", name="Parte nuova")).to_be_visible()
    expect(frame.locator("strong", has_text="enfasi")).to_be_visible()
    expect(page.get_by_text("Non ancora salvato")).to_be_visible()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Richieste").click(no_wait_after=True)
    page.wait_for_function("document.activeElement !== null")
    expect(page.locator("#body")).to_have_value(re.compile("Parte nuova"))
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Salva e aggiorna il sito").click()
    expect(page.locator("#standing")).to_contain_text("online", timeout=PATIENCE)
    assert asked == ["beforeunload"]
    assert "Parte nuova" in (content / "it/pagamenti/fattura.md").read_text("utf-8")


def test_two_editors_at_once_lose_nothing(page: Page, desk: tuple[Office, Path]) -> None:
    office, content = desk
    path = content / "it/pagamenti/metodi-di-pagamento.md"
    sign_in(page, office, places.article("it", "pagamenti/metodi-di-pagamento"))
    body = page.locator("#body")
    body.press("Control+Home")
    page.keyboard.type("La mia frase.\n\n")
    path.write_text(path.read_text("utf-8") + "\nLa loro frase.\n", "utf-8")
    page.get_by_role("button", name="Salva e aggiorna il sito").click()
    expect(page.get_by_role("heading", name="Due testi, uno accanto all’altro")).to_be_visible()
    expect(body).to_have_value(re.compile(r"^La mia frase\.[\s\S]*La loro frase\.$"))
    page.get_by_role("button", name="Salva e aggiorna il sito").click()
    expect(page.locator("#standing")).to_contain_text("online", timeout=PATIENCE)
    saved = path.read_text("utf-8")
    assert "La mia frase." in saved
    assert "La loro frase." in saved


# The gates

EDIT = places.article("it", "resi-e-rimborsi/garanzia-legale")
HISTORY = places.article("it", "resi-e-rimborsi/garanzia-legale", "history")


def conflict(page: Page, content: Path) -> None:
    path = content / "it/resi-e-rimborsi/garanzia-legale.md"
    before = path.read_bytes()
    path.write_bytes(before + b"\nAltro.\n")
    page.locator("#title").fill("Un altro titolo?")
    page.get_by_role("button", name="Salva e aggiorna il sito").click()
    expect(page.locator("#conflict")).to_be_visible()
    path.write_bytes(before)


def nothing(_: Page, __: Path) -> None:
    """The page as it comes."""


def empty(page: Page, _: Path) -> None:
    page.locator("#body").fill("")
    page.get_by_role("button", name="Salva e aggiorna il sito").click()


def earlier(page: Page, _: Path) -> None:
    """The article with a version of its own before."""
    page.locator("#owner").fill("Anna")
    page.get_by_role("button", name="Salva e aggiorna il sito").click()
    page.goto(page.url.partition("/edit")[0] + "/history")
    page.locator(".versions a").last.click()
    expect(page.get_by_role("button", name="Ripristina questa versione")).to_be_visible()


LOOKS: dict[str, tuple[str, Callable[[Page, Path], None]]] = {
    "list": (places.ARTICLES, nothing),
    "list-empty": (places.articles(q="nothing like it"), nothing),
    "new": (places.NEW_ARTICLE, nothing),
    "editor": (EDIT, nothing),
    "beside": (places.article("it", "resi-e-rimborsi/garanzia-legale", beside="en"), nothing),
    "empty": (EDIT, empty),
    "conflict": (EDIT, conflict),
    "history": (HISTORY, nothing),
    "version": (EDIT, earlier),
}


@pytest.mark.parametrize("name", LOOKS)
def test_the_gates_find_nothing(
    page: Page, desk: tuple[Office, Path], node_modules: Path, name: str, tmp_path: Path
) -> None:
    office, content = desk
    path, act = LOOKS[name]
    sign_in(page, office, places.ARTICLES)
    page.goto(office.url + path)
    act(page, content)
    markup = as_it_came(page, office, page.url.removeprefix(office.url) if act is earlier else path)
    page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text("utf-8"))
    assert findings(page) == []
    assert misfits(page) == []
    assert invalid({name: markup}, tmp_path, node_modules) == []


def as_it_came(page: Page, office: Office, path: str) -> bytes:
    """The page's markup as it came."""
    return page.context.request.get(office.url + path).body()
