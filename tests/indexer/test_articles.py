"""A content folder, as editors really leave it: what is read, what is refused, and how it is said."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

import pytest

from indexer.articles import Content, ContentError, Problem, is_published, prettify, read_content
from search.records import Article, Category

FULL = """---
title: "Come restituisco un acquisto?"
questions:
  - Voglio rendere la merce
  - Posso cambiare idea?
summary: Hai trenta giorni.
tags: [resi, rimborsi]
phase: after
status: draft
updated: 2026-03-01
review_by: "2027-03-01"
owner: Assistenza
related: [ordini/stato.md]
boost: 1.5
type: guide
publish_at: 2026-04-01 09:00
redirect_from: [/vecchio, faq/resi]
visibility: internal
---
# Come restituisco un acquisto?

Entro *trenta giorni*.

## Come si fa

Con il modulo.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "content"


def write(root: Path, relative: str, text: str | bytes = "---\ntitle: Domanda?\n---\nRisposta.\n") -> Path:
    path = root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read_one(root: Path, text: str | bytes) -> Content:
    write(root, "it/resi/a.md", text)
    return read_content(root)


def said(content: Content) -> list[str]:
    return [str(problem) for problem in content.problems]


def test_every_field_is_read_with_its_type(root: Path) -> None:
    content = read_one(root, FULL)
    assert said(content) == []
    article = content.knowledge.articles[0]
    assert "<h1" not in article.html
    assert [(s.anchor, s.paragraphs) for s in article.sections] == [
        ("", ("Entro trenta giorni.",)),
        ("come-si-fa", ("Con il modulo.",)),
    ]
    assert article.guide
    assert [step.title for step in article.guide.steps] == ["Come si fa"]
    assert replace(article, html="", sections=(), guide=None) == Article(
        id="resi/a",
        lang="it",
        title="Come restituisco un acquisto?",
        category="resi",
        html="",
        sections=(),
        questions=("Voglio rendere la merce", "Posso cambiare idea?"),
        summary="Hai trenta giorni.",
        tags=("resi", "rimborsi"),
        phase="after",
        status="draft",
        type="guide",
        visibility="internal",
        updated=date(2026, 3, 1),
        review_by=date(2027, 3, 1),
        publish_at=datetime(2026, 4, 1, 9, tzinfo=UTC),
        owner="Assistenza",
        related=("ordini/stato",),
        redirect_from=("/vecchio", "/faq/resi"),
        boost=1.5,
        source_hash=blake2b(FULL.encode(), digest_size=16).hexdigest(),
    )


@pytest.mark.parametrize(
    ("text", "line", "code", "words"),
    [
        ("Solo testo.", 1, "front-matter", "begin the file with"),
        ("---\ntitle: Sì\n\nTesto.", 1, "front-matter", "not closed"),
        ("---\ntitle: Sì\n---\n \n", 4, "empty", "write the answer"),
        ("---\ntitle: Sì\n---\n<script>x</script>", 4, "empty", "no text"),
        ("---\ntitle: Sì\n---\n\n\n" + "[" * 60, 6, "markdown", "close them"),
        (b"---\ntitle: S\xec\n---\nTesto.", 2, "encoding", "UTF-8"),
        (b"x" * 1_000_001, 1, "size", "more than 1,000,000"),
        ("", 1, "front-matter", "begin the file with"),
    ],
)
def test_a_file_that_is_no_article_says_why(
    root: Path, text: str | bytes, line: int, code: str, words: str
) -> None:
    content = read_one(root, text)
    assert (line, code) in {(p.line, p.code) for p in content.problems if p.severity == "error"}
    assert words in " ".join(said(content))
    assert content.broken == {("it", "resi/a")}


def test_every_problem_of_every_file_is_said_at_once_and_the_good_ones_are_read(root: Path) -> None:
    write(root, "it/resi/b.md", "---\ntitle: Sì\nstatus: boh\nboost: x\ntagz: a\n---\n")
    write(root, "it/resi/c.md", "niente")
    write(root, "it/resi/buono.md")
    content = read_content(root)
    assert [(p.path, p.line, p.severity) for p in content.problems] == [
        ("it/resi/b.md", 3, "error"),
        ("it/resi/b.md", 4, "error"),
        ("it/resi/b.md", 5, "warning"),
        ("it/resi/b.md", 7, "error"),
        ("it/resi/c.md", 1, "error"),
    ]
    assert (
        str(content.problems[2])
        == "it/resi/b.md:5: “tagz” is not a field and is ignored. Did you mean “tags”?"
    )
    assert [a.id for a in content.knowledge.articles] == ["resi/buono"]
    assert content.broken == {("it", "resi/b"), ("it", "resi/c")}


def test_windows_files_are_read(root: Path) -> None:
    content = read_one(root, b"\xef\xbb\xbf\r\n---\r\ntitle: S\xc3\xac\x07\r\n---\r\nRiga\r\naltra\r\n")
    assert said(content) == []
    assert content.knowledge.articles[0].title == "Sì"
    assert content.knowledge.articles[0].html == "<p>Riga\naltra</p>"


@pytest.mark.parametrize(
    "heading", ["# Domanda?", "# **Domanda?** #", "Domanda?\n===", "\n\n# <a name='x'></a>DOMANDA?"]
)
def test_the_heading_that_repeats_the_title_is_dropped(root: Path, heading: str) -> None:
    content = read_one(root, f"---\ntitle: Domanda?\n---\n{heading}\n\n## Sotto\n\nTesto.")
    assert content.knowledge.articles[0].html == '<h2 id="sotto">Sotto</h2>\n<p>Testo.</p>'


def test_what_is_known_is_not_parsed_again(root: Path) -> None:
    write(root, "it/resi/a.md", FULL)
    first = read_content(root).knowledge.articles[0]
    marked = replace(first, title="Presa da prima")
    known = {"it/resi/a.md": marked}
    assert read_content(root, known).knowledge.articles == (marked,)
    write(root, "it/resi/a.md", FULL + "\nNuovo.")
    assert read_content(root, known).knowledge.articles[0].title == first.title
    write(root, "it/resi/b.md", FULL)
    assert read_content(root, {"it/resi/b.md": marked}).knowledge.articles[1].id == "resi/b"


def test_categories_have_names_and_an_order(root: Path) -> None:
    write(root, "it/spedizione-e-consegna/a.md")
    write(root, "it/ordini/a.md")
    write(root, "it/ordini/_category.md", "---\ntitle: I tuoi ordini\norder: 1\n---\nTutto\nsugli ordini.\n")
    write(root, "it/vuota/_category.md", "---\ntitle: Vuota\n---\n")
    assert read_content(root).knowledge.categories == (
        Category("ordini", "it", "I tuoi ordini", "Tutto sugli ordini.", 1),
        Category("spedizione-e-consegna", "it", "Spedizione e consegna"),
        Category("vuota", "it", "Vuota"),
    )


def test_a_broken_category_keeps_its_articles(root: Path) -> None:
    write(root, "it/ordini/a.md")
    write(root, "it/ordini/_category.md", "---\norder: primo\n---\n")
    content = read_content(root)
    assert [(p.path, p.line) for p in content.problems] == [
        ("it/ordini/_category.md", line) for line in (1, 2)
    ]
    assert content.knowledge.categories == (Category("ordini", "it", "Ordini"),)
    assert len(content.knowledge.articles) == 1


def test_only_a_missing_folder_stops_everything(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="is not a folder"):
        read_content(root)
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(ContentError):
        read_content(file)
    root.mkdir()
    assert read_content(root).knowledge.articles == ()


def test_published_means_published_and_due(root: Path) -> None:
    article = read_one(root, "---\ntitle: Sì\npublish_at: 2026-04-01\n---\nTesto.").knowledge.articles[0]
    due = datetime(2026, 4, 1, tzinfo=UTC)
    assert is_published(article, due)
    assert not is_published(article, due - timedelta(seconds=1))
    assert is_published(replace(article, publish_at=None), due)
    assert not is_published(replace(article, status="draft"), due)
    assert not is_published(replace(article, status="archived"), due)


def test_a_problem_reads_as_file_line_and_message() -> None:
    assert str(Problem("it/a.md", 3, "error", "link", "x.")) == "it/a.md:3: x."


@pytest.mark.parametrize(
    ("folder", "name"), [("resi", "Resi"), ("a_b--c", "A b c"), ("über-uns", "Über uns"), ("-", "")]
)
def test_folders_are_prettified(folder: str, name: str) -> None:
    assert prettify(folder) == name
