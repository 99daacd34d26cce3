"""What a page's script finds answers with: one language's words, scored as the live site scores them.

The file is a script, because no browser lets a page that was opened from a disk read another file.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import orjson
from numpy.typing import NDArray

from app.routes import preview
from app.routes.catalogue import Catalogue
from search.analysis import Analyzer
from search.records import Article
from search.snapshot import Shelf

# A posting is how many documents were left out since the last one, in base 36 (none: nothing), and its score
# as a letter, A to Z: two bytes and a half each.
_LEVELS: Final = 25
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
# How a form is written that is its stem itself, and one that does not begin with it.
_SAME, _OTHER = ".", "="


def name(lang: str) -> str:
    """The file of a language, among those of app/static."""
    return f"find.{lang}.js"


def index(
    shelf: Shelf, catalogue: Catalogue, synonyms: Mapping[str, Sequence[str]], files: Mapping[str, str]
) -> bytes:
    """The script that holds it; `files` are the articles' by their ids."""
    shelves = catalogue.shelves(shelf.lang)
    numbers = {s.category.id: number for number, s in enumerate(shelves)}
    terms = sorted(shelf.lexical.numbers, key=shelf.lexical.numbers.__getitem__)
    forms = _forms(shelf.articles, shelf.analyzer)
    postings = [shelf.lexical.postings(term) for term in terms]
    highest = max((float(scores.max()) for _, scores in postings if len(scores)), default=1.0)
    found: dict[str, Any] = {
        "lang": shelf.lang,
        "articles": [
            [a.title, files[a.id], numbers[a.category], preview.description(a)] for a in shelf.articles
        ],
        "categories": [s.category.name for s in shelves],
        "stop": " ".join(sorted(shelf.analyzer.stop_words)),
        "elided": " ".join(sorted(shelf.analyzer.elisions)),
        "words": "\n".join(_spelled(term, forms.get(term, ())) for term in terms),
        "tells": "".join(_telling(term, forms.get(term, ()), shelf.analyzer) for term in terms),
        "postings": "\n".join(_packed(documents, scores / highest) for documents, scores in postings),
        "synonyms": list(_synonyms(synonyms, shelf.analyzer, set(terms))),
    }
    return b"self.sportelloIndex = " + orjson.dumps(found) + b";\n"


def _forms(articles: Iterable[Article], analyzer: Analyzer) -> Mapping[str, set[str]]:
    """By term, the folded words of the articles that stand for it."""
    forms: dict[str, set[str]] = defaultdict(set)
    for article in articles:
        body = (text for s in article.sections for text in (s.heading, *s.paragraphs))
        for text in (article.title, *article.questions, article.summary, *article.tags, *body):
            for _, _, terms in analyzer.words(text):
                for term in terms:
                    forms[term.stem].add(term.word)
    return forms


def _spelled(term: str, forms: Iterable[str]) -> str:
    """A term and the ends of its forms: `consegn a e are`."""
    ends = (form.removeprefix(term) if form.startswith(term) else _OTHER + form for form in sorted(forms))
    return " ".join([term, *(end or _SAME for end in ends)])


def _telling(term: str, forms: Iterable[str], analyzer: Analyzer) -> str:
    """How much a term tells, in tenths, up to 9."""
    weights = [weight for form in (*forms, term) for weight in analyzer.weigh(form).values()]
    return str(min(round(10 * max(weights, default=1.0)), 9))


def _packed(documents: NDArray[np.int32], scores: NDArray[np.float32]) -> str:
    gaps = np.diff(documents, prepend=-1) - 1
    levels = np.rint(scores * _LEVELS).astype(int).clip(0, _LEVELS)
    pairs = zip(gaps.tolist(), levels.tolist(), strict=True)
    return "".join(f"{_based(gap)}{chr(ord('A') + level)}" for gap, level in pairs)


def _based(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def _synonyms(
    synonyms: Mapping[str, Sequence[str]], analyzer: Analyzer, known: set[str]
) -> Iterator[tuple[list[str], list[str]]]:
    """Customers' words, folded, and our terms for them, of those that some article has."""
    for theirs, ours in sorted(synonyms.items()):
        words = [t.word for _, _, terms in analyzer.words(theirs) for t in terms]
        carrying = [word for word in words if word not in analyzer.stop_words] or words
        meant = dict.fromkeys(t for word in ours for t in analyzer.terms(word) if t in known)
        if carrying and meant:
            yield carrying, list(meant)
