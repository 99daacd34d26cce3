"""Exports of other help desks, web pages and Word documents, in the shapes that their vendors document."""

import base64
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from indexer.articles import read_content
from indexer.importing import Format, ImportReport, ImportSourceError, import_source
from search.records import Article

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
HC = "https://shop.zendesk.com/hc"
ZENDESK: dict[str, Any] = {
    "articles": [
        {"id": 360000000001, "title": "Come rendo un articolo?", "locale": "it", "source_locale": "it", "section_id": 20, "draft": False,
         "user_segment_id": None, "label_names": ["resi", "rimborsi"], "edited_at": "2024-04-17T17:18:10Z", "updated_at": "2025-01-01T00:00:00Z",
         "html_url": f"{HC}/it/articles/360000000001-Come-rendo",
         "body": f'<p>Vedi <a href="{HC}/it/articles/360000000002-Vecchio-titolo#quando">il rimborso</a>, <a href="https://example.org/x">altro</a>.</p>'
                 '<script>alert(1)</script><p onclick="x()">Costa &lt;5 €, e-mail: a_b*c.</p><ol><li>Uno<ul><li>due</li></ul></li><li>Tre</li></ol>'
                 '<img src="https://shop.zendesk.com/a.png" alt="Il tasto">'},
        {"id": 360000000002, "title": "Quando arriva il rimborso?", "locale": "it", "section_id": 20, "draft": True, "user_segment_id": 7,
         "html_url": f"{HC}/it/articles/360000000002-Quando", "body": "<h2>Quando</h2><p>Entro 14 giorni.</p>"},
        {"id": 360000000001, "title": "How do I return it?", "locale": "en-us", "source_locale": "it", "section_id": 20, "draft": False,
         "user_segment_id": None, "html_url": f"{HC}/en-us/articles/360000000001", "body": "<p>Press return.</p>"},
        {"id": 9, "title": "Vuoto", "locale": "it", "section_id": 20, "draft": False, "body": ""},
    ],
    "sections": [{"id": 20, "name": "Resi & rimborsi", "category_id": 30, "locale": "it"}],
    "categories": [{"id": 30, "name": "Dopo l’acquisto", "locale": "it"}],
    "count": 4,
}  # fmt: skip


def articles(folder: Path) -> dict[str, Article]:
    content = read_content(folder)
    assert [str(problem) for problem in content.problems if problem.severity == "error"] == []
    return {f"{article.lang}/{article.id}": article for article in content.knowledge.articles}


def imported(
    tmp_path: Path, source: Path, lang: str | None = None, kind: Format = "auto"
) -> tuple[dict[str, Article], ImportReport]:
    report = import_source(source, tmp_path / "out", format=kind, lang=lang)
    return articles(tmp_path / "out"), report


def as_json(tmp_path: Path, *documents: Any) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    for number, document in enumerate(documents):
        (folder / f"{number}.json").write_text(json.dumps(document), "utf-8")
    return folder if len(documents) > 1 else folder / "0.json"


def test_zendesk_keeps_addresses_translations_drafts_and_links(tmp_path: Path) -> None:
    found, report = imported(tmp_path, as_json(tmp_path, ZENDESK))
    assert len(found) == report.written == 3
    italian = next(a for a in found.values() if a.title == "Come rendo un articolo?")
    english, draft = found[f"en/{italian.id}"], next(a for a in found.values() if a.status == "draft")
    assert italian.redirect_from == ("/hc/it/articles/360000000001-Come-rendo",)
    assert (italian.tags, str(italian.updated)) == (("resi", "rimborsi"), "2024-04-17")
    assert (draft.visibility, english.title) == ("internal", "How do I return it?")
    assert f'href="/it/a/{draft.id}#quando"' in italian.html
    assert "https://example.org/x" in italian.html
    assert "&lt;5 €, e-mail: a_b*c." in italian.html
    assert "alert" not in italian.html
    assert "onclick" not in italian.html
    assert '<img src="https://shop.zendesk.com/a.png"' in italian.html.replace('alt="Il tasto" src', "src")
    written = (tmp_path / "out/it" / f"{italian.id}.md").read_text("utf-8")
    assert "e-mail" in written
    assert "<p" not in written
    assert {r.path: r.reason for r in report.refused} == {"0.json “9”": "has no text."}
    assert any(note.startswith("1 images are shown from where they were") for note in report.notes)


def test_zendesk_may_come_in_files_of_pages_or_in_a_zip(tmp_path: Path) -> None:
    lines = [{key: ZENDESK[key]} for key in ("articles", "sections", "categories")]
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for number, line in enumerate(lines):
            archive.writestr(f"hc/{number}.json", json.dumps(line))
    assert len(imported(tmp_path, tmp_path / "export.zip")[0]) == 3
    (tmp_path / "all.ndjson").write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert import_source(tmp_path / "all.ndjson", tmp_path / "out").unchanged == 3


def test_freshdesk_takes_its_folders_from_the_hierarchy(tmp_path: Path) -> None:
    level = {"id": 3, "name": "Spedizioni", "language": "it"}
    hierarchy = [
        {"level": 0, "type": "category", "data": level},
        {"level": 1, "type": "folder", "data": {**level, "id": 4, "name": "Tempi"}},
    ]
    base = {
        "type": 1,
        "category_id": 3,
        "folder_id": 4,
        "hierarchy": hierarchy,
        "agent_id": 1,
        "tags": ["corriere"],
        "updated_at": "2016-09-09T06:07:26Z",
    }
    found, _ = imported(tmp_path, as_json(tmp_path, [
        {**base, "id": 1000001, "title": "Quando arriva?", "description": "<b>Domani</b>.", "status": 2, "seo_data": {"meta_description": "I tempi"}},
        {**base, "id": 1000002, "title": "Dove arriva?", "description": '<a href="/support/solutions/articles/1000001-x">Quando</a>', "status": 1, "folder_visibility": 3},
    ]))  # fmt: skip
    first, second = (
        next(a for a in found.values() if a.status == status) for status in ("published", "draft")
    )
    assert (first.id, second.id) == ("tempi/quando-arriva", "tempi/dove-arriva")
    assert (first.summary, first.tags, str(first.updated)) == ("I tempi", ("corriere",), "2016-09-09")
    assert first.redirect_from == ("/support/solutions/articles/1000001",)
    assert (second.visibility, f'href="/it/a/{first.id}"' in second.html) == ("internal", True)


def test_freshdesk_folders_and_categories_of_one_number_are_two(tmp_path: Path) -> None:
    article = {"id": 1, "title": "Uno?", "description": "Sì.", "folder_id": 3, "status": 2}
    other = {"id": 2, "title": "Due?", "description": "Sì.", "folder_id": 4, "status": 2}
    shelves = [{"id": 3, "name": "Categoria", "visible_in_portals": [1]}, {"id": 3, "name": "Cartella", "visibility": 1, "category_id": 3}, {"id": 4, "name": "Altra", "visibility": 2, "category_id": 5}]  # fmt: skip
    found, _ = imported(tmp_path, as_json(tmp_path, [article, other], shelves), lang="it")
    assert {key: a.visibility for key, a in found.items()} == {
        "it/categoria/cartella/uno": "public",
        "it/altra/due": "internal",
    }


def test_intercom_has_every_translation(tmp_path: Path) -> None:
    german = {
        "type": "article_content",
        "title": "Wie zahle ich?",
        "body": "<p>Karte.</p>",
        "state": "draft",
        "url": "https://intercom.help/shop/de/articles/3-wie",
    }
    found, _ = imported(tmp_path, as_json(tmp_path, {"type": "list", "data": [
        {"type": "article", "id": "3", "title": "How do I pay?", "description": "Cards", "body": "<p>By card.</p>", "author_id": 1, "state": "published",
         "created_at": 1672928359, "updated_at": 1672928610, "url": "https://intercom.help/shop/en/articles/3-pay", "parent_id": 145, "default_locale": "en",
         "translated_content": {"type": "article_translated_content", "de": german}},
    ]}, {"type": "list", "data": [{"type": "collection", "id": "145", "name": "Payments"}]}))  # fmt: skip
    assert {(key, a.status) for key, a in found.items()} == {
        ("en/payments/how-do-i-pay", "published"),
        ("de/payments/how-do-i-pay", "draft"),
    }
    english = found["en/payments/how-do-i-pay"]
    assert (english.summary, str(english.updated)) == ("Cards", "2023-01-05")
    assert english.redirect_from == ("/shop/en/articles/3-pay",)


def test_help_scout_has_collections_and_categories(tmp_path: Path) -> None:
    ids = {"collection": "5214c77c45667acd25394b51", "category": "5214c77d45667acd25394b52"}
    item = {"id": "5215163545667acd25394b5c", "number": 121, "collectionId": ids["collection"], "slug": "pay", "status": "notpublished", "name": "How do I pay?",
            "text": "<p>Card.</p>", "categories": [ids["category"]], "keywords": ["card"], "publicUrl": "https://docs.shop.com/article/121-pay", "updatedAt": "2013-08-21T19:36:11Z"}  # fmt: skip
    found, _ = imported(tmp_path, as_json(
        tmp_path, {"article": item}, {"categories": {"items": [{"id": ids["category"], "name": "Payments"}]}}, {"collections": {"items": [{"id": ids["collection"], "name": "Staff", "visibility": "private"}]}}
    ), lang="en")  # fmt: skip
    ((_, article),) = found.items()
    assert (article.status, article.visibility, article.tags, article.redirect_from) == (
        "draft",
        "internal",
        ("card",),
        ("/article/121-pay",),
    )


WXR = """<?xml version="1.0" encoding="UTF-8" ?><rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Shop</title>
<language>it-IT</language><wp:wxr_version>1.2</wp:wxr_version>{items}</channel></rss>"""


def post(number: int, title: str, body: str, kind: str = "faq", status: str = "publish") -> str:
    return (
        f"<item><title>{title}</title><link>https://shop.it/faq/{number}/</link><content:encoded><![CDATA[{body}]]></content:encoded>"
        f"<excerpt:encoded><![CDATA[Breve]]></excerpt:encoded><wp:post_id>{number}</wp:post_id><wp:post_modified>2024-02-03 10:00:00</wp:post_modified>"
        f"<wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type><wp:post_password></wp:post_password>"
        '<category domain="faq_category" nicename="resi"><![CDATA[Resi]]></category><category domain="post_tag" nicename="x"><![CDATA[pacco]]></category></item>'
    )


def test_wordpress_takes_its_faq_posts(tmp_path: Path) -> None:
    items = post(
        7,
        "Come rendo?",
        '<!-- wp:paragraph -->\nPrimo\nriga.\n\n[gallery ids="1"]Secondo, <a href="https://shop.it/faq/8/">altro</a>.',
    )
    items += (
        post(8, "Altro?", "<p>Sì.</p>", status="draft")
        + post(9, "Notizia", "x", kind="post")
        + post(10, "Via", "x", status="trash")
    )
    source = tmp_path / "wordpress.xml"
    source.write_text(WXR.format(items=items), "utf-8")
    found, _ = imported(tmp_path, source)
    assert {key: a.status for key, a in found.items()} == {
        "it/resi/come-rendo": "published",
        "it/resi/altro": "draft",
    }
    article = found["it/resi/come-rendo"]
    assert article.redirect_from == ("/faq/7/",)
    assert (article.summary, article.tags) == ("Breve", ("pacco",))
    assert 'href="/it/a/resi/altro"' in article.html
    assert "gallery" not in article.html
    assert article.html.count("<p>") == 2


@pytest.mark.parametrize(
    "bomb", ['<!DOCTYPE r [<!ENTITY a "aaaa">]>', '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>']
)
def test_xml_with_entities_is_refused_in_one_sentence(tmp_path: Path, bomb: str) -> None:
    source = tmp_path / "wordpress.xml"
    source.write_text(WXR.format(items=post(1, "&a;", "x")).replace("<rss", f"{bomb}<rss", 1), "utf-8")
    with pytest.raises(ImportSourceError, match="entities"):
        import_source(source, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_zip_of_web_pages_keeps_its_links_and_images(tmp_path: Path) -> None:
    page = '<html lang="it"><head><title>Sito - Resi</title><meta name="description" content="Come rendere"><link rel="canonical" href="https://shop.it/aiuto/resi.html"></head>'
    with zipfile.ZipFile(tmp_path / "sito.zip", "w") as archive:
        archive.writestr(
            "sito/resi/come.html",
            page
            + '<body><nav>Menu</nav><main><h1>Come rendo?</h1><p><a href="../pagamenti/carta.html">Carta</a> <img src="../img/t.png" alt="Tasto"></p><script>x</script></main></body></html>',
        )
        archive.writestr(
            "sito/pagamenti/carta.html",
            '<html lang="it"><body><h1>Quale carta?</h1><p>Tutte.</p></body></html>',
        )
        archive.writestr("sito/img/t.png", PNG)
        archive.writestr("../fuori.html", "<h1>x</h1><p>y</p>")
    found, report = imported(tmp_path, tmp_path / "sito.zip")
    assert set(found) == {"it/resi/come", "it/pagamenti/carta"}
    article = found["it/resi/come"]
    assert (article.title, article.summary, article.redirect_from) == (
        "Come rendo?",
        "Come rendere",
        ("/aiuto/resi.html",),
    )
    assert 'href="/it/a/pagamenti/carta"' in article.html
    assert report.images == 1
    assert "Menu" not in article.html
    assert [r.path for r in report.refused] == ["../fuori.html"]


def word(path: Path, document: str, extra: dict[str, bytes] | None = None) -> Path:
    kinds = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in {
            "[Content_Types].xml": kinds.encode(),
            "_rels/.rels": rels.encode(),
            "word/document.xml": document.encode(),
            **(extra or {}),
        }.items():
            package.writestr(name, data)
    return path


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def document(*paragraphs: str) -> str:
    return f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{"".join(paragraphs)}</w:body></w:document>'


def test_a_word_document_is_an_article(tmp_path: Path) -> None:
    text = document(
        paragraph("Come rendo?", "Heading1"),
        paragraph("Premi &lt;Rendi&gt;."),
        paragraph("Poi", "Heading2"),
        paragraph("Aspetta."),
    )
    found, _ = imported(tmp_path, word(tmp_path / "resi.docx", text), lang="it")
    ((key, article),) = found.items()
    assert (key, article.title) == ("it/faq/resi", "Come rendo?")
    assert "&lt;Rendi&gt;" in article.html
    assert article.sections[-1].heading == "Poi"


def test_hostile_word_documents_are_refused_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "documenti"
    folder.mkdir()
    word(folder / "entita.docx", '<!DOCTYPE x [<!ENTITY a "b">]>' + document(paragraph("&a;")))
    word(folder / "bomba.docx", document(paragraph("x")), {"word/media/a.xml": b"0" * 61_000_000})
    (folder / "falso.docx").write_bytes(b"PK\x03\x04 not a zip")
    word(folder / "buono.docx", document(paragraph("Tutto bene.")))
    found, report = imported(tmp_path, folder, lang="it")
    assert [a.title for a in found.values()] == ["buono"]
    assert {r.path: r.reason.split(":")[0].split(",")[0] for r in report.refused} == {
        "bomba.docx": "unpacks to more than 60", "entita.docx": "declares entities or a DTD", "falso.docx": "cannot be read as a Word document",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["{", "[" * 200_000, '{"articles": [{"id": 1}]}', "\x00", '"x"'])
def test_json_that_is_no_export_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, "utf-8")
    with pytest.raises(ImportSourceError) as refused:
        import_source(tmp_path / "a.json", tmp_path / "out", lang="it")
    assert "\n" not in str(refused.value)


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    report = import_source(as_json(tmp_path, ZENDESK), tmp_path / "out", dry_run=True)
    assert (report.written, (tmp_path / "out").exists()) == (3, False)


def test_json_beside_markdown_is_no_export(tmp_path: Path) -> None:
    folder = tmp_path / "sito"
    folder.mkdir()
    (folder / "a.md").write_text("# Come?\n\nCosì.", "utf-8")
    (folder / "package.json").write_text(json.dumps(ZENDESK), "utf-8")
    (folder / "layout.html").write_text("<h1>x</h1>", "utf-8")
    assert [a.title for a in imported(tmp_path, folder, lang="it")[0].values()] == ["Come?"]


def test_a_page_of_nothing_but_tags_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<h1>x</h1>" + "<nav>" * 30_000, "utf-8")
    report = import_source(tmp_path / "a.html", tmp_path / "out", lang="it")
    assert [r.reason for r in report.refused] == ["has more than 20,000 tags: split it."]
