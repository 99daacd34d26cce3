"""Which sites may use the API from their pages: those that are named, exactly."""

import json
from collections.abc import Iterator

import httpx
import pytest

from app.origins import OriginError, parse_origins
from tests.asking import LOST, ask, event
from tests.served import SHOP, Serve

ALLOWED_SITE = "https://shop.example"
ALLOWED = "access-control-allow-origin"
SHARED = [
    "/api/v1/search?q=reso",
    "/api/v1/suggest?q=reso",
    "/api/v1/articles/consegna/seguire-il-pacco?nodes=1",
    "/api/v1/help?context=before",
]
OWN = ["/it/", "/api/v1/categories", "/api/v1/openapi.json", "/healthz", "/sitemap.xml"]
STRANGERS = [
    "https://evil.example",
    "http://shop.example",
    "https://shop.example:8443",
    "https://shop.example.evil.example",
    "https://a.shop.example",
    "HTTPS://SHOP.EXAMPLE",
    "null",
    "*",
    "",
    "https://shop.example,https://evil.example",
]


@pytest.fixture(scope="module")
def shop(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    data = tmp_path_factory.mktemp("cors") / "data"
    origins = f"{ALLOWED_SITE}, http://localhost:5173"
    with serve(SHOP, data, allowed_origins=origins) as client:
        yield client


def preflight(
    client: httpx.Client, path: str, origin: str, method: str = "POST", **more: str
) -> httpx.Response:
    headers = {"Origin": origin, "Access-Control-Request-Method": method, **more}
    return client.options(path, headers=headers)


@pytest.mark.parametrize("path", SHARED)
def test_a_named_site_may_read(shop: httpx.Client, path: str) -> None:
    answer = shop.get(path, headers={"Origin": ALLOWED_SITE})
    assert answer.status_code == 200
    assert answer.headers[ALLOWED] == ALLOWED_SITE
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers
    # Nobody keeps for one site what was answered to another.
    assert "Origin" in shop.get(path).headers["vary"]


def test_it_may_be_told_that_nothing_changed(shop: httpx.Client) -> None:
    tag = shop.get(SHARED[2], headers={"Origin": ALLOWED_SITE}).headers["etag"]
    again = shop.get(SHARED[2], headers={"Origin": ALLOWED_SITE, "If-None-Match": tag})
    assert (again.status_code, again.headers[ALLOWED]) == (304, ALLOWED_SITE)


@pytest.mark.parametrize("origin", STRANGERS)
@pytest.mark.parametrize("path", SHARED)
def test_nobody_else_may(shop: httpx.Client, path: str, origin: str) -> None:
    answer = shop.get(path, headers={"Origin": origin})
    assert answer.status_code == 200
    assert ALLOWED not in answer.headers
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("path", OWN)
def test_what_a_widget_does_not_need_is_not_shared(shop: httpx.Client, path: str) -> None:
    assert ALLOWED not in shop.get(path, headers={"Origin": ALLOWED_SITE}).headers
    assert ALLOWED not in preflight(shop, path, ALLOWED_SITE, "GET").headers


def test_a_named_site_may_ask_and_tell(shop: httpx.Client) -> None:
    asked = {"text": LOST, "lang": "it"}
    headers = {"Origin": ALLOWED_SITE, "Content-Type": "text/plain"}
    answer = shop.post("/api/v1/deflections", content=json.dumps(asked), headers=headers)
    assert (answer.status_code, answer.headers[ALLOWED]) == (200, ALLOWED_SITE)
    assert answer.headers["access-control-expose-headers"] == "Retry-After"
    told = {"session": answer.json()["session"], "events": [event()]}
    answer = shop.post("/api/v1/events", content=json.dumps(told), headers=headers)
    assert (answer.status_code, answer.headers[ALLOWED]) == (202, ALLOWED_SITE)


def test_a_named_site_may_read_why_it_is_refused(shop: httpx.Client) -> None:
    refused = shop.post("/api/v1/events", content=b"{", headers={"Origin": ALLOWED_SITE})
    assert (refused.status_code, refused.headers[ALLOWED]) == (400, ALLOWED_SITE)


@pytest.mark.parametrize("origin", STRANGERS)
def test_what_a_strangers_page_sends_is_not_taken(shop: httpx.Client, origin: str) -> None:
    session = ask(shop)["session"]
    for path, body in {
        "deflections": {"text": LOST},
        "events": {"session": session, "events": [event()]},
    }.items():
        answer = shop.post(f"/api/v1/{path}", content=json.dumps(body), headers={"Origin": origin})
        assert answer.status_code == answer.json()["status"] == 403
        assert "SPORTELLO_ALLOWED_ORIGINS" in answer.json()["detail"]
        assert ALLOWED not in answer.headers


def test_our_own_pages_may(shop: httpx.Client) -> None:
    ours = str(shop.base_url).rstrip("/")
    for headers in (
        {"Origin": ours},
        {"Origin": ours.replace("http:", "https:")},  # a proxy ended HTTPS
        {"Origin": "https://help.example", "Sec-Fetch-Site": "same-origin"},  # and told us another host
        {},
    ):
        answer = shop.post("/api/v1/deflections", content=json.dumps({"text": LOST}), headers=headers)
        assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/deflections", "/api/v1/events", "/api/v1/tickets"])
def test_a_preflight_is_answered_for_a_day(shop: httpx.Client, path: str) -> None:
    answer = preflight(shop, path, ALLOWED_SITE, **{"Access-Control-Request-Headers": "content-type"})
    assert answer.status_code == 200
    assert answer.headers[ALLOWED] == ALLOWED_SITE
    assert answer.headers["access-control-max-age"] == "86400"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("origin", "method", "asked"),
    [("https://evil.example", "POST", ""), ("null", "POST", ""), (ALLOWED_SITE, "DELETE", ""), (ALLOWED_SITE, "POST", "authorization")],
)  # fmt: skip
def test_a_preflight_for_more_is_refused(shop: httpx.Client, origin: str, method: str, asked: str) -> None:
    more = {"Access-Control-Request-Headers": asked} if asked else {}
    answer = preflight(shop, "/api/v1/events", origin, method, **more)
    assert answer.status_code == answer.json()["status"] == 403
    assert ALLOWED not in answer.headers
    assert "Origin" in answer.headers["vary"]


def test_by_default_no_other_site_may(demo: httpx.Client) -> None:
    assert ALLOWED not in demo.get(SHARED[0], headers={"Origin": ALLOWED_SITE}).headers
    assert preflight(demo, "/api/v1/events", ALLOWED_SITE).status_code == 403


@pytest.mark.parametrize(
    ("written", "origins"),
    [
        ("", ()),
        (" , ,", ()),
        ("https://shop.example", ("https://shop.example",)),
        (
            "HTTPS://Shop.Example:443/, http://a.b:80 ,http://localhost:5173",
            ("https://shop.example", "http://a.b", "http://localhost:5173"),
        ),
        ("https://a.b,https://a.b/", ("https://a.b",)),
        ("http://[::1]:8000", ("http://[::1]:8000",)),
        ("https://xn--caff-8oa.example", ("https://xn--caff-8oa.example",)),
    ],
)
def test_origins_are_read_as_browsers_write_them(written: str, origins: tuple[str, ...]) -> None:
    assert parse_origins(written) == origins


@pytest.mark.parametrize(
    "written",
    ["*", "https://*.shop.example", "shop.example", "https://shop.example/cart", "ftp://a", "null", "https://", "https://a b",
     "https://u:p@a", "https://a?b", "https://a:99999", "https://caffè.example", "https://a https://b"],
)  # fmt: skip
def test_what_is_no_origin_is_refused_in_one_sentence(written: str) -> None:
    with pytest.raises(OriginError, match=r"write (the scheme|each one)"):
        parse_origins(written)
