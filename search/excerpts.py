"""What of an article to show: its best passage, with the words that were asked marked."""

from collections.abc import Collection, Sequence

from search.analysis import Analyzer
from search.records import Passage


def asked_terms(words: Sequence[Collection[str]]) -> frozenset[str]:
    """Every term a query's words stand for."""
    return frozenset(term for word in words for term in word)


def marks(passage: Passage, terms: Collection[str], analyzer: Analyzer) -> tuple[tuple[int, int], ...]:
    """The (start, end) spans of the passage's words that are among `terms`, merged where they touch."""
    spans: list[tuple[int, int]] = []
    for start, end, found in analyzer.words(passage.text):
        if not any(t.stem in terms and t.word not in analyzer.stop_words for t in found):
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
