"""The text of a foreign Markdown file, made ours: links, images, anchors, leftovers; code is left alone."""

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

# What HTML knows. Any other name between < and > is a placeholder, `<your domain>`, and would vanish.
_NAMES: Final = (
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blockquote body "
    "br button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir "
    "div dl dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head "
    "header hgroup hr html i iframe img input ins kbd label legend li link main map mark math menu meta "
    "meter nav noframes noscript object ol optgroup option output p param picture pre progress q rp rt "
    "ruby s samp script search section select slot small source span strike strong style sub summary sup "
    "svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr"
)
HTML_NAMES: Final = frozenset(_NAMES.split())
# Private-use characters stand for the anchors that were removed; no font or keyboard writes these.
_MARKS: Final = 0xF0000
_BLANKS = re.compile(r"\n(?:[ \t]*\n){2,}")
_MARK = re.compile("[\U000f0000-\U000ffffd]")

_FENCE = re.compile(r"[ ]*(?:[-*+]\s+|\d+[.)]\s+|>\s*)*(`{3,}(?=[^`]*$)|~{3,})")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])\s")
# One level of brackets may lie inside a link's text, as an image does. Possessive: no way back, no blow-up.
_INSIDE = r"(?:\\.|[^\[\]\\]|!?\[(?:\\.|[^\[\]\\])*+\](?:\([^()\n]*+\))?+)*+"
_DESTINATION = (
    r"\(\s*+(?P<{0}>(?:<[^<>\n]*>|(?:\\.|[^\s()\\]|[ ](?=[^\s\"'()])|\([^()\n]*+\))*+))"
    r"(?P<{0}_title>\s++(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*+\)"
)
_TOKEN = re.compile(
    r"\\."
    r"|(?P<code>`+)"
    r"|(?P<comment><!--)"
    r"|<(?P<raw>script|style)\b[^<>]*>"
    r"|(?P<anchor><a\b(?P<anchor_rest>[^<>]*)>\s*</a\s*>)"
    r"|(?P<tag></?(?P<name>[A-Za-z][\w:-]*)(?P<rest>(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*+)>)"
    rf"|!\[(?P<alt>{_INSIDE})\]{_DESTINATION.format('src')}"
    # Classes and targets of kramdown, pandoc and Python-Markdown; `{#id}` after a heading is an anchor.
    r"|(?<![ \t])[ \t]*+\{\#(?P<heading_id>[\w.:-]+)\}[ \t]*$"
    r"|(?P<classes>(?:(?<=[)\]`*_])|^)\{:?[ ]*(?:[.#]|\w+=)[^{}\n]*\})"
    r"|\[!VIDEO\s+(?P<video>https?://[^\]\s]+)\s*\]"
    rf"|\[(?P<text>{_INSIDE})\]{_DESTINATION.format('href')}"
    r"|(?P<definition>^ {0,3}\[[^\]\[^\n][^\]\[\n]*\]:[ \t]*)(?P<target><[^<>\n]*>|\S+)"
    r"(?=(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?[ \t]*$)",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"([A-Za-z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_DATA = re.compile(r"data:image/[\w.+-]+;base64,(?:[A-Za-z0-9+/=]|%2[BF]|%3D)*+", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"embedded-image:(\d+)")

Resolve = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What to do with each address: the new one, or None for “keep the text only”."""

    link: Resolve
    image: Resolve


@dataclass(slots=True)
class Body:
    """A text with its anchors as marks and its `data:` images taken out, before links are followed.

    `embedded[n]` are the bytes of the image that is now at `embedded-image:n`; None for unreadable ones.
    """

    marked: str
    anchors: list[str] = field(default_factory=list)
    embedded: list[bytes | None] = field(default_factory=list)


def take_out_embedded(text: str) -> Body:
    """Replace `data:` images, which are longer than any text, by short addresses."""
    body = Body("")

    def taken(match: re.Match[str]) -> str:
        encoded = match[0].partition(",")[2]
        for code, char in (("%2B", "+"), ("%2F", "/"), ("%3D", "=")):
            encoded = encoded.replace(code, char).replace(code.lower(), char)
        try:
            body.embedded.append(base64.b64decode(encoded, validate=True))
        except binascii.Error:
            body.embedded.append(None)
        return f"embedded-image:{len(body.embedded) - 1}"

    body.marked = _DATA.sub(taken, _MARK.sub("", text))
    return body


def embedded_number(address: str) -> int | None:
    """Which image an address made by `take_out_embedded` means."""
    match = _PLACEHOLDER.fullmatch(address)
    return int(match[1]) if match else None


def mark_anchors(body: Body) -> None:
    """Put marks for `<a name>` anchors; drop comments, scripts and styles."""
    cleaner = _Cleaner(body.anchors)
    body.marked = "".join(text if is_code else cleaner.run(text) for text, is_code in _chunks(body.marked))


def rewrite(marked: str, rewriting: Rewriting) -> str:
    """The text with every address resolved and its marks removed."""
    rewriter = _Rewriter(rewriting)
    chunks = _chunks(_MARK.sub("", marked))
    # Where an anchor or a comment had lines of its own, blank ones pile up.
    return "".join(text if is_code else _BLANKS.sub("\n\n", rewriter.run(text)) for text, is_code in chunks)


def marks_in(text: str) -> list[int]:
    """The numbers of the anchors whose marks are in a text."""
    return [ord(mark) - _MARKS for mark in _MARK.findall(text)]


def without_marks(text: str) -> str:
    """The text alone."""
    return _MARK.sub("", text)


def _chunks(text: str) -> Iterator[tuple[str, bool]]:
    """Stretches of lines, and whether they are code: fenced, or indented outside of any list."""
    stretch: list[str] = []
    was_code = in_list = after_text = False
    fence = ""
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\n")
        mark = _FENCE.match(bare)
        if fence or mark:
            is_code = True
            if not fence and mark:
                fence = mark[1]
            elif mark and mark[1].startswith(fence) and not bare[mark.end() :].strip():
                fence = ""
        else:
            indented = bare.startswith(("    ", "\t"))
            is_code = (was_code and not bare.strip()) or (indented and not in_list and not after_text)
            if bare.strip() and not indented:
                in_list = bool(_ITEM.match(bare)) or (in_list and (after_text or bare.startswith(" ")))
        after_text = bool(bare.strip()) and not is_code
        if is_code != was_code and stretch:
            yield "".join(stretch), was_code
            stretch = []
        was_code = is_code
        stretch.append(line)
    if stretch:
        yield "".join(stretch), was_code


class _Scanner:
    """Goes through text that is not code; what `take` returns stands for each token."""

    def run(self, text: str) -> str:
        out: list[str] = []
        open_for_good: set[tuple[str, int]] = set()  # asked once, or n openings would cost n²
        at = 0
        while match := _TOKEN.search(text, at):
            out.append(text[at : match.start()])
            at = match.end()
            if closing := _closing(match):
                stop = _end_of_paragraph(text, at) if match["code"] else len(text)
                found = (closing, stop) not in open_for_good and re.compile(closing, re.IGNORECASE).search(
                    text, at, stop
                )
                if not found:
                    open_for_good.add((closing, stop))
                at = found.end() if found else at
                out.append(_spanned(match, text[match.start() : at], closed=bool(found)))
            else:
                out.append(self.take(match))
        out.append(text[at:])
        return "".join(out)

    def take(self, match: re.Match[str]) -> str:
        raise NotImplementedError


def _closing(match: re.Match[str]) -> str:
    """The pattern that ends what has just been opened; empty for what is whole already."""
    if match["code"]:
        return rf"(?<!`){match['code']}(?!`)"
    if match["raw"]:
        return rf"</{match['raw'].lower()}\s*>"
    return "-->" if match["comment"] else ""


def _end_of_paragraph(text: str, at: int) -> int:
    end = text.find("\n\n", at)
    return end if end >= 0 else len(text)


def _spanned(match: re.Match[str], text: str, *, closed: bool) -> str:
    """Code as it is, comments and scripts not; what nothing closes would take the rest of the page."""
    if match["code"]:
        return text
    return "" if closed or match["raw"] else html.escape(text)


class _Cleaner(_Scanner):
    def __init__(self, anchors: list[str]) -> None:
        self._anchors = anchors

    def take(self, match: re.Match[str]) -> str:
        """A mark for an anchor, the rest as it is."""
        if match["classes"]:
            return ""
        if not match["anchor"] and not match["heading_id"]:
            return match[0]
        attributes = _attributes(match["anchor_rest"] or "")
        name = match["heading_id"] or attributes.get("name") or attributes.get("id")
        if not name or len(self._anchors) >= 0xFFFD:
            return ""
        self._anchors.append(name)
        return chr(_MARKS + len(self._anchors) - 1)


class _Rewriter(_Scanner):
    def __init__(self, rewriting: Rewriting) -> None:
        self._to = rewriting
        self._dropped = 0  # `<a>` tags without a target: their `</a>` goes too

    def take(self, match: re.Match[str]) -> str:
        if match["tag"]:
            return self._tag(match)
        if match["src"] is not None:
            address = self._to.image(_unwrapped(match["src"]))
            return (
                match["alt"]
                if address is None
                else f"![{match['alt']}]({_written(address)}{match['src_title'] or ''})"
            )
        if match["video"]:
            return f"<{match['video']}>"
        if match["href"] is not None:
            address, text = self._to.link(_unwrapped(match["href"])), self.run(match["text"])
            kept = address is not None and text.strip()  # a link without text cannot be seen or heard
            return f"[{text}]({_written(address or '')}{match['href_title'] or ''})" if kept else text
        if match["definition"]:
            address = self._to.link(_unwrapped(match["target"]))
            # It cannot be taken back from the places that use it: to the top of the page does no harm.
            return f"{match['definition']}{_written(address) if address else '#'}"
        return match[0]

    def _tag(self, match: re.Match[str]) -> str:
        name, attributes = match["name"].lower(), _attributes(match["rest"])
        if name not in HTML_NAMES:
            is_address = re.match(r"[a-z][a-z0-9+.-]*:", match[0][1:], re.IGNORECASE) or "@" in match[0]
            return match[0] if is_address else html.escape(match[0], quote=False)
        if name == "a" and match[0].startswith("</"):
            self._dropped, closes = max(0, self._dropped - 1), self._dropped
            return "" if closes else match[0]
        if name == "a" and "href" in attributes:
            address = self._to.link(attributes["href"])
            self._dropped += address is None
            return "" if address is None else _with(match[0], "href", address)
        if name == "img":
            address = self._to.image(attributes.get("src", ""))
            return (
                html.escape(attributes.get("alt", "")) if address is None else _with(match[0], "src", address)
            )
        return match[0]


def _attributes(text: str) -> dict[str, str]:
    return {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(text)}


def _with(tag: str, attribute: str, value: str) -> str:
    """The tag with one attribute's value replaced."""

    def replaced(match: re.Match[str]) -> str:
        return f'{match[1]}="{html.escape(value)}"' if match[1].lower() == attribute else match[0]

    return _ATTRIBUTE.sub(replaced, tag)


def _unwrapped(destination: str) -> str:
    address = destination.strip()
    if address.startswith("<"):
        address = address[1:-1]
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", address)).strip()


def _written(address: str) -> str:
    """An address that ends where it should, whatever is in it."""
    return quote(address, safe="%/:?#[]@!$&'*+,;=~()") if re.search(r"[\s<>]", address) else address
