"""Folder changes → build → publish, until told to stop."""

import logging
import threading
from datetime import UTC, datetime
from pathlib import Path

from watchfiles import watch

from indexer.articles import ContentError
from indexer.problems import Problem
from indexer.update import EmptyContentError, IndexReport, update_index
from search.encoders import Encoder, EncoderError
from search.snapshot import SnapshotError

_log = logging.getLogger("sportello.watch")

# How often to look whether the folder is still the same one, and whether an article is due.
_LOOK_MS = 2_000
# Editors save in bursts (write aside, rename, touch): wait for this much quiet.
_DEBOUNCE_MS = 200


def watch_content(content: Path, data: Path, encoder: Encoder, stop: threading.Event) -> None:
    """Index `content` now and after each change. Nothing in the folder ends this; `stop` does.

    What cannot be published is said in the log, and what was served is served on.
    """
    while not stop.is_set():
        due = _update(content, data, encoder)
        try:
            _wait(content, due, stop)
        except FileNotFoundError:
            stop.wait(_LOOK_MS / 1000)


def _update(content: Path, data: Path, encoder: Encoder) -> datetime | None:
    """Index once, and say what came of it; when to do so again though nothing changes."""
    try:
        report = update_index(content, data, encoder)
    except (ContentError, EmptyContentError, SnapshotError, EncoderError) as error:
        _log.error("%s", error)
        return None
    except Exception:  # noqa: BLE001
        # The watch must outlive what nobody thought of: without it, every later edit is lost in silence.
        _log.exception("Indexing %s failed; what was served is served on.", content)
        return None
    log_report(report)
    return report.due


def log_report(report: IndexReport) -> None:
    """Say in the log what an editor or an operator needs to know of a build."""
    for problem in report.problems:
        _log.log(_level(problem), "%s", problem)
    for name in report.kept:
        _log.error("%s is broken: its last good version stays live.", name)
    if report.note:
        _log.warning("%s", report.note)
    for sentence in report.flipped:
        _log.warning("A golden question flipped: %s", sentence)
    if report.changed:
        _log.info(
            "Published %s: %d articles, %d texts encoded, %.1f s.",
            report.snapshot, report.articles, report.encoded, report.seconds,
        )  # fmt: skip


def _level(problem: Problem) -> int:
    return logging.ERROR if problem.severity == "error" else logging.WARNING


def _wait(content: Path, due: datetime | None, stop: threading.Event) -> None:
    """Return when something changed, when an article is due, when the folder is another, or at `stop`."""
    folder = content.stat().st_ino
    changes = watch(
        content, stop_event=stop, step=_DEBOUNCE_MS, rust_timeout=_LOOK_MS, yield_on_timeout=True,
        raise_interrupt=False,
    )  # fmt: skip
    for changed in changes:
        # A folder put in the other's place (a new checkout, a mount) is not watched: begin again.
        replaced = content.stat().st_ino != folder
        if changed or replaced or (due is not None and datetime.now(UTC) >= due):
            return
