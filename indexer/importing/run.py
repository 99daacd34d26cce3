"""Another system's export to our content folder: read it, prove that it reads back, then write it."""

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias

from indexer.articles import read_content
from indexer.importing.archives import DATA, MARKDOWN, PAGES, WORD, is_archive, read_files
from indexer.importing.drafts import (
    FAQ,
    Addresses,
    Draft,
    ImportSourceError,
    Refused,
    compose,
    escaped,
    slugify,
)
from indexer.importing.landing import Landing
from indexer.importing.languages import language
from indexer.importing.tables import read_table
from indexer.importing.trees import Tree
from indexer.labelled import CORPUS, LabelledSetError, read_corpus
from search.records import Article

Format: TypeAlias = Literal[
    "auto", "labelled", "csv", "markdown", "html", "docx",
    "zendesk", "freshdesk", "intercom", "helpscout", "wordpress",
]  # fmt: skip
# Read back together: often enough for a progress bar, rarely enough for a folder each.
_BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`written` and `unchanged` count articles, `images` the image files written; `notes` are sentences."""

    written: int
    unchanged: int
    images: int
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]


Key: TypeAlias = tuple[str, str]
Drafts: TypeAlias = Callable[[frozenset[Key]], Iterable[Draft]]


@dataclass(slots=True)
class _Source:
    """A source read: `drafts(gone)` makes its articles, with no link to those that are gone."""

    drafts: Drafts
    total: int
    refused: list[Refused]
    notes: Callable[[], tuple[str, ...]]


def import_source(
    source: Path,
    destination: Path,
    *,
    format: Format = "auto",  # noqa: A002  # the option's name
    lang: str | None = None,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Write `source` as `destination/<lang>/<category>/<slug>.md`; `progress` is told (done, total).

    Nothing that exists is overwritten, and nothing is written that would not read back without errors.
    Raises ImportSourceError when nothing can be imported at all.
    """
    chosen = language(lang) if lang else None
    if lang and not chosen:
        raise ImportSourceError(f"“{lang}” is not a language: give one such as it, en or pt-BR.")
    _check_places(source, destination)
    with tempfile.TemporaryDirectory(prefix="sportello-import-") as scratch:
        read = _read(source, Path(scratch), _format_of(source, format), chosen)
        proof = _Proof(Path(scratch) / "proof", read.total, progress)
        drafts = proof.keep(read)
        landing = Landing(destination, dry_run=dry_run)
        for draft in drafts:
            landing.article(draft)
        landing.sidecars()
    refused = sorted([*read.refused, *proof.refused, *landing.refused], key=lambda r: (r.path, r.reason))
    notes = (*read.notes(), *landing.notes)
    return ImportReport(landing.written, landing.unchanged, landing.images, tuple(refused), notes)


def _check_places(source: Path, destination: Path) -> None:
    if not source.exists():
        raise ImportSourceError(
            f"{source} does not exist: give a folder, a .zip, a .tgz, a .csv or a Markdown file."
        )
    if destination.exists() and not destination.is_dir():
        raise ImportSourceError(f"{destination} is a file: give the content folder to write in.")
    if source.is_dir() and destination.resolve().is_relative_to(source.resolve()):
        raise ImportSourceError(f"{destination} is inside {source}: give a folder outside of it.")


def _format_of(source: Path, format: Format) -> Format:  # noqa: A002
    if format != "auto":
        return format
    if (source / CORPUS).is_file() or source.suffix.lower() == ".jsonl":
        return "labelled"
    if source.suffix.lower() in {".csv", ".tsv"}:
        return "csv"
    if source.is_dir() or is_archive(source) or source.suffix.lower() in MARKDOWN | PAGES | WORD | DATA:
        return "auto"
    raise ImportSourceError(
        f"{source} is of no known kind: give a folder, .zip, .tgz, .csv, .json, .xml, .docx, .html, "
        "corpus.jsonl or Markdown file."
    )


def _read(source: Path, scratch: Path, format: Format, lang: str | None) -> _Source:  # noqa: A002
    try:
        if format == "labelled":
            return _labelled(source, lang)
        if format == "csv":
            table = read_table(source, lang)
            return _Source(
                lambda _: table.drafts, len(table.drafts), list(table.refused), lambda: table.notes
            )
        spool = scratch / "spool"
        spool.mkdir()
        return _tree(source, spool, format, lang)
    except OSError as error:
        raise ImportSourceError(
            f"{source} cannot be read ({error.strerror or error}): check its permissions."
        ) from None


def _tree(source: Path, spool: Path, format: Format, lang: str | None) -> _Source:  # noqa: A002
    from indexer.importing.conversion import Converted  # noqa: PLC0415  its libraries are an import's alone

    files, refused = read_files(source, spool)
    made = Converted(files, spool, format, lang)
    tree = Tree(source, made.files, spool, lang)
    refused += [*made.refused, *(replace(r, path=made.names.get(r.path, r.path)) for r in tree.refused)]
    if not tree and not refused:
        raise ImportSourceError(
            f"{source} has no Markdown file: articles are files that end in .md. "
            "Exports are .json or .xml, pages .html, documents .docx."
        )
    return _Source(tree.drafts, len(tree), refused, lambda: (*made.notes.sentences(), *tree.notes))


def _labelled(source: Path, lang: str | None) -> _Source:
    try:
        articles = read_corpus(source / CORPUS if source.is_dir() else source)
    except LabelledSetError as error:
        raise ImportSourceError(str(error)) from None
    addresses, refused, drafts = Addresses(), [], []
    # An id that is its own slug keeps it, whatever another's folds to.
    for article in sorted(articles, key=lambda article: article.id != slugify(article.id)):
        place, written_in = f"{CORPUS} “{article.id}”", lang or language(article.lang)
        if not written_in or not article.sections:
            reason = (
                "has no text." if written_in else f"is in “{article.lang}”, which names no language folder."
            )
            refused.append(Refused(place, reason))
        else:
            drafts.append(_labelled_draft(article, place, written_in, addresses))
    return _Source(lambda _: drafts, len(drafts), refused, lambda: ())


def _labelled_draft(article: Article, place: str, lang: str, addresses: Addresses) -> Draft:
    slug = slugify(article.id) or slugify(article.title, default="article")
    fields = {"title": article.title, "questions": list(article.questions), "tags": list(article.tags)}
    body = "\n\n".join(escaped(piece) for piece in article.sections[0].paragraphs)
    our_id = addresses.take(lang, f"{slugify(FAQ)}/{slug}")
    foreign = {"source": place} | ({"id": article.id} if article.id != our_id.partition("/")[2] else {})
    return Draft(place, lang, our_id, FAQ, compose(fields, body), foreign=foreign)


class _Proof:
    """Reads drafts back as the indexer will, until all that are left read without an error."""

    def __init__(self, folder: Path, total: int, progress: Callable[[int, int], None] | None) -> None:
        self.refused: list[Refused] = []
        self._folder, self._total, self._progress = folder, total, progress
        self._proved: dict[Key, str] = {}
        self._done = 0

    def keep(self, read: _Source) -> list[Draft]:
        """Those that pass; pages that linked to the others are made again without the links."""
        gone: frozenset[Key] = frozenset()
        while True:
            drafts = [draft for draft in read.drafts(gone) if draft.key not in gone]
            waiting = [draft for draft in drafts if self._proved.get(draft.key) != draft.text]
            broken: set[Key] = set()
            for start in range(0, len(waiting), _BATCH):
                batch = waiting[start : start + _BATCH]
                broken |= self._broken(batch, self._folder / f"{len(gone)}-{start}")
                self._report(len(batch))
            if not broken:
                return drafts
            gone |= broken

    def _broken(self, batch: list[Draft], folder: Path) -> set[Key]:
        for draft in batch:
            path = folder / draft.lang / f"{draft.id}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(draft.text, encoding="utf-8", newline="\n")
        content = read_content(folder)
        sound = {(article.lang, article.id) for article in content.knowledge.articles}
        said = {
            problem.path: str(problem.message) for problem in content.problems if problem.severity == "error"
        }
        for draft in batch:
            if draft.key in sound:
                self._proved[draft.key] = draft.text
            else:
                reason = said.get(f"{draft.lang}/{draft.id}.md", "does not read back as an article.")
                self.refused.append(Refused(draft.source, reason))
        return {draft.key for draft in batch} - sound

    def _report(self, count: int) -> None:
        self._done = min(self._total, self._done + count)
        if self._progress:
            self._progress(self._done, self._total)
