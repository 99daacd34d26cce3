"""Markdown as editors know it from GitHub, put in the words of Python-Markdown; and what is too much of it.

Python-Markdown follows the Markdown of 2004: it wants four spaces for a nested list and a blank line before
any list, and knows no fence inside a list item or a quote. Every other editor and preview asks for less.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from indexer.problems import MarkdownError

# A long help article is 20,000 characters, and the longest of 12,500 real ones 83,000.
MAX_BODY: Final = 200_000
# The longest real line is 4,300 characters; the inline parser is quadratic in a paragraph's length.
MAX_LINE: Final = 20_000
# The longest real run of lines without a blank one is a table of 396; the block parser is quadratic in it.
MAX_RUN: Final = 1_000
# An open bracket is looked for to the end of its paragraph, so that n of them cost n².
MAX_OPEN: Final = 50
# A tag is looked for to the end of the text; as many are open in no page, but may be in a page about code.
MAX_OPEN_TAGS: Final = 500
# A level is a dozen calls of the parser to itself, and Python allows a thousand.
MAX_DEPTH: Final = 30

_FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
_LANGUAGE = re.compile(r"[\w#.+-]+")
_ITEM = re.compile(r"( *)([-*+]|\d{1,9}[.)])( +)(?=\S)")
_ALERT = re.compile(r" *> ?\[!(note|tip|important|warning|caution)\][ \t]*(.*)", re.IGNORECASE)
_QUOTED = re.compile(r"( *)> ?(.*)")
_NESTED = re.compile(r"(?:>[ \t]?|(?:[-*+]|\d{1,9}[.)])[ \t]+){30}")
_BRACKETS = (
    ("[", re.compile(r"\\.|(\[)|(\])", re.DOTALL)),
    ("](", re.compile(r"\\.|(\]\()|(\))", re.DOTALL)),
)
_TAGS = re.compile(r"\\.|(<(?=[a-zA-Z/!?]))|(>)", re.DOTALL)
# What HTML nests, or opens again in every paragraph, until it is closed: n of them cost n².
_FORMATTING = re.compile(
    r"<(/?)(a|b|big|code|div|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.IGNORECASE
)
_ALERT_TITLES: Final = {
    "it": ("Nota", "Suggerimento", "Importante", "Attenzione", "Prudenza"),
    "en": ("Note", "Tip", "Important", "Warning", "Caution"),
    "fr": ("Remarque", "Conseil", "Important", "Attention", "Prudence"),
    "de": ("Hinweis", "Tipp", "Wichtig", "Warnung", "Vorsicht"),
    "es": ("Nota", "Consejo", "Importante", "Advertencia", "Precaución"),
}
_ALERT_KINDS: Final = ("note", "tip", "important", "warning", "caution")


def check_limits(text: str) -> None:
    """Raise MarkdownError, with the line, for text that would take the parser minutes or its stack."""
    if len(text) > MAX_BODY:
        raise MarkdownError(
            f"the text is {len(text):,} characters long, more than {MAX_BODY:,}: split it into several."
        )
    prose = _without_fences(text)
    for first, lines in _runs(prose):
        if len(lines) > MAX_RUN:
            raise MarkdownError(
                f"{len(lines):,} lines without a blank one, more than {MAX_RUN:,}: "
                "separate paragraphs, or split the table, with blank lines.",
                first,
            )
        for number, line in enumerate(lines, start=first):
            _check_line(line, number)
        for opening, pattern in _BRACKETS:
            _check_open(opening, pattern, "\n".join(lines), first, MAX_OPEN)
    _check_open("<", _TAGS, text, 1, MAX_OPEN_TAGS)
    _check_formatting(prose)


def _without_fences(text: str) -> str:
    """The same lines, those of fenced code empty: what is in them is never parsed."""
    lines, fence = text.split("\n"), ""
    for number, line in enumerate(lines):
        fence = _fence_after(line, fence)
        if fence:
            lines[number] = ""
    return "\n".join(lines)


def _runs(text: str) -> Iterator[tuple[int, list[str]]]:
    """Stretches of lines without a blank one, each with the number of its first."""
    run: list[str] = []
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            run.append(line)
        elif run:
            yield number - len(run), run
            run = []


def _check_line(line: str, number: int) -> None:
    if len(line) > MAX_LINE:
        raise MarkdownError(
            f"this line is {len(line):,} characters long, more than {MAX_LINE:,}: break it into paragraphs.",
            number,
        )
    if len(line) - len(line.lstrip()) > 8 * MAX_DEPTH or _NESTED.match(line.lstrip()):
        raise MarkdownError(
            f"lists or quotes are nested deeper than {MAX_DEPTH} levels here: keep them within a few.", number
        )


def _check_open(opening: str, pattern: re.Pattern[str], text: str, first: int, most: int) -> None:
    if text.count(opening) <= most:
        return
    depth = 0
    for match in pattern.finditer(text):
        depth = depth + 1 if match[1] else max(0, depth - 1) if match[2] else depth
        if depth > most:
            raise MarkdownError(
                f"more than {most} “{opening}” are open at once here: close them, or write "
                f"“\\{opening[-1]}” where the character itself is meant.",
                first + text.count("\n", 0, match.start()),
            )


def _check_formatting(text: str) -> None:
    if text.count("<") <= MAX_OPEN:
        return
    depth: Counter[str] = Counter()
    for match in _FORMATTING.finditer(text):
        tag = match[2].lower()
        depth[tag] = max(0, depth[tag] - 1) if match[1] else depth[tag] + 1
        if depth[tag] > MAX_OPEN:
            raise MarkdownError(
                f"more than {MAX_OPEN} <{tag}> are open at once here: close each with </{tag}>.",
                text.count("\n", 0, match.start()) + 1,
            )


def _fence_after(line: str, fence: str) -> str:
    """The fence that is open after `line`, empty for none."""
    mark = _FENCE.match(line)
    if not mark:
        return fence
    if not fence:
        return mark["fence"]
    closes = mark["fence"].startswith(fence) and not mark["info"].strip()
    return "" if closes else fence


def familiar(text: str, lang: str) -> str:
    """Nested lists at four spaces, a blank line before a list, fences in lists, GitHub's alerts."""
    return "\n".join(_Rewriter(lang).rewrite(text.expandtabs(4).split("\n")))


class _Rewriter:
    """Goes down the lines with the list items that are open: (marker's column, text's column)."""

    def __init__(self, lang: str, *, inside: bool = False) -> None:
        self._inside = inside  # a quote or an alert, where the parser knows no fence either
        self._titles = dict(zip(_ALERT_KINDS, _ALERT_TITLES.get(lang[:2], _ALERT_TITLES["en"]), strict=True))
        self._lang = lang
        self._out: list[str] = []
        self._items: list[tuple[int, int]] = []
        self._in_text = False  # the line above is text that a list may not interrupt without a blank line

    def rewrite(self, lines: list[str]) -> list[str]:
        at = 0
        while at < len(lines):
            line = lines[at]
            if mark := _FENCE.match(line):
                at = self._fenced(lines, at, mark)
            elif _QUOTED.match(line) and not self._is_code(line):
                at = self._quote(lines, at)
            else:
                self._line(line)
                at += 1
        return self._out

    def _line(self, line: str) -> None:
        item = _ITEM.match(line)
        if not line.strip():
            self._out.append("")
            self._in_text = False
        elif item and not self._is_code(line) and not _is_rule(line):
            self._item(line, item)
        else:
            self._text(line)

    def _item(self, line: str, item: re.Match[str]) -> None:
        column = len(item[1])
        # Two spaces are enough to mean “inside”, whatever the marker's width.
        while self._items and column < self._items[-1][0] + 2:
            self._items.pop()
        if self._in_text and (item[2] in "-*+" or item[2] in {"1.", "1)"}):
            self._out.append("")
        elif self._in_text and not self._items:
            self._text(line)
            return
        number = item[2].replace(")", ".")
        self._out.append(f"{self._margin()}{number} {line[item.end() :]}")
        self._items.append((column, item.end()))
        self._in_text = False

    def _text(self, line: str) -> None:
        indent = len(line) - len(line.lstrip())
        follows = bool(self._out) and bool(self._out[-1])
        if self._items and not follows:
            while self._items and indent < min(self._items[-1][1], self._items[-1][0] + 2):
                self._items.pop()
        if not self._items:
            self._out.append(line)
        else:
            # What is beyond the item's own text keeps its distance: it may be code.
            extra = indent - self._items[-1][1]
            self._out.append(
                self._margin() + " " * (extra if extra >= 4 and not follows else 0) + line.lstrip()
            )
        self._in_text = not self._is_code(line) and not line.lstrip().startswith(("#", "|", "<", ">", "!!!"))

    def _margin(self) -> str:
        return "    " * len(self._items)

    def _is_code(self, line: str) -> bool:
        """Indented code: four columns beyond the open item's text, or beyond the margin."""
        indent = len(line) - len(line.lstrip())
        return indent >= 4 + (self._items[-1][1] if self._items else 0)

    def _fenced(self, lines: list[str], at: int, mark: re.Match[str]) -> int:
        """A fence: at the margin as it is, in a list item as indented code."""
        end, fence = at + 1, mark["fence"]
        while end < len(lines) and _fence_after(lines[end], fence):
            end += 1
        indent = len(mark["indent"])
        while self._items and indent < self._items[-1][0] + 2:
            self._items.pop()
        code = [line[min(indent, len(line) - len(line.lstrip())) :] for line in lines[at + 1 : end]]
        if self._items or self._inside or indent >= 4:
            # Four columns in without a list is the text of an admonition.
            margin = (self._margin() or " " * (indent // 4 * 4)) + "    "
            self._out += ["", *(margin + line for line in code), ""]
        else:
            # Always closed, and with one plain word at most: the parser's pattern for fences is quadratic in
            # what it cannot match, and leaves a fence with other words as running text.
            language = _LANGUAGE.match(mark["info"].strip())
            self._out += ["", fence + (language[0] if language else ""), *code, fence, ""]
        self._in_text = False
        return end + 1

    def _quote(self, lines: list[str], at: int) -> int:
        """The quoted lines from here: a quote, or an admonition if they begin as `> [!NOTE]`."""
        alert, end = _ALERT.match(lines[at]), at
        inner: list[str] = []
        while end < len(lines) and (quoted := _QUOTED.match(lines[end])):
            if end > at and _ALERT.match(lines[end]):
                break
            inner.append(quoted[2])
            end += 1
        while self._items and len(lines[at]) - len(lines[at].lstrip()) < self._items[-1][0] + 2:
            self._items.pop()
        if alert:
            inner[:1] = [alert[2]] if alert[2] else []
        body = _Rewriter(self._lang, inside=True).rewrite(inner)
        margin = self._margin()
        if alert:
            kind = alert[1].lower()
            self._out += ["", f'{margin}!!! {kind} "{self._titles[kind]}"']
            self._out += [f"{margin}    {line}" if line else "" for line in body] + [""]
        else:
            self._out += [f"{margin}> {line}" for line in body]
        self._in_text = False
        return end


def _is_rule(line: str) -> bool:
    """`* * *` is a line across the page, not a list."""
    bare = line.replace(" ", "")
    return len(bare) >= 3 and len(set(bare)) == 1 and bare[0] in "-*_"
