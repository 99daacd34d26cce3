"""`sportello evaluate` and `sportello golden`: how good the answers are."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from app.commands.options import Content, Data, Json
from app.commands.printing import progress_bars
from app.commands.problems import print_problems
from app.settings import read_settings
from app.terminal import INPUT, err, out, print_json
from indexer import golden as golden_run
from indexer import publish
from indexer.articles import read_content
from indexer.build import build_snapshot
from indexer.golden import GoldenError
from indexer.goldenfile import NAME, read_golden
from indexer.labelled import read_confirmed, read_labelled_set
from indexer.vectors import VectorCache
from search import evaluation
from search.encoders import open_encoder
from search.engine import SearchEngine
from search.learning import Confirmed
from search.records import KnowledgeBase, Mode
from search.snapshot import open_snapshot


def evaluate(
    dataset: Annotated[Path, typer.Argument(help="A folder with corpus.jsonl, queries.jsonl and qrels.tsv.")],
    mode: Annotated[Mode, typer.Option(help="Which evidence to rank by.")] = "hybrid",
    data: Data = None,
    as_json: Json = False,
    run: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a TREC run there.")] = None,
    learned: Annotated[
        Path | None,
        typer.Option(
            "--learn", metavar="FILE", help="Confirmed pairs, question⇥article id, to be learned first."
        ),
    ] = None,
) -> None:
    """Score a labelled set: index its articles, ask its questions, measure.

    Example: sportello evaluate sets/faq --mode hybrid --json
    """
    settings = read_settings(data=data)
    labelled = read_labelled_set(dataset)
    pairs = read_confirmed(learned) if learned else ()
    languages = {article.id: article.lang for article in labelled.articles}
    confirmed = [Confirmed(query, doc, languages[doc]) for query, doc in pairs if doc in languages]
    encoder = open_encoder(settings.encoder, settings.models_folder)
    with tempfile.TemporaryDirectory() as scratch, progress_bars() as progress:
        folder, started = Path(scratch) / "snapshot", perf_counter()
        knowledge = KnowledgeBase(labelled.articles)
        build_snapshot(knowledge, folder, "evaluation", encoder, datetime.now(UTC), progress=progress)
        seconds = perf_counter() - started
        engine = SearchEngine(open_snapshot(folder, encoder), encoder, confirmed=confirmed, cached_vectors=0)
        outcomes = evaluation.ask(engine, labelled.queries, mode)
    measures = {
        **evaluation.measure(outcomes, labelled.relevant),
        "index_seconds": seconds, "encoder": encoder.name, "mode": mode,
    }  # fmt: skip
    if run:
        run.write_text(evaluation.trec_run(outcomes), "utf-8")
    if as_json:
        print_json(measures)
        return
    for name, value in measures.items():
        out.print(f"{name:18} {f'{value:.4f}' if isinstance(value, float) else value}")


def golden(
    content: Content = None,
    data: Data = None,
    as_json: Json = False,
    accept: Annotated[bool, typer.Option("--accept", help="Hold later runs against this one.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when a question fares worse.")] = False,
) -> None:
    """Ask the questions of golden.yaml of what is served, and list what flipped since the last accepted run.

    Example: sportello golden --content content --data data
    """
    settings = read_settings(content, data)
    asked = read_golden(settings.content, read_content(settings.content))
    if asked is None:
        raise GoldenError(
            f"{settings.content / NAME} is not there: list the questions you know the answer of."
        )
    if asked.problems:
        print_problems(asked.problems, err)
        raise typer.Exit(INPUT)
    publish.current_folder(settings.data)
    encoder = open_encoder(settings.encoder, settings.models_folder)
    with VectorCache(encoder, settings.data / "vectors") as cache:
        engine = SearchEngine(publish.open_current(settings.data, cache), cache)
        run = golden_run.ask_golden(asked.questions, engine)
    accepted = golden_run.read_accepted(settings.data)
    flipped = golden_run.flips(accepted, run)
    if accept:
        golden_run.accept(run, settings.data)
    if as_json:
        print_json(golden_run.as_object(run, accepted, flipped))
    else:
        for line in golden_run.told(run, accepted, flipped):
            out.print(line, markup=False)
    raise typer.Exit(INPUT if strict and any(flip.worse for flip in flipped) else 0)
