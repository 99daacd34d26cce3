"""`make bench-curve`: what a question costs from 100 articles to 50,000, as a table and docs/cost-curve.svg.

By itself: `python -m tests.benchmarks.curve FOLDER [SIZE …]`. The collections are those of `speed`, the encoder is
left out: its part of a question is the same whatever there is to search.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
import pygal
from pygal.style import CleanStyle
from threadpoolctl import threadpool_limits

from indexer.build import build_snapshot
from indexer.labelled import read_labelled_set
from indexer.vectors import VectorCache
from search.encoders import open_encoder
from search.engine import SearchEngine
from search.records import KnowledgeBase
from search.snapshot import open_snapshot
from tests.benchmarks.recombined import LineEncoder, recombined

SIZES: Final = (100, 300, 1_000, 3_000, 10_000, 30_000, 50_000)
DRAWN: Final = Path(__file__).parents[2] / "docs/cost-curve.svg"
BUILD: Final = Path(__file__).parents[2] / "build"
_ASKED: Final = 200


@dataclass(frozen=True, slots=True)
class Costs:
    """Medians, in milliseconds, and what opening took, in seconds."""

    hybrid: float
    lexical: float
    suggest: float
    opened: float


def main(folder: Path, sizes: Sequence[int]) -> None:
    """Print a line a size, as soon as it is measured, then draw."""
    threadpool_limits(1)  # as the server has it
    print(
        "| articles | a question, ms | by words alone, ms | suggest, ms | opened, s |\n|---|---|---|---|---|"
    )
    costs = []
    with VectorCache(open_encoder("", BUILD / "test-models"), BUILD / "benchmark-vectors") as cache:
        encoder = LineEncoder(cache)
        for size in sizes:
            costs.append(cost := _measured(folder, size, encoder))
            shown = f"{cost.hybrid:.2f} | {cost.lexical:.2f} | {cost.suggest:.2f} | {cost.opened:.2f}"
            print(f"| {size:,} | {shown} |", flush=True)
    _draw(sizes, costs)


def _measured(folder: Path, size: int, encoder: LineEncoder) -> Costs:
    labelled = recombined(
        read_labelled_set(folder / "qa4faq_it"), folder / "markdown" / "m365_alchemy_it.tgz", size
    )
    asked = [query.text for query in labelled.queries][:_ASKED]
    with tempfile.TemporaryDirectory() as place:
        snapshot = Path(place) / "snapshot"
        build_snapshot(KnowledgeBase(labelled.articles), snapshot, "curve", encoder, datetime.now(UTC))
        started = perf_counter()
        engine = SearchEngine(open_snapshot(snapshot, encoder), encoder)
        opened = perf_counter() - started
        letters = [text[: 3 + n % 9] for n, text in enumerate(asked)]
        return Costs(
            _median(lambda text: engine.search(text, "it"), asked),
            _median(lambda text: engine.search(text, "it", mode="lexical"), asked),
            _median(lambda text: engine.suggest(text, "it"), letters),
            opened,
        )


def _median(ask: Callable[[str], object], asked: Sequence[str]) -> float:
    """Of the second time: the first finds everything cold, and makes the questions' vectors."""
    times = []
    for text in [*asked, *asked]:
        started = perf_counter()
        ask(text)
        times.append(perf_counter() - started)
    return float(np.median(times[len(asked) :])) * 1e3


def _draw(sizes: Sequence[int], costs: Sequence[Costs]) -> None:
    chart = pygal.XY(
        logarithmic=True, x_title="articles", y_title="milliseconds", width=760, height=420, margin_right=40,
        style=CleanStyle(font_family="sans-serif"),
        title="A question's cost without the encoder (median)", xrange=(sizes[0], sizes[-1]),
        x_labels=list(sizes), x_value_formatter=lambda n: f"{n:,.0f}", value_formatter=lambda ms: f"{ms:g}",
        y_labels=[0.03, 0.1, 0.3, 1, 3], legend_at_bottom=True, js=(), show_only_major_dots=False,
    )  # fmt: skip
    for name, line in (
        ("words and meaning", [cost.hybrid for cost in costs]),
        ("words alone", [cost.lexical for cost in costs]),
        ("suggestions while typing", [cost.suggest for cost in costs]),
    ):
        chart.add(name, [(size, round(ms, 3)) for size, ms in zip(sizes, line, strict=True)])
    DRAWN.write_bytes(chart.render())


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(size) for size in sys.argv[2:]] or SIZES)
