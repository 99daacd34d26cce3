"""`sportello export`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape

from app.commands.options import Content, Data, Json
from app.commands.printing import progress_bars
from app.exporting.making import export_site
from app.settings import read_settings
from app.terminal import err, out, print_json

# Of the links and images that led nowhere.
_MOST_LISTED: Final = 50


def export(
    destination: Annotated[
        Path, typer.Argument(metavar="DEST", help="A new folder, or that of an earlier export.")
    ],
    content: Content = None,
    data: Data = None,
    base_url: Annotated[
        str, typer.Option("--base-url", metavar="URL", help="Where the files will be, if that is known.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Write all that is served as a site of files, which needs no server and can be opened from a disk.

    Example: sportello export site --base-url https://help.example
    """
    with progress_bars() as progress:
        done = export_site(read_settings(content, data), destination, base_url, progress)
    if as_json:
        print_json(asdict(done))
        return
    for line in done.left_out[:_MOST_LISTED]:
        err.print(f"[yellow]left out[/] {escape(line)}")
    if len(done.left_out) > _MOST_LISTED:
        err.print(f"[yellow]left out[/] {len(done.left_out) - _MOST_LISTED} more; --json lists them.")
    out.print(
        f"{escape(done.destination)}: {done.articles} articles in {len(done.languages)} languages, "
        f"{done.pages} pages, {done.images} images, {done.files} files, {done.bytes / 1e6:.1f} MB, "
        f"{done.seconds:.1f} s"
    )
