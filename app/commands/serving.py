"""`sportello serve`."""

from typing import Annotated

import typer

from app import serving
from app.commands.options import Content, Data
from app.settings import read_settings


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
