"""The words asked for that no article has: what a "no" can say it did not find."""

from collections.abc import Container, Mapping

from search.analysis import Analyzer

# Below it are words like "vorrei" (.69), "please" and "today", which no article needs to have.
_TELLING = 0.7
# More are no longer read.
_MOST = 3


def missing(
    text: str, asked: Mapping[str, float], known: Container[str], analyzer: Analyzer
) -> tuple[str, ...]:
    """The stretches of `text`, up to three, whose words no article has, as they are written.

    `asked` is how much each term tells; `known` are the terms that articles have, or that a synonym leads to
    one from. Words that tell little neither make a stretch nor break one: "tavolo da giardino" is one.
    """
    found: list[tuple[int, int]] = []
    last_known = 0
    for start, end, terms in analyzer.words(text):
        telling = [t.stem for t in terms if asked.get(t.stem, 0) >= _TELLING]
        if any(stem in known for stem in telling):
            last_known = end
        elif telling and found and found[-1][1] > last_known:
            found[-1] = (found[-1][0], end)
        elif telling:
            found.append((start, end))
    return tuple(dict.fromkeys(text[start:end] for start, end in found))[:_MOST]
