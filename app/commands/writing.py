"""`sportello import`: other people's articles as our files."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.commands.options import Json
from app.commands.printing import progress_bars
from app.terminal import err, out, print_json
from indexer.importing import Format, import_source


def import_(
    source: Annotated[
        Path,
        typer.Argument(
            help="An export (.json, .xml), a CSV, a labelled set, or a folder, .zip or .tgz of articles."
        ),
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
