"""Pure: how easy a text is to read, from 0 to 100."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from indexer.passages import sentence_ends

# Under this the two measures swing with every word.
_ENOUGH_WORDS: Final = 60
# Fewer are an item of a list or a label, such as a name: no prose to be read with ease.
_LEAST_SENTENCE: Final = 4
_WORD = re.compile(r"[^\W\d_]+")
_VOWELS = re.compile(r"[aeiouy]+")


@dataclass(frozen=True, slots=True)
class Ease:
    """A measure's `value`, and the `floor` under which a text asks too much of its readers."""

    measure: str
    value: float
    floor: float
    words_per_sentence: float


def reading_ease(lang: str, paragraphs: Iterable[str]) -> Ease | None:
    """Null for a language without a measure, and for a text too short to be measured."""
    measure = _MEASURES.get(lang.partition("-")[0])
    if measure is None:
        return None
    words: list[str] = []
    sentences = 0
    for paragraph in paragraphs:
        found = _WORD.findall(paragraph)
        if len(found) >= _LEAST_SENTENCE:
            words += found
            sentences += sum(1 for _ in sentence_ends(paragraph)) + 1
    if len(words) < _ENOUGH_WORDS:
        return None
    name, floor, value = measure
    return Ease(name, min(100.0, max(0.0, value(words, sentences))), floor, len(words) / sentences)


def _gulpease(words: list[str], sentences: int) -> float:
    """Lucisano and Piemontese 1988; under 40 is hard for who finished upper secondary school."""
    return 89 + (300 * sentences - 10 * sum(map(len, words))) / len(words)


def _flesch(words: list[str], sentences: int) -> float:
    """Flesch 1948; under 30 is a university text."""
    syllables = sum(map(_syllables, words))
    return 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)


def _syllables(word: str) -> int:
    """Groups of vowels, without a silent final e."""
    lower = word.lower()
    groups = len(_VOWELS.findall(lower))
    silent = groups > 1 and lower.endswith("e") and not lower.endswith("le")
    return max(1, groups - silent)


# Floors a little above “hard”: a help article is read in haste.
_MEASURES: Final[Mapping[str, tuple[str, float, Callable[[list[str], int], float]]]] = {
    "it": ("Gulpease", 45, _gulpease),
    "en": ("Flesch", 30, _flesch),
}
