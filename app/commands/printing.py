"""What commands print of articles and answers: progress while they work, tables for people."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich import progress as bar
from rich.markup import escape
from rich.table import Table

from app.terminal import err, out
from indexer.build import Progress
from search.excerpts import marks, shortened
from search.records import Hit, SearchResult


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


def print_result(result: SearchResult, matched: Sequence[Sequence[str]] = ()) -> None:
    """The verdict, then each hit with its passage, the asked words in bold.

    With the words that each hit has, `matched`, also why it is where it is.
    """
    verdict = result.verdict
    out.print(f"[bold]{verdict.answer}[/] ({verdict.confidence:.0%}): {escape(verdict.reason)}")
    for rank, hit in enumerate(result.hits, 1):
        other = f" [dim]({hit.article.lang})[/]" if hit.other_language else ""
        out.print(f"\n[bold]{rank}. {escape(hit.article.title)}[/]{other} [dim]{escape(hit.article.id)}[/]")
        out.print(_marked(shortened(hit)))
        if matched:
            out.print(_evidence(hit, matched[rank - 1]))


def _marked(hit: Hit) -> str:
    parts, last = [], 0
    for start, end in marks(hit):
        parts += [escape(hit.passage.text[last:start]), f"[bold]{escape(hit.passage.text[start:end])}[/]"]
        last = end
    return "".join([*parts, escape(hit.passage.text[last:])])


def _evidence(hit: Hit, matched: Sequence[str]) -> Table:
    evidence = hit.evidence
    table = Table(box=None, show_header=False, padding=(0, 2), style="dim")
    table.add_row("score", f"{hit.score:.3f}", f"boost × {hit.article.boost:g}")
    lexical = "not found by words" if evidence.lexical is None else f"BM25F {evidence.lexical:.2f}"
    dense = "not asked" if evidence.dense is None else f"cosine {evidence.dense:.3f}"
    table.add_row("by words", f"{evidence.lexical_share:.3f}", f"{lexical}: {' '.join(matched) or '–'}")
    table.add_row("by meaning", f"{evidence.dense_share:.3f}", dense)
    if evidence.learned:
        table.add_row("learned", f"{evidence.learned:.3f}", "confirmed by those who asked alike")
    return table
