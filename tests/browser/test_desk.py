"""The staff's side in a real browser: a day's work by keyboard alone, without scripts, and the gates on its pages."""

import base64
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    FilePayload,
    Page,
    Response,
    expect,
)

from app.contact.attachments import Upload, keep
from app.routes.admin import account, desk, images, inbox, learning, places, signin, ticket
from app.store import Reply, open_store
from tests.browser.gates import findings, invalid, misfits
from tests.browser.test_keyboard import follow, tab_to
from tests.lessons import confirm
from tests.office import PASSWORD, Office, Postbox, mail_server

# A picture of one pixel.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture(scope="module")
def postbox() -> Iterator[tuple[Postbox, int]]:
    with mail_server() as opened:
        yield opened


@pytest.fixture(scope="module")
def office(
    serve: Callable[..., AbstractContextManager[httpx.Client]],
    odd_content: Path,
    tmp_path_factory: pytest.TempPathFactory,
    postbox: tuple[Postbox, int],
) -> Iterator[Office]:
    """A help centre whose first user its operator has added, as the manual says."""
    data = tmp_path_factory.mktemp("desk") / "data"
    secret = data.parent / "password"
    secret.write_text(PASSWORD + "\n", "utf-8")
    add = ["user", "add", "admin@example.com", "--name", "Anna Verdi", "--password-file", str(secret)]
    subprocess.run([sys.executable, "-m", "app", *add, "--data", str(data)], check=True)
    options = {
        "smtp_host": "127.0.0.1", "smtp_port": str(postbox[1]), "smtp_tls": "none",
        "mail_from": "help@shop.example", "support_mailbox": "team@shop.example",
    }  # fmt: skip
    with serve(odd_content, data, **options) as client:
        store = open_store("", data)
        yield Office(str(client.base_url), store, data)
        store.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        reduced_motion="reduce",
        locale="it-IT",
        viewport={"width": 1000, "height": 700},
    )
    yield opened
    opened.close()


def write(office: Office, **more: str) -> str:
    body = {"email": "giulia@example.com", "message": "Come annullo l’ordine?", "lang": "it", **more}
    answer = httpx.post(f"{office.url}/api/v1/tickets", json=body, timeout=60)
    assert answer.status_code == 201
    return str(answer.json()["ticket_id"])


def press(page: Page, name: str | re.Pattern[str]) -> None:
    follow(page, name, "button")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_days_work_by_keyboard_alone(
    browser: Browser, office: Office, postbox: tuple[Postbox, int], scripts: bool
) -> None:
    box, _ = postbox
    number = write(office, subject="Ordine cobalto", name="Giulia")
    first = box.letter(f"[{number}]")
    # Without the page's own scripts: what the tests run comes by the debugger's way in all the same.
    context = browser.new_context(
        java_script_enabled=scripts,
        reduced_motion="reduce",
        locale="it-IT",
        viewport={"width": 1000, "height": 700},
    )
    page = context.new_page()
    page.goto(f"{office.url}/admin")
    if scripts:
        tab_to(page, page.get_by_label("Indirizzo e-mail"))
        page.keyboard.type("admin@example.com")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        follow(page, "Ordine cobalto")
        tab_to(page, page.get_by_label("La tua risposta"))
        page.keyboard.type("Ciao Giulia, si annulla da qui.")
        press(page, "Invia la risposta")
    else:
        page.get_by_label("Indirizzo e-mail").fill("admin@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Accedi").click()
        page.get_by_role("link", name="Ordine cobalto").click()
        page.get_by_label("La tua risposta").fill("Ciao Giulia, si annulla da qui.")
        page.get_by_role("button", name="Invia la risposta").click()
    expect(page.get_by_role("status")).to_contain_text("La risposta è in partenza.")
    letter = box.letter(f"Re: [{number}]")
    assert letter["In-Reply-To"] == first["Message-ID"]
    body = letter.get_body(("plain",))
    assert body
    assert "si annulla da qui." in body.get_content()
    if scripts:
        press(page, "Chiudi senza rispondere")
        expect(page.get_by_role("status")).to_contain_text("La richiesta è chiusa.")
        press(page, "Esci")
    else:
        page.get_by_role("button", name="Chiudi senza rispondere").click()
        expect(page.get_by_role("status")).to_contain_text("La richiesta è chiusa.")
        page.get_by_role("button", name="Esci").click()
    expect(page.get_by_text("Sei uscito.")).to_be_visible()
    page.goto(f"{office.url}{places.ticket(number)}")
    expect(page).to_have_url(re.compile("/admin/login"))
    closed = office.store.tickets.get(number)
    assert closed
    assert closed.status == "closed"
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_veto_and_back_by_keyboard_alone(browser: Browser, office: Office, scripts: bool) -> None:
    question = f"come faccio ad annullare {'con' if scripts else 'senza'} gli script"
    confirm(office.store, question, "ordini/nuovo", 2)
    context = browser.new_context(
        java_script_enabled=scripts, reduced_motion="reduce", locale="it-IT",
        viewport={"width": 1000, "height": 700},
    )  # fmt: skip
    page = signed_in(context, office)
    until_listed(page, office, question)
    page.goto(f"{office.url}{places.TICKETS}")
    status = page.get_by_role("status")
    if scripts:
        follow(page, "Apprendimento")
        tab_to(page, page.get_by_label("Cerca tra domande e articoli"))
        page.keyboard.type(f"annullare {question[-14:]}")
        press(page, "Cerca")
        press(page, "Metti il veto")
        expect(status).to_contain_text(question)
        expect(status).to_contain_text("Veto messo")
        expect(page.locator(".lesson-facts")).to_contain_text("Anna Verdi")
        press(page, "Togli il veto")
    else:
        page.get_by_role("link", name="Apprendimento").click()
        page.get_by_label("Cerca tra domande e articoli").fill(question)
        page.get_by_role("button", name="Cerca").click()
        page.get_by_role("button", name="Metti il veto").click()
        expect(status).to_contain_text("Veto messo")
        page.locator(".lessons").get_by_role("button", name="Togli il veto").click()
    expect(status).to_contain_text("Il veto è tolto")
    expect(page.get_by_label("Cerca tra domande e articoli")).not_to_have_value("")
    (veto,) = [veto for veto in office.store.learning.vetoes() if veto.question == question]
    assert (veto.stands, veto.by) == (False, "Anna Verdi")
    context.close()


def until_listed(page: Page, office: Office, question: str) -> None:
    """What was said a moment ago is learned a moment later."""
    for _ in range(50):
        page.goto(f"{office.url}{places.LEARNING}")
        if question in page.content():
            return
        page.wait_for_timeout(200)
    pytest.fail(f"nobody learned of {question}")


def test_enter_in_the_search_for_articles_sends_no_reply(context: BrowserContext, office: Office) -> None:
    number = write(office, subject="Ordine ocra")
    page = signed_in(context, office)
    page.goto(f"{office.url}{places.ticket(number)}")
    page.get_by_label("La tua risposta").fill("A metà")
    find = page.get_by_label("Cerca un altro articolo")
    find.fill("numero dell’ordine")
    find.press("Enter")
    expect(page.get_by_role("checkbox", name="Dove trovo il numero")).to_be_visible()
    expect(page.get_by_label("La tua risposta")).to_have_value("A metà")
    case = office.store.tickets.case(number)
    assert case
    assert not case.replies
    page.close()


def signed_in(context: BrowserContext, office: Office) -> Page:
    page = context.new_page()
    page.goto(f"{office.url}/admin/login")
    if page.get_by_label("Password").count():
        page.get_by_label("Indirizzo e-mail").fill("admin@example.com")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Accedi").click()
    expect(page).to_have_url(re.compile("/admin/tickets$"))
    return page


# The gates


@dataclass(frozen=True)
class Look:
    """A page of the desk, and what leads to it."""

    name: str
    template: str
    reach: Callable[[Page, Office], None]

    def __str__(self) -> str:
        return self.name


def go(path: str) -> Callable[[Page, Office], None]:
    return lambda page, office: void(page.goto(office.url + path.format(**tickets(office))))


def void(_: object) -> None:
    """Playwright's answers are not needed."""


def send(path: str, button: str, **typed: str) -> Callable[[Page, Office], None]:
    def reach(page: Page, office: Office) -> None:
        page.goto(office.url + path.format(**tickets(office)))
        for label, text in typed.items():
            page.locator(f"[name={label}]").fill(text)
        page.get_by_role("button", name=button).click()

    return reach


def meanwhile(page: Page, office: Office) -> None:
    """Somebody replies between reading and sending."""
    number = write(office, subject="Due persone")
    page.goto(f"{office.url}{places.ticket(number)}")
    page.get_by_label("La tua risposta").fill("La mia")
    office.store.tickets.reply(number, Reply(uuid4().hex, datetime.now(UTC), "elsewhere"))
    page.get_by_role("button", name="Invia la risposta").click()


def out_while_writing(page: Page, office: Office) -> None:
    number = tickets(office)["rich"]
    page.goto(f"{office.url}{places.ticket(number)}")
    page.get_by_label("La tua risposta").fill("Parole da non perdere")
    page.context.clear_cookies()
    page.get_by_role("button", name="Invia la risposta").click()


def learned(path: str = "", button: str = "") -> Callable[[Page, Office], None]:
    """The page of what was learned, with a pair in every state; a button of it pressed."""

    def reach(page: Page, office: Office) -> None:
        asked = {veto.question for veto in office.store.learning.vetoes()}
        if "non va bene" not in asked:
            confirm(office.store, "Come annullo <b>tutto</b>?", "ordini/nuovo", 3)
            confirm(office.store, "non va bene", "ordini/solo qui")
            confirm(office.store, "dove era", "ordini/no-such-article")
            confirm(office.store, "comment annuler", "ordini/nuovo", 1, "fr")
            office.store.learning.decide(
                "it", "non va bene", "ordini/solo qui", stands=True, at=datetime.now(UTC), user_id="u"
            )
        until_listed(page, office, "non va bene")
        page.goto(f"{office.url}{places.LEARNING}{path}")
        if button:
            page.get_by_role("button", name=button).first.click()

    return reach


def pictured(content: bytes) -> Callable[[Page, Office], None]:
    """A picture sent for an article as a browser without scripts sends it."""

    def reach(page: Page, office: Office) -> None:
        page.goto(f"{office.url}/admin/articles/it/ordini/nuovo/edit")
        file: FilePayload = {"name": "la cassa.png", "mimeType": "image/png", "buffer": content}
        page.locator("#picture").set_input_files(file)
        with page.expect_navigation():
            page.locator("#images [type=submit]").evaluate("button => button.form.requestSubmit(button)")

    return reach


_made: dict[str, dict[str, str]] = {}


def tickets(office: Office) -> dict[str, str]:
    """One with all that a ticket can have, and one in quarantine; made once for each office."""
    if office.url not in _made:
        trail = {"v": 1, "searched": ["annullare"], "opened": ["ordini/nuovo"], "rejected": ["ordini/solo qui"], "solved": ["no/such"]}  # fmt: skip
        files = keep([Upload("foto.png", b"\x89PNG\r\n\x1a\n" + b"0" * 5_000)], office.data)
        rich = office.ticket(subject="Il mio ordine", name="Giulia", trail=json.dumps(trail), files=files)
        answered = Reply(uuid4().hex, datetime.now(UTC), "here", "Anna", "Ecco.", ("ordini/nuovo",))
        closed = office.store.tickets.reply(rich, answered, close=True, ask=True)
        assert closed
        office.store.tickets.rate(closed.rating_token or "", 4, "Bene", answered.at)
        spam = office.ticket(status="quarantine", suspicion="flood")
        _made[office.url] = {"rich": rich, "spam": spam, "open": office.ticket()}
    return _made[office.url]


LOOKS = [
    Look("list", "tickets.html", go("/admin/tickets")),
    Look("list-of-all", "tickets.html", go("/admin/tickets?status=all")),
    Look("list-empty", "tickets.html", go("/admin/tickets?q=nothing+like+it")),
    Look("ticket", "ticket.html", go("/admin/tickets/{open}")),
    Look("ticket-closed", "ticket.html", go("/admin/tickets/{rich}")),
    Look("ticket-spam", "ticket.html", go("/admin/tickets/{spam}")),
    Look("reply-empty", "ticket.html", send("/admin/tickets/{open}", "Invia la risposta")),
    Look("reply-late", "ticket.html", meanwhile),
    Look("delete", "delete.html", go("/admin/tickets/{rich}/delete")),
    Look("learning", "learning.html", learned()),
    Look("learning-vetoed", "learning.html", learned(button="Metti il veto")),
    Look("learning-nothing", "learning.html", learned("?q=nothing+like+it")),
    Look("account", "account.html", go("/admin/password")),
    Look(
        "account-short",
        "account.html",
        send(
            "/admin/password",
            "Usa la nuova password",
            old="x",
            new="tre parole corte",
            again="tre parole lunghe",
        ),
    ),
    Look("pictures", "images.html", pictured(PICTURE)),
    Look("pictures-refused", "images.html", pictured(b"<svg/>")),
    Look("gone", "refused.html", go("/admin/tickets/none")),
    Look("signed-out-while-writing", "refused.html", out_while_writing),
    Look("sign-in", "login.html", go("/admin/login")),
    Look("sign-in-wrong", "login.html", send("/admin/login", "Accedi", email="a@example.com", password="x")),
]


@pytest.fixture(scope="module")
def served() -> dict[Look, bytes]:
    """The markup of the pages that were looked at, as it came."""
    return {}


def reached(look: Look, context: BrowserContext, office: Office, served: dict[Look, bytes]) -> Page:
    """A page of the desk, as it stands."""
    signed_out = look.template == "login.html"
    page = context.new_page() if signed_out else signed_in(context, office)
    if signed_out:
        context.clear_cookies()
    answers: list[Response] = []
    # What Playwright calls must be a function of ours.
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108
    look.reach(page, office)
    page.wait_for_load_state()
    came = [a for a in answers if a.request.resource_type == "document" and not 300 <= a.status < 400]
    served[look] = came[-1].body()
    return page


@pytest.fixture(params=LOOKS, ids=str)
def shown(
    request: pytest.FixtureRequest, context: BrowserContext, office: Office, served: dict[Look, bytes]
) -> Iterator[Page]:
    page = reached(request.param, context, office, served)
    yield page
    page.close()


def test_every_template_for_signing_in_and_tickets_is_looked_at() -> None:
    rendered = {
        name
        for room in (signin, account, inbox, ticket, learning, images, desk)
        for name in re.findall(r'"(\w+\.html)"', Path(str(room.__file__)).read_text("utf-8"))
    }
    assert {look.template for look in LOOKS} == rendered


def test_the_gates_find_nothing(shown: Page, node_modules: Path) -> None:
    complaints: list[str] = []
    address = shown.url

    def note(message: ConsoleMessage) -> None:
        # A page that answers 422 is itself "a resource that failed to load"; it may be said late.
        if message.location["url"] != address:
            complaints.append(message.text)

    shown.on("console", note)
    shown.evaluate((node_modules / "axe-core" / "axe.min.js").read_text("utf-8"))
    assert findings(shown) == []
    assert misfits(shown) == []
    assert complaints == []


def test_the_markup_is_valid(
    context: BrowserContext, office: Office, node_modules: Path, tmp_path: Path, served: dict[Look, bytes]
) -> None:
    for look in LOOKS:
        if look not in served:
            reached(look, context, office, served).close()
    pages = {str(look): served[look] for look in LOOKS}
    assert invalid(pages, tmp_path, node_modules) == []
