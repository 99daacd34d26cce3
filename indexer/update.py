"""The index brought up to what the content folder says: read, build aside, prove, switch."""

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Protocol

from filelock import FileLock

from indexer import golden
from indexer.articles import Content, in_category_order, is_published, read_content
from indexer.build import (
    READER,
    Previous,
    Progress,
    build_snapshot,
    content_digest,
    no_progress,
    shelf_digests,
    texts_of,
    unanswered_texts,
)
from indexer.files import CATEGORY, CONTEXTS, SYNONYMS, UNANSWERED
from indexer.goldenfile import Question, read_golden
from indexer.problems import Problem
from indexer.publish import (
    Current,
    current_folder,
    prove,
    prune,
    read_current,
    snapshots_folder,
    switch,
    sync_folder,
)  # fmt: skip
from indexer.reading import Seen
from indexer.vectors import VectorCache
from search.encoders import Encoder, EncoderError
from search.engine import SearchEngine
from search.errors import InputError
from search.records import Article, KnowledgeBase
from search.snapshot import (
    Snapshot,
    SnapshotError,
    open_snapshot,
    read_knowledge,
    read_manifest,
    untouched,
    verify,
)

# What was seen of the content folder's files, in the data folder.
SEEN = "seen.json"
# A program that is at work in the folder, such as git, removes a file and writes it anew: what is gone is
# believed to be when nothing more went or came for so long; for longer where it is much.
_GONE, _MANY_GONE, _MANY, _LONGEST = 0.25, 2.0, 0.1, 10.0
_LOOK_AGAIN = 0.1
# How soon to look again at a file that somebody is writing.
_WRITTEN = timedelta(seconds=0.5)


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What came of it. `encoded` are the texts that went through the encoder; `kept` the articles (as
    lang/id) whose broken files left their last good version live; `note` why this content is not the
    one served, where it is not; `due` when the next article appears by its `publish_at`; `flipped` the
    golden questions that fare otherwise than in the last accepted run, a sentence each. Where a file was
    being written, it is due again soon."""

    snapshot: str
    changed: bool
    articles: int
    passages: int
    encoded: int
    seconds: float
    problems: tuple[Problem, ...]
    kept: tuple[str, ...]
    note: str
    due: datetime | None
    flipped: tuple[str, ...] = ()


class EmptyContentError(InputError):
    """A content folder without an article to publish, in one sentence."""


class Service(Protocol):
    """What serves in this process, where anything does: what it holds open need not be read again."""

    def serving(self) -> SearchEngine | None:
        """The engine that is asked now."""

    def publishing(self, engine: SearchEngine) -> AbstractContextManager[None]:
        """Be ready for this one: it is proved, and published meanwhile."""

    def take(self, engine: SearchEngine) -> None:
        """Serve this one: it is published."""


class _NoService:
    def serving(self) -> SearchEngine | None:
        return None

    def publishing(self, engine: SearchEngine) -> AbstractContextManager[None]:  # noqa: ARG002
        """Nobody waits."""
        return nullcontext()

    def take(self, engine: SearchEngine) -> None:
        """Whoever serves will open what is published."""


@dataclass(frozen=True, slots=True)
class _Served:
    """What is served now, as far as the next build can use it; `open` where it is of our making."""

    folder: Path
    content: str
    knowledge: KnowledgeBase
    open: Snapshot | None
    engine: SearchEngine | None

    @property
    def articles(self) -> dict[tuple[str, str], Article]:
        """By language and id."""
        return {(a.lang, a.id): a for a in self.knowledge.articles}

    @property
    def previous(self) -> Previous | None:
        """To take over from, where it was read as we read."""
        alike = self.open is not None and self.open.manifest.reader == READER
        return Previous(self.folder, self.open) if self.open and alike else None


def update_index(
    content: Path, data: Path, encoder: Encoder, *, full: bool = False, progress: Progress = no_progress,
    service: Service | None = None, seen: Seen | None = None,
) -> IndexReport:  # fmt: skip
    """Publish what `content` says, if it says something new; `full` reads and encodes all of it anew.

    Whoever updates often keeps what was `seen`, so that what nobody touched need not be read again; else that
    is what the last process wrote down of it.
    One at a time for a data folder: a second caller waits. Raises EmptyContentError, ContentError or
    SnapshotError; whatever is raised, what was served is served on.
    """
    started = perf_counter()
    service = service or _NoService()
    snapshots_folder(data).mkdir(parents=True, exist_ok=True)
    with FileLock(data / "index.lock"):
        now = datetime.now(UTC)
        served = None if full else _served(data, encoder, service)
        seen = seen or Seen.load(data / SEEN)
        read = _read(content, served, seen)
        seen.write(data / SEEN)
        knowledge, kept = _publishable(read, served, now)
        if not knowledge.articles:
            raise EmptyContentError(
                f"{content} has no article to publish: add one as <language>/<category>/<name>.md. "
                "What was served until now is served on."
            )
        digests = shelf_digests(knowledge, encoder)
        digest = content_digest(knowledge, digests)
        current = read_current(data)
        taken_back = not full and current is not None and current.rolled_back == digest
        changed = not taken_back and (served is None or served.content != digest)
        encoded, flipped = 0, tuple[str, ...]()
        if changed:
            questions = _golden(content, data, read)
            encoded, flipped = _publish(
                knowledge, digests, data, encoder, served, now, full, progress, questions, service
            )  # fmt: skip
        manifest = read_manifest(current_folder(data))
    due = [a.publish_at for a in read.knowledge.articles if a.publish_at and a.publish_at > now]
    due += [datetime.now(UTC) + _WRITTEN] if read.writing else []
    return IndexReport(
        snapshot=manifest.id,
        changed=changed,
        articles=sum(s.articles for s in manifest.shelves.values()),
        passages=sum(s.passages for s in manifest.shelves.values()),
        encoded=encoded,
        seconds=perf_counter() - started,
        problems=read.problems,
        kept=kept,
        note=f"rolled back: {manifest.id} stays until the content changes, or `index --full`"
        if taken_back
        else "",
        due=min(due, default=None),
        flipped=flipped,
    )


def _golden(content: Path, data: Path, read: Content) -> tuple[Question, ...]:
    """The golden questions to ask after the switch: none, where no run was accepted to compare with."""
    found = read_golden(content, read) if golden.read_accepted(data) else None
    return found.questions if found else ()


def _served(data: Path, encoder: Encoder, service: Service) -> _Served | None:
    """What is served now; null where that is nothing, or not as it was written."""
    try:
        folder = current_folder(data)
        manifest = read_manifest(folder)
        engine = service.serving()
        if engine and engine.snapshot.manifest.id == manifest.id and engine.snapshot.manifest.encoder:
            if not untouched(folder, engine.snapshot):  # files are taken over from there
                verify(folder, manifest)
            return _Served(folder, manifest.content, engine.snapshot.knowledge, engine.snapshot, engine)
        verify(folder, manifest)
    except SnapshotError:
        return None
    try:
        opened = open_snapshot(folder, encoder)
    except SnapshotError:  # whole, but made by another program: its articles are as good as ever
        return _Served(folder, manifest.content, read_knowledge(folder), None, None)
    return _Served(folder, manifest.content, opened.knowledge, opened, None)


def _known(served: _Served | None) -> dict[str, Article]:
    """Articles by path, to be taken as they are where their file is unchanged and read as it was."""
    if served is None or served.previous is None:
        return {}
    return {f"{a.lang}/{a.id}.md": a for a in served.knowledge.articles}


def _read(content: Path, served: _Served | None, seen: Seen) -> Content:
    """What the folder says, once what is gone from it is gone for good."""
    known, expected = _known(served), set(served.articles) if served else set()
    read = read_content(content, known, seen)
    began = since = monotonic()
    while gone := expected - read.named:
        sleep(_LOOK_AGAIN)
        read = read_content(content, known, seen)
        if expected - read.named != gone:
            since = monotonic()
        quiet = _MANY_GONE if len(gone) > len(expected) * _MANY else _GONE
        if monotonic() - since >= quiet or monotonic() - began >= _LONGEST:
            break
    return read


def _publishable(
    read: Content, served: _Served | None, now: datetime
) -> tuple[KnowledgeBase, tuple[str, ...]]:
    """What may be shown to everyone; a broken file's last good version stands in for it."""
    last_good = served.articles if served else {}
    kept = {key: last_good[key] for key in read.broken if key in last_good}
    shown = [a for a in read.knowledge.articles if is_published(a, now) and a.visibility == "public"]
    articles = sorted((*shown, *kept.values()), key=lambda a: (a.lang, a.id))
    knowledge = _with_unread(read, served.knowledge, kept.values()) if served else read.knowledge
    return replace(knowledge, articles=tuple(articles)), tuple(
        f"{lang}/{name}" for lang, name in sorted(kept)
    )


def _with_unread(read: Content, last: KnowledgeBase, kept: Iterable[Article]) -> KnowledgeBase:
    """Synonyms, contexts and the like whose file is being written or cannot be read are what they were."""
    knowledge = read.knowledge
    closed = {p.path for p in read.problems if p.code == "unreadable"} | {f.relative for f in read.writing}
    if CONTEXTS in closed:
        knowledge = replace(knowledge, contexts=last.contexts)
    unread = {lang: words for lang, words in last.synonyms.items() if closed & {lang, f"{lang}/{SYNONYMS}"}}
    listed = {
        lang: asked for lang, asked in last.unanswered.items() if closed & {lang, f"{lang}/{UNANSWERED}"}
    }
    named = {(c.lang, c.id): c for c in knowledge.categories}
    shown = named.keys() | {(a.lang, a.category) for a in kept}
    for category in last.categories:
        key = (category.lang, category.id)
        folder = f"{category.lang}/{category.id}"
        if key in shown and (key not in named or closed & {category.lang, folder, f"{folder}/{CATEGORY}"}):
            named[key] = category
    return replace(
        knowledge,
        synonyms=dict(sorted({**knowledge.synonyms, **unread}.items())),
        unanswered=dict(sorted({**knowledge.unanswered, **listed}.items())),
        categories=in_category_order(named.values()),
    )


def _publish(
    knowledge: KnowledgeBase, digests: Mapping[str, str], data: Path, encoder: Encoder,
    served: _Served | None, now: datetime, full: bool, progress: Progress, questions: Sequence[Question],
    service: Service,
) -> tuple[int, tuple[str, ...]]:  # fmt: skip
    """Build aside, prove, switch, tidy; how many texts were encoded, and which golden questions flipped."""
    name = f"{now:%Y%m%dT%H%M%S%f}Z"
    aside, final = (snapshots_folder(data) / n for n in (f".{name}-{os.getpid()}", name))
    if full:
        shutil.rmtree(data / "vectors", ignore_errors=True)
    try:
        with VectorCache(encoder, data / "vectors") as cache:
            previous = served.previous if served else None
            made = build_snapshot(
                knowledge, aside, name, cache, now, previous=previous, progress=progress, digests=digests
            )
            engine = prove(aside, encoder, made, served.engine if served else None)
            aside.rename(final)
            sync_folder(final.parent)
            with service.publishing(engine):
                switch(data, Current(name))
                service.take(engine)
            encoded = cache.encoded
            flipped = _flipped(questions, data, engine, cache)
            # After the golden questions, whose vectors are wanted again.
            shelves = engine.snapshot.shelves.values()
            cache.forget_unused(
                lambda: chain(
                    (texts for shelf in shelves for texts in texts_of(shelf)),
                    [(unanswered_texts(knowledge), "query")],
                ),
                sum(len(s.dense.questions.owners) + len(s.passages) for s in shelves),
            )
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    prune(data)
    return encoded, flipped


def _flipped(
    questions: Sequence[Question], data: Path, published: SearchEngine, encoder: Encoder
) -> tuple[str, ...]:
    """What fares otherwise in what has just been published; a warning, which nothing must fail for."""
    if not questions:
        return ()
    try:
        run = golden.ask_golden(questions, SearchEngine(published.snapshot, encoder, earlier=published))
    except (SnapshotError, EncoderError, OSError) as error:
        return (f"The golden questions could not be asked: {error}",)
    return tuple(map(str, golden.flips(golden.read_accepted(data), run)))
