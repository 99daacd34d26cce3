"""The content folder: what is an article in it, what is not, and what must not be read."""

import os
from pathlib import Path

import pytest

from indexer.articles import Content, read_content


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "content"


def write(root: Path, relative: str, text: str | bytes = "---\ntitle: Domanda?\n---\nRisposta.\n") -> Path:
    path = root / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def said(content: Content) -> list[str]:
    return [str(problem) for problem in content.problems]


def test_the_folder_is_walked_as_the_layout_says(root: Path) -> None:
    write(root, "README.md", "ignored")
    write(root, "it/resi/uno.md")
    write(root, "it/resi/esteri/due.md")
    write(root, "pt-BR/devolucao/um.md")
    write(root, "it/golden.yaml", "x")
    content = read_content(root)
    assert [(a.lang, a.id, a.category) for a in content.knowledge.articles] == [
        ("it", "resi/esteri/due", "resi"),
        ("it", "resi/uno", "resi"),
        ("pt-BR", "devolucao/um", "devolucao"),
    ]
    assert said(content) == []


@pytest.mark.parametrize(
    "leftover",
    [
        ".#uno.md",
        "uno.md~",
        ".uno.md.swp",
        "uno.md.tmp",
        "4913",
        "#uno.md#",
        "_bozza.md",
        ".git/x.md",
        "uno.bak",
        "foto.png",
    ],
)
def test_what_editors_leave_behind_is_not_read(root: Path, leftover: str) -> None:
    write(root, f"it/resi/{leftover}", b"\xff not an article")
    content = read_content(root)
    assert (content.problems, content.broken, content.knowledge.articles) == ((), frozenset(), ())


@pytest.mark.parametrize(
    ("relative", "place", "code"),
    [
        ("Italiano/resi/a.md", "Italiano", "language"),
        ("it_IT/resi/a.md", "it_IT", "language"),
        ("a.md", "a.md", "place"),
        ("it/resi/a.MD", "it/resi/a.MD", "place"),
        ("it/resi/a.markdown", "it/resi/a.markdown", "place"),
        ("it/resi/sotto/_category.md", "it/resi/sotto/_category.md", "place"),
        ("it/synonyms.yml", "it/synonyms.yml", "place"),
    ],
)
def test_what_lies_where_nothing_is_read_is_a_warning(
    root: Path, relative: str, place: str, code: str
) -> None:
    write(root, relative)
    content = read_content(root)
    assert [(p.path, p.severity, p.code) for p in content.problems] == [(place, "warning", code)]
    assert content.knowledge.articles == ()


def test_an_article_outside_any_category_is_refused(root: Path) -> None:
    write(root, "it/sola.md")
    content = read_content(root)
    assert [p.code for p in content.problems] == ["place"]
    assert content.broken == {("it", "sola")}


def test_awkward_names_are_warned_about_and_read(root: Path) -> None:
    write(root, "it/resi/Perché no.md")
    content = read_content(root)
    assert [(p.severity, p.code) for p in content.problems] == [("warning", "address")]
    assert [a.id for a in content.knowledge.articles] == ["resi/Perché no"]


@pytest.mark.parametrize("name", ["a%2e", "a?b", "a#b", "a\\b", "a..b", "a\nb", "a\x7f", " a", "a "])
def test_unsafe_names_are_refused(root: Path, name: str) -> None:
    write(root, f"it/resi/{name}.md")
    content = read_content(root)
    assert [(p.severity, p.code) for p in content.problems] == [("error", "address")]
    assert len(content.broken) == 1
    assert content.knowledge.articles == ()


@pytest.mark.skipif(
    os.name != "posix" or os.uname().sysname == "Darwin", reason="macOS names are always UTF-8"
)
def test_a_name_that_is_not_utf8_can_be_printed(root: Path) -> None:
    path = os.fsencode(root / "it" / "resi")
    Path(os.fsdecode(path)).mkdir(parents=True)
    Path(os.fsdecode(path + b"/caff\xe8.md")).write_text("x")
    content = read_content(root)
    assert content.problems[0].code == "address"
    content.problems[0].path.encode()
    str(sorted(content.broken)).encode()


def test_names_that_differ_by_capitals_are_warned_about(root: Path) -> None:
    write(root, "it/resi/a.md")
    if (root / "it/resi/A.md").exists():
        pytest.skip("this file system does not tell capitals apart")
    write(root, "it/resi/A.md")
    content = read_content(root)
    assert [(p.path, p.code) for p in content.problems if p.code == "same-address"] == [
        ("it/resi/a.md", "same-address")
    ]
    assert len(content.knowledge.articles) == 2


def test_links_within_the_folder_are_read_and_outside_it_refused(root: Path, tmp_path: Path) -> None:
    original = write(root, "it/resi/a.md")
    secret = tmp_path / "secret.md"
    secret.write_text("---\ntitle: Segreto\n---\nTesto.")
    (root / "it/resi/dentro.md").symlink_to(original)
    (root / "it/resi/fuori.md").symlink_to(secret)
    (root / "it/cartella").symlink_to(tmp_path)
    (root / "it/resi/giro.md").symlink_to("giro.md")
    content = read_content(root)
    assert {a.id for a in content.knowledge.articles} == {"resi/a", "resi/dentro"}
    assert {(p.path, p.code) for p in content.problems} == {
        ("it/cartella", "link"),
        ("it/resi/fuori.md", "link"),
        ("it/resi/giro.md", "unreadable"),
    }
    assert content.broken == {("it", "resi/fuori"), ("it", "resi/giro")}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read_is_broken(root: Path) -> None:
    write(root, "it/resi/a.md").chmod(0)
    content = read_content(root)
    assert content.problems[0].code == "unreadable"
    assert content.broken == {("it", "resi/a")}


def test_a_link_to_nothing_is_a_deleted_file(root: Path) -> None:
    write(root, "it/resi/a.md")
    (root / "it/resi/b.md").symlink_to(root / "it/resi/gone.md")
    assert read_content(root).problems == ()
    assert read_content(root).broken == frozenset()


def test_a_folder_named_like_an_article_is_a_folder(root: Path) -> None:
    write(root, "it/resi/x.md/a.md")
    assert [a.id for a in read_content(root).knowledge.articles] == ["resi/x.md/a"]
