"""Problems in the content, printed: for people, and for GitHub to show at their lines."""

import os
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from indexer.problems import Problem


def print_problems(problems: Iterable[Problem], console: Console) -> None:
    """Errors in red, warnings in yellow, a line each, as editors and terminals link them."""
    colours = {"error": "red", "warning": "yellow"}
    for problem in problems:
        console.print(f"[{colours[problem.severity]}]{problem.severity}[/] {escape(str(problem))}")


def annotation(problem: Problem, root: Path) -> str:
    """A workflow command that GitHub shows at the line; paths are from where the command was run.

    What would end a value or a line is written as GitHub reads it back.
    """
    path = os.path.relpath(root / problem.path).replace(os.sep, "/")
    place = f"file={_value(path)},line={problem.line},title={_value(problem.code)}"
    return f"::{problem.severity} {place}::{_text(problem.message)}"


def _text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _value(text: str) -> str:
    return _text(text).replace(":", "%3A").replace(",", "%2C")
