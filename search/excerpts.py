"""What of an article to show: the shortest passage that answers, with the words that were asked marked."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from search.analysis import Analyzer, Term, analyzer_for
from search.records import Hit, Passage
from search.sentences import sentence_spans
from search.synonyms import Word

# Up to here a passage is shown as it is: cutting would save a line and may cost the answer.
WHOLE: Final = 60
# What is shown of a longer one: fifteen seconds of reading, four lines of a page and seven of a telephone.
MOST: Final = 55
# The sentence with the question's words is often followed by its answer: so many words at least.
LEAST: Final = 25
# Passages that are remembered as they were read: 3 kB each, and what is found is mostly found again.
_KEPT: Final = 4_096


def asked_terms(words: Sequence[Word]) -> frozenset[str]:
    """Every term that stands for a word asked."""
    return frozenset(term for word in words for term in word.terms)


def shortened(hit: Hit) -> Hit:
    """`hit` with what its passage says to the question, for showing; apart from the search, as `marks` is."""
    return replace(hit, passage=shortest(hit.passage, hit.terms, analyzer_for(hit.passage.lang)))


def marks(hit: Hit) -> tuple[tuple[int, int], ...]:
    """The (start, end) spans of the asked words in the hit's passage, merged where they touch.

    Apart from the search, so that only what is shown is looked through.
    """
    analyzer = analyzer_for(hit.passage.lang)
    read = _read(hit.passage.text, analyzer)
    spans: list[tuple[int, int]] = []
    for start, end, found in zip(read.starts, read.ends, read.terms, strict=True):
        if not any(t.stem in hit.terms and t.word not in analyzer.stop_words for t in found):
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return tuple(spans)


def most_matching(passages: Sequence[Passage], terms: frozenset[str], analyzer: Analyzer) -> int:
    """The passage with the most different asked terms, the earliest among equals."""
    found = [len(_telling(_read(p.text, analyzer), terms, analyzer)) for p in passages]
    return found.index(max(found))


@dataclass(frozen=True, slots=True)
class _Sentence:
    """One sentence of a passage: its span, which words are its own, and whether a reader may begin there."""

    start: int
    end: int
    own: slice
    begins: bool

    @property
    def words(self) -> int:
        """How many."""
        length: int = self.own.stop - self.own.start
        return length


@dataclass(frozen=True, slots=True)
class _Read:
    """A text's words, each with its span and terms, and its sentences: the same whatever is asked of it."""

    starts: "array[int]"
    ends: "array[int]"
    terms: tuple[Sequence[Term], ...]
    sentences: tuple[_Sentence, ...]
    only_stop_words: bool


@lru_cache(maxsize=_KEPT)
def _read(text: str, analyzer: Analyzer) -> _Read:
    words = list(analyzer.words(text))
    starts, ends = array("L", (s for s, _, _ in words)), array("L", (e for _, e, _ in words))
    terms = tuple(found for _, _, found in words)
    tells = any(t.word not in analyzer.stop_words for found in terms for t in found)
    return _Read(starts, ends, terms, tuple(_sentences(text, starts)), not tells)


def _telling(read: _Read, asked: frozenset[str], analyzer: Analyzer) -> Mapping[str, float]:
    """The asked terms that a text has, each with how much it tells; stop words if it has no others."""
    weights: dict[str, float] = {}
    for found in read.terms:
        for term in found:
            if term.stem in asked and (read.only_stop_words or term.word not in analyzer.stop_words):
                weights[term.stem] = max(weights.get(term.stem, 0.0), analyzer.tells(term.word))
    return weights


def shortest(passage: Passage, terms: frozenset[str], analyzer: Analyzer) -> Passage:
    """The part of `passage` with most of what was asked, in whole sentences; a short passage as it is.

    Of at most MOST words, unless a single sentence is longer; the shortest and then the earliest among
    equals. Where nothing asked is in it, only its meaning answers: as much of its beginning as fits.
    """
    read = _read(passage.text, analyzer)
    sentences = read.sentences
    if sum(s.words for s in sentences) <= WHOLE:
        return passage
    weights = _telling(read, terms, analyzer)
    there = [{t.stem for f in read.terms[s.own] for t in f if t.stem in weights} for s in sentences]

    def worth(window: range) -> tuple[float, int, int]:
        found = {term for at in window for term in there[at]}
        # Rounded: the same words added up in another order must be equals.
        return round(sum(weights[t] for t in found), 6), -_words(sentences, window), -window.start

    if weights:
        window = _grown(sentences, max(_windows(sentences), key=worth), LEAST)
    else:
        window = _grown(sentences, range(1), MOST)
    return replace(passage, text=passage.text[sentences[window[0]].start : sentences[window[-1]].end])


def _sentences(text: str, starts: "array[int]") -> Iterator[_Sentence]:
    def inside(start: int, end: int) -> slice:
        return slice(bisect_left(starts, start), bisect_left(starts, end))

    for start, end in sentence_spans(text):
        first, last = text.rfind("\n", 0, start) + 1, text.find("\n", start)
        line = inside(first, last if last >= 0 else len(text))
        # List items and paragraphs are lines alike, and half an item is about nobody knows what: only a
        # line too long to be shown whole is begun elsewhere than at its beginning.
        begins = not text[first:start].strip() or line.stop - line.start > MOST
        yield _Sentence(start, end, inside(start, end), begins)


def _words(sentences: Sequence[_Sentence], window: range) -> int:
    return sum(sentences[at].words for at in window)


def _windows(sentences: Sequence[_Sentence]) -> Iterator[range]:
    """Every row of sentences that may be shown: one, or as many as fit."""
    for first, opening in enumerate(sentences):
        if opening.begins:
            yield range(first, first + 1)
            for end in range(first + 2, len(sentences) + 1):
                if _words(sentences, range(first, end)) > MOST:
                    break
                yield range(first, end)


def _grown(sentences: Sequence[_Sentence], window: range, least: int) -> range:
    """With what follows, where the answer to a repeated question is, then with what leads to it."""
    after = (range(window.start, end) for end in range(window.stop + 1, len(sentences) + 1))
    for wider in after:
        if _words(sentences, window) >= least or _words(sentences, wider) > MOST:
            break
        window = wider
    before = (range(first, window.stop) for first in reversed(range(window.start)) if sentences[first].begins)
    for wider in before:
        if _words(sentences, window) >= least or _words(sentences, wider) > MOST:
            break
        window = wider
    return window
