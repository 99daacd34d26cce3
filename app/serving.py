"""`sportello serve`: a socket, one process or several, and a clear word when it cannot be."""

import socket
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from app.collector import resting
from app.main import create_app
from app.settings import Settings, share_metrics
from app.terminal import out
from search.encoders import open_encoder
from search.errors import UnfitError


class ServingError(UnfitError):
    """The server cannot start, in one sentence."""


def serve(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve until interrupted. Raises ServingError where the address cannot be had, and EncoderError."""
    listener = _listen(host, port)
    # Opened before any process serves: what is wrong with it ends the command, and it is unpacked once.
    encoder = open_encoder(settings.encoder, settings.models_folder)
    shown = f"[{host}]" if ":" in host else host
    out.print(f"Sportello is on http://{shown}:{listener.getsockname()[1]}")
    # No access log: it would store visitors' addresses and questions.
    quiet: dict[str, Any] = {"log_level": settings.log_level, "access_log": False, "server_header": False}
    quiet["proxy_headers"] = False  # the application believes the proxies that its settings name
    if workers == 1:
        with resting():
            app = create_app(settings, encoder)
        uvicorn.Server(uvicorn.Config(app, **quiet)).run(sockets=[listener])
        return
    del encoder  # each worker opens its own
    settings.to_environment()
    config = uvicorn.Config("app.main:create_app", factory=True, workers=workers, **quiet)
    with TemporaryDirectory(prefix="sportello-metrics-") as numbers:
        share_metrics(Path(numbers))
        Multiprocess(config, [listener]).run()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ServingError(
            f"cannot listen on {host}:{port} ({error.strerror or error}); choose another with --port."
        ) from error
