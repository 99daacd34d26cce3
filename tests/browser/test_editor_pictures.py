"""Pictures into an article, in a real browser: dropped, pasted, chosen, and without scripts."""

import base64
import io
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.store import open_store
from tests.conftest import WriteArticle
from tests.office import PASSWORD, Office

EDITOR = "/admin/articles/it/bici/freni/edit"
SAID = "Tra le parentesi quadre scrivi che cosa si vede"
# What a browser makes of files that somebody drags, or has in the clipboard.
BRING = """(element, [type, files]) => {
  const data = new DataTransfer();
  for (const [name, kind, content] of files) {
    data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type: kind }));
  }
  const options = { bubbles: true, cancelable: true };
  element.dispatchEvent(type === "paste"
    ? new ClipboardEvent(type, { ...options, clipboardData: data })
    : new DragEvent(type, { ...options, dataTransfer: data }));
}"""


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 80), colour).save(out, "PNG")
    return out.getvalue()


def bring(page: Page, type: str, *files: tuple[str, bytes], to: str = "#body") -> None:  # noqa: A002  as in the DOM
    listed = [[name, "image/png", base64.b64encode(content).decode()] for name, content in files]
    page.locator(to).evaluate(BRING, [type, listed])


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictured", numbered=False) / "content"


@pytest.fixture(scope="module")
def office(
    serve: Callable[..., AbstractContextManager[httpx.Client]], write_article: WriteArticle, content: Path
) -> Iterator[Office]:
    write_article(
        content, "it/bici/freni", "Come regolo i freni?", "Gira la vite.\n\n- Il cavo\n\nPoi prova."
    )
    with serve(content, content.parent / "data") as client:
        store = open_store("", content.parent / "data")
        found = Office(str(client.base_url).rstrip("/"), store, content.parent / "data")
        found.user("editor@example.com", "editor")
        yield found
        store.close()


def opened(context: BrowserContext, office: Office) -> Page:
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(f"{office.url}/admin/login?next={EDITOR}")
    page.locator("[name=email]").fill("editor@example.com")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main [type=submit]").click()
    page.wait_for_url(f"**{EDITOR}")
    return page


@pytest.fixture
def page(browser: Browser, office: Office) -> Iterator[Page]:
    context = browser.new_context(locale="it-IT", reduced_motion="reduce")
    yield opened(context, office)
    context.close()


def cursor_after(page: Page, text: str) -> None:
    page.locator("#body").evaluate(
        "(b, t) => { const at = b.value.indexOf(t) + t.length; b.focus(); b.setSelectionRange(at, at); }",
        text,
    )


def said(page: Page, text: str) -> None:
    expect(page.locator(".image-status")).to_contain_text(text, timeout=20_000)


def selected(page: Page) -> str:
    found: str = page.locator("#body").evaluate("b => b.value.slice(b.selectionStart, b.selectionEnd)")
    return found


def test_dropped_it_is_in_the_text_and_in_the_preview(page: Page, content: Path) -> None:
    cursor_after(page, "Gira la vite.")
    bring(page, "dragover", ("leva-del-freno.png", picture("red")))
    expect(page.locator("#body.dropping")).to_be_visible()
    bring(page, "drop", ("leva-del-freno.png", picture("red")))
    said(page, SAID)
    expect(page.locator("#body.dropping")).to_have_count(0)
    line = "![Leva del freno](leva-del-freno.png)"
    expect(page.locator("#body")).to_have_value(f"Gira la vite.\n\n{line}\n\n- Il cavo\n\nPoi prova.")
    assert selected(page) == "Leva del freno"
    page.keyboard.type("La leva, vista da sopra")
    shown = page.frame_locator("#preview").get_by_alt_text("La leva, vista da sopra")
    shown.wait_for()
    assert shown.evaluate("i => i.complete || new Promise((done) => { i.onload = () => done(true); })")
    assert shown.evaluate("i => i.naturalWidth") == 120
    assert (content / "it/bici/leva-del-freno.png").is_file()
    for _ in range(60):  # what was typed and what was brought in go the same way
        page.keyboard.press("Control+z")
    expect(page.locator("#body")).to_have_value("Gira la vite.\n\n- Il cavo\n\nPoi prova.")


def test_pasted_it_waits_for_its_words(page: Page) -> None:
    cursor_after(page, "Il cavo")
    bring(page, "paste", ("image.png", picture("green")))
    said(page, SAID)
    expect(page.locator("#body")).to_have_value("Gira la vite.\n\n- Il cavo ![](freni.png)\n\nPoi prova.")
    page.keyboard.type("Il cavo")
    assert "- Il cavo ![Il cavo](freni.png)" in page.locator("#body").input_value()


def test_several_come_in_their_order_wherever_they_are_dropped(page: Page) -> None:
    cursor_after(page, "Poi prova.")
    bring(
        page, "drop", ("prima cosa.png", picture("navy")), ("seconda cosa.png", picture("teal")), to="footer"
    )
    said(page, SAID)
    both = "![Prima cosa](prima-cosa.png)\n\n![Seconda cosa](seconda-cosa.png)"
    assert f"Poi prova.\n\n{both}" in page.locator("#body").input_value()
    assert selected(page) == "Seconda cosa"


def test_chosen_with_its_words_by_keyboard(page: Page) -> None:
    cursor_after(page, "Poi prova.")
    page.locator("#picture").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": picture("pink")}
    )
    page.locator("#alt").focus()
    page.keyboard.type("Il freno [nuovo]")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said(page, SAID)
    assert "Poi prova.\n\n![Il freno \\[nuovo\\]](il-freno-nuovo.png)" in page.locator("#body").input_value()
    assert page.locator("#alt").input_value() == ""


def test_what_is_refused_says_why_and_changes_nothing(page: Page, content: Path) -> None:
    before = page.locator("#body").input_value()
    bring(page, "drop", ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"))
    said(page, "Non è un’immagine che si possa mostrare")
    page.context.clear_cookies()
    bring(page, "drop", ("later.png", picture("gold")))
    said(page, "L’immagine non è stata salvata")
    assert page.locator("#body").input_value() == before
    assert not list(content.rglob("later*"))


def test_text_from_an_office_program_is_pasted_as_text(page: Page) -> None:
    """It brings a picture of the text along."""
    page.locator("#body").evaluate(
        """(body) => {
          const data = new DataTransfer();
          data.setData("text/plain", "cella");
          data.items.add(new File(["x"], "x.png", { type: "image/png" }));
          const event = new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data });
          body.dataset.taken = String(!body.dispatchEvent(event));
        }"""
    )
    assert page.locator("#body").get_attribute("data-taken") == "false"


def test_without_scripts_the_text_comes_back_with_it(browser: Browser, office: Office) -> None:
    context = browser.new_context(locale="it-IT", java_script_enabled=False)
    page = opened(context, office)
    page.locator("#title").fill("Un titolo <nuovo>")
    page.locator("#body").fill("Testo nuovo.\n\n  rientrato  \n")
    for sent, heading in (
        (picture("lime"), "L’immagine è salvata"),
        (b"no picture", "Nessuna immagine salvata"),
    ):
        page.locator("#picture").set_input_files({"name": "x.png", "mimeType": "image/png", "buffer": sent})
        page.locator("#alt").fill("Una prova" if sent.startswith(b"\x89") else "")
        page.get_by_role("button", name="Aggiungi l’immagine").click()
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        page.get_by_role("button", name="Torna al testo").click()
    expect(page).to_have_url(re.compile(re.escape(EDITOR) + "$"))
    expect(page.locator("#title")).to_have_value("Un titolo <nuovo>")
    typed = page.locator("#body").input_value()
    assert typed == "Testo nuovo.\n\n  rientrato\n\n![Una prova](una-prova.png)\n"
    context.close()
