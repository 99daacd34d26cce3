"""Was this helpful? From the button to the table, with all that can go wrong between them."""

import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app import ledger as ledger_module
from app.ledger import Ledger
from app.settings import Settings
from app.store import StoreError, open_store
from tests.asking import indexed, until
from tests.served import MODELS, REPO, SHOP, Serve

ARTICLE = "consegna/tempi-di-consegna"
READER = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feedback") / "data"


@pytest.fixture(scope="module")
def shop(serve: Serve, data: Path) -> Iterator[httpx.Client]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger_module, "_FLUSH_SECONDS", 0.05)
        patch.setattr(ledger_module, "_RANK_SECONDS", 0.1)
        with serve(SHOP, data, contact_phone="+39 0546 000 214") as client:
            yield client


@pytest.fixture(autouse=True)
def _empty(data: Path, request: pytest.FixtureRequest) -> None:
    if "shop" in request.fixturenames:
        request.getfixturevalue("shop")
        ask(data, "DELETE FROM events")


def ask(data: Path, statement: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(data / "sportello.db", timeout=10) as connection:
        return connection.execute(statement).fetchall()


def ratings(data: Path) -> list[tuple[Any, ...]]:
    return ask(data, "SELECT article, lang, value, reason, comment FROM events ORDER BY received_at")


def rate(client: httpx.Client, lang: str = "it", **fields: str) -> httpx.Response:
    return client.post(f"/{lang}/feedback", data={"article": ARTICLE, **fields})


def rating_of(response: httpx.Response) -> str:
    assert response.status_code == 303
    return str(httpx.URL(response.headers["location"]).params["rating"])


def test_yes_is_thanked_and_kept(shop: httpx.Client, data: Path) -> None:
    answer = rate(shop, value="yes")
    assert answer.status_code == 303
    assert "rating" not in answer.headers["location"]
    thanks = shop.get(answer.headers["location"])
    assert "Ci fa piacere che ti sia servito." in thanks.text
    assert thanks.headers["cache-control"] == "no-store"
    assert "noindex" in thanks.text
    assert ratings(data) == [(ARTICLE, "it", "yes", None, None)]


def test_no_asks_why_and_keeps_the_reason(shop: httpx.Client, data: Path) -> None:
    answer = rate(shop, "en", value="no")
    page = shop.get(answer.headers["location"]).text
    assert page.count('type="radio"') == 4
    told = rate(shop, "en", rating=rating_of(answer), reason="unclear", comment=" what is  “working day”? ")
    assert told.status_code == 303
    thanks = shop.get(told.headers["location"]).text
    assert "Your answer helps us" in thanks
    assert "/en/contact" in thanks
    assert ratings(data) == [(ARTICLE, "en", "no", "unclear", "what is “working day”?")]


def test_what_names_a_person_is_not_kept(shop: httpx.Client, data: Path) -> None:
    rating = rating_of(rate(shop, value="no"))
    rate(shop, rating=rating, comment="sono RSSMRA85T10A562S, tel. 347 123 4567, mario@example.com")
    assert ratings(data)[0][4] == "sono [codice fiscale], tel. [phone], [e-mail]"
    stored = (data / "sportello.db").read_bytes() + (data / "sportello.db-wal").read_bytes()
    for secret in (b"RSSMRA", b"347 123", b"mario@", b"127.0.0.1", b"python-httpx"):
        assert secret not in stored


def test_a_reason_counts_once(shop: httpx.Client, data: Path) -> None:
    rating = rating_of(rate(shop, value="no"))
    assert rate(shop, rating=rating, reason="wrong").status_code == 303
    again = rate(shop, rating=rating, reason="unclear", comment="and this")
    assert again.status_code == 409
    assert "vale solo la prima" in again.text
    assert ratings(data) == [(ARTICLE, "it", "no", "wrong", None)]


def test_a_rating_that_the_page_named_counts_once(shop: httpx.Client, data: Path) -> None:
    first, second = (rate(shop, value="no", rating="f" * 32) for _ in range(2))
    assert rating_of(first) == rating_of(second) == "f" * 32
    assert len(ratings(data)) == 1


def test_a_reason_whose_rating_was_lost_is_kept_whole(shop: httpx.Client, data: Path) -> None:
    assert rate(shop, rating="e" * 32, reason="wrong", comment="il prezzo").status_code == 303
    assert rate(shop, rating="e" * 32, reason="wrong", comment="il prezzo").status_code == 409
    assert rate(shop, rating="../../etc", comment="anche questo").status_code == 303
    assert [row[2:] for row in ratings(data)] == [("no", "wrong", "il prezzo"), ("no", None, "anche questo")]


def test_a_reason_cannot_be_hung_on_a_yes(shop: httpx.Client, data: Path) -> None:
    rate(shop, value="yes", rating="d" * 32)
    assert rate(shop, rating="d" * 32, reason="wrong").status_code == 409
    assert [row[2:] for row in ratings(data)] == [("yes", None, None)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Scegli sì o no."),
        ({"value": "maybe"}, "Scegli sì o no."),
        ({"value": ""}, "Scegli sì o no."),
        ({"rating": "c" * 32}, "Scegli un motivo"),
        ({"rating": "c" * 32, "reason": "because", "comment": "kept <b>"}, "Scegli un motivo"),
        ({"rating": "c" * 32, "comment": " \t\x00 "}, "Scegli un motivo"),
        ({"rating": "c" * 32, "reason": "wrong", "comment": "kept <b>" + "x" * 493}, "500 caratteri"),
    ],
)
def test_what_cannot_be_used_is_said_and_shown_again(
    shop: httpx.Client, data: Path, fields: dict[str, str], said: str
) -> None:
    answer = rate(shop, **fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert ("kept &lt;b&gt;" in answer.text) == ("kept" in fields.get("comment", ""))
    assert ratings(data) == []


def test_five_hundred_characters_fit(shop: httpx.Client, data: Path) -> None:
    assert rate(shop, rating="b" * 32, comment="😀" * 500).status_code == 303
    assert ratings(data)[0][4] == "😀" * 500


@pytest.mark.parametrize(
    "article",
    [
        "",
        "nulla",
        "consegna",
        "../it",
        "\x00",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        "a" * 5_000,
    ],
)
def test_an_article_we_do_not_have_is_not_found(shop: httpx.Client, data: Path, article: str) -> None:
    for answer in (
        rate(shop, article=article, value="yes"),
        shop.get("/it/feedback", params={"article": article}),
    ):
        assert answer.status_code == 404
        assert "Questa pagina non esiste" in answer.text
    assert rate(shop, "xx", value="yes").status_code == 404
    assert ratings(data) == []


def test_another_site_cannot_answer(shop: httpx.Client, data: Path) -> None:
    fields = {"article": ARTICLE, "value": "no"}
    answer = shop.post("/it/feedback", data=fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "da un altro sito" in answer.text
    assert ratings(data) == []
    assert (
        shop.post("/it/feedback", data=fields, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    )


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        (b'{"value": "yes"}', "application/json", 415),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415),
        (b"", "", 415),
        (b"\xff\xfe%ED%A0%80=%00&&&=%", "application/x-www-form-urlencoded", 404),
        (
            b"article=consegna%2Ftempi-di-consegna&comment=%ED%A0%80%00a",
            "application/x-www-form-urlencoded",
            303,
        ),
    ],
)
def test_bodies_that_no_form_of_ours_sends(shop: httpx.Client, body: bytes, kind: str, status: int) -> None:
    answer = shop.post("/it/feedback", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    assert status == 303 or "<h1>" in answer.text


def test_following_an_address_by_hand_says_nothing_untrue(shop: httpx.Client, data: Path) -> None:
    bare = shop.get("/it/feedback", params={"article": ARTICLE})
    assert (bare.status_code, bare.headers["location"]) == (302, f"/it/a/{ARTICLE}")
    odd = shop.get(
        "/it/feedback", params={"article": ARTICLE, "value": "no", "rating": '"><script>', "comment": "<b>x"}
    )
    assert odd.status_code == 200
    assert "<b>x" not in odd.text
    assert '"><script>' not in odd.text
    assert ratings(data) == []


def test_nothing_is_set_on_the_visitors_device(shop: httpx.Client) -> None:
    answer = rate(shop, value="no")
    assert "set-cookie" not in answer.headers
    assert "set-cookie" not in shop.get(answer.headers["location"]).headers


# When the database is not there


@pytest.fixture(scope="module")
def broken(
    serve: Serve, shop: httpx.Client, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    assert shop
    own = indexed(data, tmp_path_factory.mktemp("broken"))
    with serve(SHOP, own, database_url="postgresql://u:secret@127.0.0.1:1/d") as client:
        yield client


def test_without_a_database_pages_and_search_go_on(broken: httpx.Client) -> None:
    for path in ("/it/", f"/it/a/{ARTICLE}", "/it/search?q=reso", "/api/v1/search?q=reso", "/readyz"):
        assert broken.get(path, headers=READER).status_code == 200


def test_without_a_database_nothing_written_is_lost(broken: httpx.Client) -> None:
    answer = rate(broken, value="no")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "la colpa è nostra" in answer.text
    assert "secret" not in answer.text
    answer = rate(broken, rating="a" * 32, reason="wrong", comment="il prezzo è «vecchio»")
    assert answer.status_code == 503
    assert 'value="il prezzo è «vecchio»"' in answer.text
    assert re.search(r'value="wrong" checked', answer.text)
    assert f'value="{"a" * 32}"' in answer.text


@pytest.mark.usefixtures("shop")
def test_a_database_that_comes_back_is_used(
    serve: Serve,
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(ledger_module, "_FLUSH_SECONDS", 0.05)
    monkeypatch.setattr(ledger_module, "_RETRY_SECONDS", 0.05)
    place = tmp_path / "elsewhere"
    place.touch()  # a file where its folder should be
    own = indexed(data, tmp_path / "data")
    with serve(SHOP, own, database_url=f"sqlite:///{place}/sportello.db") as client:
        assert rate(client, value="yes").status_code == 503
        time.sleep(0.3)
        said = [
            r for r in caplog.records if r.name == "sportello.ledger"
        ]  # other rooms tell what it costs them
        assert len(said) == 1, caplog.text
        place.unlink()
        until(lambda: rate(client, value="yes").status_code == 303)
    assert len(ratings(place)) == 1


# What people read most


def opened(client: httpx.Client, article: str, times: int, **headers: str) -> None:
    for _ in range(times):
        assert client.get(f"/it/a/{article}", headers={**READER, **headers}).status_code == 200


def read_counts(data: Path) -> dict[str, int]:
    return dict(ask(data, "SELECT article, sum(count) FROM reads GROUP BY article"))


def test_only_people_who_came_from_here_are_counted(shop: httpx.Client, data: Path) -> None:
    article = "account/password-dimenticata"
    for headers in (
        {"Sec-Purpose": "prefetch"},
        {"Purpose": "prefetch"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Dest": "iframe"},
    ):
        opened(shop, article, 1, **headers)
    shop.get(f"/it/a/{article}")
    shop.head(f"/it/a/{article}", headers=READER)
    shop.get("/it/a/account/nulla", headers=READER)
    opened(shop, article, 2)
    until(lambda: read_counts(data).get(article))
    time.sleep(0.2)
    assert read_counts(data) == {article: 2}


def test_what_is_read_most_comes_first_on_the_home_page(shop: httpx.Client) -> None:
    opened(shop, "pagamenti/fattura", 3)
    opened(shop, ARTICLE, 5)
    opened(shop, "pagamenti/pagamento-rifiutato", 2)  # too few

    def ranked() -> list[str]:
        section = re.search(
            r'<section class="part" aria-labelledby="asked">.*?</section>', shop.get("/it/").text, re.DOTALL
        )
        return re.findall(r'href="/it/a/([^"]+)"', section[0]) if section else []

    until(lambda: ranked()[:2] == [ARTICLE, "pagamenti/fattura"])
    assert "pagamenti/pagamento-rifiutato" not in ranked()


def test_counts_wait_for_the_database_and_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "_MOST_COUNTED", 3)
    ledger = Ledger(Settings(data=tmp_path))
    for number in range(10):
        ledger.count_read("it", f"{number}")
        ledger.count_read("it", "0")
    ledger.start()
    ledger.stop()
    assert read_counts(tmp_path) == {"0": 11, "1": 1, "2": 1}


def test_counts_that_could_not_be_written_are_kept_for_later(tmp_path: Path) -> None:
    ledger = Ledger(Settings(data=tmp_path))
    store = open_store("", tmp_path)
    ask(tmp_path, "ALTER TABLE reads RENAME TO away")
    ledger.count_read("it", "a")
    with pytest.raises(StoreError):
        ledger._flush(store)
    ask(tmp_path, "ALTER TABLE away RENAME TO reads")
    ledger.count_read("it", "a")
    ledger._flush(store)
    store.close()
    assert read_counts(tmp_path) == {"a": 2}


# A process of its own


@pytest.mark.usefixtures("shop")
def test_an_acknowledged_rating_survives_a_kill(tmp_path: Path, data: Path) -> None:
    indexed(data, tmp_path)
    (tmp_path / "models").symlink_to(MODELS)
    command = [
        sys.executable,
        "-m",
        "app",
        "serve",
        "--content",
        str(SHOP),
        "--data",
        str(tmp_path),
        "--port",
        "0",
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=REPO
    )
    try:
        assert process.stdout
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        with httpx.Client(base_url=found[0], timeout=30) as client:
            until(lambda: _ready(client), 60)
            names = [rating_of(rate(client, value="no")) for _ in range(20)]
    finally:
        process.kill()
        process.wait()
    assert {row[0] for row in ask(tmp_path, "SELECT id FROM events")} == set(names)


def _ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


# In the browser


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def scripted(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    context = browser.new_context(java_script_enabled=request.param, locale="it")
    yield context
    context.close()


def at_the_article(context: BrowserContext, shop: httpx.Client) -> Page:
    page = context.new_page()
    page.goto(f"{shop.base_url}/it/a/{ARTICLE}")
    return page


def test_yes_in_the_browser(scripted: BrowserContext, shop: httpx.Client, data: Path) -> None:
    page = at_the_article(scripted, shop)
    page.get_by_role("button", name="Sì", exact=True).click()
    expect(page.get_by_text("Ci fa piacere che ti sia servito.")).to_be_visible()
    assert [row[2] for row in ratings(data)] == ["yes"]


def test_no_by_keyboard_alone(scripted: BrowserContext, shop: httpx.Client, data: Path) -> None:
    page = at_the_article(scripted, shop)
    page.get_by_role("button", name="Sì", exact=True).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    first = page.get_by_role("radio").first
    expect(first).to_be_visible()
    if page.url.endswith(ARTICLE):
        expect(first).to_be_focused()
    else:
        first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("il prezzo è vecchio")
    page.keyboard.press("Enter")
    expect(page.get_by_text("La tua risposta ci aiuta")).to_be_visible()
    expect(page.get_by_role("link", name="Parla con una persona").first).to_be_visible()
    assert ratings(data) == [(ARTICLE, "it", "no", "wrong", "il prezzo è vecchio")]


@pytest.fixture
def page(browser: Browser, shop: httpx.Client) -> Iterator[Page]:
    context = browser.new_context(locale="it")
    yield at_the_article(context, shop)
    context.close()


def test_with_its_script_the_page_stays_and_the_answer_is_announced(page: Page, shop: httpx.Client) -> None:
    section = page.locator("section.feedback")
    status = section.get_by_role("status")
    expect(status).to_be_empty()
    page.get_by_role("button", name="No", exact=True).click()
    expect(status).to_have_text("Ci dispiace che non ti sia stato utile.")
    page.get_by_label("È difficile da capire").check()
    page.get_by_role("button", name="Invia").click()
    expect(status).to_contain_text("Grazie.")
    expect(section).to_be_focused()
    expect(section.get_by_role("link", name="Parla con una persona")).to_have_count(1)
    assert page.url == f"{shop.base_url}/it/a/{ARTICLE}"


def test_an_impatient_double_click_counts_once(page: Page, data: Path) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_role("button", name="Sì", exact=True).dblclick()
    expect(page.get_by_text("Ci fa piacere che ti sia servito.")).to_be_visible()
    assert sent.count("POST") == 1
    assert len(ratings(data)) == 1


def test_where_the_script_cannot_send_the_form_does(page: Page, data: Path) -> None:
    # The server has it, but the answer does not arrive.
    def lose(route: Any) -> None:
        if route.request.resource_type == "fetch":
            route.fetch(max_redirects=0)
            route.abort()
        else:
            route.continue_()

    page.route("**/feedback", lose)
    page.get_by_role("button", name="No", exact=True).click()
    page.wait_for_url("**/feedback?*")
    assert page.get_by_role("radio").count() == 4
    assert len(ratings(data)) == 1


def test_what_the_server_refuses_the_script_leaves_to_the_form(page: Page, data: Path) -> None:
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("button", name="Invia").click()  # nothing chosen
    page.wait_for_url("**/feedback")
    expect(page.get_by_text("Scegli un motivo o scrivi due parole.")).to_be_visible()
    page.get_by_label("È sbagliato").check()
    page.get_by_role("button", name="Invia").click()
    expect(page.get_by_text("La tua risposta ci aiuta")).to_be_visible()
    assert [row[2:] for row in ratings(data)] == [("no", "wrong", None)]
