"""What `sportello export` writes: files that any host and any disk takes, the same each time."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET  # ours, written a moment ago

import orjson
import pytest

from app.exporting.folders import MANIFEST, ExportError, replaced
from app.exporting.making import Exported, export_site
from app.settings import Settings
from tests.exporting.conftest import NAMES, exported
from tests.polyglot import TEXTS
from tests.terminal import Run

BASE = "https://stand-in.example/help"


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class Reader(HTMLParser):
    """Every address on a page, by attribute, and every id."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.addresses: list[tuple[str, str, str]] = []
        self.ids: set[str] = set()
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"href", "src", "action", "data-suggest", "srcset"}:
                self.addresses.append((tag, name, value or ""))
            elif name == "id":
                self.ids.add(value or "")


def pages(folder: Path) -> dict[str, Reader]:
    return {name: Reader(text.decode()) for name, text in files(folder).items() if name.endswith(".html")}


def target(page: str, address: str) -> tuple[str, str]:
    """The file that an address on a page leads to, and the place in it."""
    split = urlsplit(address)
    path = (
        PurePosixPath(os.path.normpath(PurePosixPath(page).parent / split.path))
        if split.path
        else PurePosixPath(page)
    )
    return path.as_posix(), unquote(split.fragment)


@pytest.fixture(scope="module")
def again(shop: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Exported]:
    """The same export once more."""
    return exported(shop, tmp_path_factory)


def test_two_exports_are_equal_byte_for_byte(site: Path, again: tuple[Path, Exported]) -> None:
    assert files(again[0]) == files(site)


def test_every_address_leads_to_a_file_and_a_place_in_it(site: Path) -> None:
    found = pages(site)
    there = files(site)
    for page, reader in found.items():
        for tag, name, address in reader.addresses:
            if urlsplit(address).scheme or (page == "404.html"):
                continue
            assert not address.startswith("/"), f"{page}: {tag} {name} {address}"
            file, place = target(page, address)
            assert file in there, f"{page}: {tag} {name} {address}"
            assert not place or place in found[file].ids, f"{page}: {tag} {name} {address}"


def test_without_an_address_nothing_names_one_of_ours(site: Path) -> None:
    outside = {
        "https://www.agid.gov.it/it/ambiti-intervento/accessibilita-usabilita",
        "https://evil.example/x",
    }
    for page, reader in pages(site).items():
        whole = {a for _, _, a in reader.addresses if urlsplit(a).scheme in {"http", "https"}}
        assert whole <= outside, page
    assert not [name for name, text in files(site).items() if b"help.example" in text]
    assert not (site / "sitemap.xml").exists()


def test_names_suit_every_system_and_host(site: Path) -> None:
    names = list(files(site))
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert len(name) <= 200
        for part in name.split("/"):
            assert re.fullmatch(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?", part), name
            assert part.split(".")[0] not in {"con", "nul", "aux", "prn", "com1", "lpt1"}, name
    strange = [name for name in names if re.match(r"it/a/nul-[0-9a-f]{8}/", name)]
    assert len(strange) == len(NAMES)


def test_every_page_is_there_in_every_language(site: Path) -> None:
    for lang in TEXTS:
        for name in ("index", "search", "contact", "accessibility", "c/consegna", "a/consegna/quando",
                     "a/consegna/guida", "g/consegna/guida", "search/after", "search/after/consegna"):  # fmt: skip
            assert (site / lang / f"{name}.html").is_file(), f"{lang} {name}"
        assert len(list((site / lang / "g/consegna/guida").iterdir())) == 2


def test_drafts_and_internal_articles_are_nowhere(site: Path) -> None:
    assert not [name for name, text in files(site).items() if b"segret" in text.lower()]


def test_nothing_needs_a_server(site: Path) -> None:
    for page, reader in pages(site).items():
        for tag, name, address in reader.addresses:
            if tag == "form":
                assert target(page, address)[0].endswith("/search.html"), f"{page}: {name} {address}"
        assert reader.tags.count("form") <= 1, page
        text = (site / page).read_text("utf-8")
        assert 'method="post"' not in text, page
        assert 'type="module"' not in text, page  # no browser opens one from a disk


def test_nobody_is_said_to_answer_now(site: Path) -> None:
    assert not [
        name for name, text in files(site).items() if b'class="standing' in text and name.endswith("html")
    ]


def test_texts_of_strangers_stay_text(site: Path) -> None:
    for page, reader in pages(site).items():
        text = (site / page).read_text("utf-8")
        assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', text)), page
        assert "49" not in Reader(text).ids
        for _, _, address in reader.addresses:
            assert not address.lower().startswith("javascript:"), page
    index = next((site / "static").glob("find.it.*.js")).read_text("utf-8")
    assert orjson.loads(index.removeprefix("self.sportelloIndex = ").rstrip(";\n"))["lang"] == "it"


def test_links_of_an_article(site: Path) -> None:
    text = (site / "it/a/consegna/ostile.html").read_text("utf-8")
    assert "<a>altrove</a>" in text
    assert '<a href="https://evil.example/x" rel="noopener noreferrer">fuori</a>' in text
    for words, file in {
        "relativo": "a/consegna/quando.html",
        "passo": "a/consegna/guida.html#mandaci-una-foto",
        "vecchio": "a/consegna/spostato.html",
    }.items():
        assert f'<a href="../../../it/{file}">{words}</a>' in text, words
    assert re.search(r'<a href="../../../it/a/consegna/quando.html"[^>]*>assoluto</a>', text)
    assert '<a href="#in-fondo">sé</a>' in text
    assert re.findall("<img [^>]*>", text) == [  # of the others, one is lost, and one holds a script
        '<img alt="una foto" src="../../../media/it/consegna/foto.gif" loading="lazy">'
    ]


def test_what_is_left_out_is_said(again: tuple[Path, Exported]) -> None:
    done = again[1]
    left = "\n".join(done.left_out)
    for address in ("/non/esiste", "/media/it/consegna/persa.png", "/media/it/consegna/vivo.svg"):
        assert f"/it/a/consegna/ostile: {address}" in left
    assert done.articles == 2 * len(TEXTS) + len(NAMES) + 2
    assert done.images == 1


def test_with_an_address_pages_name_it(shop: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder, _ = exported(shop, tmp_path_factory, f"{BASE}/")
    text = (folder / "it/a/consegna/quando.html").read_text("utf-8")
    assert f'<link rel="canonical" href="{BASE}/it/a/consegna/quando.html">' in text
    assert f'hreflang="de" href="{BASE}/de/a/consegna/quando.html"' in text
    listed = [e.text or "" for e in ET.parse(folder / "sitemap.xml").iter() if e.tag.endswith("}loc")]
    assert f"{BASE}/it/" in listed
    for address in listed:
        file = address.removeprefix(f"{BASE}/")
        assert (folder / (file + "index.html" if not file or file.endswith("/") else file)).is_file(), address
    missing = pages(folder)["404.html"]
    for tag, _, address in missing.addresses:
        assert urlsplit(address).scheme or address.startswith(("/help/", "#")), f"{tag} {address}"
    assert not (folder / "robots.txt").exists()


@pytest.mark.parametrize(
    "address", ["help.example", "ftp://x", "https://", "https://x/?q", 'https://x/"><b>', "https://x//y"]
)
def test_an_address_that_is_none_is_refused(shop: Settings, tmp_path: Path, address: str) -> None:
    with pytest.raises(ExportError):
        export_site(shop, tmp_path / "site", address)
    assert not (tmp_path / "site").exists()


def test_an_export_takes_the_place_of_an_earlier_one(shop: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    export_site(shop, folder, "https://stand-in.example")
    said = (folder / "robots.txt").read_text()  # a host of its own has one
    assert "Sitemap: https://stand-in.example/sitemap.xml" in said
    export_site(shop, folder)
    assert not (folder / "sitemap.xml").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("foreign", ["tesi.docx", "it/foto.jpg", "vuota/"])
def test_what_is_not_ours_is_never_touched(shop: Settings, tmp_path: Path, foreign: str) -> None:
    folder = tmp_path / "site"
    with replaced(folder) as aside:
        (aside / "it").mkdir()
        (aside / "it/index.html").write_text("alt")
    added = folder / foreign
    added.mkdir(parents=True) if foreign.endswith("/") else added.write_text("mio")
    before = files(folder)
    with pytest.raises(ExportError, match=foreign.rstrip("/")):
        export_site(shop, folder, BASE)
    assert files(folder) == before
    assert added.exists()


def test_a_link_in_the_destination_is_not_ours(shop: Settings, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/file").write_text("mio")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "mine")
    with pytest.raises(ExportError, match="link"):
        export_site(shop, folder)
    assert (tmp_path / "mine/file").exists()


def test_neither_content_nor_data_is_exported_to(shop: Settings) -> None:
    for folder in (shop.content / "site", shop.data, shop.content.parent):
        with pytest.raises(ExportError):
            export_site(shop, folder)


def test_an_export_that_fails_leaves_all_as_it_was(tmp_path: Path) -> None:
    place = tmp_path / "site"
    with replaced(place) as folder:
        (folder / "a.html").write_text("alt")
    with pytest.raises(RuntimeError):
        _fail(place)
    assert sorted(files(place)) == ["a.html", MANIFEST]
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def _fail(place: Path) -> None:
    with replaced(place) as folder:
        (folder / "b.html").write_text("neu")
        raise RuntimeError


def test_a_kill_between_the_renames_is_mended(tmp_path: Path) -> None:
    place = tmp_path / "site"
    with replaced(place) as folder:
        (folder / "a.html").write_text("alt")
    place.rename(tmp_path / ".site.before")
    (tmp_path / ".site.exporting").mkdir()
    (tmp_path / ".site.exporting/b.html").write_text("halb")
    with replaced(place) as folder:
        assert (place / "a.html").exists()
        (folder / "c.html").write_text("neu")
    assert sorted(files(place)) == ["c.html", MANIFEST]
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_the_command_counts(sportello: Run, shop: Settings, tmp_path: Path) -> None:
    places = ("--content", shop.content, "--data", shop.data)
    done = orjson.loads(sportello("export", "out", *places, "--json").stdout)
    assert done["languages"] == sorted(done["languages"], key=done["languages"].index)
    assert set(done["languages"]) == set(TEXTS)
    assert done["files"] == len(files(tmp_path / "out")) - 1  # its list of files comes last
    assert "articles in 5 languages" in sportello("export", "out", *places).stdout
    (tmp_path / "out/mine.txt").write_text("mio")
    assert "mine.txt" in sportello("export", "out", *places, expect=1).stderr
    assert "no index" in sportello("export", "new", "--data", tmp_path / "nothing", expect=3).stderr
