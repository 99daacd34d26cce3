"""`make bench`: Sportello's speed beside its peers', in one process, question after question, as Markdown.

By itself: `python -m tests.benchmarks.speed FOLDER [SIZE …]`, with the folder that holds the labelled sets.
The encoder is left out: all are given the same vectors, and ours remembers the questions'.
"""

import gc
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from indexer.labelled import read_labelled_set
from indexer.vectors import VectorCache
from search.encoders import Encoder, open_encoder
from tests.benchmarks.collection import Asked, Collection, collect
from tests.benchmarks.harness import Contender, Ranker
from tests.benchmarks.peers import bm25s, lancedb, sportello, sqlite, tantivy, txtai, whoosh
from tests.benchmarks.recombined import LineEncoder, recombined

SIZES = (406, 10_000, 50_000)
QUESTIONS = 200
BUILD = Path(__file__).parents[2] / "build"
LEXICAL = (tantivy.CONTENDERS[0], bm25s.CONTENDERS[0], sqlite.CONTENDERS[0], whoosh.CONTENDERS[0])
HYBRID = (lancedb.CONTENDERS[0], txtai.CONTENDERS[0], sqlite.CONTENDERS[-1])


def main(folder: Path, sizes: Iterable[int]) -> None:
    """Print a table a size, as soon as it is measured."""
    threadpool_limits(1)  # as the server has it: requests share the cores
    cache = VectorCache(open_encoder("", BUILD / "test-models"), BUILD / "benchmark-vectors")
    with cache as encoder:
        lines = LineEncoder(encoder)
        for size in sizes:
            labelled = read_labelled_set(folder / "qa4faq_it")
            too_few = len(labelled.articles) < size
            used: Encoder = lines if too_few else encoder
            if too_few:
                labelled = recombined(labelled, folder / "markdown" / "m365_alchemy_it.tgz", size)
            collection = collect("qa4faq_it", labelled, used)
            for line in table(collection, used):
                print(line, flush=True)


def table(collection: Collection, encoder: Encoder) -> Iterator[str]:
    """One size: each kind of ours, then its peers, with the ratio of our median to theirs."""
    yield f"**{len(collection.documents):,} articles**, {QUESTIONS} questions\n"
    yield "| | built, s | p50, ms | p95, ms | our p50 to theirs |"
    yield "|---|---|---|---|---|"
    asked = random.Random(20261122).sample(collection.asked, min(QUESTIONS, len(collection.asked)))
    sides = (
        [sportello.ranking(), *LEXICAL],
        [sportello.contender(encoder, "lexical"), *LEXICAL],
        [sportello.contender(encoder), *HYBRID],
    )
    for contenders in sides:
        with tempfile.TemporaryDirectory() as folder:
            built, rankers = _built(contenders, collection, Path(folder))
            times = _timed(rankers, asked)
        ours = float(np.median(times[0]))
        for contender, seconds, row in zip(contenders, built, times, strict=True):
            p50, p95 = np.percentile(row, [50, 95])
            ratio = "" if contender is contenders[0] else f"{ours / p50:.2f}"
            yield f"| {contender.name} | {seconds:.1f} | {p50 * 1e3:.2f} | {p95 * 1e3:.2f} | {ratio} |"
    yield ""


def _built(
    contenders: Sequence[Contender], collection: Collection, folder: Path
) -> tuple[list[float], list[Ranker]]:
    seconds, rankers = [], []
    for number, contender in enumerate(contenders):
        own = folder / str(number)
        own.mkdir()
        started = perf_counter()
        rankers.append(contender.build(collection, own))
        seconds.append(perf_counter() - started)
    return seconds, rankers


def _timed(rankers: Sequence[Ranker], asked: Sequence[Asked]) -> list[list[float]]:
    """Seconds by ranker and question: each question goes to all of them in turn, once to warm up."""
    times: list[list[float]] = [[] for _ in rankers]
    gc.collect()
    for number, question in enumerate([*asked, *asked]):
        for ranker, row in zip(rankers, times, strict=True):
            started = perf_counter()
            ranker(question)
            taken = perf_counter() - started
            if number >= len(asked):
                row.append(taken)
    return times


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(size) for size in sys.argv[2:]] or SIZES)
