"""CSV files become articles: columns by name, cells of HTML, Markdown or plain text."""

from pathlib import Path

import pytest

from indexer.articles import read_content
from indexer.importing import ImportReport, ImportSourceError, import_source
from search.records import Article


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def articles(folder: Path) -> dict[str, Article]:
    """What reads back, by `lang/id`; nothing may be wrong with it."""
    content = read_content(folder)
    assert [str(problem) for problem in content.problems if problem.severity == "error"] == []
    return {f"{article.lang}/{article.id}": article for article in content.knowledge.articles}


def reasons(report: ImportReport) -> dict[str, str]:
    return {refused.path: refused.reason for refused in report.refused}


def text_of(article: Article) -> str:
    return "\n".join(paragraph for section in article.sections for paragraph in section.paragraphs)


def test_a_table_with_italian_columns_semicolons_and_a_mark(tmp_path: Path) -> None:
    table = (
        "\ufeffDomanda;Risposta;Etichette;Categoria;Altre_domande;Stato;Codice\r\n"
        'Dov’è il pacco?;"Prima riga\r\nseconda ""riga""; fine";pacco, corriere;Consegna & resi;dove sta|a che punto è;;7\r\n'
        ";senza domanda;;;;;\r\n"
        "Senza risposta;;;;;;\r\n"
        "In bozza;x;;;;Bozza;\r\n"
        "Troppe;celle;;;;;;;in più\r\n"
    )
    report = import_source(write(tmp_path, {"faq_it.csv": table}) / "faq_it.csv", tmp_path / "out")
    found = articles(tmp_path / "out")
    assert set(found) == {"it/consegna-resi/dov-e-il-pacco", "it/faq/in-bozza"}
    first = found["it/consegna-resi/dov-e-il-pacco"]
    assert (first.tags, first.questions) == (("pacco", "corriere"), ("dove sta", "a che punto è"))
    assert "Prima riga<br" in first.html
    assert 'seconda "riga"; fine' in text_of(first)
    assert found["it/faq/in-bozza"].status == "draft"
    names = {category.id: category.name for category in read_content(tmp_path / "out").knowledge.categories}
    assert names == {"consegna-resi": "Consegna & resi", "faq": "FAQ"}
    assert {path: reason.split(":")[0] for path, reason in reasons(report).items()} == {
        "faq_it.csv:4": "has no question.",
        "faq_it.csv:5": "has no answer.",
        "faq_it.csv:7": "has more cells than the first row",
    }
    assert report.notes == ("1 columns have no field here and are left out (first in Codice).",)


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), ("\t", "utf-8"), (";", "cp1252"), ("\t", "utf-16")]
)
def test_separators_and_encodings_are_recognised(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["Title", "Text", "lang"], ["Perché?", "Così è, però.", "it"], ["Why?", "So.", "en-US"]]
    data = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    report = import_source(write(tmp_path, {"t.csv": data.encode(encoding)}) / "t.csv", tmp_path / "out")
    found = articles(tmp_path / "out")
    assert (text_of(found["it/faq/perche"]), set(found)) == ("Così è, però.", {"it/faq/perche", "en/faq/why"})
    assert bool(report.notes) == (encoding == "cp1252")


def test_html_markdown_and_plain_cells(tmp_path: Path) -> None:
    table = (
        "question,answer,lang\n"
        '<b>Html</b>?,"<p onclick=x>Uno <script>alert(1)</script></p>\n\n<p>due <a href=""javascript:x"">tre</a></p>",it\n'
        'Md,"**Orari**\nlun 9–18\nsab 9–13\n\n- a\n- b",it\n'
        'Testo,"Scrivi a <ufficio> * 5 _x_\n#1 no",it\nMisto,"**Scrivi** a <ufficio>, [qui](/contatti) o [là](https://a.b)",it\n'
    )
    import_source(write(tmp_path, {"t.csv": table}) / "t.csv", tmp_path / "out")
    found = articles(tmp_path / "out")
    html = found["it/faq/html"].html
    assert "<p>Uno" in html
    assert [gone for gone in ("script", "onclick", "javascript") if gone in html] == []
    assert found["it/faq/html"].title == "Html ?"
    assert text_of(found["it/faq/md"]).split("\n") == ["Orari lun 9–18 sab 9–13", "a", "b"]
    assert "<br" in found["it/faq/md"].html
    assert "Scrivi a <ufficio> * 5 _x_" in text_of(found["it/faq/testo"])
    assert "<h" not in found["it/faq/testo"].html
    assert text_of(found["it/faq/misto"]) == "Scrivi a <ufficio>, qui o là"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("a,b\n1,2\n", "names the columns"),
        ("", "names the columns"),
        ('title,text\n"x,y\n', "cannot be read"),
        (f'title,text\nx,"{"y" * 1_100_000}"\n', "cannot be read"),
    ],
)
def test_what_is_no_table_is_said_in_one_sentence(tmp_path: Path, table: str, said: str) -> None:
    with pytest.raises(ImportSourceError, match=said):
        import_source(write(tmp_path, {"t_it.csv": table}) / "t_it.csv", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_row_without_a_language_is_refused(tmp_path: Path) -> None:
    source = write(tmp_path, {"t.csv": "title,text\nx,y\n"}) / "t.csv"
    assert "--lang" in reasons(import_source(source, tmp_path / "out"))["t.csv:2"]
    assert import_source(source, tmp_path / "out", lang="it").written == 1
