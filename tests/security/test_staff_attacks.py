"""The worst of a malicious editor, and of whoever may write the content folder, against the desk."""

import os
import subprocess
import threading
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from secrets import token_hex

import httpx
import pytest
from PIL import Image

from app.articles import images
from app.articles.git import Repository
from app.articles.images import ImageError, keep
from app.articles.merging import merge, side_by_side
from app.articles.records import ArticleDraft
from app.articles.shelf import Bookcase
from app.routes.admin import places
from indexer.editing import EditError, read_file_of
from indexer.goldenediting import change, edited
from indexer.goldenfile import Question
from indexer.lines import relined
from tests.articles.conftest import EDIT, Newsroom, git, newsroom, shop, write

__all__ = ["newsroom"]

_PACKAGE = "it/consegna/pacco.md"


# Git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = shop(tmp_path / "content")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "By hand")
    return root


@pytest.mark.parametrize("what", ["clean", "process"])
def test_no_filter_of_the_repository_is_run(repository: Path, what: str) -> None:
    trap = repository.parent / "run"
    git(repository, "config", f"filter.a=b.{what}", f"touch {trap}; cat")
    git(repository, "config", "filter.a=b.required", "true")
    write(repository, ".gitattributes", "*.md filter=a=b\n")
    write(repository, _PACKAGE, "---\ntitle: Altro?\n---\nTesto.\n")
    Repository(repository).commit(_PACKAGE, "Edit")
    assert not trap.exists()
    assert git(repository, "cat-file", "blob", f"HEAD:{_PACKAGE}") == "---\ntitle: Altro?\n---\nTesto.\n"
    assert not Repository(repository).is_changed(_PACKAGE)


def _raw_commit(root: Path, when: str, more: str = "") -> None:
    """A commit that takes a file out, as another program wrote it."""
    git(root, "rm", "-q", "--cached", _PACKAGE)
    tree, parent = git(root, "write-tree").strip(), git(root, "rev-parse", "HEAD").strip()
    text = f"tree {tree}\nparent {parent}\nauthor A <a@b> {when}\ncommitter A <a@b> 1700000000 +0000\n{more}\nx\n"
    command = ["git", "-C", str(root), "hash-object", "-t", "commit", "-w", "--literally", "--stdin"]
    made = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    git(root, "update-ref", "HEAD", made.stdout.decode().strip())


def test_no_program_that_looks_at_signatures_is_run(repository: Path) -> None:
    trap, program = repository.parent / "run", repository.parent / "gpg"
    program.write_text(f"#!/bin/sh\ntouch {trap}\n")
    program.chmod(0o755)
    git(repository, "config", "log.showSignature", "true")
    git(repository, "config", "gpg.program", str(program))
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----\n"
    _raw_commit(repository, "1700000000 +0000", signature)
    assert len(Repository(repository).commits(_PACKAGE, 10)) == 2
    assert not trap.exists()


@pytest.mark.parametrize(
    "when", ["99999999999999 +0000", "-1 +0000", "1700000000 +9959", "253402300799 +0000"]
)
def test_a_commit_of_any_moment_is_in_the_history(repository: Path, when: str) -> None:
    _raw_commit(repository, when)
    latest, first = Repository(repository).commits(_PACKAGE, 10)
    assert (latest.at.year, latest.subject) == (1970, "x")
    assert abs((datetime.now(UTC) - first.at).days) < 2


# Files that are none


def test_a_pipe_or_a_link_to_itself_keeps_nobody_waiting(tmp_path: Path) -> None:
    root = shop(tmp_path)
    os.mkfifo(root / "it/consegna/tubo.md")
    (root / "it/consegna/giro.md").symlink_to(root / "it/consegna/giro.md")
    known: list[str] = []
    looking = threading.Thread(
        target=lambda: known.extend(x.id for x in Bookcase(root).leaves()), daemon=True
    )
    looking.start()
    looking.join(30)
    assert not looking.is_alive()
    assert sorted(known)[-2:] == ["consegna/pacco", "consegna/pacco"]
    for name, problem in (("consegna/tubo", "unwritable"), ("consegna/giro", "gone")):
        with pytest.raises(EditError, match=problem):
            read_file_of(root, "it", name)


def test_golden_questions_that_are_a_link_are_not_written(newsroom: Newsroom, tmp_path: Path) -> None:
    outside = write(tmp_path, "outside.yaml", "questions: []\n")
    path = newsroom.content / "golden.yaml"
    path.symlink_to(outside)
    try:
        fields = {"do": "keep", "ask": "Chi?", "in": "it", "expect": "-", "why": "prova"}
        answer = newsroom.post(places.GOLDEN_QUESTION, fields)
        assert "Chi?" in answer.text
        assert "Internal Server Error" not in answer.text
        assert path.is_symlink()
        assert outside.read_text() == "questions: []\n"
        with pytest.raises(EditError, match="unwritable"):
            change(newsroom.content, tmp_path, None, Question("Chi?", "it", "", "prova"))
    finally:
        path.unlink()


def test_a_line_end_that_only_yaml_knows_costs_no_comment() -> None:
    first = "questions:\n  - ask: a\n    lang: it\x85\n    expect: a/b\n    why: x\n"
    rest = "  - ask: b\n    lang: it\n    expect: a/b\n    why: y\n# kept\n"
    assert edited(first + rest, ("it", "b"), None) == first + "# kept\n"


# Texts


@pytest.mark.parametrize("moment", ["0001-01-01 00:00+14:00", "9999-12-31 23:59:59-12:00"])
def test_the_first_and_the_last_day_there_is_open_in_the_editor(newsroom: Newsroom, moment: str) -> None:
    write(
        newsroom.content, "it/consegna/giorno.md", f"---\ntitle: Quando?\npublish_at: {moment}\n---\nMai.\n"
    )
    there = places.article("it", "consegna/giorno")
    assert newsroom.form(there)["body"] == "Mai."
    for path in (there, places.article("it", "consegna/giorno", "history"), places.ARTICLES):
        assert newsroom.editor.get(path).status_code == 200


@pytest.mark.soak
def test_comparing_texts_of_the_same_few_lines_ends() -> None:
    """Without a bound it takes hours."""
    lines = [f"riga {number}" for number in range(150)]
    one = "\n".join(lines[n * 7 % 150] for n in range(60_000))
    other = "\n".join(lines[n * n % 149] for n in range(60_000))
    left, right = side_by_side(one, other)
    assert "\n".join(line.text for line in left) == one
    assert "\n".join(line.text for line in right) == other
    assert relined(one, other).rstrip("\n") == other
    drafts = [ArticleDraft("it", "a/b", "T", body=text) for text in (one, other, other + "\nfine")]
    merged = merge(*drafts)
    assert drafts[1].body in merged.draft.body


def test_a_forecast_of_an_endless_text_is_refused(newsroom: Newsroom) -> None:
    asked = "\n".join(f"Domanda numero {number}?" for number in range(2_000))
    form = newsroom.form(EDIT)
    answer = newsroom.post(places.article("it", "consegna/pacco", "impact"), {**form, "questions": asked})
    assert answer.status_code == 200
    assert "This text is too long to be tried" in answer.text
    answer = newsroom.post(places.article("it", "consegna/pacco", "impact"), form)
    assert "This text is too long to be tried" not in answer.text


def test_a_stranger_s_form_of_escapes_lets_others_be_served(newsroom: Newsroom) -> None:
    """The form is read in a thread: others get their answers while that goes on."""
    url, done = newsroom.office.url, threading.Event()
    served = 0

    def send() -> None:
        body = b"body=" + b"%41" * 2_600_000
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        assert httpx.post(url + EDIT, content=body, headers=kind, timeout=120).status_code == 403
        done.set()

    threading.Thread(target=send, daemon=True).start()
    with httpx.Client(base_url=url, timeout=60) as client:
        while not done.wait(0.02):
            assert client.get("/healthz").status_code == 200
            served += 1
    assert served > 10


# Pictures


def test_a_small_file_of_many_large_pictures_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fifth of what is given up in service, which takes seconds even so."""
    monkeypatch.setattr(images, "_MOST_UNPACKED", images._MOST_UNPACKED // 5)
    root = shop(tmp_path)
    frames = [Image.new("P", (5_000, 5_000), number % 2) for number in range(5)]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=20)
    assert out.tell() < 1_000_000
    with pytest.raises(ImageError, match="moving"):
        keep(root, "it", "consegna/pacco", out.getvalue(), f"{token_hex(4)}.gif")
