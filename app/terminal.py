"""What the command line prints: progress while it works, tables for people, one line for an error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
from rich import progress as bar
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from indexer.build import Progress
from indexer.problems import Problem
from search.excerpts import marks, shortened
from search.records import Hit, SearchResult

INPUT, ENVIRONMENT = 1, 3

# No emoji: a file's line ":100:" would become one.
out = Console(highlight=False, emoji=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)


def say_failed(error: Exception, code: int) -> int:
    """What went wrong, in one line on stderr; the exit code is returned."""
    err.print(f"[red]sportello:[/red] {escape(' '.join(str(error).split()))}")
    return code


def print_json(value: Any) -> None:
    """One object on stdout, indented; `value` is made of what JSON has, and dataclasses."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A bar a stage on stderr, where that is a terminal; nothing elsewhere."""
    name, count = bar.TextColumn("{task.description:<14}"), bar.MofNCompleteColumn()
    columns = (name, bar.BarColumn(), count, bar.TimeRemainingColumn())
    with bar.Progress(*columns, console=err, disable=not err.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show


def print_problems(problems: tuple[Problem, ...], console: Console) -> None:
    """Errors in red, warnings in yellow, a line each, as editors and terminals link them."""
    colours = {"error": "red", "warning": "yellow"}
    for problem in problems:
        console.print(f"[{colours[problem.severity]}]{problem.severity}[/] {escape(str(problem))}")


def print_result(result: SearchResult, *, explain: bool) -> None:
    """The verdict, then each hit with its passage, the asked words in bold."""
    verdict = result.verdict
    out.print(f"[bold]{verdict.answer}[/] ({verdict.confidence:.0%}): {escape(verdict.reason)}")
    for rank, hit in enumerate(result.hits, 1):
        other = f" [dim]({hit.article.lang})[/]" if hit.other_language else ""
        out.print(f"\n[bold]{rank}. {escape(hit.article.title)}[/]{other} [dim]{escape(hit.article.id)}[/]")
        out.print(_marked(shortened(hit)))
        if explain:
            out.print(_evidence(hit))


def _marked(hit: Hit) -> str:
    parts, last = [], 0
    for start, end in marks(hit):
        parts += [escape(hit.passage.text[last:start]), f"[bold]{escape(hit.passage.text[start:end])}[/]"]
        last = end
    return "".join([*parts, escape(hit.passage.text[last:])])


def _evidence(hit: Hit) -> Table:
    evidence = hit.evidence
    table = Table(box=None, show_header=False, padding=(0, 2), style="dim")
    table.add_row("score", f"{hit.score:.3f}", f"boost × {hit.article.boost:g}")
    lexical = "not found by words" if evidence.lexical is None else f"BM25F {evidence.lexical:.2f}"
    dense = "not asked" if evidence.dense is None else f"cosine {evidence.dense:.3f}"
    table.add_row(
        "by words", f"{evidence.lexical_share:.3f}", f"{lexical}: {' '.join(evidence.matched) or '–'}"
    )
    table.add_row("by meaning", f"{evidence.dense_share:.3f}", dense)
    if evidence.learned:
        table.add_row("learned", f"{evidence.learned:.3f}", "confirmed by those who asked alike")
    return table
