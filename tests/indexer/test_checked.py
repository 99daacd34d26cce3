"""A check that remembers: it must say what one that reads everything says, whatever changed between."""

from datetime import date
from pathlib import Path

import pytest

from indexer import articles
from indexer.articles import read_content
from indexer.checked import read_checked
from indexer.checks import check_content
from indexer.markdown import Rendered
from indexer.problems import Problem
from search.records import Article
from tests.conftest import WriteArticle

TODAY = date(2026, 6, 1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def fresh(root: Path) -> tuple[Problem, ...]:
    return check_content(root, read_content(root), TODAY)


def again(root: Path, data: Path) -> tuple[Problem, ...]:
    return check_content(root, read_checked(root, data), TODAY)


def spoil(root: Path, write_article: WriteArticle) -> None:
    write_article(root, "it/bici/freni", "Freni?", "[x](niente.md) ![](no.png)\n\n[y](#z)", tagz="a")
    write_article(root, "it/bici/Gomme", "Gomme?", "[f](freni.md#a)", related="[no/no]")
    write_article(root, "en/bici/rotto", "Broken", "Text.", status="perhaps")


def test_what_is_remembered_is_said_again(content: Path, data: Path, write_article: WriteArticle) -> None:
    spoil(content, write_article)
    expected = fresh(content)
    assert {"front-matter", "broken-link", "same-address", "missing-image"} <= {p.code for p in expected}
    assert again(content, data) == expected
    assert again(content, data) == expected


def test_nothing_unchanged_is_rendered_again(
    content: Path, data: Path, write_article: WriteArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(content, write_article)
    again(content, data)
    rendered: list[str] = []
    plain = articles.render_body

    def noted(article: Article, body: str) -> Rendered:
        rendered.append(article.id)
        return plain(article, body)

    monkeypatch.setattr(articles, "render_body", noted)
    again(content, data)
    write_article(content, "it/furto/denuncia", "Rubata?", "[m](modulo.pdf)")
    assert "missing-file" in {p.code for p in again(content, data)}
    # What is broken has no article to remember; it stops at its front matter or is rendered each time.
    assert set(rendered) <= {"furto/denuncia", "bici/rotto"}
    assert "furto/denuncia" in rendered


def test_changes_and_deletions_are_seen(content: Path, data: Path, write_article: WriteArticle) -> None:
    spoil(content, write_article)
    again(content, data)
    (content / "it/bici/Gomme.md").unlink()
    write_article(content, "it/bici/freni", "Freni?", "Tutto bene.")
    assert again(content, data) == fresh(content)


@pytest.mark.parametrize("left", [b"", b"{", b'{"rules":"old","files":{}}', b"\xff"])
def test_a_spoilt_memory_is_forgotten(content: Path, data: Path, left: bytes) -> None:
    again(content, data)
    (kept,) = data.glob("checked-*.json")
    kept.write_bytes(left)
    assert again(content, data) == fresh(content)
    assert kept.read_bytes() != left


def test_no_folder_is_made_and_one_that_is_closed_does_not_matter(content: Path, tmp_path: Path) -> None:
    assert again(content, tmp_path / "none") == fresh(content)
    assert not (tmp_path / "none").exists()
