"""A snapshot: one folder with everything a search needs, its manifest, and how both are checked.

manifest.json     what it was made of and by, and every file's BLAKE2b hash: written last
knowledge.json    articles, categories, synonyms, contexts, unanswered questions (and their vectors beside)
it/ en/ …         one shelf a language: passages, Whoosh's index and its arrays, FAISS's indexes
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

import numpy as np
import orjson
from pydantic import TypeAdapter, ValidationError

from search import analysis, dense, lexical
from search.analysis import Analyzer, analyzer_for
from search.answerability import Calibration
from search.calibration import Strangers, calibrate
from search.encoders import Encoder, Vectors
from search.errors import UnfitError
from search.records import Article, KnowledgeBase, Passage
from search.sharpening import learn

FORMAT = 9
MANIFEST = "manifest.json"
_KNOWLEDGE = "knowledge.json"
_PASSAGES = "passages.json"
_EVERYDAY = "everyday.npy"
_WRITTEN = "written.json"
_UNANSWERED = "unanswered.npy"
# Files that wait for the disk together wait hardly longer than one: a file system commits them at once.
_SYNCED_AT_ONCE = 8


class SnapshotError(UnfitError):
    """A snapshot that must not be served, in one sentence: which, why, and how to mend it."""


@dataclass(frozen=True, slots=True)
class ShelfManifest:
    """One language's counts, what its files were made from, the scale its answers are judged by, and how
    much of what it says its passages say (`passage_share`, up to ½)."""

    articles: int
    questions: int
    passages: int
    digest: str
    calibration: Calibration
    passage_share: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot is. `content` is the digest of all it was made from, `reader` says by which reading
    of Markdown; `files` maps path to hash."""

    id: str
    created: datetime
    content: str
    reader: str
    analysis: str
    encoder: str
    shelves: Mapping[str, ShelfManifest]
    files: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Shelf:
    """One language, open for search; articles and passages are numbered as the indexes number them.

    Article n's passages are those from `passage_starts[n]` up to `passage_starts[n + 1]`. `written` is how
    often each word is in what all of them say. `unanswered` are the vectors of what editors know to be asked
    and no article to answer, in any language.
    """

    lang: str
    analyzer: Analyzer
    articles: tuple[Article, ...]
    passages: tuple[Passage, ...]
    passage_starts: dense.Ints
    lexical: lexical.LexicalIndex
    dense: dense.DenseIndex
    calibration: Calibration
    passage_share: float
    everyday: Vectors
    unanswered: Vectors
    written: Mapping[str, int]

    @property
    def strangers(self) -> Strangers:
        """What its answers are judged beside."""
        return Strangers(self.calibration.unrelated, self.everyday)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A verified snapshot, open for search. Its `shelves` are in the order of their size; its files bore
    these `stamps` when it was opened."""

    manifest: Manifest
    knowledge: KnowledgeBase
    shelves: Mapping[str, Shelf]
    stamps: Mapping[str, "Stamp"]


@dataclass(frozen=True, slots=True)
class Made:
    """What a snapshot was made of: the knowledge, and each language's passages."""

    knowledge: KnowledgeBase
    passages: Mapping[str, tuple[Passage, ...]]


# A file's inode, length, and when it was written, in nanoseconds; a link to it changes none of them.
Stamp: TypeAlias = tuple[int, int, int]


_MANIFEST = TypeAdapter(Manifest)
_KNOWLEDGE_BASE = TypeAdapter(KnowledgeBase)
_PASSAGE_LIST = TypeAdapter(tuple[Passage, ...])


def question_texts(article: Article) -> tuple[str, ...]:
    """What the article says it answers, as the encoder sees it: its title with its tags, and the other
    wordings. Tags are what its editor says it is about: with them QA4FAQ's dense MRR goes .564 → .589."""
    return (" ".join([article.title, ", ".join(article.tags)]).strip(), *article.questions)


def said(article: Article, passages: Iterable[Passage]) -> Iterator[str]:
    """Every text of an article, whose passages are these."""
    yield from (article.title, article.summary, *article.questions, *article.tags)
    yield from (section.heading for section in article.sections)
    yield from (passage.text for passage in passages)


def passage_share(articles: Sequence[Article], passages: Sequence[Passage]) -> float:
    """How much of what the articles say is in their passages, by characters, and at most ½: where articles
    are lists of wordings with a line of text, the wordings carry; where they are long, both do alike."""
    asked = sum(len(text) for a in articles for text in question_texts(a))
    said = sum(len(p.text) for p in passages)
    return min(said / max(said + asked, 1), 0.5)


def write_shelf(
    folder: Path,
    articles: Sequence[Article],
    passages: Sequence[Passage],
    questions: dense.Rows,
    passage_rows: dense.Rows,
    share: float,
    written: Mapping[str, int],
    strangers: Strangers,
    earlier: lexical.Earlier | None = None,
) -> Calibration:
    """Write one language's files to `folder`, which is made here; rows are owned by article number, `share`
    is their `passage_share`, and `strangers` are those to its questions.

    Returns the scale to read this language's by.
    """
    analyzer = analyzer_for(articles[0].lang)
    ids = [article.id for article in articles]
    folder.mkdir(parents=True)
    sharpening = learn(questions.vectors, questions.owners)
    with ThreadPoolExecutor() as pool:  # numbers and the disk: little of it waits for another's turn
        parts = [
            pool.submit(
                lexical.write, folder, ids, lambda number: fields_of(articles[number], analyzer), earlier
            ),
            pool.submit(dense.write, folder, questions, passage_rows, sharpening),
        ]
        (folder / _PASSAGES).write_bytes(orjson.dumps(passages))
        (folder / _WRITTEN).write_bytes(orjson.dumps(written, option=orjson.OPT_SORT_KEYS))
        np.save(folder / _EVERYDAY, strangers.everyday)
        scale = calibrate(strangers, questions, passage_rows, sharpening, share)
        for part in parts:
            part.result()
    return scale


def fields_of(article: Article, analyzer: Analyzer) -> lexical.Fields:
    """Its terms, as the lexical index takes them."""
    body = [text for s in article.sections for text in (s.heading, *s.paragraphs)]
    parts = {
        "title": [article.title],
        "questions": article.questions,
        "body": [article.summary, *body],
        "tags": article.tags,
    }
    return {name: [t for text in texts for t in analyzer.terms(text)] for name, texts in parts.items()}


def write_knowledge(folder: Path, knowledge: KnowledgeBase, unanswered: Vectors) -> None:
    """Write what all shelves are of to `folder`, which exists; `unanswered` are the vectors of what is."""
    np.save(folder / _UNANSWERED, unanswered)
    (folder / _KNOWLEDGE).write_bytes(orjson.dumps(knowledge))


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Make `folder` a snapshot: all of it on disk and hashed, the manifest (returned whole) written last."""
    paths = list(_files(folder))
    with ThreadPoolExecutor(_SYNCED_AT_ONCE) as pool:
        hashes = pool.map(_hash_and_sync, paths)
    files = {p.relative_to(folder).as_posix(): digest for p, digest in zip(paths, hashes, strict=True)}
    sealed = replace(manifest, files=files)
    path = folder / MANIFEST
    path.write_bytes(orjson.dumps(sealed, option=orjson.OPT_INDENT_2))
    _hash_and_sync(path)
    return sealed


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != MANIFEST)


def _hash_and_sync(path: Path) -> str:
    with path.open("rb+") as file:
        digest = _hash(file.read())
        os.fsync(file.fileno())
    return digest


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """The manifest alone, unverified. Raises SnapshotError where there is none to read."""
    try:
        return _MANIFEST.validate_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise SnapshotError(
            f"{folder} is no snapshot: it has no {MANIFEST}; run `sportello index`."
        ) from None
    except (ValidationError, OSError) as error:
        raise SnapshotError(
            f"{folder / MANIFEST} cannot be read ({error}); run `sportello index`."
        ) from error


def read_knowledge(folder: Path) -> KnowledgeBase:
    """The articles of a verified snapshot, for the next build."""
    return _KNOWLEDGE_BASE.validate_json((folder / _KNOWLEDGE).read_bytes())


def open_snapshot(folder: Path, encoder: Encoder | None, made: Made | None = None) -> Snapshot:
    """Verify `folder` whole, then open it. Without an encoder only lexical search will be asked of it.

    Who sealed it a moment ago says what it was `made` of: it is then neither verified nor read again. Raises
    SnapshotError for another format, analyser or encoder than ours, and for any file that is missing or not
    as it was written: Whoosh's files hold pickles, so none is opened unverified.
    """
    manifest = read_manifest(folder)
    _refuse_foreign(folder, manifest, encoder)
    stamps = _stamps(folder)
    if made is None:
        verify(folder, manifest)
        passages = {lang: _read_passages(folder / lang) for lang in manifest.shelves}
        made = Made(read_knowledge(folder), passages)
    sizes = Counter({lang: shelf.articles for lang, shelf in manifest.shelves.items()})
    unanswered = np.load(folder / _UNANSWERED)
    shelves = {
        lang: _open_shelf(folder / lang, lang, made, manifest, unanswered) for lang, _ in sizes.most_common()
    }
    return Snapshot(manifest, made.knowledge, shelves, stamps)


def untouched(folder: Path, snapshot: Snapshot) -> bool:
    """Whether nobody wrote to its files since it was opened, as far as the file system tells."""
    return _stamps(folder) == snapshot.stamps


def _stamps(folder: Path) -> dict[str, Stamp]:
    found = ((path, path.stat()) for path in _files(folder))
    return {p.relative_to(folder).as_posix(): (s.st_ino, s.st_size, s.st_mtime_ns) for p, s in found}


def _read_passages(folder: Path) -> tuple[Passage, ...]:
    return _PASSAGE_LIST.validate_json((folder / _PASSAGES).read_bytes())


def _refuse_foreign(folder: Path, manifest: Manifest, encoder: Encoder | None) -> None:
    ours = {"format": str(FORMAT), "analyser": analysis.fingerprint()}
    theirs = {"format": str(manifest.format), "analyser": manifest.analysis}
    if encoder is not None:
        ours["encoder"], theirs["encoder"] = encoder.name, manifest.encoder
    for part, name in ours.items():
        if theirs[part] != name:
            raise SnapshotError(
                f"The snapshot {folder.name} was made with the {part} {theirs[part]!r} and this program has "
                f"{name!r}; run `sportello index` to build it anew."
            )


def verify(folder: Path, manifest: Manifest) -> None:
    """Raise SnapshotError unless every file is as it was written."""
    present = {p.relative_to(folder).as_posix(): p for p in _files(folder)}
    for name, expected in manifest.files.items():
        if name not in present or _hash(present[name].read_bytes()) != expected:
            state = "damaged" if name in present else "missing"
            raise SnapshotError(
                f"The snapshot {folder.name} is not whole: {name} is {state}; "
                "run `sportello rollback`, or `sportello index --full`."
            )


def _open_shelf(folder: Path, lang: str, made: Made, manifest: Manifest, unanswered: Vectors) -> Shelf:
    articles, passages = tuple(a for a in made.knowledge.articles if a.lang == lang), made.passages[lang]
    numbers = {a.id: number for number, a in enumerate(articles)}
    return Shelf(
        lang,
        analyzer_for(lang),
        articles,
        passages,
        np.searchsorted([numbers[p.article_id] for p in passages], np.arange(len(articles) + 1)),
        lexical.LexicalIndex.open(folder),
        dense.DenseIndex.open(folder, len(articles)),
        manifest.shelves[lang].calibration,
        manifest.shelves[lang].passage_share,
        np.load(folder / _EVERYDAY),
        unanswered,
        orjson.loads((folder / _WRITTEN).read_bytes()),
    )
