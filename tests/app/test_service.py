"""Starting, failing, and what every answer carries."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

Serve = Callable[..., AbstractContextManager[httpx.Client]]


def test_health_is_answered_before_the_index_is_there(
    serve: Serve, odd_content: Path, tmp_path: Path
) -> None:
    # Another process is indexing: the first snapshot has to wait.
    indexing = FileLock(tmp_path / "index.lock")
    with indexing, serve(odd_content, tmp_path, wait=False) as client:
        assert client.get("/healthz").json() == {"status": "alive"}
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"status": "starting"})
        page = client.get("/it/a/ordini/nuovo", headers={"Accept-Language": "en"})
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert "Siamo quasi pronti" in page.text
        assert "We are almost ready" in client.get("/", headers={"Accept-Language": "en"}).text
        refused = client.get("/api/v1/search?q=ordine")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert refused.headers["content-type"] == "application/problem+json"
        indexing.release()
        while client.get("/readyz").status_code != 200:
            time.sleep(0.1)
        assert client.get("/it/a/ordini/nuovo").status_code == 200


def test_ready_names_what_is_served(demo: httpx.Client) -> None:
    ready = demo.get("/readyz").json()
    assert ready["status"] == "ready"
    assert ready["articles"] == 28
    assert ready["snapshot"] == demo.get("/api/v1/search?q=reso").json()["snapshot"]


def test_a_defect_of_ours_is_owned_and_tells_nothing(odd: httpx.Client) -> None:
    # The server hangs up after a defect, and a client that is quick would reuse the connection.
    page = odd.get("/broken/for/sure", headers={"Accept-Language": "it", "Connection": "close"})
    assert page.status_code == 500
    assert "Qualcosa è andato storto da parte nostra" in page.text
    problem = odd.get("/api/v1/broken", headers={"Connection": "close"})
    assert (problem.status_code, problem.headers["content-type"]) == (500, "application/problem+json")
    for response in (page, problem):
        assert "secret" not in response.text
        assert "Content-Security-Policy" in response.headers


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/it/",
        "/it/search?q=reso",
        "/it/nulla",
        "/static/sportello.css",
        "/api/v1/search?q=reso",
        "/api/v1/nulla",
        "/healthz",
    ],
)
def test_every_answer_is_guarded_and_leaves_nothing_behind(demo: httpx.Client, path: str) -> None:
    response = demo.get(path)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "path",
    ["/", "/it/", "/it/search?q=reso", "/it/nulla", "/static/sportello.css", "/api/v1/categories", "/readyz"],
)
def test_head_is_get_without_the_body(demo: httpx.Client, path: str) -> None:
    got, head = demo.get(path), demo.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers.get("content-type") == got.headers.get("content-type")
    assert head.headers["content-length"] == got.headers["content-length"]


def test_a_configured_address_is_used_in_whole_links(serve: Serve, odd_content: Path, tmp_path: Path) -> None:
    with serve(odd_content, tmp_path / "data", base_url="https://help.example/") as client:
        assert '<link rel="canonical" href="https://help.example/it/">' in client.get("/it/").text
        first = client.get("/api/v1/search?q=ordine&lang=it").json()["results"][0]
        assert first["url"].startswith("https://help.example/it/a/ordini/")
