"""From a question without an answer to the mailbox and back: a real server, a real mail server."""

import json
import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.searches.names import Names
from app.secret import Secret
from app.store import Store
from app.subscriptions.letters import quoted
from app.subscriptions.registry import mailbox
from tests.conftest import WriteArticle
from tests.contact.servers import MailServer, until
from tests.served import Serve
from tests.subscriptions.conftest import SITE, with_mail

UNANSWERED = "Posso noleggiare una tandem per il fine settimana?"
ANSWERED = "Come regolo i freni?"


def somebody() -> str:
    return f"{uuid4().hex[:12]}@example.com"


def search(shop: httpx.Client, question: str, lang: str = "it", **more: str) -> dict[str, Any]:
    answer: dict[str, Any] = shop.get("/api/v1/search", params={"q": question, "lang": lang, **more}).json()
    return answer


def subscribe(shop: httpx.Client, email: str, search_id: str) -> httpx.Response:
    return shop.post("/api/v1/subscriptions", json={"email": email, "search_id": search_id})


def one_to(mails: MailServer, email: str) -> EmailMessage:
    until(lambda: mails.to(email))
    (mail,) = mails.to(email)
    return mail


def body(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def link(mail: EmailMessage) -> str:
    """The path in a mail that asks for a yes."""
    found = re.search(rf"{re.escape(SITE)}(/\w+/subscriptions/\w+)\s", body(mail))
    assert found
    return found[1]


def asked(
    shop: httpx.Client, mails: MailServer, question: str = UNANSWERED, lang: str = "it"
) -> tuple[str, str]:
    """Somebody's address, and the link in their mail."""
    email = somebody()
    assert subscribe(shop, email, search(shop, question, lang)["search_id"]).status_code == 202
    return email, link(one_to(mails, email))


def form(shop: httpx.Client, lang: str = "it", **fields: str) -> httpx.Response:
    return shop.post(f"/{lang}/subscriptions", data=fields)


def test_the_api_takes_a_wish_at_once_after_the_search(
    shop: httpx.Client, kept: Store, mails: MailServer
) -> None:
    found = search(shop, UNANSWERED)
    assert found["answer"] == "no"
    email = somebody()
    answer = subscribe(shop, email, found["search_id"])
    assert answer.status_code == 202
    assert list(answer.json()) == ["message"]
    (waiting,) = kept.subscriptions.of(email)
    assert (waiting.question, waiting.lang, waiting.confirmed_at) == (UNANSWERED, "it", None)
    assert waiting.before == tuple(hit["id"] for hit in found["results"])
    assert (waiting.snapshot, waiting.search_id) == (found["snapshot"], found["search_id"])
    mail = one_to(mails, email)
    assert mail["Subject"] == "Ti scriviamo quando c’è la risposta?"
    assert mail["From"] == "Tornigallo <ciao@tornigallo.example>"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "it")
    for text in (body(mail), body(mail, "html")):
        assert UNANSWERED in text
        assert f"{SITE}/it/subscriptions/{waiting.id}" in text
        assert "non fare nulla" in text
        assert "https://tornigallo.example/privacy" in text
    assert waiting.id not in str(mail["Message-ID"])


def test_any_language_can_be_named(shop: httpx.Client, mails: MailServer) -> None:
    email, path = asked(shop, mails, "Vendete astronavi usate?", "xx\r\nBcc: all@example.com")
    assert path.startswith("/it/")
    assert one_to(mails, email)["Bcc"] is None


def test_nobody_learns_who_is_known(shop: httpx.Client, mails: MailServer) -> None:
    email, _ = asked(shop, mails)
    again = subscribe(shop, email.upper(), search(shop, UNANSWERED.upper())["search_id"])
    stranger = somebody()
    other = subscribe(shop, stranger, search(shop, UNANSWERED)["search_id"])
    assert (again.status_code, again.json()) == (other.status_code, other.json())
    # This mail was asked for later: a second one to the first address would have come by now.
    one_to(mails, stranger)
    assert len(mails.to(email)) == 1


def test_a_mailbox_is_not_flooded(shop: httpx.Client, kept: Store) -> None:
    name = uuid4().hex[:12]
    for number in range(6):
        found = search(shop, f"Posso noleggiare un monociclo a {number} ruote per la luna?")
        assert found["answer"] == "no"
        assert subscribe(shop, f"{name}+{number}@example.com", found["search_id"]).status_code == 202
    sent = [kept.subscriptions.of(f"{name}+{number}@example.com") for number in range(6)]
    assert sum(map(len, sent)) == 5


@pytest.mark.parametrize(
    ("said", "status", "words"),
    [
        ({}, 422, "email"),
        ({"email": "anna@", "search_id": "x"}, 422, "name@example.com"),
        ({"email": "a@b.example\r\nBcc: all@example.com", "search_id": "x"}, 422, "name@example.com"),
        ({"email": "\ud800@example.com", "search_id": "x"}, 400, "JSON"),
        ({"email": "anna@example.com"}, 422, "search_id"),
        ({"email": "anna@example.com", "search_id": 7}, 422, "search_id"),
        ({"email": "anna@example.com", "search_id": "0" * 32}, 404, "There is no search"),
        ({"email": "anna@example.com", "search_id": "' OR 1=1 --\x00"}, 404, "There is no search"),
        ({"email": "anna@example.com", "search_id": "9" * 5_000}, 422, "search_id"),
    ],
)
def test_what_cannot_be_taken_is_said(
    shop: httpx.Client, said: dict[str, Any], status: int, words: str
) -> None:
    content = json.dumps(said, ensure_ascii=True)
    answer = shop.post("/api/v1/subscriptions", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.text


def test_a_search_that_had_its_answer_is_no_wish(shop: httpx.Client) -> None:
    answer = subscribe(shop, somebody(), search(shop, ANSWERED)["search_id"])
    assert answer.status_code == 409
    assert "had its answer" in answer.json()["detail"]


def test_a_search_that_was_not_written_down_yet_is_asked_for_again(
    shop: httpx.Client, shop_content: Path
) -> None:
    name = Names(Secret("", shop_content.parent / "data").key("searches")).make()
    answer = subscribe(shop, somebody(), name)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_another_sites_page_is_refused(shop: httpx.Client, kept: Store) -> None:
    email = somebody()
    answer = shop.post(
        "/api/v1/subscriptions",
        json={"email": email, "search_id": search(shop, UNANSWERED)["search_id"]},
        headers={"Origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    assert kept.subscriptions.of(email) == ()


def test_what_reads_a_mails_links_says_neither_yes_nor_no(
    shop: httpx.Client, kept: Store, mails: MailServer
) -> None:
    email, path = asked(shop, mails)
    before = kept.subscriptions.of(email)
    for page in (path, f"{path}/confirm", f"{path}/stop"):
        answer = shop.get(page)
        assert answer.status_code == 200
        assert "Sì, scrivetemi" in answer.text
        assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == (
            "private, no-store", "no-referrer",
        )  # fmt: skip
        assert shop.head(page).status_code == 200
    assert kept.subscriptions.of(email) == before


def test_a_yes_is_kept_and_can_be_taken_back(shop: httpx.Client, kept: Store, mails: MailServer) -> None:
    email, path = asked(shop, mails)
    assert "Ti scriveremo" in shop.post(f"{path}/confirm").text
    (waiting,) = kept.subscriptions.of(email)
    assert waiting.confirmed_at
    assert "Non scrivetemi" in shop.get(path).text
    stopped = shop.post(f"{path}/stop")
    assert (stopped.status_code, "Il tuo indirizzo è cancellato" in stopped.text) == (200, True)
    assert kept.subscriptions.of(email) == ()
    assert shop.get(path).status_code == 404
    assert shop.post(f"{path}/confirm").status_code == 404


def test_a_mail_program_stops_with_one_post(shop: httpx.Client, kept: Store, mails: MailServer) -> None:
    email, _ = asked(shop, mails)
    mail = one_to(mails, email)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = mail["List-Unsubscribe"].strip("<>").removeprefix(SITE)
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = shop.post(path, content="List-Unsubscribe=One-Click", headers={"Content-Type": kind})
        assert answer.status_code == 200  # neither a redirect nor a complaint the second time
    assert kept.subscriptions.of(email) == ()


@pytest.mark.parametrize("token", ["0" * 32, "x", "%00", "..%2f", "%ed%a0%80" * 9, "A" * 400])
@pytest.mark.parametrize("act", ["", "/confirm", "/stop"])
def test_a_link_of_nobodys(shop: httpx.Client, token: str, act: str) -> None:
    assert shop.get(f"/it/subscriptions/{token}{act}").status_code == 404
    if act:
        answer = shop.post(f"/it/subscriptions/{token}{act}")
        assert answer.status_code in ({200, 404} if act == "/stop" else {404})


def test_a_mail_keeps_its_language_whatever_the_address_says(shop: httpx.Client, mails: MailServer) -> None:
    email, path = asked(shop, mails, "Can I rent a tandem for the weekend?", "en")
    assert one_to(mails, email)["Subject"] == "Shall we write to you when there is an answer?"
    assert '<html lang="en"' in shop.get(path.replace("/en/", "/fr/")).text
    assert shop.get("/xx/subscriptions/sent").status_code == 404


def test_the_form_takes_a_wish_without_a_search_id(
    shop: httpx.Client, kept: Store, mails: MailServer
) -> None:
    page = shop.get("/it/search", params={"q": UNANSWERED}).text
    assert 'action="/it/subscriptions"' in page
    email = somebody()
    answer = form(shop, q=UNANSWERED, email=f"  {email} ")
    assert (answer.status_code, answer.headers["location"]) == (303, "/it/subscriptions/sent")
    assert "Guarda nella tua posta" in shop.get("/it/subscriptions/sent").text
    assert one_to(mails, email)
    (waiting,) = kept.subscriptions.of(email)
    assert (waiting.question, waiting.search_id) == (UNANSWERED, None)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": ""}, "Scrivi l’indirizzo e-mail"),
        ({"email": "anna@"}, "non può essere giusto"),
        ({"email": "<b>x</b>@"}, "&lt;b&gt;x&lt;/b&gt;@"),
        ({"email": "anna@example.com", "website": "https://spam.example"}, "le persone non vedono"),
    ],
)
def test_a_form_with_something_wrong_loses_nothing(
    shop: httpx.Client, kept: Store, fields: dict[str, str], said: str
) -> None:
    answer = form(shop, q=UNANSWERED, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert UNANSWERED in answer.text
    assert kept.subscriptions.of("anna@example.com") == ()


def test_a_form_whose_question_is_answered_leads_to_the_answer(shop: httpx.Client) -> None:
    answer = form(shop, q=ANSWERED, email=somebody())
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/it/search?q=Come")
    assert form(shop, q=" ", email=somebody()).headers["location"] == "/it/search"
    assert form(shop, lang="xx", q=UNANSWERED, email=somebody()).status_code == 404


def test_strange_questions_are_kept_as_far_as_they_can_be(
    shop: httpx.Client, kept: Store, mails: MailServer
) -> None:
    email = somebody()
    strange = "<script>alert(1)</script> \x00 Vinci su http://evil.example/x! " + "noleggio monociclo " * 200
    assert form(shop, q=strange, email=email).status_code == 303
    mail = one_to(mails, email)
    (waiting,) = kept.subscriptions.of(email)
    assert len(waiting.question) <= 2_000
    for text in (body(mail), body(mail, "html")):
        assert "evil.example" not in text
        assert "monociclo" in text
    assert "<script" not in body(mail, "html")
    page = shop.get(link(mail)).text
    assert "<script>alert" not in page


def test_what_says_who_they_are_is_not_kept(shop: httpx.Client, kept: Store) -> None:
    email = somebody()
    form(shop, q="Sono anna@example.com, tel. 347 123 4567: noleggiate monocicli lunari?", email=email)
    (waiting,) = kept.subscriptions.of(email)
    assert "[e-mail]" in waiting.question
    assert "347" not in waiting.question


def test_a_filtered_page_offers_nothing_of_it(shop: httpx.Client) -> None:
    page = shop.get("/it/search", params={"q": UNANSWERED, "category": "bici"}).text
    assert "/it/subscriptions" not in page


def test_who_confirms_late_is_answered_at_once(
    serve: Serve, mails: MailServer, tmp_path: Path, write_article: WriteArticle
) -> None:
    content = tmp_path / "content"
    write_article(content, "it/bici/freni", ANSWERED, "Gira la vite del cavo di mezzo giro.")
    with serve(content, tmp_path / "data", **with_mail(mails)) as shop:
        email, path = asked(shop, mails)
        served = shop.get("/readyz").json()["snapshot"]
        write_article(content, "it/noleggio/tandem", UNANSWERED, "Sì, costa quaranta euro.")
        until(lambda: shop.get("/readyz").json()["snapshot"] != served)
        page = shop.post(f"{path}/confirm")
        assert page.status_code == 200
        assert "C’è la risposta alla tua domanda" in page.text
        assert 'href="/it/a/noleggio/tandem' in page.text
        until(lambda: len(mails.to(email)) == 2)
        mail = mails.to(email)[1]
        assert mail["Subject"] == "C’è la risposta alla tua domanda"
        assert f"{SITE}/it/a/noleggio/tandem" in body(mail)
        assert "quaranta euro" in body(mail, "html")
        assert mail["List-Unsubscribe"] == f"<{SITE}{path}/stop>"
        until(lambda: shop.get(path).status_code == 404)
        assert shop.post(f"{path}/stop").status_code == 200


@pytest.mark.parametrize("missing", ["smtp_host", "base_url"])
def test_where_no_mail_can_be_sent_nothing_is_offered(
    serve: Serve, mails: MailServer, shop_content: Path, borrowed: Path, missing: str
) -> None:
    with serve(shop_content, borrowed, **with_mail(mails, **{missing: ""})) as shop:
        assert "/it/subscriptions" not in shop.get("/it/search", params={"q": UNANSWERED}).text
        answer = subscribe(shop, "anna@example.com", search(shop, UNANSWERED)["search_id"])
        assert answer.status_code == 503
        assert "sends no e-mail" in answer.json()["detail"]
        page = form(shop, q=UNANSWERED, email="anna@example.com")
        assert page.status_code == 503
        assert "Porta questa domanda a una persona" in page.text


def test_one_client_asks_seldom(serve: Serve, mails: MailServer, shop_content: Path, borrowed: Path) -> None:
    options = with_mail(mails, limit_subscriptions="1")
    with serve(shop_content, borrowed, **options) as shop:
        found = search(shop, UNANSWERED)["search_id"]
        assert subscribe(shop, somebody(), found).status_code == 202
        refused = subscribe(shop, somebody(), found)
        assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
        page = form(shop, q=UNANSWERED, email="anna@example.com")
        assert (page.status_code, int(page.headers["retry-after"]) > 0) == (429, True)
        assert 'value="anna@example.com"' in page.text


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("Vendete tazze?", "Vendete tazze?"),
        ("vai su https://evil.example/x ora", "vai su … ora"),
        ("vai su www.evil ora", "vai su … ora"),
        ("vai su evil.example, ora", "vai su … ora"),
        ("apre alle 9.30 o 10.15?", "apre alle 9.30 o 10.15?"),
        ("a" * 200, "a" * 149 + "…"),
    ],
)
def test_a_stranger_is_shown_no_links(question: str, shown: str) -> None:
    assert quoted(question) == shown


def test_one_mailbox_has_many_spellings() -> None:
    same: Callable[[str], str] = mailbox
    assert same("A.n.na+shop@Example.com") == same("anna@example.com")
    assert same("anna@example.com") != same("bruno@example.com")
