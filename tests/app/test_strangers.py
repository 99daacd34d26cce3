"""What strangers send: bytes that no browser would."""

import socket

import httpx
import pytest

from app.languages import preferred

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "%(query)s %s %",
    "'; DROP TABLE --",
    "\x00\x01\x1b[31m",
    "\u202eabc",
    "a\r\nSet-Cookie: x=1",
    "\U0001f600" * 500,
    "ﷺ" * 300,
    "../../etc/passwd",
    "a" * 9_000,
    "+".join("ab"),
    "«»",
    "&lt;b&gt;",
)


def raw(client: httpx.Client, request: bytes) -> tuple[int, bytes, bytes]:
    """Status, head and body of what the server says to `request`, byte for byte."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=10) as stream:
        stream.sendall(request + b"\r\nConnection: close\r\n\r\n")
        received = b"".join(iter(lambda: stream.recv(65_536), b""))
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), head, body


@pytest.mark.parametrize("query", HOSTILE)
def test_questions_are_echoed_as_text(demo: httpx.Client, query: str) -> None:
    for path in ("/it/search", "/api/v1/search", "/api/v1/suggest"):
        response = demo.get(path, params={"q": query, "category": query[:400], "lang": "it"})
        assert response.status_code == 200
        assert "set-cookie" not in response.headers
        if path == "/it/search":
            assert "<script>" not in response.text
            assert "<img" not in response.text
            assert "\x00" not in response.text


@pytest.mark.parametrize(
    "target",
    [
        b"/it/a/%00",
        b"/it/a/%ED%A0%80",
        b"/it/c/%ff%fe",
        b"/%00/",
        b"/it/a/%2e%2e%2f%2e%2e",
        b"//evil.example",
        b"//evil.example/",
        b"/it//evil.example",
        b"/%0d%0aLocation:%20x",
        b"/\\evil.example",
        b"*",
        b"/it/a/" + b"a/" * 5_000,
        b"/it/" + b"%3Cscript%3E",
        b"/media/%00.png",
        b"/it/a/" + b"%F0%9F%98%80" * 500,
    ],
)
def test_odd_addresses_are_not_found(demo: httpx.Client, target: bytes) -> None:
    status, head, body = raw(demo, b"GET " + target + b" HTTP/1.1\r\nHost: x")
    assert status == 404
    assert b"\r\nlocation:" not in head.lower()
    assert b"<script>" not in body


def test_broken_escapes_in_a_question_are_taken_as_they_come(demo: httpx.Client) -> None:
    for query in (b"q=%ED%A0%80%00%0d%0aX", b"q=%", b"q=%zz", b"&&&==&q", b"q[]=1", b"a&" * 20_000):
        assert raw(demo, b"GET /it/search?" + query + b" HTTP/1.1\r\nHost: x")[0] == 200


def test_a_megabyte_of_question_is_refused(demo: httpx.Client) -> None:
    try:
        status, _, _ = raw(demo, b"GET /it/search?q=" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x")
    except ConnectionError:  # the server hung up while it was still being sent
        status = 400
    assert status == 400
    assert demo.get("/it/search?q=reso").status_code == 200


@pytest.mark.parametrize("host", [b'a"><script>', b"[::1", b"x:99999999", b"evil.example", b""])
def test_a_false_host_is_only_ever_text(demo: httpx.Client, host: bytes) -> None:
    status, head, body = raw(demo, b"GET /it/ HTTP/1.1\r\nHost: " + host)
    assert status < 500
    assert b"<script>" not in body
    assert b"\r\nlocation:" not in head.lower()
    status, head, _ = raw(demo, b"GET /it HTTP/1.1\r\nHost: " + host)
    assert b"location: /it/" in head


@pytest.mark.parametrize(
    "header",
    [
        "it;q=nan",
        "en;q=inf",
        "en;q=",
        ";;;,,,",
        "q=1",
        "x" * 10_000,
        "en;q=-1",
        "en;q=2",
        "it," * 3_000,
        "\u00e8",
    ],
)
def test_any_accept_language_is_survived(demo: httpx.Client, header: str) -> None:
    response = demo.get("/", headers={b"Accept-Language": header.encode("latin-1")})
    assert (response.status_code, response.headers["location"]) == (302, "/it/")


def test_weights_decide_and_order_breaks_ties() -> None:
    ours = ("it", "en", "pt-BR", "zh")
    assert preferred("en;q=0.5, it;q=0.5", ours) == "en"
    assert preferred("pt", ours) == "pt-BR"
    assert preferred("zh-Hant-TW, en", ours) == "zh"
    assert preferred("en ; q=0.2 , it; q=0.9", ours) == "it"
    assert preferred("it;q=0", ours) is None
