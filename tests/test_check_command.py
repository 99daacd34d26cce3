"""`sportello check` as it prints: for GitHub, and with what it could not compare."""

import json
from pathlib import Path

import pytest

from app.commands.problems import annotation
from indexer.problems import Problem
from tests.conftest import WriteArticle
from tests.terminal import Run


def test_annotations_name_the_file_from_where_the_command_runs(
    sportello: Run, tmp_path: Path, write_article: WriteArticle
) -> None:
    write_article(tmp_path / "content", "it/resi/a", "100 % sicuro?", "[qui](niente.md)")
    done = sportello("check", "content", "--github", expect=1)
    first = done.stdout.splitlines()[0]
    assert first.startswith("::error file=content/it/resi/a.md,line=5,title=broken-link::“niente.md” leads")
    assert done.stdout.splitlines()[-1] == "1 articles, 1 errors, 0 warnings"


def test_what_would_end_a_value_or_a_line_is_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    problem = Problem("it/a,b:c%.md", 3, "warning", "x", "50 %,\r\nthen: “::error::”")
    assert annotation(problem, Path("content")) == (
        "::warning file=content/it/a%2Cb%3Ac%25.md,line=3,title=x::50 %25,%0D%0Athen: “::error::”"
    )


def test_json_counts_what_was_not_compared(sportello: Run, content: Path) -> None:
    said = json.loads(sportello("check", content, "--json").stdout)
    assert (said["articles"], said["not_compared"]) == (5, 5)


def test_two_formats_at_once_are_refused(sportello: Run, content: Path) -> None:
    assert "--github" in sportello("check", content, "--json", "--github", expect=2).stderr
