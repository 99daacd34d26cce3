"""What every answer carries: guards, tags, how long it may be kept, and in which compression it travels."""

import gzip
import re

import brotli
import httpx
import pytest

from app.routes.assets import Assets

PAGE = "/it/a/consegna/tempi-di-consegna"
EXACT = {
    "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' https:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; "
    "require-trusted-types-for 'script'",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
}
# One of each kind of answer that a GET can have.
KINDS = [
    "/",
    "/it/",
    PAGE,
    "/it/nulla",
    "/it/search?q=reso",
    "/robots.txt",
    "/sitemap.xml",
    "/api/v1/categories",
]


@pytest.mark.parametrize("path", [*KINDS, "/api/v1/nulla", "/static/sportello.css", "/healthz"])
def test_the_guards_are_on_every_answer(demo: httpx.Client, path: str) -> None:
    headers = demo.get(path).headers
    assert {name: headers[name] for name in EXACT} == EXACT


def test_the_guards_are_on_what_has_not_changed(demo: httpx.Client) -> None:
    unchanged = demo.get(PAGE, headers={"If-None-Match": "*"})
    assert unchanged.status_code == 304
    assert {name: unchanged.headers[name] for name in EXACT} == EXACT


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (PAGE, "no-cache"),
        ("/it/", "no-cache"),
        ("/", "no-cache"),
        ("/it/nulla", "no-cache"),
        (f"{PAGE}/", "no-cache"),  # a 301, which browsers else keep for good
        ("/api/v1/categories", "no-cache"),
        ("/it/search?q=il+mio+nome", "private, no-cache"),
        ("/api/v1/search?q=il+mio+nome", "private, no-cache"),
        ("/api/v1/suggest?q=il+mio+nome", "private, no-cache"),
        ("/sitemap.xml", "public, max-age=900"),
        ("/feed.xml?lang=it", "public, max-age=900"),
        ("/static/sportello.css", "public, max-age=300"),
    ],
)
def test_how_long_an_answer_may_be_kept(demo: httpx.Client, path: str, kept: str) -> None:
    assert demo.get(path).headers["cache-control"] == kept


@pytest.mark.parametrize("sent", [{"Cookie": "a=b"}, {"Authorization": "Basic eDp5"}])
def test_who_says_who_they_are_shares_no_copy(demo: httpx.Client, sent: dict[str, str]) -> None:
    assert demo.get(PAGE, headers=sent).headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    "path", ["/it/", PAGE, "/it/accessibility", "/api/v1/categories", "/sitemap.xml", "/feed.xml"]
)
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_what_has_not_changed_is_not_sent_again(demo: httpx.Client, path: str, encoding: str) -> None:
    got = demo.get(path, headers={"Accept-Encoding": encoding})
    tag = got.headers["etag"]
    assert re.fullmatch(r'W/"[0-9a-f]{24}"', tag)
    # Whatever compression it came in, it is the same.
    for accepted in ("identity", "gzip", "br"):
        again = demo.get(path, headers={"If-None-Match": f'"other", {tag}', "Accept-Encoding": accepted})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == got.headers["cache-control"]
        assert "Accept-Encoding" in again.headers["vary"]
        assert not {"content-type", "content-encoding", "content-length"} & set(again.headers)
    for stale in ('W/"0123456789ab0123456789ab"', "", "W/", '"', tag.strip('W/"'), "\xff", ", ,", '"*"'):
        assert demo.get(path, headers={b"If-None-Match": stale.encode("latin-1")}).status_code == 200


def test_only_what_was_found_can_be_unchanged(demo: httpx.Client) -> None:
    for path, status in (("/it/nulla", 404), ("/api/v1/nulla", 404), (f"{PAGE}/", 301), ("/", 302)):
        response = demo.get(path, headers={"If-None-Match": "*"})
        assert response.status_code == status
        assert "etag" not in response.headers


def test_a_tag_changes_with_what_is_said(demo: httpx.Client) -> None:
    tags = {demo.get(f"/{lang}/").headers["etag"] for lang in ("it", "en")}
    assert len(tags) == 2


@pytest.mark.parametrize(
    "path", ["/it/", PAGE, "/static/sportello.css", "/sitemap.xml", "/api/v1/categories"]
)
def test_long_answers_travel_compressed(demo: httpx.Client, path: str) -> None:
    plain = demo.get(path, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["vary"]
    for encoding, open_ in (("br", brotli.decompress), ("gzip", gzip.decompress)):
        with demo.stream("GET", path, headers={"Accept-Encoding": encoding}) as response:
            raw = b"".join(response.iter_raw())
        assert response.headers["content-encoding"] == encoding
        assert int(response.headers["content-length"]) == len(raw) < len(plain.content) / 1.5
        assert open_(raw) == plain.content


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1, br;q=0", "gzip"),
        ("zstd", None),
        ("nonsense", None),
        ("*", "br"),
        ("br;q=nan;;,,gzip;q=x", None),
    ],
)
def test_the_browser_says_what_it_reads(demo: httpx.Client, accepted: str, sent: str | None) -> None:
    with demo.stream("GET", PAGE, headers={"Accept-Encoding": accepted}) as response:
        assert response.headers.get("content-encoding") == sent


def test_tiny_answers_and_pictures_do_not(demo: httpx.Client) -> None:
    for path in ("/healthz", "/robots.txt", "/media/it/consegna/etichetta-del-pacco.png"):
        with demo.stream("GET", path, headers={"Accept-Encoding": "br, gzip"}) as response:
            assert "content-encoding" not in response.headers


@pytest.mark.parametrize(
    "path", [*KINDS, "/static/sportello.css", "/media/it/consegna/etichetta-del-pacco.png"]
)
@pytest.mark.parametrize("encoding", ["identity", "br"])
def test_head_says_what_get_would(demo: httpx.Client, path: str, encoding: str) -> None:
    accepted = {"Accept-Encoding": encoding}
    got, head = demo.get(path, headers=accepted), demo.head(path, headers=accepted)
    assert (head.status_code, head.content) == (got.status_code, b"")
    assert head.headers.get("content-encoding") == got.headers.get("content-encoding")
    # A search has a name of its own each time; everything else is the same to the byte.
    if "search" not in path:
        assert head.headers.get("etag") == got.headers.get("etag")
        assert head.headers["content-length"] == got.headers["content-length"]


def test_head_too_can_be_unchanged(demo: httpx.Client) -> None:
    tag = demo.head(PAGE).headers["etag"]
    assert demo.head(PAGE, headers={"If-None-Match": tag}).status_code == 304


def test_an_image_keeps_its_own_tag(demo: httpx.Client) -> None:
    path = "/media/it/consegna/etichetta-del-pacco.png"
    tag = demo.get(path).headers["etag"]
    assert tag.startswith('W/"')
    assert demo.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_the_start_page_depends_on_the_readers_language(demo: httpx.Client) -> None:
    assert "Accept-Language" in demo.get("/").headers["vary"]
    assert "Accept-Language" in demo.get("/nulla/di/nulla").headers["vary"]


def test_a_pages_files_are_kept_for_good(demo: httpx.Client) -> None:
    addresses = re.findall(r'"(/static/[^"]+)"', demo.get("/it/").text)
    assert len(addresses) >= 2
    for address in addresses:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", address)
        response = demo.get(address)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_an_address_from_before_a_change_leads_to_the_file_as_it_is(demo: httpx.Client) -> None:
    now = demo.get("/static/sportello.css")
    old = demo.get("/static/sportello.0123456789ab.css")
    assert old.content == now.content
    assert old.headers["cache-control"] == "public, max-age=300"
    assert (
        demo.get("/static/sportello.css", headers={"If-None-Match": now.headers["etag"]}).status_code == 304
    )


@pytest.mark.parametrize(
    "path",
    ["", "nulla.css", "../main.py", "%2e%2e/main.py", "..%2fsettings.py", "sportello.css/", "\x00", "a" * 5_000,
     "nulla.0123456789ab.css", "sportello.0123456789ab.css.0123456789ab.css", "%ff%fe"],
)  # fmt: skip
def test_nothing_else_is_a_file_of_ours(demo: httpx.Client, path: str) -> None:
    assert demo.get(httpx.URL(str(demo.base_url)).copy_with(raw_path=f"/static/{path}".encode("latin-1").replace(b"\0", b"%00"))).status_code == 404  # fmt: skip


def test_a_file_that_no_one_has_is_no_address() -> None:
    with pytest.raises(KeyError):
        Assets({}).address("nulla.css")
