"""`sportello report`: the figures in the terminal."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from app.insights.printing import printed
from app.insights.report import as_object, report_of
from app.insights.sheets import SHEETS, written
from app.insights.wanted import MOST_DAYS, last_days
from app.settings import read_settings
from app.store import open_store
from app.terminal import out, print_json


def report(
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder of the index and the encoder.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=MOST_DAYS, help="How many days, up to today.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    csv: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write figures.csv, days.csv and questions.csv there.")
    ] = None,
) -> None:
    """What customers asked, what found no answer, what the desk was spared: as on the staff's page.

    Example: sportello report --days 7
    """
    settings = read_settings(data=data)
    now = datetime.now(UTC)
    wanted = last_days(days, now, ZoneInfo(settings.time_zone))
    with closing(open_store(settings.database_url, settings.data)) as store:
        made = report_of(store, wanted, now, settings.k_anonymity, settings.data)
    if csv:
        csv.mkdir(parents=True, exist_ok=True)
        for sheet in SHEETS:
            # As it is: the rows end as RFC 4180 says.
            (csv / f"{sheet}.csv").write_bytes(written(made, sheet).encode("utf-8-sig"))
    if as_json:
        print_json(as_object(made))
    elif csv:
        out.print(f"Written to {csv}: {', '.join(f'{sheet}.csv' for sheet in SHEETS)}", markup=False)
    else:
        for part in printed(made):
            out.print(part)
