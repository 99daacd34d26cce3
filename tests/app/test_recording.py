"""What is asked on the site is written down without a cookie: by whom, from where, and what was opened."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st
from playwright.sync_api import Browser

from app.routes.addresses import result
from app.searches.names import LASTS, Names
from tests.asking import LOST, ask, rows, until
from tests.served import SHOP, Serve

PERSON = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}
LINK = re.compile(r'<a href="(/it/a/[^"]*[?&;]s=[^"]*)"')


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("searches") / "data"


@pytest.fixture(scope="module")
def shop(serve: Serve, data: Path) -> Iterator[httpx.Client]:
    with serve(SHOP, data, contact_email="aiuto@example.com") as client:
        yield client


def written(data: Path, where: str) -> list[dict[str, Any]]:
    """The searches that a condition holds for, once there is one: nobody waits for them to be written."""
    found: list[dict[str, Any]] = []

    def there() -> bool:
        found[:] = rows(data, f"SELECT * FROM searches WHERE {where}")
        return bool(found)

    until(there)
    return found


def settled(shop: httpx.Client, data: Path, mark: str) -> list[dict[str, Any]]:
    """All searches so far: what was noted before a search that is written is written too."""
    shop.get("/api/v1/search", params={"q": mark, "lang": "it"})
    written(data, f"query = '{mark}'")
    return rows(data, f"SELECT * FROM searches WHERE query <> '{mark}'")


def searched(shop: httpx.Client, query: str, **more: str) -> str:
    page = shop.get("/it/search", params={"q": query, **more}, headers=PERSON)
    assert page.status_code == 200
    return page.text


def links(page: str) -> list[str]:
    return [found.replace("&amp;", "&") for found in LINK.findall(page)]


def hidden(page: str) -> str:
    found = re.search(r'<input type="hidden" name="s" value="([0-9a-f]{32})">', page)
    assert found
    return found[1]


def test_a_search_on_the_site(shop: httpx.Client, data: Path) -> None:
    page = searched(shop, "come posso seguire il mio pacco", category="consegna", phase="after")
    (row,) = written(data, "query = 'come posso seguire il mio pacco'")
    assert (row["source"], row["lang"], row["category"], row["phase"]) == ("site", "it", "consegna", "after")
    assert (row["previous"], row["session"], row["id"]) == (None, None, hidden(page))
    assert row["answer"] in {"yes", "maybe", "no"}
    assert row["ms"] > 0
    found = json.loads(row["results"])
    shown = {
        urlsplit(link).path.removeprefix("/it/a/"): parse_qs(urlsplit(link).query) for link in links(page)
    }
    assert list(shown) == found
    assert [fields["n"] for fields in shown.values()] == [[str(n)] for n in range(1, len(found) + 1)]
    assert {fields["s"][0] for fields in shown.values()} == {row["id"]}


def test_a_category_that_is_none_of_ours_is_not_written(shop: httpx.Client, data: Path) -> None:
    searched(shop, "categoria strana", category="marta@posta.example")
    shop.get("/api/v1/search", params={"q": "categoria strana", "category": "347 123 4567\0", "lang": "it"})
    settled(shop, data, "segno categoria")
    assert [r["category"] for r in written(data, "query = 'categoria strana'")] == [None, None]


def test_a_result_that_is_opened(shop: httpx.Client, data: Path) -> None:
    page = searched(shop, "vorrei restituire un vaso")
    link = links(page)[1]
    for _ in range(3):
        opened = shop.get(link, headers=PERSON)
        assert opened.status_code == 200
    path = urlsplit(link).path
    bare = shop.get(path, headers=PERSON)
    until(lambda: rows(data, f"SELECT * FROM events WHERE search_id = '{hidden(page)}'"))
    settled(shop, data, "segno aperto")
    (event,) = rows(data, f"SELECT * FROM events WHERE search_id = '{hidden(page)}'")
    assert (event["type"], event["position"], event["lang"]) == ("clicked", 2, "it")
    assert path == f"/it/a/{event['article']}"
    # The same page for all but the visitor: canonical without the search, listed as before, kept by nobody else.
    canonical = re.search(r'<link rel="canonical" href="([^"]+)">', opened.text)
    assert canonical
    assert canonical[1].endswith(path)
    assert ("noindex" in opened.text) == ("noindex" in bare.text)
    assert "private" in opened.headers["cache-control"]
    assert "s=" not in canonical[1]
    # What follows still says where it comes from.
    assert hidden(opened.text) == hidden(page)
    assert f"/it/contact?s={hidden(page)}" in opened.text
    assert 'name="s"' not in bare.text


def test_a_guide_keeps_the_search(shop: httpx.Client, data: Path) -> None:
    page = searched(shop, "restituire un vaso rotto")
    search_id = hidden(page)
    guides = [p.relative_to(SHOP / "it").with_suffix("").as_posix()
              for p in (SHOP / "it").rglob("*.md") if "type: guide" in p.read_text("utf-8")]  # fmt: skip
    assert guides
    opened = shop.get(result(f"/it/a/{guides[0]}#x", search_id, 3).partition("#")[0], headers=PERSON)
    assert hidden(opened.text) == search_id
    until(lambda: rows(data, f"SELECT * FROM events WHERE search_id = '{search_id}' AND position = 3"))


def test_asked_again_in_other_words(shop: httpx.Client, data: Path) -> None:
    first = searched(shop, "il vaso arrivato rotto")
    second = searched(shop, "il vaso è arrivato in pezzi", s=hidden(first))
    (row,) = written(data, "query = 'il vaso è arrivato in pezzi'")
    assert row["previous"] == hidden(first)
    assert row["id"] == hidden(second) != hidden(first)
    narrowed = re.search(r'href="(/it/search\?[^"]*category=[^"]*)"', second)
    assert narrowed
    assert f"s={hidden(second)}" in narrowed[1]


@pytest.mark.parametrize(
    "strange",
    ["", "x", "0" * 32, "F" * 32, "' OR 1=1 --", "a" * 3_000, "\x00", "<script>", "%ff", "١" * 32],
    ids=range(10),
)
def test_an_id_of_a_strangers_is_nothing(shop: httpx.Client, data: Path, strange: str) -> None:
    query = f"domanda con {len(strange)} strano {ord(strange[:1] or '0')}"
    page = searched(shop, query, s=strange)
    (row,) = written(data, f"id = '{hidden(page)}'")
    assert row["previous"] is None
    before = rows(data, "SELECT count(*) AS n FROM events")
    where = "/it/a/consegna/seguire-il-pacco"
    opened = shop.get(where, params={"s": strange, "n": strange}, headers=PERSON)
    assert opened.status_code == 200
    assert 'name="s"' not in opened.text
    good = shop.get(where, params={"s": row["id"], "n": strange}, headers=PERSON)
    assert good.status_code == 200
    until(lambda: rows(data, f"SELECT * FROM events WHERE search_id = '{row['id']}'"))
    (event,) = rows(data, f"SELECT * FROM events WHERE search_id = '{row['id']}'")
    assert event["position"] is None
    assert rows(data, "SELECT count(*) AS n FROM events")[0]["n"] == before[0]["n"] + 1


@pytest.mark.parametrize(
    "headers",
    [
        {},  # a crawler, a script
        {**PERSON, "Sec-Purpose": "prefetch"},
        {**PERSON, "Sec-Purpose": "prefetch;prerender"},
        {**PERSON, "Purpose": "prefetch"},
        {**PERSON, "Sec-Fetch-Mode": "cors"},
    ],
)
def test_what_nobody_asked_is_not_written(shop: httpx.Client, data: Path, headers: dict[str, str]) -> None:
    mine = hidden(searched(shop, "una domanda di qualcuno"))
    query = "una domanda di nessuno"
    page = shop.get("/it/search", params={"q": query, "s": mine}, headers=headers)
    assert "s=" not in "".join(re.findall(r'href="([^"]*)"', page.text))
    shop.get("/it/a/consegna/seguire-il-pacco", params={"s": mine, "n": "1"}, headers=headers)
    shop.head("/it/search", params={"q": query}, headers=PERSON)
    shop.get("/api/v1/suggest", params={"q": query, "lang": "it"})
    all_of_them = settled(shop, data, "segno nessuno")
    assert query not in {row["query"] for row in all_of_them}
    assert not rows(data, f"SELECT * FROM events WHERE search_id = '{mine}'")


def test_a_link_from_elsewhere_is_no_click(shop: httpx.Client, data: Path) -> None:
    page = searched(shop, "come posso pagare")
    for site in ("cross-site", "none"):
        shop.get(links(page)[0], headers={**PERSON, "Sec-Fetch-Site": site})
    settled(shop, data, "segno altrove")
    assert not rows(data, f"SELECT * FROM events WHERE search_id = '{hidden(page)}'")


def test_a_search_by_the_api(shop: httpx.Client, data: Path) -> None:
    answer = shop.get("/api/v1/search", params={"q": "tempi di consegna", "lang": "it", "limit": "50"}).json()
    (row,) = written(data, f"id = '{answer['search_id']}'")
    assert (row["source"], row["answer"], row["snapshot"]) == ("api", answer["answer"], answer["snapshot"])
    assert json.loads(row["results"]) == [hit["id"] for hit in answer["results"]][:10]
    shop.head("/api/v1/search", params={"q": "solo testata", "lang": "it"})
    assert "solo testata" not in {r["query"] for r in settled(shop, data, "segno api")}


def test_a_widgets_question(shop: httpx.Client, data: Path) -> None:
    answer = ask(shop, LOST)
    (row,) = written(data, f"id = '{answer['search_id']}'")
    (asked,) = rows(data, f"SELECT * FROM deflections WHERE id = '{answer['deflection_id']}'")
    assert (row["source"], row["session"], row["query"]) == ("widget", asked["session"], asked["question"])


def test_a_ticket_says_which_search_led_to_it(shop: httpx.Client, data: Path) -> None:
    page = searched(shop, "qual è la capitale della mongolia")
    way = re.search(r'href="(/it/contact\?q=[^"]*)"', page)
    assert way
    form = shop.get(way[1].replace("&amp;", "&"), headers=PERSON).text
    assert hidden(form) == hidden(page)
    stamp = re.search(r'name="stamp" value="([^"]+)"', form)
    assert stamp
    for given, kept in ((hidden(page), hidden(page)), ("0" * 32, None)):
        said = {"stamp": stamp[1], "email": "anna@posta.example", "s": given,
                "message": f"Xyzzy plugh qwertz {given[0]}.", "sportello_trail": ""}  # fmt: skip
        sent = shop.post("/it/contact", data=said)
        if sent.status_code == 200:  # answers were offered first
            trail = re.search(r'name="sportello_trail" value="([^"]*)"', sent.text)
            assert trail
            assert not kept or hidden(sent.text) == kept
            said["sportello_trail"] = trail[1].replace("&#34;", '"').replace("&quot;", '"')
            sent = shop.post("/it/contact", data=said)
        assert sent.status_code == 303, sent.text
        (ticket,) = rows(data, f"SELECT * FROM tickets WHERE message = '{said['message']}'")
        assert ticket["search_id"] == kept


KINDS = ("RSSMRA85T10A562S", "IT60X0542811101000000123456", "4111 1111 1111 1111", "00743110157",
         "347 123 4567", "marta.bandini@posta.example", "TG-2026-0012345")  # fmt: skip


def test_nothing_that_names_a_person_is_left_in_the_tables(shop: httpx.Client, data: Path) -> None:
    """200 questions, each with one thing of each kind in its own place."""
    for number in range(200):
        secret = KINDS[number % len(KINDS)]
        query = (
            f"Buongiorno {number} dove trovo {secret} il mio pacco, grazie {KINDS[(number + 1) % len(KINDS)]}"
        )
        if number % 5 == 0:
            ask(shop, f"{query}?\nIl divano è verde. {secret}", subject=f"ordine {secret}")
        elif number % 5 == 1:
            searched(shop, query)
        else:
            shop.get("/api/v1/search", params={"q": query, "lang": "it", "limit": "1"})
    everything = str(settled(shop, data, "segno privato"))
    everything += str(rows(data, "SELECT * FROM events")) + str(rows(data, "SELECT * FROM deflections"))
    assert everything.count("[e-mail]") > 20
    for secret in (*KINDS, "4111 1", "347 123", "posta.example", "127.0.0.1", "httpx"):
        assert secret.lower() not in everything.lower()
    texts = [row["query"] + " | " + row["understood"] for row in rows(data, "SELECT * FROM searches")]
    assert len(texts) > 150
    assert not [text for text in texts if "@" in text or re.search(r"\d{5}|RSS ?MRA", text, re.IGNORECASE)]


def test_names_are_known_for_a_day() -> None:
    now = [1_000_000_000.0]
    names = Names(b"k" * 32, lambda: now[0])
    name = names.make()
    assert re.fullmatch(r"[0-9a-f]{32}", name)
    assert names.read(name) == name
    assert Names(b"l" * 32, lambda: now[0]).read(name) is None
    assert len({names.make() for _ in range(10_000)}) == 10_000
    now[0] += LASTS
    assert names.read(name) == name
    now[0] += 1
    assert names.read(name) is None
    now[0] -= LASTS + 302
    assert names.read(name) is None  # of tomorrow


@any_of(st.text(max_size=40) | st.text("0123456789abcdef", min_size=32, max_size=32))
def test_nobody_makes_a_name_by_luck(given_name: str) -> None:
    assert Names(b"k" * 32).read(given_name) is None


def test_a_results_address() -> None:
    assert result("/it/a/x", "", 1) == "/it/a/x"
    assert result("/it/a/x", "ab", 2) == "/it/a/x?s=ab&n=2"
    assert result("/it/a/x?step=a%23b&via=c#d", "ab", 2) == "/it/a/x?step=a%23b&via=c&s=ab&n=2#d"


def test_a_real_browser_is_somebody(shop: httpx.Client, data: Path, browser: Browser) -> None:
    """By hand: ask, ask again in other words, open the second result, and go to the contact form."""
    with browser.new_context(base_url=str(shop.base_url)) as context:
        page = context.new_page()
        page.goto("/it/")
        page.fill("#question", "quanto costa la spedizione")
        page.press("#question", "Enter")
        page.wait_for_url("**/search?**")
        page.fill("#question", "quanto costa la consegna")
        page.click("form.ask button")
        page.wait_for_url("**consegna**")
        page.locator("main article.result h3 a").nth(1).click()
        page.wait_for_url("**/a/**")
        page.locator("a.top-link").click()
        page.wait_for_url("**/contact?s=*")
        assert context.cookies() == []
        last = page.locator("#contact-form input[name=s]").get_attribute("value")
    (second,) = written(data, f"id = '{last}'")
    (first,) = written(data, f"id = '{second['previous']}'")
    assert (first["query"], second["query"]) == ("quanto costa la spedizione", "quanto costa la consegna")
    until(lambda: rows(data, f"SELECT * FROM events WHERE search_id = '{last}'"))
    (event,) = rows(data, f"SELECT * FROM events WHERE search_id = '{last}'")
    assert (event["position"], event["article"]) == (2, json.loads(second["results"])[1])
