"""The words customers use, and ours: a query's words with all that may stand for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from search.analysis import Analyzer

# A synonym is a guess of the editor's about what was meant; the word itself is what was said.
WEIGHT = 0.8


@dataclass(frozen=True, slots=True)
class Word:
    """A term asked: how much it tells, and the terms that stand for it, itself too, each with how well."""

    term: str
    weight: float
    terms: Mapping[str, float]


class Synonyms:
    """One language's synonyms, as terms. A customers' word may be several ("soldi indietro")."""

    def __init__(self, synonyms: Mapping[str, Sequence[str]], analyzer: Analyzer) -> None:
        self._ours = {
            tuple(analyzer.terms(theirs)): tuple(
                dict.fromkeys(t for word in ours for t in analyzer.terms(word))
            )
            for theirs, ours in synonyms.items()
        }
        self._longest = max(map(len, self._ours), default=0)

    def expand(self, asked: Mapping[str, float]) -> tuple[Word, ...]:
        """Each term asked, which comes with its weight, with our terms for the words it is part of."""
        terms = list(asked)
        words: dict[str, dict[str, float]] = {term: {term: 1.0} for term in terms}
        for length in range(1, self._longest + 1):
            for start in range(len(terms) - length + 1):
                phrase = tuple(terms[start : start + length])
                for ours in self._ours.get(phrase, ()):
                    for term in phrase:
                        words[term].setdefault(ours, WEIGHT)
        return tuple(Word(term, asked[term], stand_ins) for term, stand_ins in words.items())
