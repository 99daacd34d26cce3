"""`sportello check`: the lint. It imports little: an editor waits for it at each commit."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import Data, Json
from app.commands.problems import annotation, print_problems
from app.settings import read_settings
from app.terminal import INPUT, err, out, print_json
from indexer.checked import read_checked
from indexer.checks import check_content
from indexer.duplicates import compare_questions
from indexer.problems import Problem, in_order


def check(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The folder of articles.")] = None,
    data: Data = None,
    as_json: Json = False,
    github: Annotated[
        bool, typer.Option("--github", help="Print annotations that GitHub shows at their lines.")
    ] = False,
) -> None:
    """Read every article and say what is wrong, where, and how to mend it; exit 1 on errors.

    Example: sportello check content
    """
    if as_json and github:
        raise typer.BadParameter("choose one of --json and --github.")
    settings = read_settings(folder, data)
    root = settings.content
    read = read_checked(root, settings.data)
    alike = compare_questions(read, settings.data, settings.encoder, settings.models_folder)
    problems = in_order([*check_content(root, read, date.today()), *alike.problems])  # noqa: DTZ011  the editor's day
    errors = sum(p.severity == "error" for p in problems)
    articles, warnings = len(read.knowledge.articles), len(problems) - errors
    if as_json:
        counts = {"articles": articles, "errors": errors, "warnings": warnings}
        print_json({**counts, "not_compared": alike.left_out, "problems": [asdict(p) for p in problems]})
    else:
        _say(problems, root, github=github)
        if alike.note:
            err.print(alike.note, markup=False)
        out.print(f"{articles} articles, {errors} errors, {warnings} warnings")
    raise typer.Exit(INPUT if errors else 0)


def _say(problems: Sequence[Problem], root: Path, *, github: bool) -> None:
    if github:
        for problem in problems:
            out.print(annotation(problem, root), markup=False)
    else:
        print_problems(problems, out)
