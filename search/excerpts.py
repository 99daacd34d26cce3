"""What of an article to show: the shortest passage that answers, with the words that were asked marked."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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


def asked_terms(words: Sequence[Word]) -> frozenset[str]:
    """Every term that stands for a word asked."""
    return frozenset(term for word in words for term in word.terms)


def shortened(hit: Hit) -> Hit:
    """`hit` with what its passage says to the question, for showing; apart from the search, as `marks` is."""
    return replace(hit, passage=shortest(hit.passage, hit.terms, analyzer_for(hit.passage.lang)))


def marks(hit: Hit) -> tuple[tuple[int, int], ...]:
    """The (start, end) spans of the asked words in the hit's passage, merged where they touch.

    Apart from the search, so that only what is shown is looked through: a microsecond a word.
    """
    analyzer = analyzer_for(hit.passage.lang)
    spans: list[tuple[int, int]] = []
    for start, end, found in analyzer.words(hit.passage.text):
        if not any(t.stem in hit.terms and t.word not in analyzer.stop_words for t in found):
            continue
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return tuple(spans)


def most_matching(passages: Sequence[Passage], terms: frozenset[str], analyzer: Analyzer) -> int:
    """The passage with the most different asked terms, the earliest among equals."""
    found = [len(terms & set(analyzer.terms(p.text))) for p in passages]
    return found.index(max(found))


@dataclass(frozen=True, slots=True)
class _Sentence:
    """One sentence of a passage: its span, its words and terms, and whether a reader may begin there."""

    start: int
    end: int
    words: int
    terms: frozenset[str]
    begins: bool


def shortest(passage: Passage, terms: frozenset[str], analyzer: Analyzer) -> Passage:
    """The part of `passage` with most of what was asked, in whole sentences; a short passage as it is.

    Of at most MOST words, unless a single sentence is longer; the shortest and then the earliest among
    equals. Where nothing asked is in it, only its meaning answers: as much of its beginning as fits.
    """
    sentences = _sentences(passage.text, analyzer)
    if sum(s.words for s in sentences) <= WHOLE:
        return passage
    weights = {term: w for term, w in analyzer.weigh(passage.text).items() if term in terms}

    def worth(window: range) -> tuple[float, int, int]:
        found = {term for at in window for term in sentences[at].terms & weights.keys()}
        # Rounded: the same words added up in another order must be equals.
        return round(sum(weights[t] for t in found), 6), -_words(sentences, window), -window.start

    if weights:
        window = _grown(sentences, max(_windows(sentences), key=worth), LEAST)
    else:
        window = _grown(sentences, range(1), MOST)
    return replace(passage, text=passage.text[sentences[window[0]].start : sentences[window[-1]].end])


def _sentences(text: str, analyzer: Analyzer) -> list[_Sentence]:
    words = list(analyzer.words(text))
    starts = [at for at, _, _ in words]

    def inside(start: int, end: int) -> slice:
        return slice(bisect_left(starts, start), bisect_left(starts, end))

    found: list[_Sentence] = []
    for start, end in sentence_spans(text):
        own = words[inside(start, end)]
        first, last = text.rfind("\n", 0, start) + 1, text.find("\n", start)
        line = inside(first, last if last >= 0 else len(text))
        # List items and paragraphs are lines alike, and half an item is about nobody knows what: only a
        # line too long to be shown whole is begun elsewhere than at its beginning.
        begins = not text[first:start].strip() or line.stop - line.start > MOST
        terms = frozenset(term.stem for _, _, terms in own for term in terms)
        found.append(_Sentence(start, end, len(own), terms, begins=begins))
    return found


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
