"""What an operator adds to the looks and to every page: accent, logo, notice."""

import re
from pathlib import Path

import httpx

from app.notices import Notice, notice_for, parse_notice
from tests.served import Serve

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'


def test_a_brand_is_served_as_its_own(serve: Serve, odd_content: Path, tmp_path: Path) -> None:
    logo = tmp_path / "our logo.SVG"
    logo.write_bytes(SVG)
    options = {"accent": "#8a1c3b", "logo": str(logo), "site_name": "Bottega & Figli"}
    with serve(odd_content, tmp_path / "data", **options) as client:
        page = client.get("/it/").text
        image = re.search(r'<img src="(/static/logo\.[0-9a-f]{12}\.svg)" alt="Bottega &amp; Figli">', page)
        assert image
        served = client.get(image[1])
        sheet = re.search(r'href="(/static/sportello\.[0-9a-f]{12}\.css)"', page)
        assert sheet
        style = client.get(sheet[1])
        icon = client.get(re.findall(r'href="(/static/favicon\.[0-9a-f]{12}\.svg)"', page)[0])
    assert (served.content, served.headers["content-type"]) == (SVG, "image/svg+xml")
    assert "immutable" in served.headers["cache-control"]
    assert "#8a1c3b" in icon.text
    assert "#12596b" not in icon.text
    assert "immutable" in style.headers["cache-control"]
    assert style.text.index("--accent:#8a1c3b;") > style.text.index("--accent: #12596b;")


def test_without_a_brand_there_is_the_name(demo: httpx.Client) -> None:
    page = demo.get("/it/").text
    assert re.search(r'<a class="brand" href="/it/">Tornigallo</a>', page)
    assert "logo" not in page


def test_a_notice_is_on_every_page_in_its_language(serve: Serve, odd_content: Path, tmp_path: Path) -> None:
    notice = '{"it": "Ritardi <b>oggi</b> & domani.", "he": "עיכובים"}'
    with serve(odd_content, tmp_path / "data", notice=notice) as client:
        for path in ("/it/", "/it/a/ordini/nuovo", "/it/search?q=x", "/it/contact", "/it/nulla"):
            page = client.get(path).text
            assert 'lang="it" dir="auto">Ritardi &lt;b&gt;oggi&lt;/b&gt; &amp; domani.</p>' in page
        assert 'lang="he" dir="auto">עיכובים</p>' in client.get("/he/").text
        assert 'lang="it" dir="auto">Ritardi' in client.get("/fr/").text


def test_a_notice_speaks_to_everyone() -> None:
    one = parse_notice("  Ritardi\nquesta  settimana. ", "it")
    assert notice_for(one, "en") == Notice("it", "Ritardi questa settimana.")
    two = parse_notice('{"it": "Ritardi", "pt": "Atrasos"}', "it")
    assert notice_for(two, "pt-BR") == Notice("pt", "Atrasos")
    assert notice_for(two, "de") == Notice("it", "Ritardi")
    assert notice_for(parse_notice(" ", "it"), "it") is None
