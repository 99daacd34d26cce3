"""The engine in service: opened once, replaced while requests run."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from filelock import FileLock, Timeout

from app.collector import Kept, resting
from app.settings import Settings
from indexer.articles import ContentError
from indexer.publish import open_current, read_current
from indexer.update import EmptyContentError, update_index
from indexer.watch import BuildLog, watch_content
from search.encoders import Encoder, EncoderError, Vectors, open_encoder
from search.engine import SearchEngine
from search.learning import Confirmed
from search.snapshot import Snapshot, SnapshotError

_log = logging.getLogger("sportello.live")

# How soon a process notices what another published; a look is one small file.
_FOLLOW_SECONDS = 0.25
# How soon another process takes the watch over from one that died.
_SUCCESSION_SECONDS = 5.0
# Whoever waited for the start asks first; then the content is looked through for what changed before it.
_FIRST_SECONDS = 0.5


class NotReadyError(Exception):
    """No snapshot is open yet: the first index is being built, or there is nothing to build it of."""


class LiveIndex:
    """Opens what is served, follows what is published, and watches the content folder.

    Of several processes on one data folder one watches and builds, by a lock; all follow. It is `settled`
    once the start is over: something is served, or cannot be yet.
    """

    def __init__(self, settings: Settings, encoder: Encoder | None = None) -> None:
        self._settings = settings
        self._content, self._data = settings.content, settings.data
        self._encoder = encoder
        self._engine: SearchEngine | None = None
        self._swapping = threading.Lock()
        self._confirmed: Sequence[Confirmed] = ()
        self._vectors: Mapping[str, Vectors] = {}
        self._builds = BuildLog()
        self._kept = Kept()
        self._prepare: list[Callable[[Snapshot], None]] = []
        self._publishing = ""
        self.settled = threading.Event()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def engine(self) -> SearchEngine:
        """The one to ask now; keep it for a whole request. Raises NotReadyError before the first."""
        if self._engine is None:
            raise NotReadyError
        return self._engine

    def start(self) -> None:
        """Open what is served, building it first if need be; then follow and watch.

        What goes wrong is said in the log: content that appears or is mended later is served then.
        """
        try:
            encoder = self._encoder or open_encoder(self._settings.encoder, self._settings.models_folder)
            self._open_or_build(encoder)
        except EncoderError as error:
            _log.critical("%s", error)
            return
        finally:
            self.settled.set()
        for work in (self._follow, self._watch):
            thread = threading.Thread(target=work, args=(encoder,), name=work.__name__, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """End both threads. A build under way is not waited for: what it wrote aside is never served."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=2)

    def before(self, prepare: Callable[[Snapshot], None]) -> None:
        """Have this done with every snapshot that is about to be served, so that no visitor waits for it."""
        self._prepare.append(prepare)

    def teach(self, confirmed: Sequence[Confirmed], vectors: Mapping[str, Vectors]) -> None:
        """Have this learned, and nothing else, by what is served from now on, and by every snapshot after it.

        `vectors` are those of all the questions, as `SearchEngine.encode` made them.
        """
        with self._swapping:
            self._confirmed, self._vectors = confirmed, vectors
            if self._engine:
                self._engine = self._engine.with_confirmed(confirmed, vectors)

    def _open_or_build(self, encoder: Encoder) -> None:
        try:
            self._open(encoder)
        except OSError as error:
            _log.warning("%s. Indexing %s now.", error, self._content)
        except SnapshotError as error:
            if read_current(self._data) is None:
                _log.warning(
                    "Nothing is indexed yet: indexing %s, after which all is answered.", self._content
                )
            else:
                _log.warning("%s Indexing %s now.", error, self._content)
        else:
            return
        try:
            self._builds.say(update_index(self._content, self._data, encoder))
            self._open(encoder)
        except (ContentError, EmptyContentError, SnapshotError, EncoderError, OSError) as error:
            _log.error("%s", error)

    def _open(self, encoder: Encoder) -> None:
        with resting():
            snapshot = open_current(self._data, encoder)
            engine = SearchEngine(snapshot, encoder, earlier=self._engine)
            self._make_ready(engine)
            self.take(engine)

    def serving(self) -> SearchEngine | None:
        """The engine that is asked now; null before the first."""
        return self._engine

    @contextmanager
    def publishing(self, engine: SearchEngine) -> Iterator[None]:
        """Be ready for this one, which is published here: nobody else need open it."""
        self._publishing = engine.snapshot.manifest.id
        try:
            self._make_ready(engine)
            yield
        finally:
            self._publishing = ""

    def take(self, engine: SearchEngine) -> None:
        """Serve this one, with what was learned; of a snapshot that is served already nothing changes."""
        with self._swapping:
            if self._engine and self._engine.snapshot.manifest.id == engine.snapshot.manifest.id:
                return
            self._engine = engine.with_confirmed(self._confirmed, self._vectors)
        self._kept.keep()
        _log.info("Serving snapshot %s.", engine.snapshot.manifest.id)

    def _make_ready(self, engine: SearchEngine) -> None:
        for prepare in self._prepare:
            prepare(engine.snapshot)

    def _follow(self, encoder: Encoder) -> None:
        refused = failed = ""
        while not self._stop.wait(_FOLLOW_SECONDS):
            try:
                refused = self._look(encoder, refused)
                failed = ""
            except Exception as error:  # noqa: BLE001
                # A file that is closed to us, or went while it was opened: it may pass, and must end nothing.
                if str(error) != failed:
                    failed = str(error)
                    _log.error(
                        "What is published in %s cannot be opened (%s): it is tried again; what was served is"
                        " served on.", self._data, error, exc_info=not isinstance(error, OSError),
                    )  # fmt: skip

    def _look(self, encoder: Encoder, refused: str) -> str:
        """Serve what was published, unless it is this snapshot that was refused; which one is now."""
        ours = self._publishing  # looked at first: what is published after it is found the next time
        current = read_current(self._data)
        served = self._engine.snapshot.manifest.id if self._engine else ""
        if current is None or current.snapshot in {served, refused, ours}:
            return refused
        try:
            self._open(encoder)
        except SnapshotError as error:
            _log.error("%s Serving %s on.", error, served or "nothing")
            return current.snapshot
        return ""

    def _watch(self, encoder: Encoder) -> None:
        self._stop.wait(_FIRST_SECONDS)
        said = ""
        while not self._stop.is_set():
            try:
                with FileLock(self._data / "watch.lock", timeout=_SUCCESSION_SECONDS):
                    watch_content(self._content, self._data, encoder, self._stop, self, self._builds)
            except Timeout:
                continue
            except OSError as error:  # the lock's file, which may be mended
                if str(error) != said:
                    said = str(error)
                    _log.error("%s cannot be watched: %s.", self._content, error)
                self._stop.wait(_SUCCESSION_SECONDS)
