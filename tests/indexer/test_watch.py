"""A saved file goes live by itself; nothing in the folder stops the watch."""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer import publish
from indexer.vectors import VectorCache
from indexer.watch import watch_content
from search.snapshot import SnapshotError

Titles = Callable[[], set[str]]


@pytest.fixture
def titles(content: Path, tmp_path: Path, cached_encoder: VectorCache) -> Iterator[Titles]:
    """The Italian titles that are served now, while a watch runs."""
    stop, data = threading.Event(), tmp_path / "data"
    thread = threading.Thread(target=watch_content, args=(content, data, cached_encoder, stop))
    thread.start()

    def served() -> set[str]:
        try:
            shelves = publish.open_current(data, None).shelves
        except SnapshotError:
            return set()
        return {a.title for a in shelves["it"].articles}

    until(lambda: "Mi hanno rubato la bici" in served())
    yield served
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()


def until(condition: Callable[[], bool]) -> None:
    """Wait for it; a generous while, since the point is that it comes, not how soon."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_saving_renaming_and_deleting_go_live(
    content: Path, titles: Titles, write_article: Callable[..., Path]
) -> None:
    path = write_article(content, "it/bici/luci", "Le luci sono obbligatorie?", "Di notte sì.")
    until(lambda: "Le luci sono obbligatorie?" in titles())
    aside = path.with_suffix(".md.tmp")
    aside.write_text(path.read_text("utf-8").replace("obbligatorie", "indispensabili"), "utf-8")
    aside.replace(path)
    until(lambda: "Le luci sono indispensabili?" in titles())
    path.unlink()
    until(lambda: "Le luci sono indispensabili?" not in titles())


def test_a_folder_that_cannot_be_watched_is_read_all_the_same(
    content: Path, tmp_path: Path, cached_encoder: VectorCache, write_article: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A folder below that is closed to us has the system's watch refuse the whole."""

    def refuse(*_: object, **__: object) -> Iterator[None]:
        raise PermissionError(13, "Permission denied", "it/closed")

    monkeypatch.setattr("indexer.watch.watch", refuse)
    monkeypatch.setattr("indexer.watch._UNWATCHED_SECONDS", 0.05)
    stop, data = threading.Event(), tmp_path / "data"
    thread = threading.Thread(target=watch_content, args=(content, data, cached_encoder, stop))
    with caplog.at_level(logging.ERROR, "sportello.watch"):
        thread.start()
        until((data / "current").exists)
        write_article(content, "it/bici/luci", "Le luci sono obbligatorie?", "Di notte sì.")
        until(lambda: "luci" in str([a.id for a in publish.open_current(data, None).shelves["it"].articles]))
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
    (said,) = caplog.messages
    assert "cannot be watched" in said
    assert "it/closed" in said


def test_a_folder_that_vanishes_and_comes_back(
    content: Path, titles: Titles, write_article: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    away = content.with_name("away")
    with caplog.at_level(logging.ERROR, "sportello.watch"):
        content.rename(away)
        until(lambda: bool(caplog.records))
    assert "Mi hanno rubato la bici" in titles()
    shutil.copytree(away, content)
    write_article(content, "it/bici/luci", "Le luci sono obbligatorie?", "Di notte sì.")
    until(lambda: "Le luci sono obbligatorie?" in titles())


def test_a_broken_file_is_said_once_and_again_when_it_is_broken_otherwise(
    content: Path, titles: Titles, write_article: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    def said(words: str) -> int:
        return sum(words in record.getMessage() for record in caplog.records)

    def publish_another(number: int) -> None:
        write_article(content, "it/bici/luci", f"Quante luci servono, {number}?", "Due.")
        until(lambda: f"Quante luci servono, {number}?" in titles())

    broken = content / "it/bici/gomme.md"
    sound = broken.read_text("utf-8")
    with caplog.at_level(logging.WARNING, "sportello.watch"):
        broken.write_text("---\ntitle: Gomme?\nphase: mai\n---\nTesto.\n", "utf-8")
        until(lambda: said("phase") == said("is broken") == 1)
        for number in range(3):
            publish_another(number)
        assert said("phase") == said("is broken") == 1
        broken.write_text("---\ntitle: Gomme?\nstatus: forse\n---\nTesto.\n", "utf-8")
        until(lambda: said("status") == 1)
        assert said("is broken") == 1  # which it was before
        broken.write_text(sound, "utf-8")
        publish_another(3)
        broken.write_text("---\ntitle: Gomme?\nstatus: forse\n---\nTesto.\n", "utf-8")
        until(lambda: said("status") == said("is broken") == 2)


def test_an_article_appears_when_it_is_due(
    content: Path, titles: Titles, write_article: Callable[..., Path]
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=4)
    write_article(content, "it/bici/saldi", "Ci sono i saldi?", "Da adesso.", publish_at=soon.isoformat())
    write_article(content, "it/bici/luci", "Le luci sono obbligatorie?", "Di notte sì.")
    until(lambda: "Le luci sono obbligatorie?" in titles())
    assert "Ci sono i saldi?" not in titles() or datetime.now(UTC) >= soon
    until(lambda: "Ci sono i saldi?" in titles())
    assert datetime.now(UTC) >= soon
