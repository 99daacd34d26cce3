"""The index brought up to what the content folder says: read, build aside, prove, switch."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from filelock import FileLock

from indexer import golden
from indexer.articles import Content, is_published, read_content
from indexer.build import READER, Progress, build_snapshot, content_digest, no_progress
from indexer.goldenfile import Question, read_golden
from indexer.problems import Problem
from indexer.publish import (
    Current,
    current_folder,
    open_current,
    prove,
    prune,
    read_current,
    snapshots_folder,
    switch,
    sync_folder,
)  # fmt: skip
from indexer.vectors import VectorCache
from search.encoders import Encoder, EncoderError
from search.engine import SearchEngine
from search.records import Article, KnowledgeBase
from search.snapshot import FORMAT, Manifest, SnapshotError, read_knowledge, read_manifest, verify


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What came of it. `encoded` are the texts that went through the encoder; `kept` the articles (as
    lang/id) whose broken files left their last good version live; `note` why this content is not the
    one served, where it is not; `due` when the next article appears by its `publish_at`; `flipped` the
    golden questions that fare otherwise than in the last accepted run, a sentence each."""

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


class EmptyContentError(Exception):
    """A content folder without an article to publish, in one sentence."""


@dataclass(frozen=True, slots=True)
class _Served:
    """What is served now, as far as the next build can use it."""

    folder: Path
    manifest: Manifest
    articles: dict[tuple[str, str], Article]


def update_index(
    content: Path, data: Path, encoder: Encoder, *, full: bool = False, progress: Progress = no_progress
) -> IndexReport:
    """Publish what `content` says, if it says something new; `full` reads and encodes all of it anew.

    One at a time for a data folder: a second caller waits. Raises EmptyContentError, ContentError or
    SnapshotError; whatever is raised, what was served is served on.
    """
    started = perf_counter()
    snapshots_folder(data).mkdir(parents=True, exist_ok=True)
    with FileLock(data / "index.lock"):
        now = datetime.now(UTC)
        served = None if full else _served(data)
        read = read_content(content, _known(served))
        knowledge, kept = _publishable(read, served, now)
        if not knowledge.articles:
            raise EmptyContentError(
                f"{content} has no article to publish: add one as <language>/<category>/<name>.md. "
                "What was served until now is served on."
            )
        digest = content_digest(knowledge, encoder)
        current = read_current(data)
        taken_back = not full and current is not None and current.rolled_back == digest
        changed = not taken_back and (served is None or served.manifest.content != digest)
        encoded, flipped = 0, tuple[str, ...]()
        if changed:
            questions = _golden(content, data, read)
            encoded, flipped = _publish(knowledge, data, encoder, served, now, full, progress, questions)
        manifest = read_manifest(current_folder(data))
    scheduled = (a.publish_at for a in read.knowledge.articles if a.publish_at and a.publish_at > now)
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
        due=min(scheduled, default=None),
        flipped=flipped,
    )


def _golden(content: Path, data: Path, read: Content) -> tuple[Question, ...]:
    """The golden questions to ask after the switch: none, where no run was accepted to compare with."""
    found = read_golden(content, read) if golden.read_accepted(data) else None
    return found.questions if found else ()


def _served(data: Path) -> _Served | None:
    """What is served now; null where that is nothing, or not as it was written."""
    try:
        folder = current_folder(data)
        manifest = read_manifest(folder)
        verify(folder, manifest)
    except SnapshotError:
        return None
    return _Served(folder, manifest, {(a.lang, a.id): a for a in read_knowledge(folder).articles})


def _known(served: _Served | None) -> dict[str, Article]:
    """Articles by path, to be taken as they are where their file is unchanged and read as it was."""
    if served is None or (served.manifest.reader, served.manifest.format) != (READER, FORMAT):
        return {}
    return {f"{lang}/{name}.md": article for (lang, name), article in served.articles.items()}


def _publishable(
    read: Content, served: _Served | None, now: datetime
) -> tuple[KnowledgeBase, tuple[str, ...]]:
    """What may be shown to everyone; a broken file's last good version stands in for it."""
    last_good = served.articles if served else {}
    kept = {key: last_good[key] for key in read.broken if key in last_good}
    shown = [a for a in read.knowledge.articles if is_published(a, now) and a.visibility == "public"]
    articles = sorted((*shown, *kept.values()), key=lambda a: (a.lang, a.id))
    return replace(read.knowledge, articles=tuple(articles)), tuple(
        f"{lang}/{name}" for lang, name in sorted(kept)
    )


def _publish(
    knowledge: KnowledgeBase, data: Path, encoder: Encoder, served: _Served | None, now: datetime, full: bool,
    progress: Progress, questions: Sequence[Question],
) -> tuple[int, tuple[str, ...]]:  # fmt: skip
    """Build aside, prove, switch, tidy; how many texts were encoded, and which golden questions flipped."""
    name = f"{now:%Y%m%dT%H%M%S%f}Z"
    aside, final = (snapshots_folder(data) / n for n in (f".{name}-{os.getpid()}", name))
    if full:
        shutil.rmtree(data / "vectors", ignore_errors=True)
    try:
        with VectorCache(encoder, data / "vectors") as cache:
            previous = served.folder if served else None
            build_snapshot(knowledge, aside, name, cache, now, previous=previous, progress=progress)
            prove(aside, cache)
            aside.rename(final)
            sync_folder(final.parent)
            switch(data, Current(name))
            encoded = cache.encoded
            flipped = _flipped(questions, data, cache)
            cache.forget_unused()  # after the golden questions, whose vectors are wanted again
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    prune(data)
    return encoded, flipped


def _flipped(questions: Sequence[Question], data: Path, encoder: Encoder) -> tuple[str, ...]:
    """What fares otherwise in what has just been published; a warning, which nothing must fail for."""
    if not questions:
        return ()
    try:
        run = golden.ask_golden(questions, SearchEngine(open_current(data, encoder), encoder))
    except (SnapshotError, EncoderError, OSError) as error:
        return (f"The golden questions could not be asked: {error}",)
    return tuple(map(str, golden.flips(golden.read_accepted(data), run)))
