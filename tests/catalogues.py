"""The catalogues beside the code: what the program says, and `make catalogues`, which brings them up to it."""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.languages import FALLBACK, LOCALES

_SOURCES = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
_WIDTH = 110
# What a reader of the file needs; the other fields of PO headers change with each run and say nothing.
_HEADER = """\
{comment}
msgid ""
msgstr ""
"Language: {lang}\\n"
"Plural-Forms: {plurals}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def extracted() -> Catalog:
    """Every text of the program, with the places that say it."""
    found = Catalog()
    for file, line, message, _, context in extract_from_dir(LOCALES.parent, _SOURCES, keywords=_KEYWORDS):
        found.add(message, None, [(f"app/{file}", line)], context=context)
    return found


def catalogue_files() -> dict[str, Path]:
    """Each catalogue's file, by language."""
    return {file.parts[-3]: file for file in sorted(LOCALES.glob("*/LC_MESSAGES/sportello.po"))}


def read(file: Path) -> Catalog:
    """A catalogue as it is written."""
    with file.open("rb") as opened:
        return read_po(opened, locale=file.parts[-3])


def write(file: Path, catalogue: Catalog) -> None:
    """A catalogue in its one form: in the order of the program's files, without line numbers."""
    header = _HEADER.format(
        comment=catalogue.header_comment, lang=file.parts[-3], plurals=catalogue.plural_forms
    )
    with file.open("wb") as opened:
        opened.write(header.encode())
        write_po(
            opened, catalogue, _WIDTH, omit_header=True, sort_by_file=True, include_lineno=False,
            ignore_obsolete=True,
        )  # fmt: skip


def messages(catalogue: Catalog) -> Iterator[Message]:
    """Those of a catalogue, without its header."""
    return (message for message in catalogue if message.id)


def originals(message: Message) -> tuple[str, ...]:
    """What the code says: one text, or singular and plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def forms(message: Message) -> tuple[str, ...]:
    """What the language says: one text, or one for each plural form; empty ones are not translated yet."""
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def update(file: Path, source: Catalog) -> list[str]:
    """Bring a catalogue up to the program's texts; returns those that lack a translation.

    Translations are kept, except of texts that nothing says any more. The fallback's are the texts themselves.
    """
    catalogue = read(file)
    catalogue.update(source, no_fuzzy_matching=True)
    if file.parts[-3] == FALLBACK:
        for message in messages(catalogue):
            message.string = message.id
    write(file, catalogue)
    return [str(message.id) for message in messages(catalogue) if not all(forms(message))]


def main() -> int:
    """Update every catalogue, and say what is left to translate."""
    source, left = extracted(), 0
    for lang, file in catalogue_files().items():
        lacking = update(file, source)
        left += len(lacking)
        print(f"{lang}: {len(source)} texts, {len(lacking)} to translate", *lacking, sep="\n  ")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
