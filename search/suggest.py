"""As-you-type: what the first letters of a question may become. No model, no scoring of bodies."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from itertools import chain

from search.analysis import Analyzer
from search.records import Article, Suggestions


class TitleIndex:
    """The words of one language's titles and other wordings, sorted, for look-up by their beginning."""

    def __init__(self, articles: Sequence[Article], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._articles = articles
        asked = ((text, number) for number, a in enumerate(articles) for text in (a.title, *a.questions))
        # The shortest first, so that a number says which of two is offered.
        self._wordings = sorted(asked, key=lambda wording: len(wording[0]))
        self._said = [self._split(text) for text, _ in self._wordings]
        found: dict[str, set[int]] = defaultdict(set)
        for wording, words in enumerate(self._said):
            for word in words:
                found[word].add(wording)
        self._words = sorted(found)
        self._found = found

    def of(self, articles: Sequence[Article]) -> "TitleIndex":
        """The same for articles whose titles and wordings are the same, in the same order."""
        other = copy(self)
        other._articles = articles  # noqa: SLF001  a copy of ours
        return other

    def suggest(self, prefix: str, limit: int) -> Suggestions:
        """Wordings that have all of the typed words, the last as a beginning; the shortest first."""
        typed = self._split(prefix)
        content = [w for w in typed[:-1] if w not in self._analyzer.stop_words] + typed[-1:]
        matches = [self._beginning(word) for word in content]
        wordings = sorted(set.intersection(*matches)) if matches else []
        first = typed[:-1]
        begun, others = (
            [w for w in wordings if (self._said[w][: len(first)] == first) is so] for so in (True, False)
        )
        completions: dict[str, None] = {}
        offered: dict[int, None] = {}
        for wording in chain(begun, others):
            text, number = self._wordings[wording]
            completions[text] = offered[number] = None
            if min(len(completions), len(offered)) >= limit:
                break
        return Suggestions(
            tuple(completions)[:limit], tuple(self._articles[number] for number in tuple(offered)[:limit])
        )

    def _beginning(self, word: str) -> set[int]:
        first, last = bisect_left(self._words, word), bisect_left(self._words, word + "\U0010ffff")
        return set().union(*(self._found[w] for w in self._words[first:last]))

    def _split(self, text: str) -> list[str]:
        return [term.word for _, _, terms in self._analyzer.words(text) for term in terms]
