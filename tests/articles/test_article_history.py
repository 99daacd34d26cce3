"""What was is never lost: commits where the content is a repository of its own, kept versions where not."""

import re
import subprocess
from pathlib import Path

import pytest

from app.articles.history import FOLDER, OUTSIDE, Author, commit, keep_before, text_of, versions
from app.articles.keeping import MOST, Keeper
from app.routes.admin import places
from tests.articles.conftest import EDIT, PARCEL, Newsroom, git, shop, write

HISTORY = places.article("it", "consegna/pacco", "history")
PACCO = "it/consegna/pacco.md"
ANNA = Author("Anna Verdi", "anna@example.com")


@pytest.fixture(params=["kept", "committed"])
def content(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, Path]:
    """The content folder and the data folder, without a repository and with one."""
    root = shop(tmp_path / "content")
    if request.param == "committed":
        git(root, "init", "-q")
    return root, tmp_path / "data"


def save(root: Path, data: Path, text: str, author: Author = ANNA, what: str = "Edit") -> None:
    keep_before(root, data, root / PACCO)
    write(root, PACCO, text)
    commit(root, data, root / PACCO, author, what)


def texts(root: Path, data: Path) -> list[str | None]:
    return [text_of(root, data, root / PACCO, one.name) for one in versions(root, data, root / PACCO)]


def test_every_text_is_there_byte_for_byte(content: tuple[Path, Path]) -> None:
    root, data = content
    odd = "---\r\ntitle: é\u2028\r\n---\r\n\ttext \r\n\r\n"
    save(root, data, odd, what="Edit: “é” -- $(x)\n# no comment")
    save(root, data, "last", Author("<Ève>\n", "e@example.com"))
    assert texts(root, data) == ["last", odd, PARCEL]
    said = versions(root, data, root / PACCO)
    assert [one.what for one in said] == ["Edit", "Edit: “é” -- $(x) # no comment", OUTSIDE]
    assert said[1].by == "Anna Verdi"


def test_what_others_wrote_between_two_saves_is_kept(content: tuple[Path, Path]) -> None:
    root, data = content
    save(root, data, "one")
    write(root, PACCO, "by hand")
    save(root, data, "two")
    assert texts(root, data) == ["two", "by hand", "one", PARCEL]


def test_what_did_not_change_is_no_version(content: tuple[Path, Path]) -> None:
    root, data = content
    save(root, data, "one")
    save(root, data, "one")
    assert texts(root, data) == ["one", PARCEL]


@pytest.mark.parametrize(
    "name", ["", "../../x", "HEAD", "0" * 40, "--all", "20260101T000000000000-00000000", "\0"]
)
def test_no_name_leads_anywhere_else(content: tuple[Path, Path], name: str) -> None:
    root, data = content
    save(root, data, "one")
    assert text_of(root, data, root / PACCO, name) is None


def test_only_the_file_is_committed_and_by_whom(tmp_path: Path) -> None:
    root, data = shop(tmp_path / "content"), tmp_path / "data"
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "By hand")
    (root / ".git/hooks/pre-commit").write_text("#!/bin/sh\nexit 1\n")
    (root / ".git/hooks/pre-commit").chmod(0o755)
    write(root, "it/consegna/costi.md", "staged")
    git(root, "add", "it/consegna/costi.md")
    write(root, "it/consegna/altro.md", "new")
    save(root, data, "one")
    assert (
        git(root, "log", "-1", "--format=%an <%ae> %cn %s").strip()
        == "Anna Verdi <anna@example.com> Sportello Edit"
    )
    assert git(root, "show", "--name-only", "--format=").split() == [PACCO]
    assert git(root, "status", "--porcelain").split("\n")[:2] == [
        "M  it/consegna/costi.md",
        "?? it/consegna/altro.md",
    ]
    assert not (data / FOLDER).exists()


def test_a_repository_above_the_content_is_left_alone(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    root, data = shop(tmp_path / "content"), tmp_path / "data"
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "By hand")
    save(root, data, "one")
    assert git(tmp_path, "log", "--format=%s").split("\n") == ["By hand", ""]
    assert git(tmp_path, "status", "--porcelain", "-uno").split() == ["M", f"content/{PACCO}"]
    assert texts(root, data) == ["one", PARCEL]


def test_the_servers_own_git_variables_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    git(elsewhere, "init", "-q")
    root, data = shop(tmp_path / "content"), tmp_path / "data"
    git(root, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(elsewhere / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(elsewhere))
    save(root, data, "one")
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_WORK_TREE")
    assert git(root, "log", "--format=%s").split("\n")[:2] == ["Edit", OUTSIDE]


def test_a_repository_that_takes_no_commit_loses_nothing(tmp_path: Path) -> None:
    root, data = shop(tmp_path / "content"), tmp_path / "data"
    git(root, "init", "-q")
    (root / ".gitignore").write_text("*.md\n")
    save(root, data, "one")
    (root / ".git/index.lock").touch()
    save(root, data, "two")
    assert texts(root, data) == ["two", "one", PARCEL]


def test_old_versions_make_room(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path)
    for number in range(MOST + 5):
        keeper.keep("it/a/b.md", str(number), "Edit", "Anna")
    kept = list(keeper.all("it/a/b.md"))
    assert [kept[0].text, kept[-1].text, len(kept)] == [str(MOST + 4), "5", MOST]


def test_a_damaged_version_hides_no_other(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path)
    keeper.keep("it/a/b.md", "one", "Edit", "Anna")
    for number, odd in enumerate(("", "[]", '{"at": 1}', "\x00", "{}")):
        (tmp_path / f"it/a/b/20990101T00000000000{number}-00000000.json").write_text(odd)
    assert [kept.text for kept in keeper.all("it/a/b.md")] == ["one"]


# Through the pages


def names(page: str) -> list[str]:
    return re.findall(r'version=([\w-]+)"', page.partition('class="versions"')[2])


def test_a_save_is_a_commit_of_the_editors(repository: Newsroom) -> None:
    repository.send(EDIT, body="Apri il link nella mail.\n\nPoi siediti.")
    assert git(repository.content, "log", "-1", "--format=%an <%ae>: %s").strip() == (
        "Editor <editor@example.com>: Edit: Dove si trova il pacco?"
    )
    diff = git(repository.content, "show", "--format=", "--numstat").split()
    assert diff == ["1", "1", PACCO]
    page = repository.editor.get(HISTORY).text
    assert "By hand" in page
    assert len(names(page)) == 2


def test_an_earlier_version_comes_back_and_goes_again(repository: Newsroom) -> None:
    path = repository.content / PACCO
    repository.send(EDIT, body="Apri il link.\n\nUna <b>parola</b>.")
    now, then = path.read_bytes(), PARCEL.encode()
    first = names(repository.editor.get(HISTORY).text)[-1]
    page = repository.editor.get(f"{HISTORY}?version={first}").text
    assert "&lt;b&gt;parola" in page
    version = re.search(r'name="version" value="(\w+)"', page)
    assert version
    back = repository.editor.post(HISTORY, name=first, version=version[1])
    assert back.headers["location"].endswith("?done=restored#content")
    assert path.read_bytes() == then
    assert git(repository.content, "status", "--porcelain", "-uno") == ""
    late = repository.editor.post(HISTORY, name=first, version=version[1])
    assert late.status_code == 409
    again = names(repository.editor.get(HISTORY).text)[1]
    page = repository.editor.get(f"{HISTORY}?version={again}").text
    found = re.search(r'name="version" value="(\w+)"', page)
    assert found
    repository.editor.post(HISTORY, name=again, version=found[1])
    assert path.read_bytes() == now


def test_a_version_that_is_none_is_refused(repository: Newsroom) -> None:
    for odd in ("HEAD", "../x", "0" * 40, "\0", "x" * 9_999):
        assert repository.editor.get(HISTORY).status_code == 200
        assert repository.editor.client.get(HISTORY, params={"version": odd}).status_code == 200
        assert repository.editor.post(HISTORY, name=odd, version="").status_code == 404


def test_git_is_a_process_that_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, data = shop(tmp_path / "content"), tmp_path / "data"
    subprocess.run(["git", "-C", str(root), "init", "-q"], check=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    save(root, data, "one")
    assert texts(root, data) == ["one", PARCEL]
