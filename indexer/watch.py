"""Folder changes → build → publish, until told to stop."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from watchfiles import watch

from indexer.articles import ContentError
from indexer.problems import Problem
from indexer.reading import Seen
from indexer.update import SEEN, EmptyContentError, IndexReport, Service, update_index
from search.encoders import Encoder, EncoderError
from search.snapshot import SnapshotError

_log = logging.getLogger("sportello.watch")

# How often to look whether the folder is still the same one, and whether an article is due.
_LOOK_MS = 500
# Editors save in bursts (write aside, rename, touch): wait for this much quiet.
_DEBOUNCE_MS = 50
# How often to read a folder that the system does not let itself be watched.
_UNWATCHED_SECONDS = 5
# A system may lose changes, when there are very many, or have none to tell of, on a network's drive; then
# every file is read, whatever its stamp says.
_ANYWAY = timedelta(minutes=5)


class BuildLog:
    """What an editor or an operator needs to know of each build, in the log: what stays as it was, once."""

    def __init__(self) -> None:
        self._said: frozenset[str] = frozenset()

    def say(self, report: IndexReport) -> None:
        """Say what is new since the last report; what was mended in between, and is broken again, is new."""
        stands = {str(problem): _level(problem) for problem in report.problems}
        stands |= {
            f"{name} is broken: its last good version stays live.": logging.ERROR for name in report.kept
        }
        stands |= {report.note: logging.WARNING} if report.note else {}
        for text, level in stands.items():
            if text not in self._said:
                _log.log(level, "%s", text)
        self._said = frozenset(stands)
        for sentence in report.flipped:
            _log.warning("A golden question flipped: %s", sentence)
        if report.changed:
            _log.info(
                "Published %s: %d articles, %d texts encoded, %.1f s.",
                report.snapshot, report.articles, report.encoded, report.seconds,
            )  # fmt: skip


def watch_content(
    content: Path, data: Path, encoder: Encoder, stop: threading.Event, service: Service | None = None,
    log: BuildLog | None = None,
) -> None:  # fmt: skip
    """Index `content` now and after each change. Nothing in the folder ends this; `stop` does.

    What cannot be published is said in the `log`, and what was served is served on.
    """
    _Watch(content, data, encoder, stop, service, log or BuildLog()).run()


class _Watch:
    def __init__(
        self, content: Path, data: Path, encoder: Encoder, stop: threading.Event, service: Service | None,
        log: BuildLog,
    ) -> None:  # fmt: skip
        self._content, self._data, self._encoder, self._stop = content, data, encoder, stop
        self._service, self._log = service, log
        self._said = self._unwatched = ""
        self._seen, self._forget_at = Seen.load(data / SEEN), datetime.now(UTC) + _ANYWAY

    def run(self) -> None:
        while not self._stop.is_set():
            due = self._update()
            try:
                self._follow(due)
            except FileNotFoundError:
                self._stop.wait(_LOOK_MS / 1000)
            except Exception as error:  # noqa: BLE001
                # One folder below that is closed to us, or no more watches to be had: then edits come late.
                if str(error) != self._unwatched:
                    self._unwatched = str(error)
                    _log.error(
                        "%s cannot be watched (%s): it is read every %d seconds until it can.",
                        self._content, error, _UNWATCHED_SECONDS,
                    )  # fmt: skip
                self._stop.wait(_UNWATCHED_SECONDS)

    def _follow(self, due: datetime) -> None:
        """Update whenever something changed or is due, until the folder is another, or `stop`."""
        folder = self._content.stat().st_ino
        unseen = True  # what changed after the folder was read and before it was watched
        # One watch for all: it notes what changes while an update is under way.
        for changed in watch(
            self._content, stop_event=self._stop, step=_DEBOUNCE_MS, rust_timeout=_LOOK_MS,
            yield_on_timeout=True, raise_interrupt=False,
        ):  # fmt: skip
            self._unwatched = ""
            # A folder put in the other's place (a new checkout, a mount) is not watched: begin again.
            if self._content.stat().st_ino != folder:
                return
            if changed or unseen or datetime.now(UTC) >= due:
                due, unseen = self._update(), False

    def _update(self) -> datetime:
        """Index once, and say what came of it; when to do so again though nothing changes."""
        now = datetime.now(UTC)
        anyway = now + _ANYWAY
        if now >= self._forget_at:
            self._seen, self._forget_at = Seen(), anyway
        try:
            report = update_index(
                self._content, self._data, self._encoder, service=self._service, seen=self._seen
            )
        except (ContentError, EmptyContentError, SnapshotError, EncoderError) as error:
            self._say(error)
            return anyway
        except Exception:  # noqa: BLE001
            # The watch must outlive what nobody thought of: without it, every later edit is lost in silence.
            _log.exception("Indexing %s failed; what was served is served on.", self._content)
            return anyway
        self._said = ""
        self._log.say(report)
        return min(report.due or anyway, anyway)

    def _say(self, error: Exception) -> None:
        """Once: a folder that is away is looked for twice a second."""
        if str(error) != self._said:
            self._said = str(error)
            _log.error("%s", error)


def _level(problem: Problem) -> int:
    return logging.ERROR if problem.severity == "error" else logging.WARNING
