"""Imports through their front door: what an editor finds in the content folder afterwards."""

import base64
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
import yaml

from indexer.articles import read_content
from indexer.importing import ImportReport, ImportSourceError, import_source
from search.records import Article

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
GIF = b"GIF89a" + b"\x01\x00" * 10


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def articles(folder: Path) -> dict[str, Article]:
    """What reads back, by `lang/id`; nothing may be wrong with it."""
    content = read_content(folder)
    assert [str(problem) for problem in content.problems if problem.severity == "error"] == []
    return {f"{article.lang}/{article.id}": article for article in content.knowledge.articles}


def reasons(report: ImportReport) -> dict[str, str]:
    return {refused.path: refused.reason for refused in report.refused}


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def text_of(article: Article) -> str:
    return "\n".join(paragraph for section in article.sections for paragraph in section.paragraphs)


def test_a_labelled_set_becomes_articles_under_the_ids_of_its_corpus(tmp_path: Path) -> None:
    rows = [
        {"id": "182", "title": 'Quanto costa: "tutto"?', "text": "# Non è un titolo\n\n1. né *una* lista <b>", "lang": "it",
         "tags": ["costi"], "questions": ["prezzo?", "- quanto: è"]},
        {"id": "A B", "title": "t", "text": "x", "lang": "it"},
        {"id": "a-b", "title": "t", "text": "x", "lang": "it"},
        {"id": "///", "title": "Però è così", "text": "x", "lang": "it_IT"},
        {"id": "e", "title": "vuoto", "text": "", "lang": "it"},
    ]  # fmt: skip
    corpus = "".join(json.dumps(row) + "\n" for row in rows)
    report = import_source(write(tmp_path / "set", {"corpus.jsonl": corpus}), tmp_path / "out")
    found = articles(tmp_path / "out")
    assert set(found) == {"it/faq/182", "it/faq/a-b", "it/faq/a-b-2", "it/faq/pero-e-cosi"}
    first = found["it/faq/182"]
    assert (first.title, first.questions, first.tags) == (
        'Quanto costa: "tutto"?',
        ("prezzo?", "- quanto: è"),
        ("costi",),
    )
    assert first.sections[0].paragraphs == ("# Non è un titolo", "1. né *una* lista <b>")
    assert (report.written, reasons(report)) == (4, {"corpus.jsonl “e”": "has no text."})
    kept = yaml.safe_load((tmp_path / "out/it/_foreign.yaml").read_text("utf-8"))
    assert (kept["faq/a-b-2"]["id"], "id" in kept["faq/a-b"]) == ("A B", False)


PAGE = """---
title: 'Come rendo un articolo?'
ms.date: 04/05/2021
draft: true
description: In breve.
keywords: [resi, rimborsi]
ms.custom:
- "11618"
nested: {a: [1, 2]}
---
# <a name="how-to-return"></a>Come rendo un *articolo*?

Vedi [i tempi](../Consegna/Tempi.md#corriere "Tempi"), [sotto](#passi), [qui](/Consegna/Tempi), [perso](../x.md),
[app](ms-settings:about), [posta](mailto:a@b.it) e `[codice](x.md)`. <!-- nota -->

<a id="passi"></a>

## I passi!

![Etichetta](../img/etichetta.png) ![Grafico](../img/grafico.svg) ![Finta](../img/finta.png) ![Manca](no.png)
<img src="data:image/png;base64,DATA" alt="icona"> <script>alert(1)</script> Scrivi <nome utente>.

```
<a name="x"></a> [resta](x.md) <!-- resta -->
```
""".replace("DATA", base64.b64encode(PNG).decode())
TIMES = """Tempi di consegna
=================

## Con il corriere {#corriere}

Due giorni, dal [sito](https://a.b){.link}.
"""
TREE: dict[str, str | bytes] = {
    "repo/README.md": "# About the repository\n\nBuild it.",
    "repo/content/Ordini & resi/Come rendere.md": PAGE,
    "repo/content/Consegna/Tempi.md": TIMES,
    "repo/content/Consegna/Estero/Perché no.md": "---\ntitle: \n---\nNiente titolo, [torna](../Tempi.md).\n",
    "repo/content/img/etichetta.png": GIF,
    "repo/content/img/finta.png": b"<svg onload=alert(1)>",
    "repo/content/img/grafico.svg": "<svg/>",
    "repo/content/.hidden/x.md": "x",
}


@pytest.fixture
def imported(tmp_path: Path) -> tuple[Path, ImportReport]:
    write(tmp_path / "tree", TREE)
    return tmp_path / "out", import_source(tmp_path / "tree", tmp_path / "out", lang="it")


def test_a_tree_keeps_its_shape(imported: tuple[Path, ImportReport]) -> None:
    out, report = imported
    found = articles(out)
    assert set(found) == {"it/ordini-resi/come-rendere", "it/consegna/tempi", "it/consegna/estero/perche-no"}
    assert (report.written, report.refused) == (3, ())
    assert found["it/consegna/tempi"].title == "Tempi di consegna"
    assert found["it/consegna/estero/perche-no"].title == "Perché no"
    assert [category.name for category in read_content(out).knowledge.categories] == [
        "Consegna",
        "Ordini & resi",
    ]


def test_front_matter_is_mapped_and_the_rest_kept_aside(imported: tuple[Path, ImportReport]) -> None:
    out, _ = imported
    article = articles(out)["it/ordini-resi/come-rendere"]
    assert (str(article.updated), article.status, article.summary, article.tags) == (
        "2021-04-05", "draft", "In breve.", ("resi", "rimborsi"),
    )  # fmt: skip
    kept = yaml.safe_load((out / "it/_foreign.yaml").read_text("utf-8"))["ordini-resi/come-rendere"]
    assert kept == {
        "source": "repo/content/Ordini & resi/Come rendere.md",
        "front_matter": {"ms.custom": ["11618"], "nested": {"a": ["1", "2"]}},
    }


def test_links_lead_where_the_pages_now_are(imported: tuple[Path, ImportReport]) -> None:
    out, report = imported
    text = (out / "it/ordini-resi/come-rendere.md").read_text("utf-8")
    assert (
        '[i tempi](../consegna/tempi.md#con-il-corriere "Tempi"), [sotto](#i-passi), [qui](../consegna/tempi.md), perso,'
        in text
    )
    assert "\napp, [posta](mailto:a@b.it) e `[codice](x.md)`." in text
    assert "[torna](../tempi.md)" in (out / "it/consegna/estero/perche-no.md").read_text("utf-8")
    assert any(note.startswith("1 links lead to nothing in the source") for note in report.notes)
    anchors = {section.anchor for section in articles(out)["it/consegna/tempi"].sections}
    assert "con-il-corriere" in anchors


def test_what_nobody_wants_is_gone_and_code_is_not_touched(imported: tuple[Path, ImportReport]) -> None:
    text = (imported[0] / "it/ordini-resi/come-rendere.md").read_text("utf-8")
    body, _, code = text.partition("```")
    assert [gone for gone in ("how-to-return", "nota", "alert", "\n# ") if gone in body] == []
    assert "Scrivi &lt;nome utente&gt;." in body
    assert '<a name="x"></a> [resta](x.md) <!-- resta -->' in code
    assert "dal [sito](https://a.b)." in (imported[0] / "it/consegna/tempi.md").read_text("utf-8")


def test_images_come_along_by_what_they_are(imported: tuple[Path, ImportReport]) -> None:
    out, report = imported
    text = (out / "it/ordini-resi/come-rendere.md").read_text("utf-8")
    assert "![Etichetta](etichetta.gif) Grafico Finta Manca" in text
    embedded = next(path for path in (out / "it/ordini-resi").glob("*.png"))
    assert embedded.read_bytes() == PNG
    assert f'<img src="{embedded.name}" alt="icona">' in text
    assert (report.images, (out / "it/ordini-resi/etichetta.gif").read_bytes()) == (2, GIF)


def test_archives_give_what_the_folder_gives(imported: tuple[Path, ImportReport], tmp_path: Path) -> None:
    packed = zipped(tmp_path / "t.zip", TREE)
    with tarfile.open(tmp_path / "t.tgz", "w:gz") as archive:
        archive.add(tmp_path / "tree", arcname=".")
    for source in (packed, tmp_path / "t.tgz"):
        out = tmp_path / f"from-{source.suffix}"
        assert import_source(source, out, lang="it") == imported[1]
        assert files_in(out) == files_in(imported[0])


def test_a_second_import_changes_nothing_and_nothing_is_overwritten(tmp_path: Path) -> None:
    tree, out = write(tmp_path / "tree", TREE), tmp_path / "out"
    first = import_source(tree, out, lang="it")
    before = files_in(out)
    again = import_source(tree, out, lang="it")
    assert (again.written, again.unchanged, again.images) == (0, first.written, 0)
    assert files_in(out) == before
    edited = out / "it/consegna/tempi.md"
    edited.write_text("---\ntitle: Mio\n---\nMio.\n", encoding="utf-8")
    (out / "it/consegna/_category.md").write_text("---\ntitle: La mia\n---\n", encoding="utf-8")
    third = import_source(tree, out, lang="it")
    assert "already exists with other content" in reasons(third)["repo/content/Consegna/Tempi.md"]
    assert "Mio." in edited.read_text("utf-8")
    assert "La mia" in (out / "it/consegna/_category.md").read_text("utf-8")


def test_a_dry_run_reports_the_same_and_writes_nothing(
    imported: tuple[Path, ImportReport], tmp_path: Path
) -> None:
    assert import_source(tmp_path / "tree", tmp_path / "dry", lang="it", dry_run=True) == imported[1]
    assert not (tmp_path / "dry").exists()


def test_two_imports_share_one_sidecar(tmp_path: Path) -> None:
    for name in ("a", "b"):
        tree = write(tmp_path / name, {f"{name}.md": f"---\ntitle: T\nid: '{name}'\n---\nx", "c/z.md": "x"})
        import_source(tree, tmp_path / "out", lang="it")
    kept = yaml.safe_load((tmp_path / "out/it/_foreign.yaml").read_text("utf-8"))
    assert kept["faq/a"]["front_matter"] == {"id": "a"}
    assert kept["faq/b"]["front_matter"] == {"id": "b"}


def test_languages_come_from_the_file_its_folder_or_the_name(tmp_path: Path) -> None:
    tree = write(
        tmp_path / "help",
        {
            "docs/it/qa/a.md": "# A\n\nx",
            "docs/en/qa/a.md": "# A\n\n[it](../../it/qa/a.md)",
            "docs/en/qa/b.md": "---\nlang: fr-FR\n---\n# B\n\nx",
            "docs/qa/c.md": "# C\n\nx",
        },
    )
    report = import_source(tree, tmp_path / "out")
    assert set(articles(tmp_path / "out")) == {"it/qa/a", "en/qa/a", "fr/qa/b"}
    assert "[it](../../it/qa/a.md)" in (tmp_path / "out/en/qa/a.md").read_text("utf-8")
    assert "--lang" in reasons(report)["docs/qa/c.md"]
    with pytest.raises(ImportSourceError, match="--lang"):
        import_source(write(tmp_path / "mute", {"a/a.md": "x"}), tmp_path / "out")
    named = write(tmp_path / "help_it", {"a/a.md": "x"})
    assert import_source(named, tmp_path / "named").written == 1
    assert (tmp_path / "named/it/a/a.md").exists()


def test_our_own_layout_comes_back_with_its_category_names(tmp_path: Path) -> None:
    tree = write(
        tmp_path / "site",
        {
            "it/consegna/_category.md": "---\ntitle: Consegna e ritiro\n---\n",
            "it/consegna/tempi.md": "---\ntitle: Quando arriva?\nphase: after\nvisibility: internal\nstatus: archived\n---\nPresto.",
            "it/resi/resi.md": "---\ntitle: Resi\n---\nSì.",
        },
    )
    import_source(tree, tmp_path / "out")
    article = articles(tmp_path / "out")["it/consegna/tempi"]
    assert (article.phase, article.visibility, article.status) == ("after", "internal", "archived")
    assert read_content(tmp_path / "out").knowledge.categories[0].name == "Consegna e ritiro"


def test_each_unusable_file_is_refused_with_its_reason_and_the_others_come(tmp_path: Path) -> None:
    tree = write(
        tmp_path / "tree",
        {
            "c/empty.md": b"\xef\xbb\xbf \n",
            "c/broken.md": "---\ntitle: [x\n---\nTesto.",
            "c/alias.md": "---\na: &a [x]\nb: *a\n---\nTesto.",
            "c/deep.md": "---\na: " + "[" * 5_000 + "\n---\nTesto.",
            "c/list.md": "---\n- a\n---\nTesto.",
            "c/only-title.md": "# Titolo\n",
            "c/comment.md": "---\ntitle: x\n---\n<!-- niente -->",
            "c/long.md": "x " * 150_000,
            "c/large.md": "x\n" * 600_000,
            "c/nested.md": "# N\n\n" + "> " * 40 + "x",
            "c/windows.md": "# Perché\n\nCosì.".encode("cp1252"),
            "c/rule.md": "---\n\nUna riga sopra.",
            "c/good.md": "# Bene\n\n[a](empty.md) [b](nested.md) [c](windows.md)",
        },
    )
    report = import_source(tree, tmp_path / "out", lang="it")
    found = articles(tmp_path / "out")
    assert set(found) == {"it/c/windows", "it/c/rule", "it/c/good"}
    assert found["it/c/windows"].title == "Perché"
    assert "a b [c](windows.md)" in (tmp_path / "out/it/c/good.md").read_text("utf-8")
    said = {Path(path).stem: reason for path, reason in reasons(report).items()}
    assert said["empty"] == "is empty."
    assert said["broken"].startswith("line 3: its front matter cannot be read")
    assert "alias" in said["alias"]
    assert "levels" in said["deep"]
    assert "key: value" in said["list"]
    assert said["only-title"] == said["comment"] == "has no text below its title."
    assert "more than 200,000" in said["long"]
    assert "1,000,000" in said["large"]
    assert "deeper" in said["nested"]
    assert report.notes[0] == "1 files were not UTF-8 and were read as Windows-1252 (first in c/windows.md)."


def test_a_page_that_does_not_read_back_is_refused_and_links_to_it_are_dropped(tmp_path: Path) -> None:
    tree = write(
        tmp_path / "tree",
        {
            "c/hidden.md": "# H\n\n<textarea>solo questo</textarea>",
            "c/a.md": "# A\n\nVedi [l'altro](hidden.md).",
        },
    )
    report = import_source(tree, tmp_path / "out", lang="it")
    assert "no text to show" in reasons(report)["c/hidden.md"]
    assert "Vedi l'altro." in (tmp_path / "out/it/c/a.md").read_text("utf-8")
    assert not (tmp_path / "out/it/c/hidden.md").exists()


def test_names_that_fall_together_stay_apart(tmp_path: Path) -> None:
    names = [
        "c/Ciao!.md",
        "c/ciao.md",
        "c/CIAO.md",
        "c/日本語.md",
        "c/!!!.md",
        "c/4913.md",
        "4913/x.md",
        "c/_nota.md",
    ]
    packed = zipped(tmp_path / "t_it.zip", {name: f"# T {n}\n\nx {n}" for n, name in enumerate(names)})
    assert import_source(packed, tmp_path / "out").written == len(names)
    assert set(articles(tmp_path / "out")) == {
        "it/c/ciao", "it/c/ciao-2", "it/c/ciao-3", "it/c/日本語", "it/c/t-4", "it/c/4913-1", "it/4913-1/x", "it/c/nota",
    }  # fmt: skip


def test_progress_ends_at_the_total(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    tree = write(tmp_path / "t", {f"c/{n}.md": f"# T {n}\n\nx" for n in range(250)})
    import_source(tree, tmp_path / "out", lang="it", progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (250, 250)
    assert len(told) >= 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("missing", None, "does not exist"),
        ("a.pdf", b"x", "of no known kind"),
        ("a.zip", b"PK not really", "cannot be read to its end"),
        ("a.tgz", b"\x1f\x8b not really", "cannot be read to its end"),
        ("empty.zip", b"PK\x05\x06" + b"\x00" * 18, "has no Markdown file"),
    ],
)
def test_what_cannot_be_imported_at_all(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportSourceError, match=said) as error:
        import_source(tmp_path / name, tmp_path / "out", lang="it")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


def test_places_and_languages_that_cannot_be(tmp_path: Path) -> None:
    tree = write(tmp_path / "t", {"a.md": "x"})
    with pytest.raises(ImportSourceError, match="is inside"):
        import_source(tree, tree / "out", lang="it")
    with pytest.raises(ImportSourceError, match="is a file"):
        import_source(tree, tree / "a.md", lang="it")
    with pytest.raises(ImportSourceError, match="is not a language"):
        import_source(tree, tmp_path / "out", lang="../it")


@pytest.mark.parametrize(
    ("name", "lang", "limit"), [("arduino_help", "en", None), ("m365_alchemy_it", None, 300)]
)
def test_real_trees_come_whole_and_read_back(
    tmp_path: Path, name: str, lang: str | None, limit: int | None
) -> None:
    root = os.environ.get("SPORTELLO_LABELLED_SETS")
    source = Path(root or ".") / "markdown" / f"{name}.tgz"
    if not root or not source.exists():
        pytest.skip(
            f"measures on the real tree {name}: put it in markdown/ of the folder SPORTELLO_LABELLED_SETS names"
        )
    if limit:
        source = first_members(source, tmp_path / source.name, limit)
    report = import_source(source, tmp_path / "out", lang=lang)
    assert report.refused == ()
    assert len(articles(tmp_path / "out")) == report.written >= (limit or 400) * 0.9


def first_members(source: Path, target: Path, limit: int) -> Path:
    with tarfile.open(source) as packed, tarfile.open(target, "w:gz") as sample:
        for info, _ in zip(packed, range(limit), strict=False):
            sample.addfile(info, packed.extractfile(info) if info.isreg() else None)
    return target
