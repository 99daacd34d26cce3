"""Sanitised HTML to the plain text that is searched: sections, and their paragraphs."""

import re
from html.parser import HTMLParser

from search.records import Section

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Each starts a paragraph of its own; cells do not, because a row reads as one line.
_BLOCK_NAMES = (
    "p li tr dt dd pre div ul ol dl table thead tbody tfoot caption blockquote hr "
    "figure figcaption details summary"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_CELLS = frozenset({"td", "th"})
_BETWEEN_CELLS = " · "
# Footnote numbers and arrows are for the eye: in running text they read as “consegna1”.
_MARKS = frozenset({"footnote-ref", "footnote-backref"})
_SPACE = re.compile(r"\s+")


class _Reader(HTMLParser):
    """Walks HTML that has already been sanitised: balanced, lower-case, nothing executable."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sections: list[Section] = []
        self._heading, self._anchor, self._level = "", "", 0
        self._paragraphs: list[str] = []
        self._text: list[str] = []
        self._cells: list[str] = []
        self._in_row = False
        self._in_pre = False
        self._in_mark = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HEADINGS:
            self._end_section()
            self._anchor, self._level = dict(attrs).get("id") or "", int(tag[1])
        elif tag in _CELLS or tag == "br" or (self._in_row and tag != "tr"):
            self._text.append(" ")
        elif tag in _BLOCKS:
            self._end_paragraph()
            self._in_row, self._in_pre = tag == "tr", tag == "pre"
        elif tag == "a" and dict(attrs).get("class") in _MARKS:
            self._in_mark = True

    def handle_endtag(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._heading = self._take()
        elif tag == "a":
            self._in_mark = False
        elif tag in _CELLS:
            self._cells.append(self._take())
        elif tag in _BLOCKS and (not self._in_row or tag in {"tr", "table"}):
            self._end_paragraph()
            self._in_row = self._in_pre = False

    def handle_data(self, data: str) -> None:
        if not self._in_mark:
            self._text.append(data)

    def _take(self) -> str:
        text = "".join(self._text)
        self._text = []
        return text.strip("\n").rstrip() if self._in_pre else _SPACE.sub(" ", text).strip()

    def _end_paragraph(self) -> None:
        parts = [*self._cells, self._take()]
        self._cells = []
        if text := _BETWEEN_CELLS.join(part for part in parts if part):
            self._paragraphs.append(text)

    def _end_section(self) -> None:
        self._end_paragraph()
        self._in_row = self._in_pre = False
        if self._level or self._paragraphs:
            self.sections.append(Section(self._anchor, self._heading, self._level, tuple(self._paragraphs)))
        self._heading, self._anchor, self._level, self._paragraphs = "", "", 0, []

    def close(self) -> None:
        super().close()
        self._end_section()


def read_sections(html: str) -> tuple[Section, ...]:
    """The sections of `html`, in reading order; footnotes fall in the last one, where they stand."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return tuple(reader.sections)
