"""The exported site in a real browser, opened from a disk as a customer would find it."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from search.analysis import analyzer_for
from tests.browser.gates import findings
from tests.chromium import patient
from tests.exporting.conftest import HOSTILE
from tests.polyglot import TEXTS

AXE = Path(__file__).parents[1] / "browser/node_modules/axe-core"


@pytest.fixture
def visit(browser: Browser) -> Iterator[BrowserContext]:
    """An Italian visitor; nothing may complain in the console, nor ask any other host."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="it-IT")
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda message: complaints.append(message.text))
    context.on(
        "request", lambda request: complaints.append(request.url) if "file:" not in request.url else None
    )
    yield patient(context)
    context.close()
    assert complaints == []


@pytest.fixture
def page(visit: BrowserContext) -> Page:
    return visit.new_page()


def at(site: Path, file: str, query: str = "") -> str:
    return (site / file).as_uri() + query


def test_from_the_first_page_to_an_answer(page: Page, site: Path) -> None:
    page.goto(at(site, "index.html"))
    page.get_by_role("combobox").fill("dove si trovano le spedizioni?")  # no article has this form
    page.get_by_role("button", name="Cerca").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Risposte a «dove si trovano le spedizioni?»")
    found = page.locator(".results").get_by_role("link")
    expect(found.first).to_have_text(TEXTS["it"].question)
    found.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TEXTS["it"].question)


@pytest.mark.parametrize(
    ("lang", "asked"),
    [(lang, text) for lang, said in TEXTS.items() for text in (said.asked, said.misspelt)],
)
def test_each_language_finds_its_article(page: Page, site: Path, lang: str, asked: str) -> None:
    page.goto(at(site, f"{lang}/search.html", f"?q={asked.replace(' ', '+')}"))
    expect(page.locator(".results").get_by_role("link").first).to_have_text(TEXTS[lang].question)
    expect(page.locator("#all")).to_be_hidden()


def test_synonyms_count(page: Page, site: Path) -> None:
    page.goto(at(site, "it/search.html", "?q=soldi+indietro"))
    expect(page.locator(".results").get_by_role("link").first).to_have_text("È stato spostato?")


@pytest.mark.parametrize("lang", TEXTS)
def test_what_nothing_answers_is_told(page: Page, site: Path, lang: str) -> None:
    page.goto(at(site, f"{lang}/search.html", f"?q={TEXTS[lang].unknown.replace(' ', '+')}"))
    expect(page.locator(".none")).to_be_visible()
    expect(page.locator(".none").get_by_role("link", name="+39 0546 000 214")).to_be_visible()
    expect(page.locator(".results").get_by_role("link")).to_have_count(0)


def test_suggestions_by_keyboard(page: Page, site: Path) -> None:
    page.goto(at(site, "it/a/consegna/guida.html"))
    page.get_by_role("combobox").focus()
    page.keyboard.type("pacc")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("pacco")


def test_a_guide_is_walked(page: Page, site: Path) -> None:
    said = TEXTS["it"]
    page.goto(at(site, "it/a/consegna/guida.html"))
    page.get_by_role("link", name=said.choices[0]).click()
    expect(page.get_by_role("heading", level=2, name=said.steps[1])).to_be_visible()
    expect(page.locator(".trail")).to_contain_text(said.choices[0])
    page.get_by_role("link", name="Indietro", exact=True).click()
    expect(page.get_by_role("heading", level=2, name=said.steps[0])).to_be_visible()


@pytest.mark.parametrize(("locale", "lang"), [("fr-CA", "fr"), ("it-CH", "it"), ("ja-JP", "it")])
def test_the_first_page_is_the_visitors_own(browser: Browser, site: Path, locale: str, lang: str) -> None:
    context = patient(browser.new_context(locale=locale))
    page = context.new_page()
    page.goto(at(site, "index.html"))
    expect(page.locator("html")).to_have_attribute("lang", lang)
    expect(page.get_by_role("combobox")).to_be_visible()
    context.close()


def test_without_javascript_every_article_is_found(browser: Browser, site: Path) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = patient(context).new_page()
    page.goto(at(site, "index.html"))
    page.get_by_role("searchbox").fill("quando arriva?")
    page.keyboard.press("Enter")
    expect(page.locator("noscript")).to_contain_text("Per cercare serve JavaScript", use_inner_text=True)
    page.locator("#all").get_by_role("link", name=TEXTS["it"].question).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TEXTS["it"].question)
    page.get_by_role("link", name="Contattaci").click()
    expect(page.get_by_role("link", name="assistenza@tornigallo.example")).to_be_visible()
    context.close()


def test_texts_of_strangers_execute_nothing(browser: Browser, site: Path) -> None:
    """Not even where the pages' own policy is away."""
    context = patient(browser.new_context(bypass_csp=True))
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto(at(site, "it/a/consegna/ostile.html"))
    assert page.title().startswith(HOSTILE)
    page.goto(at(site, "it/search.html", "?q=quoted+onerror+%3Cimg+src%3Dx+onerror%3Dalert(1)%3E"))
    expect(page.locator(".results").get_by_role("link").first).to_have_text(HOSTILE)
    assert page.locator(".results img, .results script, h1 img").count() == 0
    assert page.title() != "1"
    context.close()


def test_nothing_is_wider_than_a_phone(page: Page, site: Path) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    for file in ("index.html", "it/search.html", "it/contact.html", "it/g/consegna/guida.html", "404.html"):
        page.goto(at(site, file))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, file


@pytest.mark.parametrize(
    "file",
    ["index.html", "it/contact.html", "it/search.html?q=pacco", "it/search.html?q=carbonara", "fr/search.html",
     "de/g/consegna/guida.html", "es/accessibility.html", "404.html"],
)  # fmt: skip
def test_axe_finds_nothing(browser: Browser, site: Path, file: str) -> None:
    page = patient(browser.new_context(reduced_motion="reduce")).new_page()
    page.goto(f"{site.as_uri()}/{file}")
    if "?q=" in file:
        expect(page.locator("[data-found]")).to_be_visible()
    page.evaluate((AXE / "axe.min.js").read_text("utf-8"))
    assert findings(page) == []
    page.context.close()


def test_words_are_cut_as_the_server_cuts_them(page: Page, site: Path) -> None:
    page.goto(at(site, "it/index.html"))
    texts = {
        "it": "Com'è che l’ordine dell'e-mail NON c'e' più? Perché pagherò un'altra T-shirt da 1.234,50 €",
        "en": "The customer's orders don't arrive: running, happily returned t-shirts",
        "de": "Für fuer neue Straßen, Schuhe und Quellen",
        "fr": "Aujourd'hui l'été n’est qu'à payer, cœur remboursé",
        "es": "¿Cuándo devolverán las niñas el dinero?",
        "ru": "Красивый ёж вернёт деньги",
        "ja": "返品したいiPhoneです",
        "th": "คืนสินค้า",
    }
    for lang, text in texts.items():
        ours = [term.word for _, _, terms in analyzer_for(lang).words(text) for term in terms]
        elided = orjson.dumps(sorted(analyzer_for(lang).elisions)).decode()
        theirs = page.evaluate(
            f"text => sportello.words(text, {{lang: '{lang}', elided: new Set({elided})}})", text
        )
        assert sorted(theirs) == sorted(ours), lang
