"""The widget's addresses: the one pages name, the one that never changes, and what proves it is the same."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from hashlib import sha384
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from app.routes import widget
from tests.browser.widgetdesk import BUILT, WIDGET, open_shop
from tests.browser.widgetpages import message, press, region, write

pytestmark = pytest.mark.usefixtures("built_widget")

Serve = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.fixture
def help_centre(serve: Serve, content: Path, tmp_path: Path) -> Iterator[httpx.Client]:
    with serve(content, tmp_path / "data") as client:
        yield client


@pytest.fixture
def without_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As after `make run` alone: nothing was built."""
    monkeypatch.setattr(widget, "_BUILT", tmp_path / "nothing.js")


def test_the_plain_address_is_for_every_site(help_centre: httpx.Client) -> None:
    answer = help_centre.get("/widget/v1/sportello.js", headers={"Origin": "https://shop.example"})
    assert answer.content == BUILT.read_bytes()
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "max-age=300" in answer.headers["Cache-Control"]
    again = help_centre.get("/widget/v1/sportello.js", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_manifest_names_the_copy_that_never_changes(help_centre: httpx.Client) -> None:
    manifest = help_centre.get("/widget/v1/manifest.json").json()
    assert re.fullmatch(r"sportello\.[0-9a-f]{12}\.js", manifest["file"])
    copy = help_centre.get(f"/widget/v1/{manifest['file']}")
    assert copy.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert manifest["bytes"] == len(copy.content)
    assert manifest["integrity"] == f"sha384-{b64encode(sha384(copy.content).digest()).decode()}"


def test_the_copy_of_an_earlier_version_stays(help_centre: httpx.Client, tmp_path: Path) -> None:
    help_centre.get("/widget/v1/manifest.json")
    (tmp_path / "data/widget/sportello.0123456789ab.js").write_text("// of last year")
    answer = help_centre.get("/widget/v1/sportello.0123456789ab.js")
    assert answer.text == "// of last year"
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "sportello.000000000000.js",
        "watch.js",
        "../../app/main.py",
        "%2e%2e/package.json",
        "build.mjs",
        "demo/..%2fREADME.md",
    ],
)
def test_there_is_nothing_else(help_centre: httpx.Client, path: str) -> None:
    assert help_centre.get(f"/widget/v1/{path}").status_code == 404


@pytest.mark.usefixtures("without_node")
def test_not_built_its_modules_find_each_other(
    browser: Browser, serve: Serve, content: Path, tmp_path: Path
) -> None:
    with (
        open_shop("") as shop,
        serve(content, tmp_path / "data", allowed_origins=shop.url) as client,
        browser.new_context() as context,
    ):
        shop.help, shop.policy = str(client.base_url).rstrip("/"), True
        answer = client.get("/widget/v1/sportello.js")
        assert answer.content == (WIDGET / "sportello.js").read_bytes()
        assert answer.headers["Cache-Control"] == "no-cache"
        manifest = client.get("/widget/v1/manifest.json").json()
        assert client.get(f"/widget/v1/{manifest['file']}").headers["Cache-Control"] == "no-cache"
        assert not (tmp_path / "data/widget").exists()
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(f"{shop.url}/plain.html")
        write(page, "Come regolo i freni della bici?")
        expect(region(page)).to_be_visible()
        assert complaints == []


def test_a_page_may_pin_a_version(browser: Browser, help_centre: httpx.Client) -> None:
    """By its hash in `integrity`; and the copy finds its own tag, too."""
    manifest = help_centre.get("/widget/v1/manifest.json").json()
    pinned = f'src="../{manifest["file"]}" integrity="{manifest["integrity"]}"'
    source = (WIDGET / "demo" / "plain.html").read_text("utf-8").replace('src="../sportello.js"', pinned)
    with browser.new_context() as context:
        page = context.new_page()
        page.route("**/demo/plain.html", lambda route: route.fulfill(body=source, content_type="text/html"))
        page.goto(f"{help_centre.base_url}/widget/v1/demo/plain.html")
        write(page, "Come regolo i freni della bici?")
        expect(region(page)).to_be_visible()


def test_the_demo_shows_what_a_form_sends(browser: Browser, help_centre: httpx.Client) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(f"{help_centre.base_url}/widget/v1/demo")
        page.get_by_role("link", name="strict policy").click()
        write(page, "Come regolo i freni? <script>alert(1)</script>")
        expect(region(page)).to_be_visible()
        page.locator("#email").fill("anna@example.com")
        press(page)
        expect(page.get_by_role("heading", name="What the form sent")).to_be_visible()
        shown = dict(
            zip(page.locator("dt").all_inner_texts(), page.locator("dd").all_inner_texts(), strict=True)
        )
        assert shown["message"] == "Come regolo i freni? <script>alert(1)</script>"
        assert json.loads(shown["sportello_trail"])["v"] == 1
        assert complaints == []


def test_the_demo_reads_no_endless_form(help_centre: httpx.Client) -> None:
    assert help_centre.post("/widget/v1/demo/sent", content=b"a=" + b"x" * 70_000).status_code == 413
    odd = help_centre.post("/widget/v1/demo/sent", content=b"\xff\x00=%FF%00&<b>=%3Ci%3E")
    assert odd.status_code == 200
    assert "<b>" not in odd.text
    assert "&lt;i&gt;" in odd.text


def test_the_button_makes_way_for_what_has_the_focus(browser: Browser, help_centre: httpx.Client) -> None:
    with browser.new_context(viewport={"width": 600, "height": 400}) as context:
        page = context.new_page()
        page.goto(f"{help_centre.base_url}/widget/v1/demo/help.html")
        button = page.locator("sportello-help .launcher")
        expect(button).to_be_visible()
        page.evaluate(
            """() => {
              const small = Object.assign(document.createElement("button"), { id: "small", textContent: "+" });
              document.body.prepend(small);
              const sheet = new CSSStyleSheet();
              sheet.replaceSync("#small { position: fixed; inset: auto 30px 30px auto; inline-size: 24px }");
              document.adoptedStyleSheets = [sheet];
            }"""
        )
        page.locator("#small").focus()
        box = button.bounding_box()
        assert box
        assert box["x"] < 300
        assert message(page).count() == 0
