"""docs/ci.md, copied and run: the hook and the workflow, in a repository with a branch that takes words away."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY, WriteArticle
from tests.terminal import Run

DOCUMENT = (REPOSITORY / "docs/ci.md").read_text("utf-8")
HOOK, WORKFLOW = (
    re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)[0]
    for language in ("sh", "yaml")
)
GOLDEN = """questions:
  - ask: a quanti bar si gonfiano le gomme?
    lang: it
    expect: bici/gomme
    why: chiesto ogni giorno
"""


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *words],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(tmp_path: Path, content: Path, models: Path) -> Path:
    """The test's folder: main has the article, the branch that is checked out asks it something else."""
    (content / "golden.yaml").write_text(GOLDEN, "utf-8")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "content")
    git(tmp_path, "commit", "-qm", "Articles")
    git(tmp_path, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(tmp_path, "checkout", "-qb", "change")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/models").symlink_to(models)
    return tmp_path


def run_script(script: str, sportello: Run, folder: Path, environment: dict[str, str]) -> str:
    """What the commands of ours print; they run in this process, all else in a real shell."""
    printed = ""
    for line in script.strip().splitlines():
        whole = re.sub(r'"?\$(\w+)"?', lambda m: shlex.quote(environment[m[1]]), line)
        whole = whole.replace(
            f"{shlex.quote(environment['RUNNER_TEMP'])}/", f"{environment['RUNNER_TEMP']}/"
        ).replace('"', "")
        if not whole.startswith("sportello "):
            subprocess.run(["bash", "-euc", line], cwd=folder, env={**os.environ, **environment}, check=True)
            continue
        words, _, target = whole.partition(" > ")
        said = sportello(*shlex.split(words)[1:]).stdout
        if target:
            (folder / target).write_text(said, "utf-8")
        printed += said
    return printed


def test_the_workflow_comments_what_flipped(
    repository: Path, sportello: Run, write_article: WriteArticle
) -> None:
    write_article(repository / "content", "it/bici/gomme", "Che cosa è una camera d’aria?", "Un anello.")
    job: dict[str, Any] = yaml.safe_load(WORKFLOW)["jobs"]["articles"]
    environment = {
        "RUNNER_TEMP": str(repository / "runner"),
        "GITHUB_STEP_SUMMARY": str(repository / "summary.md"),
        "BASE": "origin/main",
    }
    steps = {
        step["name"]: step
        for step in job["steps"]
        if "run" in step and step["name"] not in {"Install", "Comment"}
    }
    assert list(steps) == ["As it was", "As it would be", "Check"]
    assert steps["As it was"]["env"]["BASE"] == "origin/${{ github.base_ref }}"
    printed = "".join(run_script(step["run"], sportello, repository, environment) for step in steps.values())
    assert "5 articles, 0 errors" in printed
    comment = (repository / "comment.md").read_text("utf-8")
    assert "1 flipped" in comment
    assert "was first, now" in comment
    assert (repository / "summary.md").read_text("utf-8") == comment


def test_the_comment_needs_no_more_than_the_workflow_may() -> None:
    workflow = yaml.safe_load(WORKFLOW)
    # A bare `on:` is a truth value in YAML 1.1.
    assert workflow[True]["pull_request"]["paths"] == ["content/**"]
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    scripts = [step["run"] for step in workflow["jobs"]["articles"]["steps"] if "run" in step]
    for script in scripts:
        subprocess.run(["bash", "-n", "-c", script], check=True)
        assert "${{" not in script, "a name that a stranger chose would be run as a command"


def test_the_hook_stops_a_commit_with_an_error(repository: Path, write_article: WriteArticle) -> None:
    hook = repository / ".git/hooks/pre-commit"
    hook.write_text(HOOK, "utf-8")
    hook.chmod(0o755)
    write_article(repository / "content", "it/bici/nuovo", "Nuovo?", "[qui](niente.md)")
    git(repository, "add", "content")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    words = ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-qm", "New"]
    done = subprocess.run(
        words, cwd=repository, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "it/bici/nuovo.md:5: “niente.md” leads nowhere" in done.stdout + done.stderr
    assert list((repository / ".git/sportello").glob("checked-*.json"))
