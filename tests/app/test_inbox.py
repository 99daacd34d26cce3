"""The inbox, as those who work with it meet it: the customer's mail comes back by a real mail server."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from app.routes.admin import places
from app.staff.roles import ROLES
from app.store import Reply, open_store
from tests.office import Office, Postbox, Visitor, mail_server

_customers = count(1)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 200


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
    data = tmp_path_factory.mktemp("inbox") / "data"
    options = {
        "trusted_proxies": "127.0.0.1", "smtp_host": "127.0.0.1", "smtp_port": str(postbox[1]), "smtp_tls": "none",
        "mail_from": "help@shop.example", "support_mailbox": "team@shop.example",
        "base_url": "http://127.0.0.1", "limit_tickets": "0",
    }  # fmt: skip
    with serve(odd_content, data, **options) as client:
        store = open_store("", data)
        found = Office(str(client.base_url), store, data)
        for role in ROLES:
            found.user(f"{role}@example.com", role)
        yield found
        store.close()


@pytest.fixture(scope="module")
def editor(office: Office) -> Visitor:
    return office.member("editor")


def write(office: Office, message: str = "Come annullo l’ordine?", **more: Any) -> str:
    """A customer writes by the API; the ticket's number."""
    # Many from one address would be in quarantine.
    body = {"email": f"cliente{next(_customers)}@example.com", "message": message, "lang": "it", **more}
    answer = httpx.post(f"{office.url}/api/v1/tickets", json=body, timeout=60)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["ticket_id"])


def fields_of(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of the reply's form, as a browser sends them back."""
    form = page.text.partition('id="answer"')[2].partition("</form>")[0]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def reply(member: Visitor, number: str, body: str, do: str = "send", **more: Any) -> httpx.Response:
    fields = fields_of(member.get(places.ticket(number)))
    return member.client.post(places.ticket(number, "reply"), data={**fields, "body": body, "do": do, **more})


# Looking


def test_the_longest_waiting_come_first_and_words_find_them(office: Office, editor: Visitor) -> None:
    first = write(office, "Il vaso zaffiro è rotto", subject="Vaso zaffiro")
    second = write(office, "Anche il piatto zaffiro", email="altra@example.com", category="ordini")
    page = editor.client.get(places.TICKETS, params={"q": "zaffiro", "status": "open"}).text
    assert page.index(first) < page.index(second)
    assert "Waiting for 1 minute" in page
    for query, found in (
        ("zaffiro piatto", {second}),
        (first, {first}),
        (first.lower().replace("-", " "), {first}),
        ("altra@example.com", {second}),
    ):
        text = editor.client.get(places.TICKETS, params={"q": query}).text
        assert {number for number in (first, second) if f"{places.TICKETS}/{number}" in text} == found, query
    filtered = editor.client.get(places.TICKETS, params={"q": "zaffiro", "category": "ordini"}).text
    assert first not in filtered
    assert second in filtered
    assert "Nothing matches" in editor.client.get(places.TICKETS, params={"q": "no such words"}).text


def test_a_long_list_has_pages(office: Office, editor: Visitor) -> None:
    numbers = [write(office, "Quante pagine turchesi?") for _ in range(26)]
    page = editor.client.get(places.TICKETS, params={"q": "turchesi", "status": "open"}).text
    assert sum(number in page for number in numbers) == 25
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    rest = editor.get(following[1].replace("&amp;", "&")).text
    assert sum(number in rest for number in numbers) == 1


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=99999", "page=x", "page=٣", "status=nonsense", "category=%00", "q=%00%ff%27%22%3Cb%3E", "q=" + "x" * 3000],
)  # fmt: skip
def test_nonsense_in_the_address_is_no_failure(editor: Visitor, query: str) -> None:
    answer = editor.get(f"{places.TICKETS}?{query}")
    assert answer.status_code == 200
    assert "<b>" not in answer.text


@pytest.mark.parametrize("number", ["SP-0000-0000", "x", "%00", "%F0%9F%98%80", "a" * 3000])
def test_a_ticket_that_is_not_there_is_said_to_be_gone(editor: Visitor, number: str) -> None:
    answer = editor.get(f"{places.TICKETS}/{number}")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
    assert "There is nothing here" in answer.text


def test_what_they_wrote_and_did_before_is_shown_and_harmless(office: Office, editor: Visitor) -> None:
    trail = {"v": 1, "searched": ["<i>annullare</i>"], "opened": ["ordini/nuovo"], "rejected": ["ordini/solo qui", "no/such"]}  # fmt: skip
    number = write(
        office, "Come <annullo> l’ordine?\n\n<script>alert(1)</script>", name='"><img src=x>', subject="<b>Ordine</b>",
        trail=json.dumps(trail),
    )  # fmt: skip
    page = editor.get(places.ticket(number)).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    for harm in ("<script>alert", "<img src=x>", "<b>Ordine", "<i>annullare"):
        assert harm not in page
    assert "&lt;i&gt;annullare&lt;/i&gt;" in page
    assert "Dove trovo il numero dell’ordine?" in page
    assert "no/such" in page
    offered = page.partition("Articles that may answer")[2]
    assert re.search(r'value="ordini/nuovo".*?they have read it', offered, re.DOTALL)


def test_who_only_looks_sees_no_form(office: Office) -> None:
    number = write(office)
    page = office.member("viewer").get(places.ticket(number)).text
    assert 'id="answer"' not in page
    assert "Delete…" not in page
    assert "Delete…" in office.member("admin").get(places.ticket(number)).text


# Answering


def test_a_reply_reaches_the_customer_in_the_thread(
    office: Office, editor: Visitor, postbox: tuple[Postbox, int]
) -> None:
    box, _ = postbox
    number = write(office, "Come annullo l’ordine indaco?", subject="Ordine indaco")
    first = box.letter(f"[{number}]")
    sent = reply(editor, number, "Certo:\nsi fa così — ecco.", articles=["ordini/nuovo"])
    assert sent.headers["location"] == f"{places.ticket(number)}?done=sent"
    letter = box.letter(f"Re: [{number}]")
    assert letter["In-Reply-To"] == first["Message-ID"]
    assert letter["References"] == first["Message-ID"]
    assert letter["Reply-To"] == "team@shop.example"
    assert letter["To"] == first["To"]
    body = letter.get_body(("plain",))
    assert body
    text = body.get_content()
    assert "si fa così — ecco." in text
    assert "Come <annullo> l’ordine & perché?" in text
    assert f"http://127.0.0.1/it/a/{quote('ordini/nuovo')}" in text
    case = office.store.tickets.case(number)
    assert case
    assert [(r.author, r.articles) for r in case.replies] == [("Editor", ("ordini/nuovo",))]
    page = editor.get(sent.headers["location"]).text
    assert "The reply is on its way." in page
    assert "With these articles:" in page
    reply(editor, number, "E ancora.")
    later = [x for x in box.letters if x["In-Reply-To"] == letter["Message-ID"]]
    deadline = time.monotonic() + 60
    while not later and time.monotonic() < deadline:
        time.sleep(0.05)
        later = [x for x in box.letters if x["In-Reply-To"] == letter["Message-ID"]]
    assert later[0]["References"].split() == [first["Message-ID"], letter["Message-ID"]]


def test_looking_for_articles_sends_nothing_and_keeps_what_was_written(
    office: Office, editor: Visitor
) -> None:
    number = write(office)
    for step in ("find", "", "nonsense"):
        answer = reply(
            editor, number, "A <draft>", do=step, q="numero dell’ordine", articles=["ordini/nuovo"]
        )
        assert answer.status_code == 200
        assert "A &lt;draft&gt;</textarea>" in answer.text
        assert re.search(r'value="ordini/nuovo"[^>]*checked', answer.text)
        assert 'value="ordini/solo qui"' in answer.text
    case = office.store.tickets.case(number)
    assert case
    assert case.state == "open.0"


@pytest.mark.parametrize(
    ("body", "said"), [("", "empty"), (" \n\0 ", "empty"), ("x" * 20_001, "longer than 20000")]
)
def test_a_reply_that_cannot_be_sent_is_not(office: Office, editor: Visitor, body: str, said: str) -> None:
    number = write(office)
    answer = reply(editor, number, body)
    assert answer.status_code == 422
    assert said in answer.text
    assert body.strip("\0 \n") in answer.text
    case = office.store.tickets.case(number)
    assert case
    assert not case.replies


def test_the_same_form_sent_twice_is_one_reply(office: Office, editor: Visitor) -> None:
    number = write(office)
    fields = {**fields_of(editor.get(places.ticket(number))), "body": "Una volta", "do": "send"}
    for _ in range(2):
        assert editor.client.post(places.ticket(number, "reply"), data=fields).status_code == 303
    case = office.store.tickets.case(number)
    assert case
    assert len(case.replies) == 1


def test_who_comes_second_is_told_and_loses_nothing(office: Office, editor: Visitor) -> None:
    number = write(office)
    slow = office.member("admin")
    fields = {
        **fields_of(slow.get(places.ticket(number))),
        "body": "Di Bruno, con calma",
        "do": "close",
        "ask": "1",
    }
    reply(editor, number, "Di Anna, subito")
    answer = slow.client.post(places.ticket(number, "reply"), data=fields)
    assert answer.status_code == 409
    assert "Somebody was faster" in answer.text
    assert "Di Anna, subito" in answer.text
    assert "Di Bruno, con calma</textarea>" in answer.text
    again = {**fields_of(answer), "body": "Di Bruno, con calma", "do": "send"}
    assert slow.client.post(places.ticket(number, "reply"), data=again).status_code == 303
    case = office.store.tickets.case(number)
    assert case
    assert [r.body for r in case.replies] == ["Di Anna, subito", "Di Bruno, con calma"]


def test_a_close_after_somebody_else_replied_is_not_done(office: Office, editor: Visitor) -> None:
    number = write(office)
    fields = fields_of(editor.get(places.ticket(number)))
    office.store.tickets.reply(number, Reply("f" * 32, datetime.now(UTC), "elsewhere"))
    answer = editor.client.post(places.ticket(number, "close"), data=fields)
    assert answer.status_code == 409
    ticket = office.store.tickets.get(number)
    assert ticket
    assert ticket.status == "answered"


# What else can become of it


def test_send_and_close_asks_how_it_was(
    office: Office, editor: Visitor, postbox: tuple[Postbox, int]
) -> None:
    number = write(office)
    answer = reply(editor, number, "Fatto.", do="close", ask="1")
    assert answer.headers["location"].endswith("done=sent_closed")
    body = postbox[0].letter(f"Re: [{number}]").get_body(("plain",))
    assert body
    assert "/s/" in body.get_content()
    assert "Closed ticket" in editor.get(places.ticket(number)).text


def test_close_and_reopen(office: Office, editor: Visitor) -> None:
    number = write(office)
    fields = fields_of(editor.get(places.ticket(number)))
    unsent = editor.client.post(places.ticket(number, "close"), data={**fields, "body": "quasi"})
    assert unsent.status_code == 422
    assert "quasi</textarea>" in unsent.text
    assert editor.client.post(places.ticket(number, "close"), data=fields).status_code == 303
    ticket = office.store.tickets.get(number)
    assert ticket
    assert (ticket.status, ticket.rating_token) == ("closed", None)
    assert editor.post(places.ticket(number, "reopen")).status_code == 303
    ticket = office.store.tickets.get(number)
    assert ticket
    assert (ticket.status, ticket.closed_at) == ("open", None)


def test_out_of_quarantine_it_is_treated_like_any_other(
    office: Office, editor: Visitor, postbox: tuple[Postbox, int]
) -> None:
    number = office.ticket(status="quarantine", suspicion="flood")
    page = editor.get(places.ticket(number)).text
    assert "many messages came from this address" in page
    assert 'id="answer"' not in page
    assert editor.post(places.ticket(number, "release")).headers["location"].endswith("done=released")
    assert postbox[0].letter(f"[{number}]")
    assert 'id="answer"' in editor.get(places.ticket(number)).text


def test_files_are_handed_over_and_never_shown(office: Office, editor: Visitor) -> None:
    answer = httpx.post(
        f"{office.url}/api/v1/tickets",
        data={"email": "c@example.com", "message": "Ecco le foto", "lang": "it"},
        files=[("files", ("../../Foto “1”.png", PICTURE, "text/html"))],
        timeout=60,
    )
    number = answer.json()["ticket_id"]
    page = editor.get(places.ticket(number)).text
    link = re.search(rf'href="({places.ticket(number)}/files/[0-9a-f]+)"', page)
    assert link
    file = editor.get(link[1])
    assert file.content == PICTURE
    assert file.headers["content-disposition"].startswith("attachment; ")
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "no-store" in file.headers["cache-control"]
    assert editor.get(link[1].replace(number, write(office))).status_code == 404
    assert office.visitor().get(link[1]).status_code == 303
    (office.data / "attachments" / link[1].rpartition("/")[2]).unlink()
    lost = editor.get(link[1])
    assert (lost.status_code, "cannot be read any more" in lost.text) == (500, True)


def test_a_deleted_ticket_leaves_nothing_behind(office: Office, editor: Visitor) -> None:
    boss = office.member("admin")
    answer = httpx.post(
        f"{office.url}/api/v1/tickets",
        data={"email": "c@example.com", "message": "Da cancellare", "lang": "it"},
        files=[("files", ("foto.png", PICTURE))],
        timeout=60,
    )
    number = answer.json()["ticket_id"]
    reply(editor, number, "Va bene")
    case = office.store.tickets.case(number)
    assert case
    (file,) = case.attachments
    assert (office.data / "attachments" / file.id).exists()
    assert "cannot be undone" in boss.get(places.ticket(number, "delete")).text
    assert editor.post(places.ticket(number, "delete")).status_code == 403
    gone = boss.post(places.ticket(number, "delete"))
    assert "deleted" in boss.get(gone.headers["location"]).text
    assert office.store.tickets.case(number) is None
    assert not (office.data / "attachments" / file.id).exists()


def test_without_a_mail_server_nothing_is_promised(
    serve: Callable[..., AbstractContextManager[httpx.Client]], odd_content: Path, tmp_path: Path
) -> None:
    with serve(odd_content, tmp_path / "data") as client:
        store = open_store("", tmp_path / "data")
        office = Office(str(client.base_url), store, tmp_path / "data")
        office.user("editor@example.com", "editor")
        member, number = office.member("editor"), office.ticket()
        page = member.get(places.ticket(number))
        assert "No mail goes out from here" in page.text
        assert "Send the reply" not in page.text
        answer = reply(member, number, "Still typed")
        assert "Still typed</textarea>" in answer.text
        case = store.tickets.case(number)
        assert case
        assert not case.replies
        store.close()
