"""HTML as Markdown: what other systems keep their articles in. No script, style or handler survives it."""

import html
import re
from typing import Any, Final

from html_to_markdown import ConversionError, ConversionOptions, convert

from indexer.importing.drafts import one_line
from indexer.importing.exported import Exported, UnreadableError, address_of
from indexer.markdown import printable

# Collapsed answers are hidden by their style until a script of the old site opens them.
_OPTIONS: Final = ConversionOptions(
    escape_asterisks=True,
    escape_underscores=True,
    escape_misc=True,
    extract_metadata=False,
    hidden_content="all",
    br_in_tables=True,
)
_NEEDLESS = re.compile(r"(?<=\w)\\(?=[-+!])")
_PLAYER = re.compile(r"\[(?:iframe|video|audio)\]\(([^()\s]*)\)")
_LEFT_OUT: Final = ("nav", "footer", "script", "style", "template")
# A long article has hundreds; what nobody closes costs the converter more than its length.
_MAX_TAGS: Final = 20_000
# What a page says of itself stands near its beginning.
_HEAD: Final = 20_000
_MAIN: Final = ("main", "article", "body")
_LANG = re.compile(r"<html\b[^<>]*\blang\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_DESCRIPTION = re.compile(
    r"<meta\s[^<>]{0,2000}?name\s*=\s*[\"']description[\"'][^<>]*content\s*=\s*(?:\"([^\"]*)\"|'([^']*)')",
    re.IGNORECASE,
)
_CANONICAL = re.compile(
    r"<link\s[^<>]{0,2000}?rel\s*=\s*[\"']canonical[\"'][^<>]*href\s*=\s*[\"']([^\"']*)", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")


def as_markdown(text: str) -> str:
    """Raises UnreadableError for what no parser takes."""
    if text.count("<") > _MAX_TAGS:
        raise UnreadableError(f"has more than {_MAX_TAGS:,} tags: split it.")
    try:
        converted = convert(_without(text), _OPTIONS).content or ""
    except ConversionError as error:
        raise UnreadableError(f"cannot be read as HTML ({one_line(str(error))}).") from None
    return _PLAYER.sub(r"[\1](\1)", _NEEDLESS.sub("", printable(converted)))


def read_webpage(path: str, text: str) -> Exported:
    """A saved page: its main part, its first heading as the title, and the address it had."""
    title = plain(_within(text, "h1") or _within(text, "title"))
    language, description, canonical = (p.search(text[:_HEAD]) for p in (_LANG, _DESCRIPTION, _CANONICAL))
    fields: dict[str, Any] = {"summary": _said(description)}
    return Exported(
        source=path,
        title=title,
        html=next((found for tag in _MAIN if (found := _within(text, tag, last=True))), text),
        lang=language[1] if language else "",
        fields=fields,
        addresses=address_of(html.unescape(canonical[1])) if canonical else (),
    )


def cut_out(text: str, opening: str, closing: str) -> str:
    """Without what stands from each `opening` to its `closing`, which are patterns; in one pass."""
    opens, closes = re.compile(opening, re.IGNORECASE), re.compile(closing, re.IGNORECASE)
    kept, at = [], 0
    while (start := opens.search(text, at)) and (end := closes.search(text, start.end())):
        kept.append(text[at : start.start()])
        at = end.end()
    return "".join([*kept, text[at:]])


def _without(text: str) -> str:
    for tag in _LEFT_OUT:
        text = cut_out(text, rf"<{tag}\b", rf"</{tag}\s*>")
    return text


def _within(text: str, tag: str, *, last: bool = False) -> str:
    """What stands in the first element of a name, up to its first or its last end; empty for none."""
    start = re.search(rf"<{tag}\b[^<>]*>", text, re.IGNORECASE)
    ends = [m.start() for m in re.finditer(rf"</{tag}\s*>", text, re.IGNORECASE)] if start else []
    ends = [end for end in ends if start and end >= start.end()]
    return text[start.end() : ends[-1 if last else 0]] if start and ends else ""


def plain(text: str) -> str:
    """A line of HTML without its tags."""
    return one_line(html.unescape(_TAG.sub(" ", text)))


def _said(match: re.Match[str] | None) -> str:
    return one_line(html.unescape(match[1] or match[2] or "")) if match else ""
