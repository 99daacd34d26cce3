"""`sportello backup` and `sportello restore`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.backup.making import back_up
from app.backup.restoring import restore as put_back
from app.settings import read_settings
from app.terminal import err, out, print_json

Content = Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of articles.")]
Data = Annotated[Path | None, typer.Option(metavar="DIR", help="The data folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The .tar to write; it holds secrets.")],
    content: Content = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Write the database, attachments, the secret and the articles to one file, also while serving.

    Example: sportello backup /backups/sportello-monday.tar --data data
    """
    made = back_up(read_settings(content, data), file)
    if as_json:
        print_json(asdict(made))
        return
    if made.missing:
        err.print(f"{made.missing} attachments are named by tickets and not on disk.")
    out.print(
        f"{escape(made.file)}: the database, {made.attachments} attachments, {made.content} content files, "
        f"{made.bytes / 1e6:.1f} MB"
    )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `sportello backup` wrote.")],
    content: Content = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Put a backup back, also while serving; what is replaced is kept as before-restore.tar.

    Articles are put back only where the content folder is empty.
    Example: sportello restore /backups/sportello-monday.tar --data data
    """
    settings = read_settings(content, data)
    done = put_back(settings, file)
    if as_json:
        print_json(asdict(done))
        return
    if done.missing:
        err.print(f"{done.missing} attachments were not on disk when the backup was made.")
    articles = (
        "the content folder was left as it is" if done.content is None else f"{done.content} content files"
    )
    out.print(
        f"Restored what was saved at {done.made_at}: {done.attachments} attachments; {escape(articles)}."
    )
    if done.before:
        out.print(f"What was there is in {escape(done.before)}.")
