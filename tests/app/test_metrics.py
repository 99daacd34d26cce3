"""What Prometheus reads, and what is said when too many ask at once."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from search.encoders import Encoder
from tests.asking import until
from tests.door import Door
from tests.served import MODELS, REPO, SHOP, Serve

TOKEN = "a-token-of-prometheus"
# As a browser asks for a page that somebody opens.
PERSON = {"Sec-Fetch-Mode": "navigate"}


def numbers(client: httpx.Client, **headers: str) -> dict[tuple[str, ...], float]:
    """Each sample by its name and its labels' values."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples = [s for family in text_string_to_metric_families(answer.text) for s in family.samples]
    return {(s.name, *s.labels.values()): s.value for s in samples}


@pytest.fixture(scope="module")
def shop(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with serve(SHOP, tmp_path_factory.mktemp("metrics") / "data") as client:
        yield client


def test_every_answer_is_counted_by_its_route(shop: httpx.Client) -> None:
    before = numbers(shop)
    for _ in range(3):
        assert shop.get("/it/a/consegna/seguire-il-pacco").status_code == 200
    assert shop.get("/it/a/consegna/niente").status_code == 404
    assert shop.head("/it/a/consegna/seguire-il-pacco").status_code == 200
    after = numbers(shop)

    def more(*name: str) -> float:
        return after[name] - before.get(name, 0)

    count, page = "sportello_http_request_seconds_count", "/{lang}/a/{id:path}"
    assert more(count, "GET", page, "200") == 3
    assert more(count, "GET", page, "404") == 1
    assert more(count, "HEAD", page, "200") == 1
    assert 0 < more("sportello_http_request_seconds_sum", "GET", page, "200") < 60


def test_strangers_make_no_series(shop: httpx.Client) -> None:
    names = len(numbers(shop))
    for number in range(20):
        shop.get(f"/{number}/nowhere/{number}?q={number}")
        shop.request(f"M{number}", "/it/")
    assert len(numbers(shop)) <= names + 4 * 15  # a few routes, each with its buckets
    assert "nowhere" not in shop.get("/metrics").text


def test_searches_are_counted_by_who_asked_and_how_they_ended(shop: httpx.Client) -> None:
    before = numbers(shop)
    for _ in range(2):
        shop.get("/api/v1/search?q=dove+si+trova+il+mio+pacco&lang=it")
    shop.get("/it/search?q=dove+si+trova+il+mio+pacco", headers=PERSON)
    shop.post("/api/v1/deflections", json={"text": "la ricetta della carbonara", "lang": "it"})
    after = numbers(shop)

    def more(*name: str) -> float:
        return after[name] - before.get(name, 0)

    answer = shop.get("/api/v1/search?q=dove+si+trova+il+mio+pacco&lang=it").json()["answer"]
    assert more("sportello_search_verdicts_total", answer, "api") == 2
    assert more("sportello_search_verdicts_total", answer, "site") == 1
    assert more("sportello_search_verdicts_total", "no", "widget") == 1
    assert more("sportello_search_seconds_count", "api", "encode") == 2
    assert more("sportello_search_seconds_count", "widget", "rank") == 1
    assert more("sportello_searches_remembered_total", "api") == 1
    assert more("sportello_question_vectors_total", "made") == 2
    assert more("sportello_question_vectors_total", "remembered") == 1
    until(lambda: numbers(shop)["sportello_searches_waiting",] == 0)


def test_what_is_served_is_described(shop: httpx.Client) -> None:
    found = numbers(shop)
    assert found["sportello_snapshot_articles", "it"] == 14
    assert 0 < found["sportello_snapshot_age_seconds",] < 3_600
    assert found["sportello_outbox_waiting",] == 0


def test_nothing_of_a_question_is_told(shop: httpx.Client) -> None:
    shop.get("/api/v1/search?q=mi+chiamo+Ermenegilda")
    assert "ermenegilda" not in shop.get("/metrics").text.lower()


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", f"Bearer {TOKEN}x", "Bearer \xe8"])
def test_with_a_token_strangers_learn_nothing(serve: Serve, tmp_path: Path, given: str) -> None:
    with serve(SHOP, tmp_path / "data", wait=False, metrics_token=TOKEN) as client:
        refused = client.get("/metrics", headers={b"Authorization": given.encode("latin-1")})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert "sportello_" not in refused.text
        assert numbers(client, Authorization=f"Bearer {TOKEN}")


def test_before_the_first_index_there_are_numbers(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    with serve(tmp_path / "content", tmp_path / "data", wait=False) as client:
        client.get("/readyz")
        assert ("sportello_http_request_seconds_count", "GET", "/readyz", "503") in numbers(client)


def test_workers_add_up(tmp_path: Path) -> None:
    """Whichever is asked."""
    command = [
        sys.executable, "-m", "app", "serve", "--workers", "2", "--port", "0",
        "--content", str(SHOP), "--data", str(tmp_path / "data"),
    ]  # fmt: skip
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "models").symlink_to(MODELS)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPO) as server:
        assert server.stdout
        found = re.search(r"http://\S+", server.stdout.readline())
        assert found
        try:
            for _ in range(30):  # a connection each, so that both are asked
                httpx.get(f"{found[0]}/healthz", timeout=60)
            with httpx.Client(base_url=found[0], timeout=60) as client:
                count = ("sportello_http_request_seconds_count", "GET", "/healthz", "200")
                until(lambda: numbers(client)[count] == 30)
        finally:
            server.send_signal(signal.SIGTERM)


def test_when_too_many_ask_words_are_searched_and_pages_go_on(
    serve: Serve, encoder: Encoder, tmp_path: Path
) -> None:
    door = Door(encoder)
    door.open.set()
    with serve(SHOP, tmp_path / "data", encoder=door) as client, ThreadPoolExecutor(32) as pool:
        door.open.clear()
        asked = [pool.submit(client.get, f"/api/v1/search?q=dov'è+il+pacco+numero+{n}") for n in range(32)]
        try:
            until(lambda: crowded(client), 60)
            found = client.get("/api/v1/search?q=seguire+il+pacco&lang=it").json()
            assert found["degraded"] is True
            assert "consegna/seguire-il-pacco" in [hit["id"] for hit in found["results"]]
            page = client.get(f"/it/search?q={quote('ho la carta rifiutata')}")
            assert "In questo momento chiedono in tanti" in page.text
            assert client.get("/it/a/consegna/seguire-il-pacco").status_code == 200
            refused = client.post(
                "/api/v1/deflections", json={"text": "Dov'è finito il pacco?", "lang": "it"}
            )
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert refused.json()["detail"] == "Too many ask at once; ask again in a moment."
        finally:
            door.open.set()
        assert [future.result().json()["degraded"] for future in asked].count(False) >= 28
        after = numbers(client)
        assert after["sportello_searches_degraded_total", "api"] >= 1
        assert after["sportello_searches_degraded_total", "site"] == 1
        assert after["sportello_searches_degraded_total", "widget"] == 1
        again = client.get("/api/v1/search?q=seguire+il+pacco&lang=it").json()
        assert again["degraded"] is False


_numbers = count()


def crowded(client: httpx.Client) -> bool:
    """Whether one more is answered at once."""
    try:
        return bool(client.get(f"/api/v1/search?q=pacco+{next(_numbers)}", timeout=0.5).json()["degraded"])
    except httpx.TimeoutException:
        return False
