"""What of an article to show: the shortest passage that answers, with the words that were asked marked."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from typing import Final

from search.analysis import Analyzer, analyzer_for
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
    read = _read(hit.passage.text, analyzer_for(hit.passage.lang))
    spans: list[tuple[int, int]] = []
    for word in () if read.only_stop_words else dict.fromkeys(read.at[n] for n in read.asked(hit.terms)):
        start, end = read.starts[word], read.ends[word]
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return tuple(spans)


def most_matching(passages: Sequence[Passage], terms: frozenset[str], analyzer: Analyzer) -> int:
    """The passage with the most different asked terms, the earliest among equals."""
    reads = [_read(passage.text, analyzer) for passage in passages]
    found = [len({read.stems[n] for n in read.asked(terms)}) for read in reads]
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
    """A text's words, each with its span, and its sentences: the same whatever is asked of it.

    Telling term n has a stem and its form before that, and is of the word `at` n; stop words are none, unless
    there is nothing else.
    """

    starts: "array[int]"
    ends: "array[int]"
    stems: tuple[str, ...]
    forms: tuple[str, ...]
    at: "array[int]"
    sentences: tuple[_Sentence, ...]
    only_stop_words: bool

    def asked(self, terms: frozenset[str]) -> list[int]:
        """The telling terms that were asked, in order."""
        return [n for n, stem in enumerate(self.stems) if stem in terms]


@lru_cache(maxsize=_KEPT)
def _read(text: str, analyzer: Analyzer) -> _Read:
    words = list(analyzer.words(text))
    starts, ends = array("L", (s for s, _, _ in words)), array("L", (e for _, e, _ in words))
    terms = [(number, term) for number, (_, _, found) in enumerate(words) for term in found]
    telling = [(number, term) for number, term in terms if term.word not in analyzer.stop_words]
    kept = telling or terms
    stems, forms = tuple(t.stem for _, t in kept), tuple(t.word for _, t in kept)
    at = array("L", (number for number, _ in kept))
    return _Read(starts, ends, stems, forms, at, tuple(_sentences(text, starts)), not telling)


def _telling(read: _Read, asked: Sequence[int], analyzer: Analyzer) -> Mapping[str, float]:
    """The stems of some terms of a text, each with how much it tells."""
    weights: dict[str, float] = {}
    for number in asked:
        stem = read.stems[number]
        weights[stem] = max(weights.get(stem, 0.0), analyzer.tells(read.forms[number]))
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
    asked = read.asked(terms)
    # How many words the sentences before each have: of a window, the difference is its words.
    before = list(accumulate((s.words for s in sentences), initial=0))
    if asked:
        weights = _telling(read, asked, analyzer)
        there = [{read.stems[n] for n in asked if s.own.start <= read.at[n] < s.own.stop} for s in sentences]

        def worth(window: range) -> tuple[float, int, int]:
            found = {term for at in window for term in there[at]}
            # Rounded: the same words added up in another order must be equals.
            return round(sum(weights[t] for t in found), 6), -_words(before, window), -window.start

        window = _grown(sentences, before, max(_windows(sentences, before), key=worth), LEAST)
    else:
        window = _grown(sentences, before, range(1), MOST)
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


def _words(before: Sequence[int], window: range) -> int:
    return before[window.stop] - before[window.start]


def _windows(sentences: Sequence[_Sentence], before: Sequence[int]) -> Iterator[range]:
    """Every row of sentences that may be shown: one, or as many as fit."""
    for first, opening in enumerate(sentences):
        if opening.begins:
            yield range(first, first + 1)
            for end in range(first + 2, len(sentences) + 1):
                if _words(before, range(first, end)) > MOST:
                    break
                yield range(first, end)


def _grown(sentences: Sequence[_Sentence], before: Sequence[int], window: range, least: int) -> range:
    """With what follows, where the answer to a repeated question is, then with what leads to it."""
    later = (range(window.start, end) for end in range(window.stop + 1, len(sentences) + 1))
    for wider in later:
        if _words(before, window) >= least or _words(before, wider) > MOST:
            break
        window = wider
    sooner = (range(first, window.stop) for first in reversed(range(window.start)) if sentences[first].begins)
    for wider in sooner:
        if _words(before, window) >= least or _words(before, wider) > MOST:
            break
        window = wider
    return window
