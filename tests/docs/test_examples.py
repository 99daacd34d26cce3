"""The commands of the documents, run: in a shell, against a real server, or in this process.

A block that cannot run has a comment above it, `<!-- not run: why -->`; one of whose lines some cannot, says which:
`<!-- not run, sportello serve, sportello outbox: why -->`.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from app.cli import COMMANDS
from tests.docs.conftest import HERE, SECRET
from tests.docs.pages import DOCUMENTS, Block, blocks, named
from tests.served import SHOP
from tests.terminal import Run

_PASSWORD = "dodici tazze blu sul tavolo"
_API = "docs/api.md"
_SHELLS = {"sh", "bash", "shell", "console"}
# Run by a test of its own, which copies it whole.
_ELSEWHERE = {"docs/ci.md"}
_EVERY = [
    block
    for path in DOCUMENTS
    if named(path) not in _ELSEWHERE
    for block in blocks(named(path))
    if block.language in _SHELLS
]
_COMMANDS = [block for block in _EVERY if block.document != _API and not block.note.startswith("not run:")]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a block printed, and its own answers' statuses in order."""

    block: Block
    printed: str
    statuses: tuple[int, ...]


@pytest.fixture(scope="module")
def api(server: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> list[Ran]:
    """The API guide's blocks, in one shell and in order, as a reader would copy them."""
    for program in ("curl", "jq", "openssl"):
        if not shutil.which(program):
            pytest.skip(f"the guide's examples need {program}")
    folder = tmp_path_factory.mktemp("examples")
    # The reader's curl, which also notes each status where the page that answers cannot be seen.
    (folder / "curl").write_text(
        f'#!/bin/sh\nexec {shutil.which("curl")} -sS -o - -w "%{{stderr}}%{{http_code}}\\n" "$@"\n', "utf-8"
    )
    (folder / "curl").chmod(0o755)
    found = blocks(_API, "sh")
    mark = "next-block"
    script = "".join(f"{block.text}\necho; echo {mark}; echo {mark} >&2\n" for block in found)
    done = subprocess.run(
        ["sh", "-eu"],
        input=script.replace(HERE, str(server.base_url)),
        cwd=folder,
        env={"PATH": f"{folder}:{os.environ['PATH']}", "SPORTELLO_WEBHOOK_SECRET": SECRET},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    printed, noted = done.stdout.split(f"{mark}\n"), done.stderr.split(f"{mark}\n")
    assert len(printed) == len(noted) == len(found) + 1
    return [
        Ran(block, out, tuple(int(status) for status in said.split()))
        for block, out, said in zip(found, printed, noted, strict=False)
    ]


def test_every_example_of_the_api_succeeds(api: list[Ran]) -> None:
    for ran in api:
        asked = re.search(r"status: (\d+)", ran.block.note)
        assert ran.statuses, ran.block.text
        for status in ran.statuses:
            assert (status == int(asked[1])) if asked else status in {200, 201, 202}, (
                ran.block.text,
                ran.printed,
            )


def test_what_the_api_guide_shows_is_what_comes(api: list[Ran]) -> None:
    answers = [ran for ran in api if ran.block.note.startswith("answer: as below")]
    shown = [json.loads(block.text) for block in blocks(_API, "json")]
    assert len(answers) == len(shown) == 2
    for ran, told in zip(answers, shown, strict=True):
        assert _shape(json.loads(ran.printed)) == _shape(told)


def test_the_words_of_the_api_guide_hold(api: list[Ran]) -> None:
    first, problem = (json.loads(ran.printed) for ran in api if ran.block.note.startswith("answer: as below"))
    assert first["answer"] == "yes"
    assert first["results"][0]["id"] == "resi-e-rimborsi/tempi-di-rimborso"
    assert problem["detail"] == "The parameter “q” cannot be used: it is empty."
    said = {ran.block.text: ran for ran in api}
    deflected = next(json.loads(ran.printed) for text, ran in said.items() if "/deflections" in text)
    assert deflected["answer"] in {"yes", "maybe"}
    assert deflected["first"]
    events = next(json.loads(ran.printed) for text, ran in said.items() if "/events" in text)
    assert events == {"accepted": 2}
    replied = next(json.loads(ran.printed) for text, ran in said.items() if "/replied" in text)
    assert replied["status"] == "closed"
    for text, ran in said.items():
        if "/help?" in text:
            assert '"articles":[{' in ran.printed


@pytest.mark.parametrize("block", [b for b in _EVERY if b.document != _API], ids=lambda b: b.document)
def test_what_is_not_run_says_why(block: Block) -> None:
    if block.note.startswith("not run"):
        assert len(block.note.partition(": ")[2]) > 10
    else:
        assert all(line.split()[0] in {"sportello", "curl"} for line in _lines(block)), block.text


def _lines(block: Block) -> list[str]:
    """Its commands, without comments and those that its note leaves out."""
    left_out = [some.strip() for some in block.note.removeprefix("not run,").partition(":")[0].split(",")]
    if not block.note.startswith("not run,"):
        left_out = []
    commands = [
        re.sub(r"\s+#\s.*$", "", line).strip() for line in block.text.replace("\\\n", " ").splitlines()
    ]
    return [
        line
        for line in commands
        if line and not line.startswith("#") and not any(line.startswith(some) for some in left_out)
    ]


@pytest.mark.parametrize("block", _COMMANDS, ids=lambda b: b.document)
def test_commands_run(
    block: Block, sportello: Run, server: httpx.Client, shop_index: Path, models: Path, tmp_path: Path
) -> None:
    shutil.copytree(SHOP, tmp_path / "content")
    shutil.copytree(shop_index, tmp_path / "data", ignore=shutil.ignore_patterns("models"))
    (tmp_path / "data/models").symlink_to(models)
    (tmp_path / "password.txt").write_text(_PASSWORD, "utf-8")
    _write_what_they_read(tmp_path)
    # Indexed, it is another snapshot than the one there is, so that there is one to go back to.
    with (tmp_path / "content/it/account/password-dimenticata.md").open("a", encoding="utf-8") as article:
        article.write("\nUna riga in più.\n")
    for line in _lines(block):
        assert not line.startswith("sportello serve"), "it does not end: its note must say so"
        program, *words = shlex.split(line)
        if program == "curl":
            address = next(word for word in words if word.startswith("http"))
            assert server.get(address.removeprefix(HERE)).status_code == 200
        else:
            if words[:2] == ["user", "add"] and "--password-file" not in words:
                words += ["--password-file", "password.txt"]  # there is no terminal to ask for it
            sportello(*words)
    assert _lines(block)


def _write_what_they_read(folder: Path) -> None:
    """An archive to import, and a labelled set, by the names that the documents use."""
    with ZipFile(folder / "help-centre.zip", "w") as archive:
        archive.writestr(
            "resi/ritiro.md", "---\ntitle: Posso ritirare in bottega?\n---\nSì, dalle 9 alle 18.\n"
        )
    labelled = folder / "SET"
    labelled.mkdir()
    document = {"id": "d", "title": "Ritiro", "text": "Ritiri in bottega dalle 9 alle 18.", "lang": "it"}
    asked = {"id": "q", "text": "posso ritirare?", "lang": "it"}
    (labelled / "corpus.jsonl").write_text(json.dumps(document) + "\n", "utf-8")
    (labelled / "queries.jsonl").write_text(json.dumps(asked) + "\n", "utf-8")
    (labelled / "qrels.tsv").write_text("q\td\t1\n", "utf-8")


def test_commands_are_run_and_not_waved_through() -> None:
    run = {line.split()[1] for block in _COMMANDS for line in _lines(block) if line.startswith("sportello ")}
    assert run >= set(COMMANDS) - {"serve", "model"}


def _shape(said: Any) -> Any:
    """The names and kinds of a JSON value; of a list, of its first one."""
    if isinstance(said, dict):
        return {name: _shape(value) for name, value in said.items()}
    if isinstance(said, list):
        return [_shape(said[0])] if said else []
    return "number" if isinstance(said, (int, float)) and not isinstance(said, bool) else type(said).__name__
