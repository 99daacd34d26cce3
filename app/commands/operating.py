"""`sportello outbox` and `sportello doctor`."""

from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape

from app import doctor
from app.commands.options import Content, Data, Json
from app.settings import read_settings
from app.store import open_store
from app.terminal import ENVIRONMENT, out, print_json

# Of what was given up.
_MOST_LISTED = 50


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
