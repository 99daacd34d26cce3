"""A message, from the request to the mailboxes and the other program: real servers, real waiting."""

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from sqlalchemy import text

from app.contact.outbox import next_wait
from app.contact.signatures import is_signed, sign
from app.store import Case, Reply, Store, open_store
from tests.contact.conftest import SECRET
from tests.contact.servers import Hook, MailServer, until
from tests.served import SHOP, Serve

BROKEN = "Buongiorno, il vaso che ho ordinato è arrivato rotto, come posso avere un rimborso?"


def open_ticket(shop: httpx.Client, **said: Any) -> tuple[str, dict[str, Any]]:
    """The customer's address, which is new, and the answer."""
    email = f"{uuid4().hex[:12]}@example.com"
    answer = shop.post("/api/v1/tickets", json={"email": email, "message": BROKEN, "lang": "it", **said})
    assert answer.status_code == 201, answer.text
    return email, answer.json()


def one_to(mails: MailServer, email: str) -> EmailMessage:
    until(lambda: mails.to(email))
    (mail,) = mails.to(email)
    return mail


def forwarded(mails: MailServer, number: str) -> EmailMessage:
    def found() -> list[EmailMessage]:
        return [m for m in mails.to("desk@tornigallo.example") if number in m["Subject"]]

    until(found)
    (mail,) = found()
    return mail


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def test_who_writes_gets_a_mail(shop: httpx.Client, mails: MailServer) -> None:
    email, answer = open_ticket(shop, name="Anna <b>")
    number = answer["ticket_id"]
    mail = one_to(mails, email)
    assert mail["Subject"] == f"[{number}] Abbiamo il tuo messaggio"
    assert mail["Message-ID"] == f"<{number.lower()}.acknowledgement@tornigallo.example>"
    assert mail["From"] == "Tornigallo <ciao@tornigallo.example>"
    assert mail["Reply-To"] == "desk@tornigallo.example"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-replied", "it")
    assert mail["Date"].datetime
    text, html = body(mail, "plain"), body(mail, "html")
    for said in (text, html):
        assert number in said
        assert "Ciao Anna" in said
        assert answer["expected_reply"]["text"] in said
        assert "https://help.tornigallo.example/it/a/" in said
        assert "https://tornigallo.example/privacy" in said
        assert "solo per risponderti" in said
    assert BROKEN in text
    assert "Anna <b>" in text
    assert "Anna &lt;b&gt;" in html
    assert 'lang="it"' in html
    assert "<script" not in html


def test_the_mail_is_in_the_customers_language_and_without_answers_where_there_are_none(
    shop: httpx.Client, mails: MailServer
) -> None:
    email, answer = open_ticket(shop, lang="en", message="Which football team won the cup in 1982?")
    mail = one_to(mails, email)
    assert mail["Subject"] == f"[{answer['ticket_id']}] We have your message"
    assert "This may help you already" not in body(mail, "plain")
    assert "/a/" not in body(mail, "html")


def test_what_they_have_read_is_not_sent_to_them(shop: httpx.Client, mails: MailServer) -> None:
    first, _ = open_ticket(shop)
    shown = [
        line.split("/it/a/")[1] for line in body(one_to(mails, first), "plain").split() if "/it/a/" in line
    ]
    read = [path.partition("#")[0].partition("?")[0] for path in shown]
    assert read
    second, _ = open_ticket(shop, trail={"v": 1, "opened": read[:1], "rejected": read[1:]})
    text = body(one_to(mails, second), "plain")
    assert not [path for path in read if f"/it/a/{path}\n" in text]


def test_the_mailbox_gets_it_all_and_answers_the_customer(shop: httpx.Client, mails: MailServer) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    picture = (SHOP / "it/consegna/etichetta-del-pacco.png").read_bytes()
    answer = shop.post(
        "/api/v1/tickets",
        data={
            "email": email, "message": BROKEN, "name": "Anna", "category": "resi-e-rimborsi", "lang": "it",
            "sportello_trail": '{"v":1,"searched":["vaso rotto"],"opened":["resi/x"]}',
        },
        files=[("files", ("foto è.png", picture)), ("files", ("../nota.html", b"<b>ciao</b>"))],
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    mail = forwarded(mails, answer.json()["ticket_id"])
    assert mail["Reply-To"].addresses[0].addr_spec == email
    assert mail["Auto-Submitted"] == "auto-generated"
    text = body(mail, "plain")
    for said in (BROKEN, email, "resi-e-rimborsi", "vaso rotto", "resi/x", "foto è.png"):
        assert said in text
    files = list(mail.iter_attachments())
    assert [(f.get_filename(), f.get_content_type()) for f in files] == [
        ("foto è.png", "image/png"),
        ("nota.html.txt", "text/plain"),
    ]
    assert files[0].get_content() == picture


def test_another_program_gets_it_signed(shop: httpx.Client, hook: Hook) -> None:
    email, answer = open_ticket(shop, trail={"v": 1, "session": "secret", "opened": ["a/b"]})

    def mine() -> list[Any]:
        return [p for p in hook.posts if email.encode() in p.body]

    until(mine)
    (post,) = mine()
    assert is_signed(SECRET, post.body, post.headers["Sportello-Signature"], int(time.time()))
    said = orjson.loads(post.body)
    assert said["type"] == "ticket.created"
    assert said["id"] == post.headers["Sportello-Delivery"]
    assert said["ticket"]["id"] == answer["ticket_id"]
    assert said["ticket"]["message"] == BROKEN
    assert said["ticket"]["trail"]["opened"] == ["a/b"]
    assert b"secret" not in post.body.replace(b"a secret", b"")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "Vaso\r\nBcc: all@example.com"),
        ("name", "Anna\nBcc: all@example.com\n\nbody"),
        ("name", '"Anna" <evil@example.com>, x'),
        ("subject", "=?utf-8?q?=0ABcc:_all@example.com?="),
        ("name", "=?utf-8?q?a=0ABcc=3A_all@example.com?="),
        ("category", "x\r\nBcc: all@example.com"),
        ("subject", "\u2028Bcc: all@example.com\u0085x"),
        ("message", ".\r\n.\r\nMAIL FROM:<x@example.com>\r\n" + BROKEN),
        ("message", "😀" * 4_000),
        ("name", "è" * 200),
        ("subject", "أهلا " * 50),
    ],
)
def test_nothing_that_is_written_becomes_a_header_or_a_command(
    shop: httpx.Client, mails: MailServer, field: str, value: str
) -> None:
    email, answer = open_ticket(shop, **{field: value})
    acknowledged, forward = one_to(mails, email), forwarded(mails, answer["ticket_id"])
    for mail in (acknowledged, forward):
        assert not {"bcc", "cc"} & {name.lower() for name in mail.keys()}  # noqa: SIM118  a mail is no dict
        assert len(mail.get_all("To", [])) == len(mail.get_all("From", [])) == 1
    assert [a.addr_spec for a in forward["Reply-To"].addresses] == [email]
    assert not mails.to("all@example.com")
    if field == "message" and value.startswith("."):
        assert ".\nMAIL FROM:<x@example.com>" in body(forward, "plain").replace("\r\n", "\n")


def case_of(kept: Store, number: str) -> Case:
    case = kept.tickets.case(number)
    assert case
    return case


def test_a_suspect_gets_no_mail_and_goes_nowhere_until_somebody_lets_it_out(
    shop: httpx.Client, mails: MailServer, kept: Store
) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    answer = shop.post("/it/contact", data={"email": email, "message": BROKEN, "website": "x"})
    assert answer.status_code == 303
    number = answer.headers["location"].partition("number=")[2]
    assert case_of(kept, number).ticket.status == "quarantine"
    assert case_of(kept, number).parcels == ()
    kept.tickets.release(number, ("acknowledgement",), datetime.now(UTC))
    assert number in one_to(mails, email)["Subject"]


def test_a_refused_address_is_given_up_with_its_reason(
    shop: httpx.Client, mails: MailServer, kept: Store
) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    mails.refuses[email] = "550 5.1.1 no such user"
    answer = shop.post("/api/v1/tickets", json={"email": email, "message": BROKEN}).json()

    def acknowledgement() -> Any:
        return next(p for p in case_of(kept, answer["ticket_id"]).parcels if p.kind == "acknowledgement")

    until(lambda: acknowledgement().status == "failed")
    assert "550 5.1.1 no such user" in acknowledgement().reason
    assert forwarded(mails, answer["ticket_id"])  # the desk has it all the same


def test_a_busy_server_is_asked_again(shop: httpx.Client, mails: MailServer, kept: Store) -> None:
    email = f"{uuid4().hex[:12]}@example.com"
    mails.refuses[email] = "451 4.7.1 greylisted"
    answer = shop.post("/api/v1/tickets", json={"email": email, "message": BROKEN}).json()

    def acknowledgement() -> Any:
        return next(p for p in case_of(kept, answer["ticket_id"]).parcels if p.kind == "acknowledgement")

    until(lambda: acknowledgement().reason)
    assert acknowledgement().status == "waiting"
    assert acknowledgement().possible_repeats == 0
    del mails.refuses[email]
    hurry(kept)
    assert one_to(mails, email)
    until(lambda: acknowledgement().status == "sent")


def test_a_webhook_that_fails_is_tried_again_under_the_same_id(
    shop: httpx.Client, hook: Hook, kept: Store
) -> None:
    hook.status = 500
    try:
        email, _ = open_ticket(shop)
        until(lambda: [p for p in hook.posts if email.encode() in p.body])
    finally:
        hook.status = 200

    def twice() -> bool:
        hurry(kept)
        return len([p for p in hook.posts if email.encode() in p.body]) > 1

    until(twice)
    first, *others = [p for p in hook.posts if email.encode() in p.body]
    assert {p.headers["Sportello-Delivery"] for p in others} == {first.headers["Sportello-Delivery"]}


def hurry(store: Store) -> None:
    """Let what waits for its next attempt be due."""
    with store._engine.begin() as connection:
        connection.execute(
            text("UPDATE outbox SET next_at = :now WHERE status = 'waiting'"),
            {"now": (datetime.now(UTC) - timedelta(seconds=1)).strftime("%Y-%m-%d %H:%M:%S.%f")},
        )


def test_a_reply_is_threaded_and_ends_in_a_question(
    shop: httpx.Client, mails: MailServer, kept: Store
) -> None:
    email, answer = open_ticket(shop)
    number = answer["ticket_id"]
    one_to(mails, email)
    now = datetime.now(UTC)
    tickets = kept.tickets
    tickets.reply(
        number,
        Reply("r1", now, "here", "Bea", "Te ne mandiamo uno <nuovo>.", ("consegna/tempi-di-consegna",)),
    )
    tickets.reply(
        number, Reply("r2", now + timedelta(seconds=1), "here", "Bea", "Fatto."), close=True, ask=True
    )
    until(lambda: len(mails.to(email)) == 3)
    by_id = {m["Message-ID"]: m for m in mails.to(email)}
    first, second = (by_id[f"<{number.lower()}.{r}@tornigallo.example>"] for r in ("r1", "r2"))
    acknowledged = f"<{number.lower()}.acknowledgement@tornigallo.example>"
    assert first["In-Reply-To"] == acknowledged
    assert second["References"].split() == [acknowledged, first["Message-ID"]]
    assert "Auto-Submitted" not in first
    assert "Te ne mandiamo uno <nuovo>." in body(first, "plain")
    assert "https://help.tornigallo.example/it/a/consegna/tempi-di-consegna" in body(first, "html")
    token = case_of(kept, number).ticket.rating_token
    assert f"https://help.tornigallo.example/s/{token}?value=5" in body(second, "html")


def test_a_closing_asks_how_it_was(shop: httpx.Client, mails: MailServer, kept: Store) -> None:
    email, answer = open_ticket(shop)
    one_to(mails, email)
    closed = kept.tickets.close(answer["ticket_id"], datetime.now(UTC), ask=True)
    assert closed
    until(lambda: len(mails.to(email)) == 2)
    said = body(mails.to(email)[1], "plain")
    assert f"/s/{closed.rating_token}" in said
    assert "Quanto ti ha soddisfatto il nostro aiuto?" in said


def call(
    shop: httpx.Client, number: str, body: dict[str, Any], secret: str = SECRET, age: int = 0
) -> httpx.Response:
    content = orjson.dumps(body)
    headers = {"Sportello-Signature": sign(secret, content, int(time.time()) - age)}
    return shop.post(f"/api/v1/tickets/{number}/replied", content=content, headers=headers)


def test_a_reply_made_elsewhere_is_learned_from_a_signed_call(shop: httpx.Client, kept: Store) -> None:
    _, answer = open_ticket(shop)
    number = answer["ticket_id"]
    at = datetime.now(UTC)
    said = {"ticket_id": number, "at": at.isoformat(), "close": True}
    for wrong in (call(shop, number, said, "another secret, longer"), call(shop, number, said, age=400)):
        assert wrong.status_code == 401
        assert wrong.headers["content-type"] == "application/problem+json"
    assert case_of(kept, number).ticket.first_reply_at is None
    for _ in range(2):
        learned = call(shop, number, said)
        assert learned.json() == {
            "ticket_id": number, "status": "closed", "first_reply_at": at.isoformat().replace("+00:00", "Z"),
        }  # fmt: skip
    assert len(case_of(kept, number).replies) == 1
    long_ago = {"ticket_id": number, "at": (at - timedelta(hours=1)).isoformat()}
    assert call(shop, number, long_ago).status_code == 422
    _, another = open_ticket(shop)
    assert call(shop, another["ticket_id"], said).status_code == 422
    unknown = "SP-0000-0000"
    assert call(shop, unknown, {"ticket_id": unknown}).status_code == 404
    assert call(shop, number, {"ticket_id": number, "at": "yesterday"}).status_code == 422


def test_a_reply_in_the_future_or_before_the_question_flatters_nobody(
    shop: httpx.Client, kept: Store
) -> None:
    _, answer = open_ticket(shop)
    number = answer["ticket_id"]
    future = datetime.now(UTC) + timedelta(days=9)
    call(shop, number, {"ticket_id": number, "at": future.isoformat()})
    replied = case_of(kept, number).ticket.first_reply_at
    assert replied
    assert replied <= datetime.now(UTC)


def test_without_a_mail_server_the_answer_says_so(serve: Serve, odd_content: Path, tmp_path: Path) -> None:
    with serve(odd_content, tmp_path / "data") as client:
        answer = client.post("/api/v1/tickets", json={"email": "a@example.com", "message": "Ciao"}).json()
        assert answer == {"ticket_id": answer["ticket_id"], "expected_reply": None, "mail": False}
    with closing(open_store("", tmp_path / "data")) as store:
        assert case_of(store, answer["ticket_id"]).parcels == ()


def test_waits_double_up_to_a_limit_and_are_spread() -> None:
    waits = [next_wait(n, 1.0).total_seconds() for n in (1, 2, 3, 50)]
    assert waits == [30, 60, 120, 10_800]
    assert next_wait(1, 0.0).total_seconds() == 15
