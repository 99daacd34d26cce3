"""Articles in, a snapshot out: `build_snapshot`, the path, top-down."""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import orjson

from indexer.passages import passage_input, split_passages
from search import analysis, calibration, snapshot
from search.calibration import Strangers
from search.dense import Rows, as_owners
from search.encoders import Encoder, Role
from search.everyday import EVERYDAY
from search.lexical import Earlier
from search.links import link
from search.records import Article, KnowledgeBase, Passage
from search.snapshot import Manifest, Shelf, ShelfManifest, Snapshot, said
from search.spelling import forms_in

# Raise it when the same Markdown gives another article or other passages: all of it is then read anew.
READER = "1"


@dataclass(frozen=True, slots=True)
class Previous:
    """The snapshot served until now, open, and where it lies: it is whole, and read as we read."""

    folder: Path
    snapshot: Snapshot


class Progress(Protocol):
    """Told of long work as it goes on: so many of so many of a stage are done."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """A stage's figures so far; the last call of a stage has `done` equal to `total`."""


def no_progress(stage: str, done: int, total: int) -> None:
    """For those who do not watch."""


def build_snapshot(
    knowledge: KnowledgeBase, folder: Path, name: str, encoder: Encoder, now: datetime, *,
    previous: Previous | None = None, progress: Progress = no_progress,
) -> Manifest:  # fmt: skip
    """Write `knowledge` to `folder` (made here) as the snapshot `name`; all of it is on disk on return.

    A language that is as it was in `previous` is taken from there, by hard link; of one that changed, what
    its unchanged articles gave: what is searched comes out the same, byte for byte.
    """
    folder.mkdir(parents=True)
    shelves: dict[str, ShelfManifest] = {}
    for lang in sorted({a.lang for a in knowledge.articles}):
        articles = [a for a in knowledge.articles if a.lang == lang]
        digest = shelf_digest(articles, encoder)
        kept = previous.snapshot.manifest.shelves.get(lang) if previous else None
        if previous and kept and kept.digest == digest:
            shutil.copytree(previous.folder / lang, folder / lang, copy_function=link)
            shelves[lang] = kept
        else:
            earlier = _Earlier(previous, lang, articles) if previous and kept else None
            shelves[lang] = _build_shelf(folder / lang, articles, digest, encoder, progress, earlier)
    digest = _digest(knowledge, {lang: shelf.digest for lang, shelf in shelves.items()})
    manifest = Manifest(name, now, digest, READER, analysis.fingerprint(), encoder.name, shelves)
    return snapshot.seal(folder, knowledge, manifest)


def texts_of(shelf: Shelf) -> Iterator[tuple[Sequence[str], Role]]:
    """Every text that a shelf's vectors were made of, by the role in which it was encoded."""
    yield [text for article in shelf.articles for text in snapshot.question_texts(article)], "query"
    starts = shelf.passage_starts.tolist()
    passages = (shelf.passages[first:end] for first, end in pairwise(starts))
    yield (
        [passage_input(a, p) for a, own in zip(shelf.articles, passages, strict=True) for p in own],
        "passage",
    )


class _Earlier:
    """A language as it was: which of its articles are the same still, and what they gave."""

    def __init__(self, previous: Previous, lang: str, articles: Sequence[Article]) -> None:
        self._shelf = previous.snapshot.shelves[lang]
        numbers = {a.id: number for number, a in enumerate(self._shelf.articles)}
        pairs = ((n, numbers.get(a.id), a) for n, a in enumerate(articles))
        self._same = {new: old for new, old, a in pairs if old is not None and self._shelf.articles[old] == a}
        self.lexical = Earlier(previous.folder / lang, list(numbers), self._same)

    def passages(self, number: int) -> tuple[Passage, ...] | None:
        """Those of an article, by its number now; null where it changed."""
        old = self._same.get(number)
        return None if old is None else self._of(old)

    def written(self, articles: Sequence[Article], cut: Sequence[tuple[Passage, ...]]) -> Counter[str]:
        """How often each word is in `articles`, whose passages are those of `cut`."""
        kept = set(self._same.values())
        gone = ((n, a) for n, a in enumerate(self._shelf.articles) if n not in kept)
        new = (n for n in range(len(articles)) if n not in self._same)
        written = Counter(self._shelf.written)
        written.update(forms_in(text for n in new for text in said(articles[n], cut[n])))
        # The counter's own difference leaves out what is no more.
        return written - forms_in(text for n, a in gone for text in said(a, self._of(n)))

    def _of(self, old: int) -> tuple[Passage, ...]:
        first, end = self._shelf.passage_starts[old : old + 2]
        return self._shelf.passages[first:end]


def _build_shelf(
    folder: Path, articles: Sequence[Article], digest: str, encoder: Encoder, progress: Progress,
    earlier: _Earlier | None,
) -> ShelfManifest:  # fmt: skip
    cut = [(earlier and earlier.passages(n)) or split_passages(a) for n, a in enumerate(articles)]
    passages = [(number, p) for number, those in enumerate(cut) for p in those]
    questions = [(number, text) for number, a in enumerate(articles) for text in snapshot.question_texts(a)]
    inputs = [passage_input(articles[number], p) for number, p in passages]
    watch = _Watch(progress, f"encoding {articles[0].lang}", len(questions) + len(inputs))
    question_rows = Rows(
        encoder.encode([text for _, text in questions], "query", watch), as_owners(n for n, _ in questions)
    )
    passage_rows = Rows(encoder.encode(inputs, "passage", watch), as_owners(n for n, _ in passages))
    progress(f"indexing {articles[0].lang}", 0, len(articles))
    if earlier:
        written = earlier.written(articles, cut)
    else:
        pairs = zip(articles, cut, strict=True)
        written = forms_in(text for article, own in pairs for text in said(article, own))
    scale = snapshot.write_shelf(
        folder, articles, [p for _, p in passages], question_rows, passage_rows, written, _strangers(encoder),
        earlier.lexical if earlier else None,
    )  # fmt: skip
    progress(f"indexing {articles[0].lang}", len(articles), len(articles))
    share = snapshot.passage_share(articles, [p for _, p in passages])
    return ShelfManifest(len(articles), len(questions), len(passages), digest, scale, share)


def _strangers(encoder: Encoder) -> Strangers:
    unrelated = calibration.zero(
        encoder.encode(calibration.UNRELATED_QUESTIONS, "query"),
        encoder.encode(calibration.UNRELATED_PASSAGES, "passage"),
    )
    return Strangers(unrelated, encoder.encode(EVERYDAY, "query"))


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
    langs = {a.lang for a in knowledge.articles}
    return _digest(
        knowledge, {n: shelf_digest((a for a in knowledge.articles if a.lang == n), encoder) for n in langs}
    )


def _digest(knowledge: KnowledgeBase, shelves: Mapping[str, str]) -> str:
    parts = [shelves, knowledge.categories, knowledge.synonyms, knowledge.contexts]
    return blake2b(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()
