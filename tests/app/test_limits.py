"""How often one client may ask, and who is one client."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.limits import Buckets, Clients
from app.proxies import ProxyError, parse_proxies
from tests.asking import LOST, ask, event, indexed, post
from tests.served import SHOP, Serve

ARTICLE = "consegna/tempi-di-consegna"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_full_bucket_then_one_at_a_time() -> None:
    clock = Clock()
    buckets = Buckets(60, clock=clock)
    assert [buckets.take(b"a") for _ in range(60)] == [0.0] * 60
    assert buckets.take(b"a") == pytest.approx(1)
    assert buckets.take(b"b") == 0.0  # another's is another's
    clock.now += 0.4
    assert buckets.take(b"a") == pytest.approx(0.6)  # a refusal costs nothing
    clock.now += 0.6
    assert buckets.take(b"a") == 0.0
    assert buckets.take(b"a") > 0
    clock.now += 3_600
    assert [buckets.take(b"a") for _ in range(61)].count(0.0) == 60


def test_whoever_waits_as_told_gets_in() -> None:
    clock = Clock()
    buckets = Buckets(7, clock=clock)
    for _ in range(100):
        clock.now += buckets.take(b"a") + 1e-9
    assert clock.now - 1_000 == pytest.approx((100 - 7) / 2 * 60 / 7, rel=0.2)


def test_memory_is_bounded_and_the_longest_silent_is_forgotten() -> None:
    buckets = Buckets(1, most=3, clock=Clock())
    for name in (b"a", b"b", b"c"):
        assert buckets.take(name) == 0.0
    assert buckets.take(b"a") > 0
    assert buckets.take(b"d") == 0.0
    assert buckets.known == 3
    assert buckets.take(b"a") > 0
    assert buckets.take(b"b") == 0.0


def test_of_many_at_once_no_more_than_allowed_get_in() -> None:
    buckets = Buckets(50, clock=Clock())
    admitted: list[float] = []

    def ask_often() -> None:
        admitted.extend(wait for _ in range(40) if not (wait := buckets.take(b"a")))

    threads = [threading.Thread(target=ask_often) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(admitted) == 50


def test_a_name_lasts_a_day_and_says_nothing() -> None:
    clock = Clock()
    clients = Clients(clock)
    name = clients.name("192.0.2.1")
    assert clients.name("192.0.2.1") == name
    assert clients.name("192.0.2.2") != name
    assert Clients(clock).name("192.0.2.1") != name  # another process has another key
    clock.now += 86_401
    assert clients.name("192.0.2.1") != name


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "unknown", False),
        ("fe80::1%eth0", "fe80::1%eth1", True),
    ],
)
def test_who_is_one_client(one: str, other: str, same: bool) -> None:
    clients = Clients(Clock())
    assert (clients.name(one) == clients.name(other)) == same


@pytest.mark.parametrize(
    ("written", "proxies"),
    [
        ("", ()),
        ("10.0.0.5, 10.0.0.1/8", ("10.0.0.5", "10.0.0.0/8")),
        ("::1,2001:DB8::/32", ("::1", "2001:db8::/32")),
    ],
)
def test_proxies_are_addresses(written: str, proxies: tuple[str, ...]) -> None:
    assert parse_proxies(written) == proxies


@pytest.mark.parametrize("written", ["*", "proxy.example", "10.0.0", "10.0.0.0/99", "10.0.0.5 10.0.0.6"])
def test_what_is_no_proxy_is_refused_in_one_sentence(written: str) -> None:
    with pytest.raises(ProxyError, match="no IP address or network"):
        parse_proxies(written)


# On a server


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("limits") / "data"


@pytest.fixture(scope="module")
def direct(serve: Serve, data: Path) -> Iterator[httpx.Client]:
    with serve(SHOP, data, limit_deflections="3", limit_events="2", limit_feedback="2") as client:
        yield client


@pytest.fixture(scope="module")
def proxied(
    serve: Serve, direct: httpx.Client, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    assert direct
    own = indexed(data, tmp_path_factory.mktemp("proxied"))
    with serve(
        SHOP,
        own,
        limit_deflections="2",
        trusted_proxies="127.0.0.1, 10.0.0.0/8",
        log_level="debug",
    ) as client:
        yield client


def asked_from(client: httpx.Client, *forwarded: str) -> int:
    headers = [("X-Forwarded-For", value) for value in forwarded]
    body = b'{"text": "dove si trova il mio pacco?"}'
    return client.post("/api/v1/deflections", content=body, headers=headers).status_code


def test_too_much_is_refused_with_the_time_to_wait(direct: httpx.Client) -> None:
    session = ask(direct)["session"]
    # Whoever says to be others is not believed.
    for number in range(2):
        assert asked_from(direct, f"192.0.2.{number}") == 200
    refused = post(direct, "deflections", {"text": LOST}, **{"X-Forwarded-For": "192.0.2.9"})
    assert refused.status_code == refused.json()["status"] == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    # Each kind is counted on its own.
    told = [post(direct, "events", {"session": session, "events": [event()]}).status_code for _ in range(3)]
    assert told == [202, 202, 429]
    assert direct.get("/api/v1/search?q=reso").status_code == 200


def test_a_rating_too_many_keeps_what_was_written(direct: httpx.Client) -> None:
    said = {"article": ARTICLE, "rating": "a" * 32, "reason": "wrong", "comment": "il prezzo è vecchio"}
    for _ in range(2):
        assert direct.post("/it/feedback", data={"article": ARTICLE, "value": "yes"}).status_code == 303
    refused = direct.post("/it/feedback", data=said)
    assert refused.status_code == 429
    assert refused.headers["retry-after"]
    assert 'value="il prezzo è vecchio"' in refused.text
    assert "Sono arrivate troppe risposte" in refused.text


def test_behind_proxies_each_client_counts_alone(
    proxied: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert [asked_from(proxied, "203.0.113.7") for _ in range(3)] == [200, 200, 429]
    assert asked_from(proxied, "203.0.113.8") == 200
    # Read from the right, past the proxies; what a client wrote further left says nothing.
    assert asked_from(proxied, "198.51.100.1, 203.0.113.7") == 429
    assert asked_from(proxied, "203.0.113.7, 10.1.2.3, 10.9.9.9") == 429
    assert asked_from(proxied, "203.0.113.7", "10.1.2.3") == 429
    assert asked_from(proxied, "203.0.113.7:4711") == 429
    assert asked_from(proxied, "203.0.113.7, 203.0.113.9") == 200
    # A subscriber's IPv6 addresses are one client.
    assert [asked_from(proxied, f"2001:db8:1:2::{n}") for n in range(3)] == [200, 200, 429]
    assert [asked_from(proxied, text) for text in ("unknown", "", "%, , x", "[::1", "a" * 900)].count(200)
    for address in ("203.0.113", "2001:db8:1:2", "127.0.0.1"):
        assert address not in caplog.text


def test_the_proxy_says_that_https_ended_there(proxied: httpx.Client, direct: httpx.Client) -> None:
    headers = {"X-Forwarded-Proto": "https"}
    for client, scheme in ((proxied, "https"), (direct, "http")):
        found = client.get("/api/v1/suggest?q=reso&lang=it", headers=headers).json()["articles"]
        assert found[0]["url"].startswith(f"{scheme}://")
