"""A table of questions and answers, as spreadsheets and help desks export it: CSV, its columns by name."""

import csv
import html
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from indexer.importing.drafts import (
    FAQ,
    Addresses,
    Draft,
    ImportSourceError,
    Refused,
    compose,
    escaped,
    one_line,
    slugify,
)
from indexer.importing.foreign import Notes, decode, read_day
from indexer.importing.languages import language, language_in_name
from indexer.importing.rewriting import HTML_NAMES, Rewriting, rewrite
from indexer.markdown import printable

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("title", "titolo", "domanda", "question", "subject", "oggetto"),
    "body": ("body", "text", "testo", "answer", "risposta", "contenuto", "content", "solution", "soluzione"),
    "tags": ("tags", "tag", "etichette", "keywords", "parole chiave"),
    "category": ("category", "categoria", "section", "sezione"),
    "lang": ("lang", "lingua", "language", "locale"),
    "questions": ("questions", "altre domande", "domande", "varianti", "alternate questions"),
    "summary": ("summary", "sommario", "riassunto", "descrizione", "description"),
    "status": ("status", "stato"),
    "updated": ("updated", "aggiornato", "updated at", "last updated"),
}
_STATUSES: Final = {
    "draft": ("draft", "bozza"),
    "archived": ("archived", "archiviato", "archiviata"),
    "published": ("published", "pubblicato", "pubblicata"),
}
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?=[\s/>])[^<>]*>")
_MARKDOWN = re.compile(r"\]\(|\*\*\S|^ {0,3}(?:#{1,6} |[-*+] |\d{1,3}[.)] |> |```)|^\|.*\|", re.MULTILINE)
_BLOCK_LINE = re.compile(r"\s*(?:#|[-*+] |\d{1,9}[.)] |>|\||```|~~~| {4}|$)")
_ADDRESS = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)
# A table has no files beside it: what is not a whole address leads nowhere, and its text stays.
_ABSOLUTE: Final = Rewriting(
    link=lambda href: href if _ADDRESS.match(href) else None,
    image=lambda src: src if src.lower().startswith(("http:", "https:")) else None,
)
# A long article's cell; the library stops at 131,072 characters.
csv.field_size_limit(1_000_000)


@dataclass(frozen=True, slots=True)
class Table:
    """What a CSV file makes: a draft a row."""

    drafts: tuple[Draft, ...]
    refused: tuple[Refused, ...]
    notes: tuple[str, ...]


def read_table(source: Path, lang: str | None) -> Table:
    """Raises ImportSourceError for a file that is not a table of articles, or says nowhere its language."""
    notes, refused, drafts = Notes(), [], []
    addresses = Addresses()
    text = printable(decode(source.read_bytes(), source.name, notes))
    for line, cells in _rows(source, text, notes):
        try:
            drafts.append(_draft(f"{source.name}:{line}", cells, lang or language_in_name(source), addresses))
        except _RowError as error:
            refused.append(Refused(f"{source.name}:{line}", str(error)))
    return Table(tuple(drafts), tuple(refused), notes.sentences())


class _RowError(Exception):
    """A row that cannot become an article: the reason."""


def _rows(source: Path, text: str, notes: Notes) -> Iterator[tuple[int, dict[str, str]]]:
    """The line at which each row ends, and its cells by our names."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = [_column(name) for name in next(reader, [])]
        if "title" not in header or "body" not in header:
            raise ImportSourceError(
                f"{source}:1: the first row names the columns, and needs at least one for the question "
                "(title, domanda, question) and one for the answer (text, risposta, answer)."
            )
        for name, known in zip(
            next(csv.reader(io.StringIO(text), delimiter=_delimiter(text))), header, strict=True
        ):
            if not known:
                notes.add(
                    "columns have no field here and are left out", one_line(name) or "one without a name"
                )
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, _by_name(header, cells)
    except csv.Error as error:
        raise ImportSourceError(
            f"{source}:{reader.line_num}: this row cannot be read ({error}): "
            "a text with quotes in it goes between quotes, and its own are doubled."
        ) from None


def _delimiter(text: str) -> str:
    """The one that cuts the first line into the most columns we know."""

    def known(delimiter: str) -> int:
        try:
            header = next(csv.reader(io.StringIO(text), delimiter=delimiter), [])
        except csv.Error:
            return 0
        return len({_column(name) for name in header} - {""})

    return max(",;\t", key=known)


def _column(name: str) -> str:
    words = " ".join(re.split(r"[\s_-]+", name.strip().lower()))
    return next((ours for ours, names in _COLUMNS.items() if words in names), "")


def _by_name(header: list[str], cells: list[str]) -> dict[str, str]:
    """Of two columns of one meaning, the first that says something; what has no column is apart."""
    found: dict[str, str] = {}
    for name, cell in zip(header, cells, strict=False):
        if name and not found.get(name):
            found[name] = cell.strip()
    beyond = [cell for cell in cells[len(header) :] if cell.strip()]
    return found | ({"beyond": beyond[0]} if beyond else {})


def _draft(place: str, cells: Mapping[str, str], lang: str | None, addresses: Addresses) -> Draft:
    title, body = one_line(plain_text(cells.get("title", ""))), cells.get("body", "")
    if not title or not body:
        raise _RowError("has no question." if not title else "has no answer.")
    if "beyond" in cells:
        raise _RowError("has more cells than the first row: quote texts that have a separator in them.")
    lang = lang or language(cells.get("lang", ""))
    if not lang:
        raise _RowError("does not say its language: add a column “lang”, or give --lang for all.")
    category = one_line(cells.get("category", "")) or FAQ
    wanted = f"{slugify(category, default='faq')}/{slugify(title, default='article')}"
    fields = {
        "title": title,
        "questions": _texts(r"[|\n]", cells.get("questions", "")),
        "summary": one_line(plain_text(cells.get("summary", ""))),
        "tags": _texts(r"[|,;\n]", cells.get("tags", "")),
        "status": _status(cells.get("status", "")),
        "updated": read_day(cells.get("updated", "")),
    }
    text = compose(fields, as_markdown(body))
    return Draft(place, lang, addresses.take(lang, wanted), category, text, foreign={"source": place})


def _texts(separator: str, cell: str) -> list[str]:
    return list(dict.fromkeys(text for item in re.split(separator, cell) if (text := one_line(item))))


def _status(cell: str) -> str | None:
    word = cell.strip().lower()
    found = next((status for status, words in _STATUSES.items() if word in words), None)
    return None if found == "published" else found


def plain_text(cell: str) -> str:
    """A cell of one line without its HTML."""
    return html.unescape(_TAG.sub(" ", cell)) if _is_html(cell) else cell


def _is_html(cell: str) -> bool:
    return any(match[1].lower() in HTML_NAMES for match in _TAG.finditer(cell))


def as_markdown(cell: str) -> str:
    """HTML as one raw block, which the page sanitises; Markdown as it is; plain text as written."""
    cell = rewrite(cell, _ABSOLUTE) if _is_html(cell) or _MARKDOWN.search(cell) else cell
    if _is_html(cell):
        # A blank line would end the block, and begin Markdown, in the middle of a tag.
        return "<div>\n" + re.sub(r"\n\s*\n", "\n", cell) + "\n</div>"
    if _MARKDOWN.search(cell):
        return "\n".join(_with_breaks(cell.split("\n")))
    paragraphs = re.split(r"\n[ \t]*\n", cell)
    return "\n\n".join(
        "  \n".join(escaped(line) for line in text.split("\n") if line.strip()) for text in paragraphs
    )


def _with_breaks(lines: list[str]) -> Iterator[str]:
    """Two spaces at the end keep a line that was ended on purpose, as in an address or opening hours."""
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        prose = not _BLOCK_LINE.match(line) and not _BLOCK_LINE.match(following)
        yield line.rstrip() + "  " if prose else line
