"""What was meant: slips of the finger put right with the words the collection itself uses.

A noisy channel (Kernighan, Church & Gale 1990, https://aclanthology.org/C90-2036): of the words a slip away,
the one that is likely in itself, less what the slip costs. A word that is in use is not touched.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log10
from typing import NamedTuple
from unicodedata import normalize

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis import Analyzer, fold

# Nobody types longer words. A text with more misspelt words, or more that resemble none of ours, is noise or
# in another language: it is left as it is, which also bounds what a hostile one costs.
LONGEST, MISSPELT, LOST = 30, 24, 8
# Three letters have too many neighbours; from eight on, two slips still leave most of the word. Up to five in
# capitals, in a text that is not all in capitals, are a name ("SPID").
_SHORTEST, _LONG, _ACRONYM = 4, 8, 5
_LETTERS, _APOSTROPHE = re.compile(r"[^\W_]+"), re.compile("['’‘ʼ`´]")
_CHUNK, _ADDRESS = re.compile(r"\S+"), re.compile(r"@|://|\bwww\.")

# What people write to save letters. A collection that uses the short form itself keeps it.
_SHORT = {
    "it": "nn=non x=per cmq=comunque ke=che ki=chi qnd=quando gg=giorni xke=perché xche=perché dv=dove"
    " qst=questo sn=sono tt=tutto grz=grazie msg=messaggio",
    "en": "u=you ur=your pls=please plz=please thx=thanks refnd=refund acct=account msg=message abt=about"
    " wht=what hv=have bcz=because bcoz=because dnt=don't",
    "fr": "pk=pourquoi pkoi=pourquoi koi=quoi ke=que ki=qui qd=quand bcp=beaucoup tjs=toujours tjrs=toujours",
    "es": "q=que k=que xq=porque pq=porque x=por tb=también msj=mensaje",
}  # fmt: skip
# One sound, two spellings: as it is heard, and as it is written. A word that sounds like one of the
# collection's and is a hundred times rarer (`_RARER`) is that one: "aqua" is "acqua".
_SOUNDS = {
    "it": "k=ch k=c q=cq qu=cu cu=qu", "en": "f=ph k=ck shun=tion nite=night", "fr": "k=qu f=ph",
}  # fmt: skip

_ROWS = (("qwertyuiop", 0.0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75))
_KEYS = {key: (x + indent, y) for y, (row, indent) in enumerate(_ROWS) for x, key in enumerate(row)}
_NEIGHBOURS = frozenset(
    (a, b) for a, (ax, ay) in _KEYS.items() for b, (bx, by) in _KEYS.items()
    if a != b and abs(ax - bx) <= 1 and abs(ay - by) <= 1
)  # fmt: skip

# What an edit costs, in orders of magnitude of a ten-letter word (it leaves less of a shorter one): a slip (a
# swap, a doubled letter or its single, a neighbouring key), a letter left out, any other; and what is added
# where the first letter differs, which people get right.
_SLIP, _DROP, _OTHER, _FIRST, _USUAL = 1.4, 1.7, 3.1, 1.0, 10
# Less likely than this, a strange word is rather a name, or a good word that nobody counted. At -8.5, 1 in 90
# more seeded slips would be mended, and 1 in 80 more of the language's rare words spoilt.
_LEAST = -8.0
# Where the word list is to know what the collection does not: long words only, those of 3 in a million.
_LISTED, _COMMON, _RARER = 6, 3e-6, 100
# An accent is restored where the word is seldom without ("cosi"), though the list leaves out what is less
# than one in a million; an apostrophe is one ("e'" is "è") where that is not rare ("po'" is no "pò").
_BARE, _UNCOUNTED, _MARKED = 0.1, 1e-6, 0.1


@dataclass(frozen=True, slots=True)
class Spelled:
    """A query put right: `text` is what to search, `shown` what to ask people whether they meant it, null
    where no word was misspelt (restored accents are not worth a question)."""

    text: str
    shown: str | None


class _Read(NamedTuple):
    """What a word stands for; whether it was misspelt; whether it resembles none of ours."""

    word: str
    misspelt: bool = False
    lost: bool = False


def forms_in(texts: Iterable[str]) -> Counter[str]:
    """How often each word is written, in lower case but else as it is."""
    return Counter(form for text in texts for form in _LETTERS.findall(normalize("NFC", text).casefold()))


class Speller:
    """One language's words, with how often each is `written` in its articles, as it is there. Thread-safe."""

    def __init__(self, written: Mapping[str, int], analyzer: Analyzer) -> None:
        self._analyzer, self._listed = analyzer, analyzer.frequencies
        base = analyzer.lang.partition("-")[0]
        self._short = dict(pair.split("=") for pair in _SHORT.get(base, "").split())
        self._sounds = [pair.split("=") for pair in _SOUNDS.get(base, "").split()]
        self._count: Counter[str] = Counter()
        self._forms: dict[str, dict[str, int]] = {}
        for form, count in written.items():
            word = form if form.isascii() else fold(form)
            self._count[word] += count
            if word != form:
                self._forms.setdefault(word, {})[form] = count
        self._total = max(self._count.total(), 1)
        self._sorted = sorted(self._count)
        # The letters to try in place of others: an alphabet and then some, not all of Chinese.
        self._alphabet = [letter for letter, _ in Counter("".join(self._sorted)).most_common(40)]
        self._read = lru_cache(maxsize=10_000)(self._read_word)

    def correct(self, text: str) -> Spelled:
        """`text` with its misspelt words put right, its accents restored, and all else as it was typed."""
        parts, end, misspelt, lost = [], 0, 0, 0
        for start, stop in self._spans(text):
            typed, mark = text[start:stop], _APOSTROPHE.match(text, stop) is not None
            read = self._read(typed.casefold(), mark)
            misspelt, lost = misspelt + read.misspelt, lost + read.lost
            if misspelt > MISSPELT or lost > LOST:
                return Spelled(text, None)
            if read.word != typed.casefold():
                parts += [text[end:start], _cased(read.word, typed)]
                # The apostrophe that stood for the accent goes.
                end = stop + (mark and fold(read.word[-1]) != read.word[-1])
        corrected = "".join(parts) + text[end:]
        return Spelled(corrected, corrected if misspelt else None)

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the words are that may be put right: no code, name or address; "acqua" of "l'acqua"."""
        unnamed = _CHUNK.sub(lambda m: " " * len(m[0]) if _ADDRESS.search(m[0]) else m[0], text)
        for start, stop, _ in self._analyzer.words(unnamed):
            first = max((m.end() for m in _APOSTROPHE.finditer(text, start, stop)), default=start)
            word = text[first:stop]
            name = word.isupper() and len(word) <= _ACRONYM and word != "E"
            if word.isalpha() and (not name or text.isupper()):
                yield first, stop

    def _read_word(self, typed: str, mark: bool) -> _Read:
        word = fold(typed)
        bare = word == typed
        if bare and mark and (accented := self._accented(word, mark)) != word:
            return _Read(accented)
        if word in self._short and word not in self._count:
            return _Read(self._short[word])
        if word in self._count or not _SHORTEST <= len(word) <= LONGEST or self._in_use(word):
            return _Read(self._accented(word, mark=False) if bare else typed)
        meant = self._meant(word)
        written = _commonest(self._ways_to_write(meant)) if meant else typed
        return _Read(written or typed, misspelt=meant is not None, lost=meant is None)

    def _in_use(self, word: str) -> bool:
        """Whether the collection has another form of `word`, or the language the word."""
        stem = self._analyzer.terms(word)
        listed = self._listed.get(word, float(word in self._analyzer.stop_words))
        # The words that begin as a stem does are few; its last letter may be another's ("happy", "happi").
        others = self._starting(stem[0][: max(_SHORTEST, len(stem[0]) - 1)])
        if any(self._analyzer.terms(other) == stem for other in others):
            return True
        heard = (other for other in self._heard(word) if self._count[other])
        return listed > 0 and all(self._listed.get(other, 0.0) <= listed * _RARER for other in heard)

    def _meant(self, word: str) -> str | None:
        """The likeliest word a slip away, or two for a long word, if any is likely enough."""
        heard = self._heard(word)
        near = {other: _SLIP if other in heard else _cost(word, other) for other in self._near(word)}
        if (likeliest := self._likeliest(word, near)) or len(word) < _LONG:
            return likeliest
        return self._likeliest(word, {other: _cost(word, other) for other in self._far(word)})

    def _heard(self, word: str) -> set[str]:
        return {word.replace(heard, written) for heard, written in self._sounds} - {word}

    def _near(self, word: str) -> Iterator[str]:
        """The words one edit away: the collection's, and common ones of the language, but for inflections."""
        edits = _edits(word, self._alphabet) | self._heard(word)
        yield from edits & self._count.keys()
        if len(word) >= _LISTED:
            stem = self._analyzer.terms(word)
            common = (other for other in edits & self._listed.keys() if self._listed[other] >= _COMMON)
            yield from (other for other in common if self._analyzer.terms(other) != stem)

    def _far(self, word: str) -> Iterator[str]:
        """The collection's words two edits away that begin as `word` does, or with its second letter."""
        for first in {word[0], word[1]}:
            words = self._starting(first)
            found = process.extract(word, words, scorer=OSA.distance, score_cutoff=2, limit=None)
            yield from (other for other, _, _ in found)

    def _starting(self, beginning: str) -> Sequence[str]:
        first, last = (bisect_left(self._sorted, end) for end in (beginning, beginning + "\U0010ffff"))
        return self._sorted[first:last]

    def _likeliest(self, word: str, costs: Mapping[str, float]) -> str | None:
        weight, beginnings = _USUAL / len(word), (word[0], word[1::-1])
        likely = {
            other: log10(self._share(other)) - weight * (cost + _FIRST * (not other.startswith(beginnings)))
            for other, cost in costs.items()
        }
        best = _commonest(likely)
        return best if best and likely[best] >= _LEAST else None

    def _share(self, word: str) -> float:
        return (self._count[word] / self._total + self._listed.get(word, 0.0)) / 2

    def _ways_to_write(self, word: str) -> Mapping[str, float]:
        """The forms of a folded word with how often each; the collection's where the language has none."""
        accented = self._forms.get(word, {})
        bare = self._count[word] - sum(accented.values())
        return self._analyzer.spellings(word) or {**accented, **({word: bare} if bare else {})}

    def _accented(self, word: str, mark: bool) -> str:
        """`word` as it is written, if hardly ever without its accent; with an apostrophe in place of one at
        its end, if now and then with it."""
        forms = self._ways_to_write(word)
        uncounted = _UNCOUNTED if word in self._listed else 1.0
        uses, bare = sum(forms.values()) + uncounted, forms.get(word, 0.0) + uncounted
        best = _commonest({f: often for f, often in forms.items() if f[-1] != word[-1] or not mark}) or word
        return best if (forms.get(best, 0.0) >= _MARKED * uses if mark else bare <= _BARE * uses) else word


def _commonest(scores: Mapping[str, float]) -> str | None:
    return max(scores, key=lambda word: (scores[word], word), default=None)


def _edits(word: str, alphabet: Sequence[str]) -> set[str]:
    """All that is one swap, letter less, letter more or other letter away."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {a + b[1:] for a, b in splits if b and len(word) >= _SHORTEST}
    found |= {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    found |= {a + c + b[1:] for a, b in splits if b for c in alphabet}
    return found | {a + c + b for a, b in splits for c in alphabet}


@lru_cache(maxsize=10_000)
def _cost(typed: str, meant: str) -> float:
    """What it costs to have typed one for the other: the cheapest edits, from their ends."""
    if not typed or not meant:
        return _OTHER * len(typed) + _DROP * len(meant)
    a, b = typed[-1], meant[-1]
    twice, double = a == typed[-2:-1], b == meant[-2:-1]
    other = 0.0 if a == b else _SLIP if (a, b) in _NEIGHBOURS else _OTHER
    ways = [_cost(typed[:-1], meant[:-1]) + other]
    if a != b or twice:
        extra = _SLIP if twice or (a, typed[-2:-1]) in _NEIGHBOURS else _OTHER
        ways.append(_cost(typed[:-1], meant) + extra)
    if a != b or double:
        ways.append(_cost(typed, meant[:-1]) + (_SLIP if double else _DROP))
    if len(typed) > 1 and typed[-2:] == meant[:-3:-1]:
        ways.append(_cost(typed[:-2], meant[:-2]) + _SLIP)
    return min(ways)


def _cased(word: str, typed: str) -> str:
    """`word` in capitals as `typed` is."""
    capital = word[:1].upper() + word[1:] if typed[:1].isupper() else word
    return word.upper() if typed.isupper() else capital
