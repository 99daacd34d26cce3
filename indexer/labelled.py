"""Labelled sets: articles, real questions, and which article answers which; for measuring and for import."""

import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from indexer.markdown import printable
from search.errors import InputError
from search.evaluation import Query
from search.records import Article, Section

CORPUS: Final = "corpus.jsonl"
QUERIES: Final = "queries.jsonl"
QRELS: Final = "qrels.tsv"
_CATEGORY: Final = "faq"
_BLANK_LINES = re.compile(r"\n[ \t]*\n")
# A language tag as folders and front matter have it: `it`, `pt-BR`.
_LANG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


class LabelledSetError(InputError):
    """A file of the set cannot be used: one sentence, `file:line: what is wrong: how to mend it`."""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """`relevant[query id][doc id]` is the grade, above 0; a query without an entry has no right answer."""

    articles: tuple[Article, ...]
    queries: tuple[Query, ...]
    relevant: Mapping[str, Mapping[str, int]]


def read_labelled_set(folder: Path) -> LabelledSet:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels.tsv`; raises LabelledSetError at the first mistake."""
    articles = read_corpus(folder / CORPUS)
    queries = tuple(Query(row.id(), row.text("text"), row.lang()) for row in _rows(folder / QUERIES))
    relevant = _read_qrels(
        folder / QRELS,
        queries=frozenset(query.id for query in queries),
        documents=frozenset(article.id for article in articles),
    )
    return LabelledSet(articles, queries, relevant)


def read_confirmed(path: Path) -> tuple[tuple[str, str], ...]:
    """Confirmed (question, article id) pairs, a line each, tab between, a grade after it ignored; raises
    LabelledSetError."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelledSetError(f"{path}: cannot be read ({error}): give a UTF-8 file of pairs.") from error
    pairs = []
    for number, line in enumerate(lines, 1):
        parts = line.split("\t")
        if not line.strip():
            continue
        if len(parts) not in {2, 3} or not all(part.strip() for part in parts[:2]):
            raise LabelledSetError(
                f"{path}:{number}: is no pair: write the question, a tab, the article's id."
            )
        pairs.append((parts[0].strip(), parts[1].strip()))
    return tuple(pairs)


def read_corpus(path: Path) -> tuple[Article, ...]:
    """The articles of one `corpus.jsonl`, under the ids the corpus gives them; raises LabelledSetError."""
    articles = tuple(_article(row) for row in _rows(path))
    if not articles:
        raise LabelledSetError(f"{path}:1: there is no article here: write one JSON object a line.")
    return articles


def paragraphs(text: str) -> tuple[str, ...]:
    """Plain text cut at its blank lines, or at every line where it has no blank one; spaces evened out."""
    text = printable(text)
    pieces = _BLANK_LINES.split(text) if _BLANK_LINES.search(text.strip()) else text.split("\n")
    evened = (" ".join(piece.split()) for piece in pieces)
    return tuple(piece for piece in evened if piece)


def _article(row: "_Row") -> Article:
    pieces = paragraphs(row.text("text", empty=True))
    return Article(
        id=row.id(),
        lang=row.lang(),
        title=row.text("title"),
        category=_CATEGORY,
        html="\n".join(f"<p>{html.escape(piece, quote=False)}</p>" for piece in pieces),
        sections=(Section("", "", 0, pieces),) if pieces else (),
        questions=row.texts("questions"),
        tags=row.texts("tags"),
        source_hash=hashlib.blake2b(row.source, digest_size=16).hexdigest(),
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a .jsonl file; its readers raise LabelledSetError with the place."""

    place: str
    source: bytes
    fields: Mapping[str, Any]

    def id(self) -> str:
        """Kept as given, because run files and qrels name it."""
        value = self.fields.get("id")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value or value != " ".join(printable(value).split()):
            raise self._error(
                "“id” is a text or a whole number, without tabs, newlines or spaces at its ends"
            )
        return value

    def text(self, key: str, *, empty: bool = False) -> str:
        """A text; one without a letter in it only where `empty` allows."""
        value = self.fields.get(key)
        if not isinstance(value, str):
            raise self._error(f"“{key}” is missing or is not a text: write it between double quotes")
        text = printable(value).strip()
        if not text and not empty:
            raise self._error(f"“{key}” is empty: write it, or remove the line")
        return text if empty else " ".join(text.split())

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, each once; none where the key is missing."""
        value = self.fields.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error(f"“{key}” is a list of texts: write it between [ and ], or leave it out")
        evened = (" ".join(printable(item).split()) for item in value)
        return tuple(dict.fromkeys(item for item in evened if item))

    def lang(self) -> str:
        """A language tag."""
        value = self.fields.get("lang")
        if not isinstance(value, str) or not _LANG.fullmatch(value):
            raise self._error("“lang” is missing or is not a language tag: write one such as “it” or “pt-BR”")
        return value

    def _error(self, message: str) -> LabelledSetError:
        return LabelledSetError(f"{self.place}: {message}.")


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    """Lines that are not blank, each with its `file:line`; a byte-order mark is left out."""
    try:
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise LabelledSetError(
            f"{path}:1: this file cannot be read ({error.strerror}): "
            f"a labelled set is a folder with {CORPUS}, {QUERIES} and {QRELS}."
        ) from None
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            yield f"{path}:{number}", line.rstrip(b"\r")


def _rows(path: Path) -> Iterator[_Row]:
    first_places: dict[str, str] = {}
    for place, line in _lines(path):
        try:
            fields = json.loads(line)
        except RecursionError:
            fields = None
        except ValueError as error:  # not JSON, or not UTF-8
            raise LabelledSetError(
                f"{place}: this line is not JSON in UTF-8 ({error}): write one whole JSON object a line."
            ) from None
        if not isinstance(fields, dict):
            raise LabelledSetError(f'{place}: this line is not a JSON object: write {{"id": …}} on one line.')
        row = _Row(place, line, fields)
        if (first := first_places.setdefault(row.id(), place)) != place:
            raise LabelledSetError(f"{place}: the id “{row.id()}” is already at {first}: give each its own.")
        yield row


def _read_qrels(
    path: Path, *, queries: frozenset[str], documents: frozenset[str]
) -> dict[str, dict[str, int]]:
    relevant: dict[str, dict[str, int]] = {}
    for number, (place, line) in enumerate(_lines(path)):
        columns = line.decode(errors="replace").split("\t")
        if number == 0 and columns[0].strip().lower() in {"query-id", "query_id", "qid"}:
            continue  # the header that BEIR sets carry
        query, document, grade = _judgement(place, columns)
        if query not in queries:
            raise LabelledSetError(
                f"{place}: there is no query “{query}” in {QUERIES}: add it, or remove this row."
            )
        if document not in documents:
            raise LabelledSetError(
                f"{place}: there is no article “{document}” in {CORPUS}: add it, or remove this row."
            )
        known = relevant.setdefault(query, {}) if grade > 0 else relevant.get(query, {})
        if known.get(document, grade) != grade:
            raise LabelledSetError(f"{place}: “{query}” and “{document}” have two grades: keep one row.")
        if grade > 0:
            known[document] = grade
    return relevant


def _judgement(place: str, columns: list[str]) -> tuple[str, str, int]:
    try:
        query, document, grade = (column.strip() for column in columns)
        return query, document, int(grade)
    except ValueError:
        raise LabelledSetError(
            f"{place}: this row is not “query-id⇥doc-id⇥grade”: "
            "write three columns with a tab between them, the last a whole number."
        ) from None
