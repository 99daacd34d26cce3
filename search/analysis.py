"""Text to terms, by language: the same code when an index is written and when it is read."""

import threading
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from math import log10
from typing import NamedTuple

import regex
import Stemmer
import wordfreq
from whoosh.lang.stopwords import stoplists

# Raise it when the terms of some text change: snapshots written before are then refused and rebuilt.
VERSION = 1

# Controls, lone surrogates, private use and unassigned code points: nothing a question needs, and
# what breaks tokenizers. Format characters (Cf) go too, but for the joiners that Indic and Persian
# words are written with.
_UNWANTED = frozenset({"Cc", "Cs", "Co", "Cn", "Cf"})
_JOINERS = frozenset("\u200c\u200d")
_SPACE = regex.compile(r"[\s\u200b]+")

_APOSTROPHES = "'’‘ʼ＇`´′"
_WORD = regex.compile(rf"[\p{{L}}\p{{N}}\p{{M}}]+(?:[{_APOSTROPHES}\u200c\u200d][\p{{L}}\p{{N}}\p{{M}}]+)*")
_APOSTROPHE = regex.compile(rf"[{_APOSTROPHES}]")
# "e-mail", "t-shirt": a letter and its word are one word, however they are written.
_INITIAL = regex.compile(r"(?<![\p{L}\p{N}])\p{L}[-‐‑](?=\p{L}{3})")
# Scripts written without spaces, and Hangul, whose particles cling to the word: character pairs.
_UNSPACED = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}][\p{M}]*"
)
# Optional marks: Latin, Greek and Cyrillic accents (not й, a letter of its own), Hebrew points,
# Arabic vowels. Elsewhere, as in Devanagari, marks are vowels and stay.
_MARKS = regex.compile(r"(?<!и)[\u0300-\u036f]|[\u0591-\u05c7\u064b-\u065f\u0670]")
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ə": "e", "ς": "σ"}
)
# "fuer" for "für": the vowels before "ue" keep "neue" and "Quelle" whole.
_GERMAN_DIGRAPHS = regex.compile(r"([ao])e|(?<![aeq])(u)e")

_ELIDED = {
    "it": "l un dell all dall nell sull coll d c n v m t s gl quell quest bell sant buon nient null anch com"
    " dov quant senz tutt mezz",
    "fr": "l d c n m t s j qu lorsqu puisqu quoiqu jusqu quelqu aujourd",
    "ca": "l d n m t s",
}
_ELISIONS = {lang: frozenset(words.split()) for lang, words in _ELIDED.items()}

# Snowball's algorithms by language tag; whoosh names the same for fewer languages and in slow Python.
_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "st": "sesotho", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


def normalise(text: str, limit: int) -> str:
    """The one door for text from outside: NFKC, printable, single-spaced, at most `limit` characters.

    Cut before and after NFKC, which can make eighteen characters of one (U+FDFA), so that the cost
    is bounded by `limit` whatever comes.
    """
    folded = unicodedata.normalize("NFKC", text[:limit])[:limit]
    spaced = _SPACE.sub(" ", folded)
    if spaced.isprintable():  # as most is: it then has nothing unwanted
        return spaced.strip()
    kept = (c for c in spaced if c in _JOINERS or unicodedata.category(c) not in _UNWANTED)
    # Once more: what stood between two spaces may have gone.
    return _SPACE.sub(" ", "".join(kept)).strip()


def fold(word: str) -> str:
    """`word` in lower case and without its optional accents, as people type it in a hurry."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return unicodedata.normalize("NFC", _MARKS.sub("", decomposed)).translate(_LETTERS)


# How much a word tells, by how common it is in its language: its Zipf frequency is the logarithm of its
# uses in a thousand million words. "Quando" (6.2) tells little whatever the collection, and a collection of
# fifty articles is too small to know it. Full weight up to 4.5 ("pagare" is at 4.9, "bolletta" at 3.7), a
# fifth for the commonest. Lifts lexical MRR by .004 to .024 on five labelled sets.
_COMMON, _RARE, _LEAST = 7.0, 4.5, 0.2


class Term(NamedTuple):
    """A word without accents and elisions, in lower case, and its stem, which is what indexes hold."""

    word: str
    stem: str


class Analyzer:
    """One language's way from text to terms. Thread-safe; got by `analyzer_for`."""

    def __init__(self, lang: str) -> None:
        base = lang.partition("-")[0]
        self.lang = lang
        self._german = base == "de"
        self._english = base == "en"
        self.elisions = _ELISIONS.get(base, frozenset())
        self.stop_words = frozenset(
            fold(w) for w in stoplists.get({"nb": "no", "nn": "no"}.get(base, base), ())
        )
        algorithm = _SNOWBALL.get(base)
        self._stemmer = Stemmer.Stemmer(algorithm, 0) if algorithm else None
        self._lock = threading.Lock()  # Snowball's stemmers keep state
        # Few different words make most of any text; a word's way to its terms is looked up, not walked.
        self._terms_of = lru_cache(maxsize=100_000)(self._analyse)

    def words(self, text: str) -> Iterator[tuple[int, int, Sequence[Term]]]:
        """Each word of `text`, stop words too: its (start, end) span and the terms it stands for."""
        for raw, start, end in _raw_words(text):
            yield start, end, self._terms_of(raw)

    def terms(self, text: str) -> list[str]:
        """The terms that carry meaning; all of them where there are only stop words ("chi siamo")."""
        terms = [term for _, _, terms in self.words(text) for term in terms]
        return [t.stem for t in terms if t.word not in self.stop_words] or [t.stem for t in terms]

    def weigh(self, text: str) -> dict[str, float]:
        """The different terms of a question, in order, each with how much it tells, up to 1."""
        weights: dict[str, float] = {}
        found = [t for _, _, terms in self.words(text) for t in terms]
        for term in [t for t in found if t.word not in self.stop_words] or found:
            weights[term.stem] = max(weights.get(term.stem, 0.0), self.tells(term.word))
        return weights

    @property
    def frequencies(self) -> Mapping[str, float]:
        """The language's folded words with the part of its text that each is; empty where nobody counted."""
        return _frequencies(self.lang.partition("-")[0])

    def spellings(self, word: str) -> Mapping[str, float]:
        """How the language writes a folded word, with the part of its text that is each: {"città": .0006,
        "citta": .00001}; nothing for a word that nobody counted."""
        frequency = self.frequencies.get(word)
        return _accented(self.lang.partition("-")[0]).get(word) or ({word: frequency} if frequency else {})

    def _analyse(self, raw: str) -> tuple[Term, ...]:
        """What `raw`, a word as it is written, stands for."""
        parts = [part for part in map(fold, _APOSTROPHE.split(raw)) if part]
        if self._english:  # "customer's" is the customer; "don't" is one word
            parts = ["".join(parts[:-1] if parts[1:] and parts[-1] == "s" else parts)]
        elif len(parts) > 1:
            parts = [part for part in parts[:-1] if part not in self.elisions] + parts[-1:]
        if self._german:
            parts = [_GERMAN_DIGRAPHS.sub(r"\1\2", part) for part in parts]
        return tuple(Term(part, self._stem(part)) for part in parts if part)

    def tells(self, word: str) -> float:
        """How much a folded word says of what a text is about, up to 1: the more, the rarer it is."""
        frequency = self.frequencies.get(word)
        if frequency is None:
            return 1.0
        zipf = log10(frequency) + 9
        return min(max((_COMMON - zipf) / (_COMMON - _RARE), _LEAST), 1.0)

    def _stem(self, word: str) -> str:
        if self._stemmer is None or word[0].isdigit():
            return word
        with self._lock:
            return str(self._stemmer.stemWord(word)) or word


@lru_cache(maxsize=64)
def _frequencies(lang: str) -> Mapping[str, float]:
    """How often words are used in a language; nothing for one that nobody counted."""
    if lang not in wordfreq.available_languages("small"):
        return {}
    counted: dict[str, float] = {}
    for word, frequency in wordfreq.get_frequency_dict(lang, "small").items():
        folded = word if word.isascii() else fold(word)  # the lists are in lower case
        counted[folded] = counted.get(folded, 0.0) + frequency
    return counted


@lru_cache(maxsize=64)
def _accented(lang: str) -> Mapping[str, Mapping[str, float]]:
    """The folded words that are written with accents too, each with all its forms."""
    if lang not in wordfreq.available_languages("small"):
        return {}
    listed = wordfreq.get_frequency_dict(lang, "small")
    forms: dict[str, dict[str, float]] = {}
    for word, frequency in listed.items():
        if not word.isascii():
            plain = fold(word)
            forms.setdefault(plain, {plain: listed[plain]} if plain in listed else {})[word] = frequency
    return forms


def _raw_words(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word of `text` as it is written, and its span; "e-mail" is one, unspaced scripts go in pairs."""
    initial = -1
    unspaced = _UNSPACED.search(text) is not None
    for match in _WORD.finditer(text):
        start, end = match.span()
        if end - start == 1 and _INITIAL.match(text, start):
            initial = start
            continue
        raw = match[0]
        if initial >= 0:
            raw, start, initial = text[initial] + raw, initial, -1
        if unspaced and _UNSPACED.search(raw):
            yield from _pairs(raw, start)
        else:
            yield raw, start, end


def _pairs(raw: str, offset: int) -> Iterator[tuple[str, int, int]]:
    """Overlapping pairs of the unspaced characters of `raw`; what stands between them stays whole."""
    last = 0
    for run in regex.finditer(rf"(?:{_UNSPACED.pattern})+", raw):
        if run.start() > last:
            yield raw[last : run.start()], offset + last, offset + run.start()
        chars = [(m[0], m.start() + run.start(), m.end() + run.start()) for m in _UNSPACED.finditer(run[0])]
        pairs = pairwise(chars) if len(chars) > 1 else [(chars[0], chars[0])]
        for (a, start, _), (b, b_start, end) in pairs:
            yield (a if b_start == start else a + b), offset + start, offset + end
        last = run.end()
    if last < len(raw):
        yield raw[last:], offset + last, offset + len(raw)


@lru_cache(maxsize=256)
def analyzer_for(lang: str) -> Analyzer:
    """The analyzer of a BCP 47 tag; one without a stemmer still folds, elides and counts words."""
    return Analyzer(lang)


# One sentence a language with what the code above treats specially, so that a change of behaviour,
# ours or a stemmer's, changes the fingerprint by itself.
_PROBES = {
    "it": "Com'è che l’ordine dell'e-mail NON c'e' più? Perché pagherò un'altra T-shirt da 1.234,50 €",
    "en": "The customer's orders don't arrive: running, happily returned t-shirts",
    "de": "Für fuer neue Straßen, Schuhe und Quellen",
    "fr": "Aujourd'hui l'été n’est qu'à payer, cœur remboursé",
    "es": "¿Cuándo devolverán las niñas el dinero?",
    "ru": "Красивый ёж вернёт деньги",
    "ar": "كَيْفَ أدفع",
    "hi": "मैं भुगतान कैसे करूँ",
    "ja": "返品したいiPhoneです",
    "th": "คืนสินค้า",
    "ko": "반품하고 싶어요",
}


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """This analyser's identity: indexes written under another cannot be read with it."""
    terms = [analyzer_for(lang).terms(text) for lang, text in _PROBES.items()]
    digest = blake2b(repr(terms).encode("utf-8"), digest_size=8).hexdigest()
    return f"{VERSION}-{digest}"
