"""What is served, while it is replaced."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

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


def test_what_cannot_be_read_for_a_while_ends_nothing(
    content: Path, tmp_path: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither at the start nor later: what is mended is served, without a restart."""
    data, away = tmp_path / "data", tmp_path / "away"
    first = update_index(content, data, encoder).snapshot
    current = data / "current"

    def closed() -> None:
        current.rename(away)
        current.mkdir()  # root too cannot read it

    def mended() -> None:
        current.rmdir()
        away.rename(current)

    closed()
    live = LiveIndex(Settings(content=tmp_path / "none", data=data), encoder)
    with caplog.at_level(logging.ERROR, "sportello.live"):
        live.start()
        try:
            assert live.serving() is None
            mended()
            until(lambda: live.serving() is not None)
            assert live.engine.snapshot.manifest.id == first
            caplog.clear()
            closed()
            until(lambda: any("cannot be opened" in said for said in caplog.messages))
            mended()
            second = update_index(content, data, encoder, full=True).snapshot
            until(lambda: live.engine.snapshot.manifest.id == second)
        finally:
            live.stop()
