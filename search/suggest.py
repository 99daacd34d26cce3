"""As-you-type: what the first letters of a question may become. No model, no scoring of bodies."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from copy import copy

from search.analysis import Analyzer
from search.records import Article, Suggestions


class TitleIndex:
    """The words of one language's titles and other wordings, sorted, for look-up by their beginning."""

    def __init__(self, articles: Sequence[Article], analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._articles = articles
        self._wordings = [
            (text, number) for number, a in enumerate(articles) for text in (a.title, *a.questions)
        ]
        found: dict[str, set[int]] = defaultdict(set)
        for wording, (text, _) in enumerate(self._wordings):
            for word in self._split(text):
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
        wordings = set.intersection(*matches) if matches else set()
        ranked = sorted(wordings, key=lambda w: (self._starts(w, typed), len(self._wordings[w][0]), w))
        articles = dict.fromkeys(self._wordings[w][1] for w in ranked)
        completions = dict.fromkeys(self._wordings[w][0] for w in ranked)
        return Suggestions(
            tuple(completions)[:limit], tuple(self._articles[number] for number in tuple(articles)[:limit])
        )

    def _beginning(self, word: str) -> set[int]:
        first, last = bisect_left(self._words, word), bisect_left(self._words, word + "\U0010ffff")
        return set().union(*(self._found[w] for w in self._words[first:last]))

    def _starts(self, wording: int, typed: Sequence[str]) -> bool:
        """False, which sorts first, for a wording that begins with what was typed."""
        return self._split(self._wordings[wording][0])[: len(typed) - 1] != list(typed[:-1])

    def _split(self, text: str) -> list[str]:
        return [term.word for _, _, terms in self._analyzer.words(text) for term in terms]
