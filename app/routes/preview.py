"""What other sites show of an article before anyone opens it."""

import re
from html import unescape
from typing import Final

from search.records import Article

# What search engines show of a description; the rest is cut wherever they like.
_DESCRIPTION: Final = 160
# Articles' HTML is sanitised: attributes are quoted like this.
_IMAGE: Final = re.compile(r'<img\b[^>]*?\ssrc="([^"]+)"')


def description(article: Article) -> str:
    """The summary, or else how the article begins."""
    return article.summary or _cut(next((p for s in article.sections for p in s.paragraphs), article.title))


def image(article: Article, origin: str) -> str | None:
    """The whole address of the article's first image."""
    found = _IMAGE.search(article.html)
    address = unescape(found[1]) if found else ""
    if address.startswith("/") and not address.startswith("//"):
        return origin + address
    return address if address.startswith("https://") else None


def text(article: Article) -> str:
    """All of the article's words, a line for each heading, paragraph and list item."""
    return "\n".join(line for s in article.sections for line in (s.heading, *s.paragraphs) if line)


def _cut(paragraph: str) -> str:
    if len(paragraph) <= _DESCRIPTION:
        return paragraph
    whole_words = paragraph[:_DESCRIPTION].rpartition(" ")[0] or paragraph[: _DESCRIPTION - 1]
    return f"{whole_words.rstrip(' ,;:.')}…"
