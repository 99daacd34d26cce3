"""Markdown to safe HTML, sections and links: once, when the content is read."""

import html as htmllib
import re
import threading
import unicodedata
from dataclasses import dataclass
from typing import Final

import markdown
import nh3

from indexer.dialect import check_limits, familiar
from indexer.links import Image, Link, Links
from indexer.problems import MarkdownError
from indexer.sections import read_sections
from search.records import Section

__all__ = ["Image", "Link", "MarkdownError", "Rendered", "printable", "render"]

# Ten times the longest text: only a tag opened again and again makes more.
MAX_HTML: Final = 2_000_000
_EXTENSIONS: Final = ("admonition", "def_list", "fenced_code", "footnotes", "sane_lists", "tables")
_BACK_TO_TEXT: Final = {
    "it": "Torna al testo della nota {}",
    "en": "Back to the text of note {}",
    "fr": "Retour au texte de la note {}",
    "de": "Zurück zum Text der Anmerkung {}",
    "es": "Volver al texto de la nota {}",
}

_TAG_NAMES: Final = (
    "a abbr b blockquote br caption cite code dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 "
    "h6 hr i img ins kbd li mark ol p pre q s samp small strong sub summary sup table tbody td tfoot th "
    "thead tr u ul var"
)
# What the sanitiser lets through; whoever shows its output in another way holds on to the same.
TAGS: Final = frozenset(_TAG_NAMES.split())
# Removed with what they hold: their text is code, or is parsed by rules of its own (the way of mXSS).
_REMOVED_WHOLE: Final = (
    "script style svg math iframe object embed template title textarea select noscript noembed noframes xmp "
    "plaintext applet frameset"
)
ATTRIBUTES: Final = {
    "a": {"href", "title", "class"},
    "abbr": {"title"},
    "code": {"class"},
    "details": {"open"},
    "div": {"class"},
    "img": {"src", "alt", "title", "width", "height"},
    "li": {"id"},
    "ol": {"start"},
    "p": {"class"},
    "sup": {"id"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
} | {f"h{level}": {"id"} for level in range(1, 7)}
ALIGNED: Final = {tag: {"align": {"left", "center", "right"}} for tag in ("td", "th")}
SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})
# What the admonition, footnote and fenced-code extensions write: all other classes are ours to give.
_CLASSES: Final = {
    "a": "footnote-ref footnote-backref",
    "div": (
        "admonition attention caution danger error example footnote hint important info note question "
        "success tip warning"
    ),
    "p": "admonition-title",
    "code": "",
}
_CODE_LANGUAGE = re.compile(r"language-[\w+#.-]{1,40}")
_FOOTNOTE_ID = re.compile(r"fn(?:ref)?\d*:\S{1,80}")

# nh3 writes every attribute in double quotes and escapes `<`, `>` and `"` inside them, so that on its
# output these cannot match inside a value.
_HEADING = re.compile(r'<(/?)h([1-6])(?: id="([^"]*)")?>')
_ANY_TAG = re.compile(r"<[^>]*>")
_NOTE_MARK = re.compile(r"<sup[^>]*><a class=\"footnote-ref\".*?</sup>")

# C0 and C1 controls but tab and newline, lone surrogates, BOM and non-characters. Python-Markdown marks its
# own places in the text with U+0002 and U+0003, so that these must never come from outside.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_LINE_SEPARATORS = re.compile("\r\n?")
_ODD_SEPARATORS = re.compile("[\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body ready to show and to search; `html` is sanitised, its ids are unique."""

    html: str
    sections: tuple[Section, ...]
    links: tuple[Link, ...]
    images: tuple[Image, ...]


def render(source: str, *, lang: str, article_id: str) -> Rendered:
    """Raises MarkdownError, and nothing else, for text that cannot be rendered in bounded time."""
    text = printable(source)
    check_limits(text)
    links = Links(text, lang, article_id)
    html = _sanitise(_convert(familiar(text, lang), lang))
    if len(html) > MAX_HTML:
        raise MarkdownError("tags are left open, and repeat in every paragraph: close each one.")
    # Empty is what is left of old-style anchors, and of what was not allowed.
    html = links.rewrite(html.replace("<a></a>", "")).replace("<p></p>", "")
    html = _with_anchors(html)
    return Rendered(html, read_sections(html), tuple(links.links), tuple(links.images))


def printable(text: str) -> str:
    """Newlines as `\\n`; controls, lone surrogates and byte-order marks removed."""
    return _UNPRINTABLE.sub("", _ODD_SEPARATORS.sub(" ", _LINE_SEPARATORS.sub("\n", text)))


class _Parsers(threading.local):
    """One Python-Markdown per language and thread: 2 ms to build, and it keeps state while it works."""

    def __init__(self) -> None:
        self.by_lang: dict[str, markdown.Markdown] = {}

    def get(self, lang: str) -> markdown.Markdown:
        if lang not in self.by_lang:
            self.by_lang[lang] = markdown.Markdown(
                extensions=list(_EXTENSIONS),
                extension_configs={
                    "footnotes": {"BACKLINK_TITLE": _BACK_TO_TEXT.get(lang[:2], _BACK_TO_TEXT["en"])},
                    # The default writes a style attribute, which a strict CSP refuses.
                    "tables": {"use_align_attribute": True},
                },
            )
        return self.by_lang[lang]


_parsers = _Parsers()


def _convert(text: str, lang: str) -> str:
    try:
        return _parsers.get(lang).reset().convert(text)
    except RecursionError:
        raise MarkdownError(
            "lists, quotes or tags are nested too deeply to be shown: keep them within a few levels."
        ) from None
    except Exception as error:  # a parser's bug on one text must not stop the other articles
        raise MarkdownError(
            f"this text could not be read as Markdown ({type(error).__name__}): look for a tag or a "
            "bracket left open, or take the text away piece by piece to find which one."
        ) from error
    finally:
        # Left in the middle of a text it would start the next one there.
        if _parsers.get(lang).parser.state:
            del _parsers.by_lang[lang]


def _sanitise(html: str) -> str:
    taken: set[str] = set()

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "class":
            allowed = _CLASSES.get(tag, "").split()
            kept = (
                c for c in value.split() if c in allowed or (tag == "code" and _CODE_LANGUAGE.fullmatch(c))
            )
            return " ".join(kept) or None
        if attribute == "id" and tag in {"li", "sup"}:
            if value in taken or not _FOOTNOTE_ID.fullmatch(value):
                return None
            taken.add(value)
        return value

    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(_REMOVED_WHOLE.split()),
        attributes=ATTRIBUTES,
        attribute_filter=keep,
        tag_attribute_values=ALIGNED,
        url_schemes=SCHEMES,
        link_rel=None,
    )


def _with_anchors(html: str) -> str:
    """Give each heading a unique id, and leave h1 to the page's title."""
    shift = 1 if "<h1" in html else 0
    taken: dict[str, int] = {}

    def anchored(match: re.Match[str]) -> str:
        level = min(int(match[2]) + shift, 6)
        if match[1]:
            return f"</h{level}>"
        inner = html[match.end() : html.find(f"</h{match[2]}>", match.end())]
        text = htmllib.unescape(match[3] or _ANY_TAG.sub("", _NOTE_MARK.sub("", inner)))
        return f'<h{level} id="{htmllib.escape(_unique(_slug(text), taken))}">'

    return _HEADING.sub(anchored, html)


def _slug(text: str) -> str:
    """Lower-case words joined by hyphens, Latin accents folded; other scripts keep their marks."""
    kept, latin = [], False
    for char in unicodedata.normalize("NFKD", text.casefold()):
        if unicodedata.combining(char):
            kept.append("" if latin else char)
        else:
            latin = char < "\u0250"
            kept.append(char if char.isalnum() or char == "_" or _is_vowel_sign(char) else " ")
    return unicodedata.normalize("NFC", "-".join("".join(kept).split())) or "section"


def _is_vowel_sign(char: str) -> bool:
    """Indic vowels are marks of combining class 0."""
    return unicodedata.category(char) in {"Mc", "Mn"}


def _unique(anchor: str, taken: dict[str, int]) -> str:
    """The anchor, or `anchor-2` and so on; `taken` counts how often each was asked for."""
    free = anchor
    while free in taken:
        taken[anchor] += 1
        free = f"{anchor}-{taken[anchor]}"
    taken[free] = 1
    return free
