"""The widget on somebody else's page: it helps where it can, and never stands in the way."""

import json
import re
from collections.abc import Callable, Iterator
from gzip import compress
from http.server import ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.widgetdesk import BUILT, Desk, Shop, hit, open_desk, open_shop
from tests.browser.widgetpages import QUESTION, leave, message, press, question, region, send, write
from tests.chromium import patient

pytestmark = pytest.mark.usefixtures("built_widget")

MOST_BYTES = 8_000
PAUSE = 600  # ms, the widget's own


@pytest.fixture
def running() -> Iterator[tuple[Desk, ThreadingHTTPServer]]:
    with open_desk() as opened:
        yield opened


@pytest.fixture
def desk(running: tuple[Desk, ThreadingHTTPServer]) -> Desk:
    return running[0]


@pytest.fixture
def shop(desk: Desk) -> Iterator[Shop]:
    with open_shop(desk.url) as opened:
        yield opened


@pytest.fixture
def complaints() -> list[str]:
    """What the console says; the end of each test reads it."""
    return []


@pytest.fixture
def visit(browser: Browser, complaints: list[str]) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 900, "height": 800})
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda said: complaints.append(said.text))
    yield context
    context.close()
    # The browser itself notes each request that fails; that is not ours to hide.
    assert [said for said in complaints if "Failed to load resource" not in said] == []


@pytest.fixture
def page(visit: BrowserContext) -> Page:
    return patient(visit).new_page()


@pytest.fixture
def hurried(visit: BrowserContext) -> Page:
    """Where the widget waits no longer than it does for customers."""
    return visit.new_page()


def waited(page: Page, happened: Callable[[], object]) -> None:
    """Give the browser time until something happened, ten seconds at most."""
    for _ in range(200):
        if happened():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not happen")


def trail(page: Page) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(page.locator("#contact [name=sportello_trail]").input_value())
    return read


def test_it_weighs_what_was_promised(built_widget: str) -> None:
    size = re.search(r"sportello\.js: \d+ bytes, (\d+) gzip", built_widget)
    assert size
    assert int(size[1]) <= MOST_BYTES
    assert len(compress(BUILT.read_bytes(), 9)) <= MOST_BYTES


def test_answers_come_after_a_pause(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html?order=123#secret")
    assert desk.paths == []
    assert page.evaluate("document.cookie + sessionStorage.length + localStorage.length") == "00"
    write(page)
    expect(region(page)).to_be_visible()
    expect(region(page)).to_have_accessible_name("Forse la risposta è qui")
    assert desk.asked == [{"text": QUESTION, "lang": "it", "page": f"{shop.url}/plain.html"}]
    expect(message(page)).to_be_focused()
    assert page.evaluate("sessionStorage.getItem('sportello')") == "signed"
    page.locator("#subject").fill("Un pacco")
    waited(page, lambda: len(desk.asked) == 2)
    assert desk.asked[1] == {**desk.asked[0], "subject": "Un pacco", "session": "signed"}


def test_letters_typed_one_by_one_ask_once_they_pause(page: Page, desk: Desk, shop: Shop) -> None:
    page.clock.install(time="2026-11-22T10:00:00")
    page.goto(f"{shop.url}/plain.html")
    page.clock.pause_at("2026-11-22T11:00:00")
    message(page).press_sequentially(QUESTION)
    page.clock.run_for(PAUSE - 1)
    assert desk.paths == []
    page.clock.run_for(1)
    expect(region(page)).to_be_visible()
    assert [asked["text"] for asked in desk.asked] == [QUESTION]


def test_two_words_ask_nothing(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    write(page, "quanto costa")
    page.locator("#contact [type=email]").fill("anna@example.com")  # no field of ours
    page.wait_for_timeout(2 * PAUSE)
    assert desk.paths == []
    write(page, " spedire")
    expect(region(page)).to_be_visible()


def test_an_answer_opens_in_place(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    write(page)
    question(page).click()
    article = region(page).locator(".article")
    expect(article.locator("strong")).to_have_text("4,90 €")
    expect(message(page)).to_have_value(QUESTION)
    link = region(page).get_by_role("link", name="Apri la pagina (nuova scheda)")
    expect(link).to_have_attribute("href", desk.hits[0]["url"])
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener")
    assert trail(page) == {
        "v": 1,
        "session": "signed",
        "deflections": ["d1"],
        "searched": [QUESTION],
        "opened": ["consegna/costi"],
        "rejected": [],
        "solved": [],
    }


def test_what_is_read_does_not_move(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    write(page)
    question(page).click()
    desk.hits = [hit("altro", "Un’altra cosa?")]
    write(page, " E in Francia?")
    waited(page, lambda: len(desk.asked) == 2)
    page.wait_for_timeout(300)
    expect(question(page)).to_have_text("Quanto costa la spedizione?")


def test_the_form_steps_back_and_forward(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    write(page)
    question(page).click()
    region(page).get_by_role("button", name="Sì, risolto").click()
    thanks = region(page).get_by_text("Il messaggio non è stato inviato")
    expect(thanks).to_be_focused()
    email = page.locator("#contact p").first
    expect(email).to_have_css("filter", "grayscale(1) opacity(0.85)")
    expect(page.locator("#contact button:not([part])")).to_be_enabled()
    assert trail(page)["solved"] == ["consegna/costi"]
    region(page).get_by_role("button", name="Scrivo lo stesso").click()
    expect(message(page)).to_be_focused()
    expect(email).to_have_css("filter", "none")
    expect(question(page)).to_be_visible()
    assert trail(page)["solved"] == []
    send(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    waited(page, lambda: "submitted" in desk.types())
    assert desk.types() == ["shown", "opened", "solved", "not_solved", "submitted"]


def test_not_my_case_takes_an_answer_away_for_good(page: Page, desk: Desk, shop: Shop) -> None:
    desk.hits = [hit(), hit("resi/come", "Come rendo un paio di scarpe?")]
    page.goto(f"{shop.url}/plain.html")
    write(page)
    question(page).click()
    region(page).get_by_role("button", name="Non è il mio caso").click()
    expect(question(page)).to_have_text("Come rendo un paio di scarpe?")
    expect(question(page)).to_be_focused()
    assert trail(page)["rejected"] == ["consegna/costi"]
    message(page).focus()
    write(page, " Grazie mille")
    waited(page, lambda: len(desk.asked) == 2)
    page.wait_for_timeout(300)
    expect(region(page).locator("summary")).to_have_count(1)
    question(page).click()
    region(page).get_by_role("button", name="Non è il mio caso").click()
    expect(region(page)).to_be_hidden()
    expect(message(page)).to_be_focused()


def test_closed_is_closed(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    write(page)
    region(page).get_by_role("button", name="Chiudi").click()
    expect(region(page)).to_be_hidden()
    expect(message(page)).to_be_focused()
    write(page, " E in Francia?")
    waited(page, lambda: len(desk.asked) == 2)
    page.wait_for_timeout(300)
    expect(region(page)).to_be_hidden()


def test_it_is_announced_once(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    message(page).focus()
    page.evaluate(
        """() => {
          window.heard = [];
          new MutationObserver(() => {
            const root = document.querySelector("sportello-answers")?.shadowRoot;
            const said = root?.querySelector("[role=status]");
            if (said && !window.watched) {
              window.watched = true;
              new MutationObserver(() => heard.push(said.textContent)).observe(said, { childList: true });
            }
          }).observe(document, { childList: true, subtree: true });
        }"""
    )
    write(page)
    waited(page, lambda: page.evaluate("heard.length"))
    desk.hits = [hit("altro", "Un’altra cosa?")]
    write(page, " E in Francia?")
    expect(question(page)).to_have_text("Un’altra cosa?")
    page.wait_for_timeout(500)
    assert page.evaluate("heard") == ["Forse la risposta è qui: Quanto costa la spedizione?"]


def test_an_older_question_is_given_up(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    given_up: list[str] = []
    page.on("requestfailed", lambda request: given_up.append(request.url))
    desk.delay = 1
    write(page)
    waited(page, lambda: desk.paths)
    write(page, " ?")
    waited(page, lambda: given_up)
    desk.delay = 0
    expect(region(page)).to_be_visible()
    assert desk.paths == ["deflections"] * 2


def test_a_form_drawn_anew_keeps_answers_and_trail(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/rerender.html")
    write(page)
    expect(region(page)).to_be_visible()
    write(page, " E quando?")
    expect(region(page)).to_be_visible()
    expect(message(page)).to_have_value(f"{QUESTION} E quando?")
    waited(page, lambda: len(desk.asked) == 2)
    send(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    assert json.loads(shop.sent[0]["sportello_trail"])["deflections"] == ["d1", "d2"]


def test_a_page_that_takes_it_out_wins(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    page.evaluate(
        """() => new MutationObserver(() => document.querySelector("sportello-answers")?.remove())
          .observe(document, { childList: true, subtree: true })"""
    )
    write(page)
    page.wait_for_timeout(2 * PAUSE)
    expect(page.locator("sportello-answers")).to_have_count(0)
    send(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()


def test_a_form_in_a_shadow_root(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/shadow.html")
    write(page)
    expect(region(page)).to_be_visible()
    question(page).click()
    send(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    assert json.loads(shop.sent[0]["sportello_trail"])["opened"] == ["consegna/costi"]
    waited(page, lambda: desk.types() == ["shown", "opened", "submitted"])


def test_a_page_from_right_to_left(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/rtl.html")
    write(page)
    expect(region(page)).to_be_visible()
    assert desk.asked[0]["lang"] == "en"
    expect(region(page)).to_have_css("direction", "rtl")
    expect(region(page)).to_have_accessible_name("Your answer may be here")
    assert region(page).locator("p").first.evaluate("p => getComputedStyle(p).textAlign") == "start"


def test_a_strict_policy_has_nothing_to_complain_of(page: Page, shop: Shop, complaints: list[str]) -> None:
    shop.policy = True
    page.goto(f"{shop.url}/strict.html")
    write(page)
    question(page).click()
    expect(region(page).locator(".article strong")).to_be_visible()
    region(page).get_by_role("button", name="Sì, risolto").click()
    region(page).get_by_role("button", name="Scrivo lo stesso").click()
    expect(region(page)).to_have_css("border-top-style", "solid")  # it is styled
    send(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    assert complaints == []


HOSTILE: list[Any] = [
    ["script", {"src": "https://evil.example/x.js"}, "window.hurt = 1"],
    ["p", {"onclick": "window.hurt = 1", "style": "position:fixed", "class": "x"}, "Testo"],
    ["a", {"href": "javascript:window.hurt=1", "onmouseover": "window.hurt = 1"}, "Premi"],
    ["a", {"href": " JaVaScRiPt:window.hurt=1"}, "Premi ancora"],
    ["a", {"href": "data:text/html,<script>window.hurt=1</script>"}, "E ancora"],
    ["img", {"src": "x", "onerror": "window.hurt = 1", "alt": "Immagine"}],
    ["iframe", {"srcdoc": "<script>parent.hurt=1</script>"}],
    ["svg", {"onload": "window.hurt=1"}, ["use", {"href": "data:x"}]],
    ["style", {}, "body { display: none }"],
    ["form", {"action": "https://evil.example"}, ["button", {}, "Invia"]],
    ["p", None, 7, None, {"a": 1}, "<img src=x onerror=window.hurt=1>"],
    "<b>testo</b>",
]


def test_a_hostile_article_is_only_text(page: Page, desk: Desk, shop: Shop) -> None:
    deep: Any = "fondo"
    for _ in range(500):
        deep = ["b", {}, deep]
    desk.nodes = [*HOSTILE, deep]
    desk.hits = [{**hit(), "title": "<img src=x onerror=window.hurt=1>", "url": "javascript:window.hurt=1"}]
    page.goto(f"{shop.url}/plain.html")
    write(page)
    question(page).click()
    article = region(page).locator(".article")
    expect(article).to_contain_text("Premi ancora")
    expect(
        region(page).locator("a, script, img, iframe, svg, style, form, [onclick], [style]")
    ).to_have_count(0)
    article.get_by_text("Premi ancora").click()
    page.wait_for_timeout(200)
    assert page.evaluate("window.hurt") is None


@pytest.mark.parametrize("answer", [b"null", b"[]", b'"text"', b"{}", b'{"results": {}}', b"<html>"])
def test_nonsense_is_silence(page: Page, shop: Shop, answer: bytes) -> None:
    page.route(
        "**/api/v1/deflections",
        lambda route: route.fulfill(body=answer, headers={"Access-Control-Allow-Origin": "*"}),
    )
    page.goto(f"{shop.url}/plain.html")
    with page.expect_response("**/api/v1/deflections"):
        write(page)
    page.wait_for_timeout(200)
    expect(region(page)).to_be_hidden()
    send(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()


def test_a_server_killed_while_somebody_writes(
    page: Page, running: tuple[Desk, ThreadingHTTPServer], shop: Shop
) -> None:
    page.goto(f"{shop.url}/plain.html")
    write(page)
    expect(region(page)).to_be_visible()
    write(page, " Vorrei")
    running[1].shutdown()
    running[1].server_close()
    write(page, " saperlo prima di ordinare.")
    send(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    assert shop.sent[0]["message"] == f"{QUESTION} Vorrei saperlo prima di ordinare."
    assert shop.sent[0]["send"] == "yes"


def test_three_failures_and_it_sleeps(page: Page, desk: Desk, shop: Shop) -> None:
    desk.status = 500
    page.goto(f"{shop.url}/plain.html")
    for number in range(1, 4):
        write(page, f" quanto costa {number}")
        waited(page, lambda: len(desk.paths) == number)  # noqa: B023  it is called at once
        page.wait_for_timeout(100)
    desk.status = 200
    write(page, " e adesso?")
    page.wait_for_timeout(2 * PAUSE)
    assert desk.paths == ["deflections"] * 3
    expect(region(page)).to_be_hidden()


def test_a_busy_server_is_left_alone_as_long_as_it_asks(page: Page, desk: Desk, shop: Shop) -> None:
    desk.status, desk.headers = 503, {"Retry-After": "3"}
    page.goto(f"{shop.url}/plain.html")
    write(page)
    waited(page, lambda: len(desk.paths) == 1)
    desk.status = 200
    write(page, " e adesso?")
    page.wait_for_timeout(PAUSE + 400)
    assert len(desk.paths) == 1
    page.wait_for_timeout(2_000)
    write(page, " e ora?")
    expect(region(page)).to_be_visible()


def test_a_slow_answer_is_no_answer(hurried: Page, desk: Desk, shop: Shop) -> None:
    desk.delay = 2.5
    hurried.goto(f"{shop.url}/plain.html")
    write(hurried)
    hurried.wait_for_timeout(PAUSE + 2_700)
    expect(region(hurried)).to_be_hidden()
    send(hurried)
    expect(hurried.get_by_role("heading", name="Sent")).to_be_visible()


def test_asked_before_sending_it_shows_answers_once(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/ask.html")
    message(page).fill(QUESTION)
    page.locator("#contact [type=email]").fill("anna@example.com")
    press(page)
    expect(region(page).locator(".title")).to_be_focused()
    expect(region(page)).to_have_accessible_name("Forse la risposta è qui. Se non c’è, invia di nuovo.")
    assert shop.sent == []
    press(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()
    assert shop.sent[0]["send"] == "yes"
    waited(page, lambda: desk.types() == ["shown", "submitted"])


@pytest.mark.parametrize("server", ["slow", "failing", "nothing", "held"])
def test_asked_before_sending_it_never_keeps_a_message(
    hurried: Page, desk: Desk, shop: Shop, server: str
) -> None:
    desk.delay = 3 if server == "slow" else 0
    desk.status = 500 if server == "failing" else 200
    desk.hits = [] if server == "nothing" else desk.hits
    desk.holdout = server == "held"
    hurried.goto(f"{shop.url}/ask.html")
    message(hurried).fill(QUESTION)
    send(hurried)
    expect(hurried.get_by_role("heading", name="Sent")).to_be_visible()
    assert shop.sent[0]["send"] == "yes"  # by the button that was pressed
    assert shop.sent[0]["message"] == QUESTION


def test_an_impatient_second_press_sends_once(page: Page, desk: Desk, shop: Shop) -> None:
    desk.delay = 1.2
    page.goto(f"{shop.url}/ask.html")
    page.locator("#contact").evaluate("form => form.setAttribute('target', 'out')")
    message(page).fill(QUESTION)
    send(page)
    page.wait_for_timeout(200)
    with page.context.expect_page():
        press(page)
    page.wait_for_timeout(1_700)
    assert len(shop.sent) == 1


def test_validation_stays_the_pages_own(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    write(page)
    expect(region(page)).to_be_visible()
    press(page)  # the e-mail is missing
    expect(page.locator("#contact [type=email]")).to_be_focused()
    assert shop.sent == []
    page.evaluate(
        """() => document.querySelector("#contact").addEventListener("submit", (event) => {
          event.preventDefault();
          window.handled = (window.handled ?? 0) + 1;
        })"""
    )
    send(page)
    assert page.evaluate("window.handled") == 1


def test_a_form_whose_fields_hide_its_methods(page: Page, shop: Shop) -> None:
    shop.extra = 'data-on-submit="ask"'
    page.goto(f"{shop.url}/plain.html")
    page.evaluate(
        """() => {
          const form = document.querySelector("#contact");
          for (const name of ["elements", "requestSubmit", "children", "submit", "id"])
            form.append(Object.assign(document.createElement("input"), { name, type: "hidden" }));
        }"""
    )
    write(page)
    expect(region(page)).to_be_visible()
    send(page)
    expect(page.get_by_role("heading", name="Sent")).to_be_visible()


def test_without_storage_it_works_all_the_same(page: Page, desk: Desk, shop: Shop) -> None:
    page.add_init_script(
        """Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("closed", "SecurityError"); } })"""
    )
    page.goto(f"{shop.url}/plain.html")
    write(page)
    expect(region(page)).to_be_visible()
    write(page, " E quando?")
    waited(page, lambda: len(desk.asked) == 2)
    assert desk.asked[1]["session"] == "signed"


def test_fields_are_found_by_what_they_are_called(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    for subject, other, note in [
        ("Betreff", "Ihr Name", "Nachricht"),
        ("Objet", "Nom", "Votre message"),
        ("Asunto", "Nombre", "Consulta"),
        ("Subject", "Company", "How can we help? Your question"),
    ]:
        page.evaluate(
            """([subject, other, note]) => {
              const form = document.querySelector("#contact");
              form.replaceChildren();
              const add = (kind, text) => {
                const label = document.createElement("label");
                label.append(text, document.createElement(kind));
                form.append(label);
              };
              add("input", other);
              add("input", subject);
              add("textarea", "Altro");
              add("textarea", note);
            }""",
            [subject, other, note],
        )
        before = len(desk.asked)
        page.get_by_label(other).fill("Anna Bianchi Rossi")
        page.get_by_label(subject, exact=True).fill(f"Pacco {subject}")
        page.get_by_label(note).fill(f"Dove si trova? {note}")
        waited(page, lambda: len(desk.asked) == before + 1)  # noqa: B023  it is called at once
        assert (desk.asked[-1]["subject"], desk.asked[-1]["text"]) == (
            f"Pacco {subject}",
            f"Dove si trova? {note}",
        )


def test_fields_are_those_it_is_told(page: Page, desk: Desk, shop: Shop) -> None:
    shop.extra = 'data-subject="#email" data-message="#subject" data-after="h1" data-lang="de"'
    page.goto(f"{shop.url}/plain.html")
    page.locator("#subject").fill("wo ist mein Paket")
    page.locator("#email").fill("Paket")
    expect(page.locator("h1 + sportello-answers [role=region]")).to_be_visible()
    assert {**desk.asked[-1], "page": ""} == {
        "text": "wo ist mein Paket",
        "subject": "Paket",
        "lang": "de",
        "page": "",
    }


def test_the_page_hears_of_it(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    page.evaluate(
        """() => {
          window.heard = [];
          for (const type of ["shown", "opened", "solved"])
            document.addEventListener(`sportello:${type}`, (event) => heard.push([type, event.detail.article ?? null]));
        }"""
    )
    write(page)
    question(page).click()
    region(page).get_by_role("button", name="Sì, risolto").click()
    assert page.evaluate("heard") == [
        ["shown", None],
        ["opened", "consegna/costi"],
        ["solved", "consegna/costi"],
    ]


def test_long_and_broken_texts_are_cut_whole(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    message(page).fill("a b " + "🎁" * 5_000)
    page.locator("#subject").fill("x" + "🎁" * 400)
    waited(page, lambda: desk.asked and desk.asked[-1].get("subject"))
    assert len(desk.asked[-1]["text"].encode("utf-16-le")) // 2 in (7_999, 8_000)
    assert len(desk.asked[-1]["subject"].encode("utf-16-le")) // 2 == 299


def test_the_trail_stays_small(page: Page, desk: Desk, shop: Shop) -> None:
    page.goto(f"{shop.url}/plain.html")
    for turn in range(1, 13):
        desk.hits = [hit(f"{'lungo/' * 60}{turn}")]
        write(page, f"quanto costa il numero {turn} ")
        question(page).click()
        region(page).get_by_role("button", name="Non è il mio caso").click()
        expect(region(page)).to_be_hidden()
    field = page.locator("#contact [name=sportello_trail]").input_value()
    assert len(field.encode()) <= 4_000
    assert json.loads(field)["rejected"]


def test_nothing_is_touched_without_a_form_of_ours(page: Page, desk: Desk, shop: Shop) -> None:
    shop.extra = 'data-form="#another"'  # of two, the first counts
    page.goto(f"{shop.url}/plain.html")
    write(page)
    page.wait_for_timeout(2 * PAUSE)
    assert desk.paths == []
    leave(page)
