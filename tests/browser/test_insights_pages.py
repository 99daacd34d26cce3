"""The insights in a real browser: the gates on their pages, in both schemes, and the charts that are drawn."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from app.store import open_store
from tests.browser.gates import findings, invalid, misfits
from tests.office import PASSWORD, Office
from tests.served import Serve
from tests.traffic import Customers, a_month_ago, keep

PAGES = {
    "dashboard": "/admin/insights?days=90",
    "filtered": "/admin/insights?from=2026-01-01&to=2026-01-02&lang=it&category=resi&source=site",
    "questions": "/admin/insights/questions?days=90&of=unanswered",
    "no-questions": "/admin/insights/questions?from=2026-01-01&to=2026-01-02",
}


@pytest.fixture(scope="module")
def office(serve: Serve, odd_content: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    data = tmp_path_factory.mktemp("charts") / "data"
    # Before the server is there, which may show for half a minute what it has counted once.
    store = open_store("", data)
    since = a_month_ago()
    keep(Customers(4, since, since + timedelta(days=28)).play(200), store)
    with serve(odd_content, data) as client:
        found = Office(str(client.base_url), store, data)
        found.user("viewer@example.com", "viewer")
        yield found
        store.close()


@pytest.fixture
def context(browser: Browser, office: Office) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        reduced_motion="reduce", locale="it-IT", viewport={"width": 1280, "height": 900}
    )
    page = opened.new_page()
    page.goto(f"{office.url}/admin/login")
    page.locator("#email").fill("viewer@example.com")
    page.locator("#password").fill(PASSWORD)
    page.locator("#password").press("Enter")
    expect(page.get_by_role("link", name="Statistiche")).to_be_visible()
    page.close()
    yield opened
    opened.close()


def heard_in(complaints: list[str]) -> Callable[[ConsoleMessage], None]:
    """What Playwright calls must be a function of ours."""
    return lambda message: complaints.append(message.text)


def opened(context: BrowserContext, office: Office, path: str) -> Page:
    """A page with all that it can unfold."""
    page = context.new_page()
    page.goto(office.url + path)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    return page


def test_the_gates_find_nothing(context: BrowserContext, office: Office, node_modules: Path) -> None:
    for path in PAGES.values():
        page = opened(context, office, path)
        complaints: list[str] = []
        page.on("console", heard_in(complaints))
        page.evaluate((node_modules / "axe-core" / "axe.min.js").read_text("utf-8"))
        assert findings(page) == []
        assert misfits(page) == []
        assert complaints == []
        page.close()


def test_the_charts_are_drawn(context: BrowserContext, office: Office) -> None:
    """Each at its own size, wide and on a phone: a picture that is broken has none."""
    page = context.new_page()
    for width, natural in ((1280, 720), (390, 350)):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(office.url + PAGES["dashboard"], wait_until="networkidle")
        drawn = page.evaluate(
            "[...document.querySelectorAll('.chart img')].map(i => [i.complete, i.naturalWidth])"
        )
        assert drawn == [[True, natural]] * 3
    page.close()


def test_from_a_number_to_its_questions_by_keyboard(context: BrowserContext, office: Office) -> None:
    page = context.new_page()
    page.goto(office.url + PAGES["dashboard"])
    number = page.locator("#endings tbody a").nth(3)
    count = number.inner_text()
    number.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nessuna risposta")
    expect(page.locator(".small").first).to_contain_text(f"{count} in tutto")
    page.close()


def test_the_markup_is_valid(
    context: BrowserContext, office: Office, node_modules: Path, tmp_path: Path
) -> None:
    pages = {name: context.request.get(office.url + path).body() for name, path in PAGES.items()}
    assert invalid(pages, tmp_path, node_modules) == []
