"""The contact form without a script: what is written arrives once, or is still there."""

import re
import time
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.contact.spam import FASTEST
from app.store import Store, Ticket, open_store
from tests.app.test_pages import text_of
from tests.served import SHOP, Serve

ANSWERABLE = "Buongiorno, il pacco è arrivato danneggiato, che cosa devo fare?"
UNANSWERABLE = "Fate la carbonara con il guanciale o con la pancetta?"
PNG = (SHOP / "it/consegna/etichetta-del-pacco.png").read_bytes()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("contact") / "data"


@pytest.fixture(scope="module")
def shop(serve: Serve, data: Path) -> Iterator[httpx.Client]:
    options = {
        "contact_email": "ciao@example.com", "email_reply_hours": "24", "limit_tickets": "0",
        "attachment_count": "2", "attachment_megabytes": "1", "log_level": "error",
    }  # fmt: skip
    with serve(SHOP, data, **options) as client:
        yield client


@pytest.fixture(scope="module")
def kept(shop: httpx.Client, data: Path) -> Iterator[Store]:
    assert shop
    with closing(open_store("", data)) as store:
        yield store


@pytest.fixture(scope="module")
def stamp(shop: httpx.Client) -> str:
    """Of a form that was opened long enough ago."""
    found = re.search(r'name="stamp" value="([^"]+)"', shop.get("/it/contact").text)
    assert found
    # The store opens beside the server; until it is there, a message is answered with an honest 503.
    first = {"email": "prova@example.com", "message": "È aperto?"}
    deadline = time.monotonic() + 60
    while shop.post("/api/v1/tickets", json=first).status_code == 503:
        assert time.monotonic() < deadline, "the store did not open"
        time.sleep(0.2)
    time.sleep(FASTEST + 1.1)  # the trap counts in whole seconds
    return found[1]


def form(stamp: str, **said: str) -> dict[str, str]:
    # Of the address alone: a made-up word in the message may look like one that an article has.
    unique = {"email": f"{uuid4().hex[:10]}@example.com", "message": UNANSWERABLE}
    return {"stamp": stamp, "website": "", "category": "", "name": "", **unique, **said}


def send(
    shop: httpx.Client, fields: dict[str, str], *files: tuple[str, bytes], lang: str = "it"
) -> httpx.Response:
    parts: Any = [("files", file) for file in files] or [("files", ("", b""))]
    return shop.post(f"/{lang}/contact", data=fields, files=parts)


def number_of(answer: httpx.Response) -> str:
    assert answer.status_code == 303, text_of(answer.text)
    found = re.fullmatch(
        r"/\w+/contact/received\?number=(SP-[0-9A-Z]{4}-[0-9A-Z]{4})", answer.headers["location"]
    )
    assert found, answer.headers["location"]
    return found[1]


def ticket_of(kept: Store, answer: httpx.Response) -> Ticket:
    ticket = kept.tickets.get(number_of(answer))
    assert ticket
    return ticket


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return unescape(found[1]) if found else ""


def test_a_message_arrives_and_is_thanked_for(shop: httpx.Client, kept: Store, stamp: str) -> None:
    fields = form(stamp, name="Anna", category="resi-e-rimborsi")
    answer = send(shop, fields)
    ticket = ticket_of(kept, answer)
    assert (ticket.status, ticket.source, ticket.lang) == ("open", "form", "it")
    assert (ticket.email, ticket.message, ticket.name, ticket.category) == (
        fields["email"], fields["message"], "Anna", "resi-e-rimborsi",
    )  # fmt: skip
    page = shop.get(answer.headers["location"])
    shown = text_of(page.text)
    assert ticket.id in shown
    assert "Nei giorni lavorativi rispondiamo entro 24 ore. Quindi avrai nostre notizie entro" in shown
    assert "Non arriverà nessuna mail di conferma" in shown
    assert '<meta name="robots" content="noindex">' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert fields["email"] not in page.text


def test_a_double_click_is_one_message_and_other_words_are_another(
    shop: httpx.Client, kept: Store, stamp: str
) -> None:
    fields = form(stamp)
    first, second = send(shop, fields), send(shop, fields)
    assert number_of(first) == number_of(second)
    asked = '{"v":1,"deflections":["d"]}'  # so that nothing comes between
    third = send(shop, fields | {"message": "Mi correggo: col tonno.", "sportello_trail": asked})
    assert number_of(third) != number_of(first)
    assert kept.tickets.counts()["open"] >= 2


def test_answers_come_between_send_and_sent_once(shop: httpx.Client, kept: Store, stamp: str) -> None:
    fields = form(stamp, message=ANSWERABLE, name="Anna «B»", category="consegna")
    page = send(shop, fields)
    assert page.status_code == 200
    assert page.text.count('class="offered-answer"') in {1, 2, 3}
    assert "/it/a/consegna/pacco-non-arrivato-o-danneggiato" in page.text
    for kept_value in (ANSWERABLE, "Anna «B»", fields["email"]):
        assert kept_value in unescape(page.text)
    assert '<option value="consegna" lang="it" selected>' in page.text
    trail = hidden(page.text, "sportello_trail")
    assert hidden(page.text, "stamp") == stamp
    answer = send(shop, fields | {"sportello_trail": trail})
    ticket = ticket_of(kept, answer)
    assert ticket.status == "open"
    assert "consegna/pacco-non-arrivato-o-danneggiato" in (ticket.trail or "")


def events(data: Path, kind: str) -> list[dict[str, Any]]:
    with closing(open_store("", data)) as store, store._engine.connect() as connection:
        from app.store.tables import EVENTS

        return [dict(r) for r in connection.execute(EVENTS.select().where(EVENTS.c.type == kind)).mappings()]


def test_an_answer_that_solved_it_is_counted_and_nothing_is_sent(
    shop: httpx.Client, kept: Store, data: Path, stamp: str
) -> None:
    before = kept.tickets.counts()
    page = send(shop, form(stamp, message=ANSWERABLE)).text
    said = {
        "sportello_trail": hidden(page, "sportello_trail"),
        "solved": "consegna/pacco-non-arrivato-o-danneggiato",
    }
    for _ in range(2):
        answer = shop.post("/it/contact", data=said)
        assert answer.headers["location"] == "/it/contact/solved"
    assert "Ci fa piacere" in text_of(shop.get("/it/contact/solved").text)
    solved = [
        e
        for e in events(data, "solved")
        if e["deflection_id"] and e["deflection_id"] in said["sportello_trail"]
    ]
    assert [e["article"] for e in solved] == ["consegna/pacco-non-arrivato-o-danneggiato"]
    shown = [e for e in events(data, "shown") if e["session"] == solved[0]["session"]]
    assert {e["position"] for e in shown} == set(range(1, len(shown) + 1))
    assert kept.tickets.counts() == before


@pytest.mark.parametrize(
    "trail", ["", "{}", '{"v":1,"session":"forged","deflections":["x"]}', "\0", "x" * 90_000]
)
def test_a_forged_solution_counts_nothing(shop: httpx.Client, data: Path, trail: str) -> None:
    before = len(events(data, "solved"))
    answer = shop.post("/it/contact", data={"sportello_trail": trail, "solved": "consegna/seguire-il-pacco"})
    assert answer.status_code == 303
    assert len(events(data, "solved")) == before


def test_where_the_widget_has_asked_already_nothing_comes_between(
    shop: httpx.Client, kept: Store, stamp: str
) -> None:
    trail = '{"v":1,"session":"s","deflections":["d"],"searched":[],"opened":[],"rejected":[],"solved":[]}'
    answer = send(shop, form(stamp, message=ANSWERABLE, sportello_trail=trail))
    assert ticket_of(kept, answer).trail


def test_with_files_nothing_comes_between_because_they_would_be_lost(
    shop: httpx.Client, kept: Store, data: Path, stamp: str
) -> None:
    answer = send(shop, form(stamp, message=ANSWERABLE), ("../foto.png", PNG), ("note.txt", b"ciao"))
    case = kept.tickets.case(number_of(answer))
    assert case
    assert [(a.name, a.kind, a.size) for a in case.attachments] == [
        ("foto.png", "image/png", len(PNG)),
        ("note.txt", "text/plain", 4),
    ]
    assert (data / "attachments" / case.attachments[0].id).read_bytes() == PNG
    assert shop.get(f"/attachments/{case.attachments[0].id}").status_code == 404
    assert shop.get(f"/static/../attachments/{case.attachments[0].id}").status_code == 404


def test_all_that_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    shop: httpx.Client, stamp: str
) -> None:
    page = send(
        shop,
        form(stamp, message=" ", email="anna@", name="Anna " * 60, category="consegna"),
        ("a.zip", b"PK\x03\x04" + b"\0" * 50),
    )
    assert page.status_code == 422
    shown = text_of(page.text)
    for said in (
        "controlla 4 cose",
        "Scrivi che cosa possiamo fare",
        "non può essere giusto",
        "a.zip",
        "Scegli di nuovo i file",
    ):
        assert said in shown
    for name in ("message", "email", "name", "files"):
        assert f'href="#contact-{name}"' in page.text
        field = re.search(rf'<(?:input|textarea)[^>]*id="contact-{name}"[^>]*>', page.text)
        assert field
        assert 'aria-invalid="true"' in field[0]
        assert f"contact-{name}-wrong" in field[0]
    assert 'value="anna@"' in page.text
    assert "Anna Anna" in page.text
    assert '<option value="consegna" lang="it" selected>' in page.text
    assert hidden(page.text, "stamp") == stamp


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("a.txt", b"x")] * 3, "al massimo 2 file"),
        ([("a.txt", b"x" * 600_000)] * 2, "superano i 1 MB"),
        ([("a.txt", b"x" * 5_000_000)], "superano i 1 MB"),
        ([("vuoto.pdf", b"")], "è vuoto"),
    ],
)
def test_files_beyond_the_limits_cost_nobody_their_text(
    shop: httpx.Client, stamp: str, files: list[tuple[str, bytes]], said: str
) -> None:
    fields = form(stamp)
    page = send(shop, fields, *files)
    assert page.status_code in {413, 422}
    assert said in text_of(page.text)
    assert fields["message"] in unescape(page.text)
    assert fields["email"] in page.text


@pytest.mark.parametrize("trap", ["honeypot", "no_stamp", "too_fast"])
def test_a_suspect_is_thanked_alike_and_kept_apart(
    shop: httpx.Client, kept: Store, stamp: str, trap: str
) -> None:
    fields = form(stamp, message=f"{ANSWERABLE} {uuid4().hex[:4]}")
    if trap == "honeypot":
        fields["website"] = "http://casino.example"
    elif trap == "no_stamp":
        fields["stamp"] = "forged.stamp.here"
    else:
        fields["stamp"] = hidden(shop.get("/it/contact").text, "stamp")
    answer = send(shop, fields)
    ticket = ticket_of(kept, answer)
    assert (ticket.status, ticket.suspicion) == ("quarantine", trap)
    assert "Grazie: abbiamo il tuo messaggio" in text_of(shop.get(answer.headers["location"]).text)


def test_who_pesters_one_address_is_kept_apart(shop: httpx.Client, kept: Store) -> None:
    said = {"email": f"{uuid4().hex[:8]}@example.com", "message": "Buono sconto!"}
    numbers = [shop.post("/api/v1/tickets", json=said).json()["ticket_id"] for _ in range(12)]
    found = [kept.tickets.get(number) for number in numbers]
    assert [t.status for t in found if t] == ["open"] * 10 + ["quarantine"] * 2


def test_the_question_and_the_language_are_carried(shop: httpx.Client) -> None:
    page = shop.get("/en/contact", params={"q": "</textarea><script>x & «y»"}).text
    assert "&lt;/textarea&gt;&lt;script&gt;x &amp; «y»</textarea>" in page
    assert "Send the message" in page
    assert 'src="/widget/v1/sportello.js" data-form="#contact-form"' in page
    assert "We use your message and your address only to answer you." in page


@pytest.mark.parametrize("number", ["", "SP-0000-0001", "x" * 5_000, "%00", "../../x"])
def test_thanks_for_nothing_lead_back(shop: httpx.Client, number: str) -> None:
    answer = shop.get(f"/it/contact/received?number={number}")
    assert answer.headers["location"] == "/it/contact"


def test_thanks_for_a_number_that_is_nobodys(shop: httpx.Client) -> None:
    assert shop.get("/it/contact/received?number=SP-0000-0000").status_code == 404
    assert shop.get("/xx/contact/received?number=SP-0000-0000").status_code == 404


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"", {}, 415),
        (b"{}", {"content-type": "application/json"}, 415),
        (b"--x\r\n", {"content-type": "multipart/form-data; boundary=x"}, 422),
        (b"garbage", {"content-type": "multipart/form-data"}, 400),
        (b"garbage", {"content-type": "multipart/form-data; boundary=x"}, 400),
        (
            b"--x\r\nContent-Disposition: nonsense\r\n\r\n1\r\n--x--",
            {"content-type": "multipart/form-data; boundary=x"},
            400,
        ),
        (b"message=%00%ff%ed%a0%80", {"content-type": "application/x-www-form-urlencoded"}, 422),
        (b"a=1&" * 500, {"content-type": "application/x-www-form-urlencoded"}, 413),
        (b"message=" + b"x" * 3_000_000, {"content-type": "application/x-www-form-urlencoded"}, 413),
    ],
)
def test_a_body_that_is_no_form_gets_a_page(
    shop: httpx.Client, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = shop.post("/it/contact", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["message", "email", "name", "category", "stamp", "website", "sportello_trail", "solved", "files"]
        ),
        st.text(max_size=60),
        min_size=1,
    )
)
def test_whatever_is_sent_is_answered(shop: httpx.Client, said: dict[str, str]) -> None:
    encoded = {name: value.encode("utf-8", "replace") for name, value in said.items()}
    answer = shop.post("/it/contact", data=encoded)
    assert answer.status_code in {200, 303, 422}


def test_one_client_cannot_send_without_end(serve: Serve, odd_content: Path, tmp_path: Path) -> None:
    with serve(odd_content, tmp_path / "data", limit_tickets="2") as client:
        fields = form("")
        answers = [send(client, fields) for _ in range(3)]
    assert [a.status_code for a in answers] == [303, 303, 429]
    assert int(answers[2].headers["retry-after"]) > 0
    assert fields["message"] in unescape(answers[2].text)


def test_without_a_database_nothing_that_was_written_is_lost(
    serve: Serve, odd_content: Path, tmp_path: Path
) -> None:
    with serve(odd_content, tmp_path / "data", database_url=f"sqlite:///{tmp_path}") as client:
        assert client.get("/it/contact").status_code == 200
        fields = form("x", message="Dov’è «finito» il pacco?")
        answer = send(client, fields)
        assert answer.status_code == 503
        assert "Quello che hai scritto non è perso" in text_of(answer.text)
        assert "Dov’è «finito» il pacco?" in unescape(answer.text)
        api = client.post("/api/v1/tickets", json={"email": "a@example.com", "message": "x"})
        assert (api.status_code, api.headers["content-type"]) == (503, "application/problem+json")


def test_where_the_disk_takes_no_file_the_page_says_so(
    serve: Serve, odd_content: Path, tmp_path: Path
) -> None:
    with serve(odd_content, tmp_path / "data") as client:
        (tmp_path / "data" / "attachments").write_text("in the way")
        answer = send(client, form("x"), ("a.txt", b"ciao"))
        assert answer.status_code == 503
        assert "Scegli di nuovo i file" in text_of(answer.text)
        assert send(client, form("x")).status_code == 303


def api(shop: httpx.Client, said: Any, **headers: str) -> httpx.Response:
    return shop.post("/api/v1/tickets", json=said, headers=headers)


def test_the_api_takes_the_same_request_once(shop: httpx.Client) -> None:
    said = {"email": "anna@example.com", "message": f"Ciao {uuid4().hex}"}
    first, second = (api(shop, said, **{"Idempotency-Key": "k-1"}) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    other = api(shop, said | {"message": "Altro"}, **{"Idempotency-Key": "k-1"})
    assert (other.status_code, other.json()["field"]) == (422, "Idempotency-Key")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "email"),
        ({"email": "a@example.com"}, "message"),
        ({"email": "a@example.com", "message": ""}, "message"),
        ({"email": "a@example.com", "message": " \n"}, "message"),
        ({"email": "a@example.com", "message": "x" * 20_001}, "message"),
        ({"email": "a@example", "message": "x"}, "email"),
        ({"email": 7, "message": "x"}, "email"),
        ({"email": "a@example.com", "message": ["x"]}, "message"),
        ({"email": "a@example.com", "message": "x", "subject": "x" * 301}, "subject"),
        ({"email": "a@example.com", "message": "x", "lang": "x" * 36}, "lang"),
        ([], "body"),
        ("x", "body"),
    ],
)
def test_the_api_names_what_is_wrong(shop: httpx.Client, said: Any, field: str) -> None:
    answer = api(shop, said)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == field


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"email":"a@example.com","message":"\\ud800"}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"x" * 1_100_000, "application/json", 413),
        (b"x", "image/png", 415),
        (b"", "", 415),
    ],
)
def test_the_api_refuses_what_it_cannot_read(
    shop: httpx.Client, content: bytes, kind: str, status: int
) -> None:
    answer = shop.post("/api/v1/tickets", content=content, headers={"content-type": kind} if kind else {})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("trail", [None, 7, "x", [], {}, {"v": 9}, "\0", {"v": 1, "opened": [1]}])
def test_no_trail_is_a_reason_to_refuse_somebody(shop: httpx.Client, kept: Store, trail: Any) -> None:
    answer = api(shop, {"email": f"{uuid4().hex[:8]}@example.com", "message": "x", "trail": trail})
    assert answer.status_code == 201
    ticket = kept.tickets.get(answer.json()["ticket_id"])
    assert ticket
    assert ticket.trail is None


def test_the_api_takes_files_and_says_when(shop: httpx.Client, kept: Store) -> None:
    said = {"email": f"{uuid4().hex[:8]}@example.com", "message": "Ciao", "lang": "en", "trail": '{"v":1}'}
    answer = shop.post("/api/v1/tickets", data=said, files=[("files", ("x.png", PNG))])
    assert answer.status_code == 201
    body = answer.json()
    assert body["mail"] is False
    assert body["expected_reply"]["basis"] == "promised"
    assert body["expected_reply"]["latest_hours"] == 24
    assert "On working days we reply within 24 hours." in body["expected_reply"]["text"]
    case = kept.tickets.case(body["ticket_id"])
    assert case
    assert [a.kind for a in case.attachments] == ["image/png"]
    bad = shop.post("/api/v1/tickets", data=said, files=[("files", ("x.png", b"MZ\0\0"))])
    assert (bad.status_code, bad.json()["field"]) == (422, "files")


def test_the_document_describes_both_bodies(shop: httpx.Client) -> None:
    described = shop.get("/api/v1/openapi.json").json()
    paths = described["paths"]
    assert "201" in paths["/api/v1/tickets"]["post"]["responses"]
    assert "message" in described["components"]["schemas"]["TicketRequest"]["properties"]
    page = shop.get("/api/v1/docs").text
    assert "/api/v1/tickets/{number}/replied" in page
    assert "RepliedCall" in page


def rated(kept: Store, shop: httpx.Client) -> str:
    from datetime import UTC, datetime

    number = api(shop, {"email": f"{uuid4().hex[:8]}@example.com", "message": "Ciao"}).json()["ticket_id"]
    closed = kept.tickets.close(number, datetime.now(UTC), ask=True)
    assert closed
    assert closed.rating_token
    return closed.rating_token


def test_looking_at_the_question_answers_nothing(shop: httpx.Client, kept: Store) -> None:
    token = rated(kept, shop)
    page = shop.get(f"/s/{token}?value=4")
    assert page.status_code == 200
    assert re.search(r'value="4" checked', page.text)
    assert page.headers["cache-control"] == "private, no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    found = kept.tickets.rated(token)
    assert found
    assert found[1] is None


def test_an_answer_is_kept_and_can_be_changed(shop: httpx.Client, kept: Store) -> None:
    token = rated(kept, shop)
    answer = shop.post(f"/s/{token}", data={"value": "2", "comment": "Lento\x00 <b>"})
    assert answer.status_code == 303
    thanks = text_of(shop.get(answer.headers["location"]).text)
    assert "Hai detto 2 su 5." in thanks
    assert "Ci dispiace" in thanks
    assert 'value="2" checked' in shop.get(f"/s/{token}").text
    shop.post(f"/s/{token}", data={"value": "5"})
    found = kept.tickets.rated(token)
    assert found
    assert found[1]
    assert (found[1].value, found[1].comment) == (5, "")


@pytest.mark.parametrize("value", ["", "0", "6", "-1", "1.5", "٣", "x" * 9_000, "\0"])
def test_what_is_no_answer_is_asked_again(shop: httpx.Client, kept: Store, value: str) -> None:
    token = rated(kept, shop)
    answer = shop.post(f"/s/{token}", data={"value": value, "comment": "perché sì"})
    assert answer.status_code == 422
    assert "perché sì" in answer.text
    assert shop.get(f"/s/{token}", params={"value": value[:2_000]}).status_code == 200


def test_a_comment_that_is_too_long_is_kept_on_the_page(shop: httpx.Client, kept: Store) -> None:
    token = rated(kept, shop)
    answer = shop.post(f"/s/{token}", data={"value": "3", "comment": "x" * 1_001})
    assert answer.status_code == 422
    assert "x" * 1_001 in answer.text


@pytest.mark.parametrize("token", ["x", "0" * 32, "0" * 5_000, "%00", "è" * 32, ".." * 16])
def test_a_question_that_nobody_asked(shop: httpx.Client, token: str) -> None:
    assert shop.get(f"/s/{token}").status_code == 404
    assert shop.post(f"/s/{token}", data={"value": "3"}).status_code == 404
