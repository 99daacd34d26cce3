"""Articles in, a snapshot out: `build_snapshot`, the path, top-down."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import chain, pairwise
from pathlib import Path
from typing import Protocol

import numpy as np
import orjson

from indexer.passages import passage_input, split_passages
from search import analysis, calibration, snapshot
from search.calibration import Strangers, strangers_to
from search.dense import Rows, as_owners
from search.encoders import Encoder, Role
from search.everyday import EVERYDAY
from search.lexical import Earlier
from search.links import link
from search.records import Article, KnowledgeBase, Passage
from search.snapshot import Made, Manifest, Shelf, ShelfManifest, Snapshot, said
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
    digests: Mapping[str, str] | None = None,
) -> Made:  # fmt: skip
    """Write `knowledge` to `folder` (made here) as the snapshot `name`; all of it is on disk on return.

    Who knows its `shelf_digests` already gives them. A language that is as it was in `previous` is taken from
    there, by hard link; of one that changed, what its unchanged articles gave: what is searched comes out
    the same, byte for byte.
    """
    folder.mkdir(parents=True)
    shelves: dict[str, ShelfManifest] = {}
    passages: dict[str, tuple[Passage, ...]] = {}
    digests = digests or shelf_digests(knowledge, encoder)
    listed = unanswered_texts(knowledge)
    unanswered = encoder.encode(listed, "query") if listed else np.zeros((0, 0), np.float32)
    with ThreadPoolExecutor(1) as pool:
        knowing = pool.submit(snapshot.write_knowledge, folder, knowledge, unanswered)
        for lang, digest in sorted(digests.items()):
            articles = [a for a in knowledge.articles if a.lang == lang]
            kept = previous.snapshot.manifest.shelves.get(lang) if previous else None
            if previous and kept and kept.digest == digest:
                shutil.copytree(previous.folder / lang, folder / lang, copy_function=link)
                shelves[lang], passages[lang] = kept, previous.snapshot.shelves[lang].passages
            else:
                earlier = _Earlier(previous, lang, articles) if previous and kept else None
                cut = [(earlier and earlier.passages(n)) or split_passages(a) for n, a in enumerate(articles)]
                shelves[lang] = _build_shelf(folder / lang, articles, cut, digest, encoder, progress, earlier)
                passages[lang] = tuple(chain.from_iterable(cut))
        knowing.result()
    digest = content_digest(knowledge, digests)
    manifest = Manifest(name, now, digest, READER, analysis.fingerprint(), encoder.name, shelves)
    snapshot.seal(folder, manifest)
    return Made(knowledge, passages)


def unanswered_texts(knowledge: KnowledgeBase) -> list[str]:
    """What no article answers, of all languages: an encoder reads a question whatever its language."""
    return list(chain.from_iterable(knowledge.unanswered.values()))


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
        self.same = {new: old for new, old, a in pairs if old is not None and self._is(old, a)}
        self.lexical = Earlier(previous.folder / lang, list(numbers), self.same)
        self.dense, self.everyday = self._shelf.dense, self._shelf.everyday

    def passages(self, number: int) -> tuple[Passage, ...] | None:
        """Those of an article, by its number now; null where it changed."""
        old = self.same.get(number)
        return None if old is None else self._of(old)

    def written(self, articles: Sequence[Article], cut: Sequence[tuple[Passage, ...]]) -> Counter[str]:
        """How often each word is in `articles`, whose passages are those of `cut`."""
        kept = set(self.same.values())
        gone = ((n, a) for n, a in enumerate(self._shelf.articles) if n not in kept)
        new = (n for n in range(len(articles)) if n not in self.same)
        written = Counter(self._shelf.written)
        written.update(forms_in(text for n in new for text in said(articles[n], cut[n])))
        # The counter's own difference leaves out what is no more.
        return written - forms_in(text for n, a in gone for text in said(a, self._of(n)))

    def _is(self, old: int, article: Article) -> bool:
        was = self._shelf.articles[old]
        return was is article or was == article  # what was not read again is the same object

    def _of(self, old: int) -> tuple[Passage, ...]:
        first, end = self._shelf.passage_starts[old : old + 2]
        return self._shelf.passages[first:end]


def _build_shelf(
    folder: Path, articles: Sequence[Article], cut: Sequence[tuple[Passage, ...]], digest: str,
    encoder: Encoder, progress: Progress, earlier: _Earlier | None,
) -> ShelfManifest:  # fmt: skip
    passages = [passage for own in cut for passage in own]
    new = [n for n in range(len(articles)) if earlier is None or n not in earlier.same]
    asked = {n: snapshot.question_texts(articles[n]) for n in new}
    said_by = {n: [passage_input(articles[n], p) for p in cut[n]] for n in new}
    total = sum(map(len, (*asked.values(), *said_by.values())))
    watch = _Watch(progress, f"encoding {articles[0].lang}", total)
    was = earlier.dense if earlier else None
    questions = _rows(asked, "query", encoder, watch, earlier, was.questions if was else None)
    passage_rows = _rows(said_by, "passage", encoder, watch, earlier, was.passages if was else None)
    progress(f"indexing {articles[0].lang}", 0, len(articles))
    if earlier:
        written = earlier.written(articles, cut)
    else:
        pairs = zip(articles, cut, strict=True)
        written = forms_in(text for article, own in pairs for text in said(article, own))
    share = snapshot.passage_share(articles, passages)
    strangers = strangers_to(questions, _strangers(encoder), earlier.everyday if earlier else None, new)
    scale = snapshot.write_shelf(
        folder, articles, passages, questions, passage_rows, share, written, strangers,
        earlier.lexical if earlier else None,
    )  # fmt: skip
    progress(f"indexing {articles[0].lang}", len(articles), len(articles))
    return ShelfManifest(len(articles), len(questions.owners), len(passages), digest, scale, share)


def _rows(
    texts: Mapping[int, Sequence[str]], role: Role, encoder: Encoder, watch: "_Watch",
    earlier: _Earlier | None, was: Rows | None,
) -> Rows:  # fmt: skip
    """The vectors of some articles' texts; the other articles' are those they had."""
    made = encoder.encode([text for own in texts.values() for text in own], role, watch)
    if earlier is None or was is None:
        return Rows(made, as_owners(n for n, own in texts.items() for _ in own))
    return was.merged(earlier.same, made, {n: len(own) for n, own in texts.items()})


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


def shelf_digests(knowledge: KnowledgeBase, encoder: Encoder) -> Mapping[str, str]:
    """By language, what its files depend on, as 32 hex digits."""
    made_by = f"{snapshot.FORMAT} {READER} {analysis.fingerprint()} {encoder.name}".encode()
    totals: dict[str, blake2b] = {}
    for article in knowledge.articles:
        if article.lang not in totals:
            totals[article.lang] = blake2b(made_by, digest_size=16)
        totals[article.lang].update(_digested(article))
    return {lang: total.hexdigest() for lang, total in totals.items()}


def _digested(article: Article) -> bytes:
    """What tells an article from any other: where it was read from a file, what file. To write 50,000 of them
    out instead takes .2 s of an edit."""
    read = article.source_hash
    return f"{article.id}\n{read}\n".encode() if read else orjson.dumps(article)


def content_digest(knowledge: KnowledgeBase, digests: Mapping[str, str]) -> str:
    """What a whole snapshot depends on, its shelves by their `digests`, as 32 hex digits."""
    parts = [
        digests, knowledge.categories, knowledge.synonyms, knowledge.contexts, knowledge.unanswered,
    ]  # fmt: skip
    return blake2b(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()
