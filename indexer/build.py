"""Articles in, a snapshot out: `build_snapshot`, the path, top-down."""

import os
import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

import orjson

from indexer.passages import passage_input, split_passages
from search import analysis, calibration, snapshot
from search.dense import Rows, as_owners
from search.encoders import Encoder
from search.records import Article, KnowledgeBase
from search.snapshot import Manifest, ShelfManifest

# Raise it when the same Markdown gives another article or other passages: all of it is then read anew.
READER = "1"


class Progress(Protocol):
    """Told of long work as it goes on: so many of so many of a stage are done."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """A stage's figures so far; the last call of a stage has `done` equal to `total`."""


def no_progress(stage: str, done: int, total: int) -> None:
    """For those who do not watch."""


def build_snapshot(
    knowledge: KnowledgeBase, folder: Path, name: str, encoder: Encoder, now: datetime, *,
    previous: Path | None = None, progress: Progress = no_progress,
) -> Manifest:  # fmt: skip
    """Write `knowledge` to `folder` (made here) as the snapshot `name`; all of it is on disk on return.

    A language that is as it was in the snapshot at `previous` is taken from there, by hard link.
    """
    folder.mkdir(parents=True)
    old = snapshot.read_manifest(previous) if previous else None
    shelves: dict[str, ShelfManifest] = {}
    for lang in sorted({a.lang for a in knowledge.articles}):
        articles = [a for a in knowledge.articles if a.lang == lang]
        digest = shelf_digest(articles, encoder)
        kept = old.shelves.get(lang) if old else None
        if previous and kept and kept.digest == digest:
            shutil.copytree(previous / lang, folder / lang, copy_function=_link)
            shelves[lang] = kept
        else:
            shelves[lang] = _build_shelf(folder / lang, articles, digest, encoder, progress)
    digest = content_digest(knowledge, encoder)
    manifest = Manifest(name, now, digest, READER, analysis.fingerprint(), encoder.name, shelves)
    return snapshot.seal(folder, knowledge, manifest)


def _build_shelf(
    folder: Path, articles: Sequence[Article], digest: str, encoder: Encoder, progress: Progress
) -> ShelfManifest:
    passages = [(number, p) for number, a in enumerate(articles) for p in split_passages(a)]
    questions = [(number, text) for number, a in enumerate(articles) for text in snapshot.question_texts(a)]
    inputs = [passage_input(articles[number], p) for number, p in passages]
    watch = _Watch(progress, f"encoding {articles[0].lang}", len(questions) + len(inputs))
    question_rows = Rows(
        encoder.encode([text for _, text in questions], "query", watch), as_owners(n for n, _ in questions)
    )
    passage_rows = Rows(encoder.encode(inputs, "passage", watch), as_owners(n for n, _ in passages))
    progress(f"indexing {articles[0].lang}", 0, len(articles))
    scale = snapshot.write_shelf(
        folder, articles, [p for _, p in passages], question_rows, passage_rows, _unrelated(encoder)
    )
    progress(f"indexing {articles[0].lang}", len(articles), len(articles))
    share = snapshot.passage_share(articles, [p for _, p in passages])
    return ShelfManifest(len(articles), len(questions), len(passages), digest, scale, share)


def _unrelated(encoder: Encoder) -> float:
    return calibration.zero(
        encoder.encode(calibration.UNRELATED_QUESTIONS, "query"),
        encoder.encode(calibration.UNRELATED_PASSAGES, "passage"),
    )


class _Watch:
    """Adds up what the encoder says it did."""

    def __init__(self, progress: Progress, stage: str, total: int) -> None:
        self._progress, self._stage, self._done, self._total = progress, stage, 0, total

    def __call__(self, more: int) -> None:
        self._done += more
        self._progress(self._stage, self._done, self._total)


def shelf_digest(articles: Iterable[Article], encoder: Encoder) -> str:
    """What one language's files depend on, as 32 hex digits."""
    total = blake2b(digest_size=16)
    total.update(f"{snapshot.FORMAT} {READER} {analysis.fingerprint()} {encoder.name}".encode())
    for article in articles:
        total.update(orjson.dumps(article))
    return total.hexdigest()


def content_digest(knowledge: KnowledgeBase, encoder: Encoder) -> str:
    """What a whole snapshot depends on, as 32 hex digits."""
    others = [knowledge.categories, knowledge.synonyms, knowledge.contexts]
    rest = orjson.dumps(others, option=orjson.OPT_SORT_KEYS)
    return blake2b(shelf_digest(knowledge.articles, encoder).encode() + rest, digest_size=16).hexdigest()


def _link(source: str, target: str) -> None:
    """A hard link where the file system has them: a shelf's files never change once written."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
