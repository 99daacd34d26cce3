"""What several commands take."""

from pathlib import Path
from typing import Annotated

import typer

Content = Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of articles.")]
Data = Annotated[Path | None, typer.Option(metavar="DIR", help="The folder of the index and the encoder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
