"""Pure: an article's sections, cut into the passages that are encoded, searched and shown."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Final

from search.records import Article, Passage, Section
from search.sentences import sentence_ends

__all__ = ["MAX_WORDS", "MIN_WORDS", "passage_input", "sentence_ends", "split_passages"]

# The encoder takes 38 ms per 100 words, and one vector says less the more it stands for.
MAX_WORDS: Final = 110
# A leftover this short says little by itself: its neighbour grows by it.
MIN_WORDS: Final = 25

# What counts as a word: two characters of the scripts written without spaces, else what is between spaces;
# thirty characters at most, so that a key or an address pasted in cannot make a passage endless.
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uff00-\uffef"
_WORD = re.compile(rf"[{_UNSPACED}]{{1,2}}|[^\s{_UNSPACED}]{{1,30}}")
_PAUSE = re.compile(r"[,;:·](?=\s)|[，、；]")


def split_passages(article: Article) -> tuple[Passage, ...]:
    """Passages along headings, in reading order; never none.

    An article without text, only images say, is one passage of its summary or title.
    """
    passages = tuple(
        Passage(article.id, article.lang, section.anchor, section.heading, text)
        for section in article.sections
        for text in _pack(section)
    )
    if passages:
        return passages
    return (Passage(article.id, article.lang, "", "", article.summary or article.title),)


def passage_input(article: Article, passage: Passage) -> str:
    """The text the encoder sees: title, tags, heading where it adds something, then the passage."""
    heading = passage.heading if _vocabulary(passage.heading) - _vocabulary(article.title) else ""
    text = passage.text if passage.text != article.title else ""
    return "\n".join(part for part in (article.title, ", ".join(article.tags), heading, text) if part)


def _vocabulary(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _size(text: str) -> int:
    return sum(1 for _ in _WORD.finditer(text))


def _pack(section: Section) -> list[str]:
    """Paragraphs joined up to MAX_WORDS, and what is then shorter than MIN_WORDS to its neighbour."""
    packed: list[tuple[int, str]] = []
    for paragraph in section.paragraphs:
        for piece in _cut(paragraph):
            size = _size(piece)
            if packed and packed[-1][0] + size <= MAX_WORDS:
                packed[-1] = (packed[-1][0] + size, f"{packed[-1][1]}\n{piece}")
            else:
                packed.append((size, piece))
    joined: list[tuple[int, str]] = []
    for size, text in packed:
        if joined and min(size, joined[-1][0]) < MIN_WORDS:
            joined[-1] = (joined[-1][0] + size, f"{joined[-1][1]}\n{text}")
        else:
            joined.append((size, text))
    return [text for _, text in joined]


def _cut(paragraph: str) -> Iterator[str]:
    """Pieces of at most MAX_WORDS: to the last sentence that fits, or pause, or word."""
    words = [match.span() for match in _WORD.finditer(paragraph)]
    if len(words) <= MAX_WORDS:
        yield from (paragraph,) if words else ()
        return
    starts = [start for start, _ in words]
    sentences, pauses = list(sentence_ends(paragraph)), [m.end() for m in _PAUSE.finditer(paragraph)]
    first = 0
    while first < len(words):
        begin, limit = starts[first], words[min(first + MAX_WORDS, len(words)) - 1][1]
        if limit == words[-1][1]:
            end = len(paragraph)
        else:
            end = _last_between(sentences, begin, limit) or _last_between(pauses, begin, limit) or limit
        yield paragraph[begin:end].strip()
        first = bisect_left(starts, end)


def _last_between(places: list[int], begin: int, limit: int) -> int:
    """The last of the sorted `places` after `begin` and up to `limit`; 0 for none."""
    at = bisect_right(places, limit)
    return places[at - 1] if at and places[at - 1] > begin else 0
