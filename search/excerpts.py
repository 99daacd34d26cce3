"""What of an article to show: its best passage, with the words that were asked marked."""

from collections.abc import Sequence

from search.analysis import Analyzer, analyzer_for
from search.records import Hit, Passage
from search.synonyms import Word


def asked_terms(words: Sequence[Word]) -> frozenset[str]:
    """Every term that stands for a word asked."""
    return frozenset(term for word in words for term in word.terms)


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
