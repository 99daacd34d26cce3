"""What is served, while it is replaced."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.live import LiveIndex
from app.settings import Settings
from indexer.update import update_index
from search.encoders import Encoder
from search.engine import SearchEngine
from tests.asking import until


class Slow:
    """Publishes as the server does, and takes its time."""

    def __init__(self, live: LiveIndex) -> None:
        self._live = live
        self.meanwhile: SearchEngine | None = None

    def serving(self) -> SearchEngine | None:
        return self._live.serving()

    @contextmanager
    def publishing(self, engine: SearchEngine) -> Iterator[None]:
        with self._live.publishing(engine):
            yield

    def take(self, engine: SearchEngine) -> None:  # noqa: ARG002
        time.sleep(1)  # four looks at what is published
        self.meanwhile = self._live.serving()


def test_what_is_published_here_is_not_opened_once_more_and_what_was_left_is(
    content: Path, tmp_path: Path, encoder: Encoder
) -> None:
    data = tmp_path / "data"
    update_index(content, data, encoder)
    live = LiveIndex(Settings(content=tmp_path / "none", data=data), encoder)
    prepared: list[str] = []
    live.before(lambda snapshot: prepared.append(snapshot.manifest.id))
    live.start()
    was, slow = live.serving(), Slow(live)
    try:
        report = update_index(content, data, encoder, full=True, service=slow)
        assert was is not None
        assert slow.meanwhile is was
        assert prepared == [was.snapshot.manifest.id, report.snapshot]
        until(lambda: live.engine.snapshot.manifest.id == report.snapshot)
    finally:
        live.stop()
