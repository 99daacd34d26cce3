"""Pure: a whole message, as typed in a contact form, reduced to what is asked in it.

A vector of everything a message says is nearest to nothing in particular, and each word of the story
is a word that some article has.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import regex

from search.analysis import Analyzer, fold
from search.sentences import sentence_spans

# What is kept of a message: about two sentences, and the question they lead to. A text of one line that is
# no longer is left as it is: with 25 words for that limit, QA4FAQ's longer questions lost .004 of MRR.
KEPT: Final = 45
# Who breaks lines writes a letter, with a greeting and a signature around few words that count.
# With KEPT for this limit too, questions wrapped in messages lost .036 of MRR in Italian, .046 in English.
_LETTER: Final = 25
# A sentence that does not ask is kept when the knowledge base is about at least half of it, each word by
# how much it tells. Keeping only what asks suits a story that has nothing to do with it, but real people
# tell what their question is about: on 131 real long messages (BANKING77) success@1 falls from .75 to .40
# with the asking sentences alone, and to .73 with these.
_FAMILIAR: Final = 0.5
# "Dear customer service,": a greeting and so many words to a comma at the end of the line.
_SALUTED: Final = 4
# "Vorrei sapere una cosa: ", "Subject: ": so many words to a colon only announce.
_ANNOUNCING: Final = 6
# A line with a telephone number or an address and at most so many other words is data, not a sentence.
_DATA_WORDS: Final = 6

# How questions and requests begin, as folded words. Most of these also join clauses ("quando sono
# arrivato"), so they count at the start of a clause only.
_BEGIN: Final[Mapping[str, str]] = {
    "it": "come, quando, dove, quanto, quanta, quanti, quante, perche, cosa, chi, quale, quali, qual, che "
    "cosa, com e, dov e, cos e, quant e, e possibile, si puo, posso, possiamo, potete, potreste, devo, "
    "dobbiamo, bisogna, avete, fate, c e, entro quando, a chi, da chi, di chi, a che, in che, per "
    "quanto, con quali",
    "en": "how, when, where, why, what, which, who, whose, can, could, do, does, did, is, are, will, would, "
    "should, may, am i, have you",
    "fr": "comment, quand, ou, pourquoi, combien, quel, quelle, quels, quelles, qui, que, puis, peut, "
    "pouvez, pourriez, est ce, faut il, y a t il, dois je, a qui, a quel, avez vous, quoi",
    "de": "wie, wann, wo, warum, wieso, was, wer, wem, wen, welche, welcher, welches, wohin, wieviel, kann, "
    "konnen, konnte, konnten, darf, muss, ist, gibt, habt, haben, bis wann",
    "es": "como, cuando, donde, por que, cuanto, cuanta, cuantos, cuantas, quien, cual, cuales, puedo, "
    "puede, pueden, podrian, hay, es posible, debo, tengo que, a quien",
}  # fmt: skip
# What is said only to ask, wherever it stands.
_ANYWHERE: Final[Mapping[str, str]] = {
    "it": "vorrei, vorremmo, volevo, volevamo, desidero, desidererei, come faccio, come posso, come si fa, "
    "come mai, mi domando, mi chiedo, chiedo, chiedevo, domanda, oggetto, ho bisogno, non capisco, "
    "sapete dirmi, potete dirmi, mi dite, mi spiegate, fatemi sapere, vi scrivo per, gradirei",
    "en": "i would like, i d like, i want, i wanted, i need, how can, how do, how to, can i, can you, could "
    "you, my question, i wonder, i was wondering, let me know, tell me, please, subject, writing about",
    "fr": "je voudrais, je souhaite, je souhaiterais, j aimerais, j ai besoin, est ce que, ma question, "
    "je me demande, pourriez vous, pouvez vous, merci de me, objet, dites moi, savoir si",
    "de": "ich mochte, ich wollte, ich wurde gern, ich wurde gerne, ich brauche, meine frage, "
    "ich frage mich, konnen sie, konnten sie, bitte, betreff, sagen sie mir, wissen ob",
    "es": "quisiera, quiero saber, queria, me gustaria, necesito, mi pregunta, me pregunto, asunto, podrian "
    "decirme, saber si, digame, diganme",
}  # fmt: skip
# Greetings open a sentence that may go on to say something: only they are taken away.
_GREETING: Final[Mapping[str, str]] = {
    "it": "ciao, salve, buongiorno, buonasera, buon pomeriggio, buona sera, buon giorno, gentile, gentili, "
    "egregio, egregi, spett le, spettabile, come state, come stai, come va, a tutti",
    "en": "hi, hello, hey, dear, good morning, good afternoon, good evening, there, how are you, "
    "sir or madam",
    "fr": "bonjour, bonsoir, salut, madame, monsieur, cher, chere, comment allez vous",
    "de": "hallo, guten tag, guten morgen, guten abend, sehr geehrte, liebe, lieber, wie geht es ihnen",
    "es": "hola, buenos dias, buenas tardes, buenas, estimado, estimada, estimados, como estan",
}  # fmt: skip
# Thanks and farewells: their sentence says nothing else, and a signature follows the last of them.
_FAREWELL: Final[Mapping[str, str]] = {
    "it": "grazie, vi ringrazio, la ringrazio, ringrazio, ringraziando, saluti, cordiali saluti, distinti "
    "saluti, un saluto, un cordiale saluto, cordialmente, resto in attesa, in attesa, attendo, buona "
    "giornata, buon lavoro",
    "en": "thanks, thank you, many thanks, cheers, regards, kind regards, best regards, best wishes, "
    "sincerely, yours, looking forward",
    "fr": "merci, cordialement, bien a vous, salutations, dans l attente, veuillez agreer",
    "de": "danke, vielen dank, besten dank, mit freundlichen, freundliche grusse, viele grusse, beste grusse",
    "es": "gracias, muchas gracias, un saludo, saludos, atentamente, quedo a la espera, a la espera",
}  # fmt: skip

# Whoever answers quotes below, and the disclaimer comes last: from such a line on, the writer says nothing.
_NOT_THEIRS = regex.compile(
    r"^\s*(?:>|-- ?$|-{2,} *(?:original|messaggio|ursprüng|mensaje|message)"
    r"|(?:il|on|le|am|el)\b.{8,120}\b(?:ha scritto|wrote|a écrit|schrieb|escribió)\b.*:\s*$"
    r"|(?:inviato da|sent from|envoyé d|gesendet von|enviado desde)\b"
    r"|.*\b(?:questo messaggio|this (?:e-?mail|message)|ce message|diese e-?mail|este mensaje)\b.{0,40}"
    r"\b(?:riservat|confiden|vertraulich))",
    regex.IGNORECASE | regex.MULTILINE,
)
_DATA = regex.compile(r"\S+@\S+|(?:\d[ ./-]?){6,}|https?://\S+")
_CLAUSE = regex.compile(r"[,;:(–—](?=\s)")
_WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a message; `says` is how much, `tells` what of that the knowledge base is about."""

    text: str
    words: int
    asks: bool
    farewell: bool
    says: float
    tells: float

    @property
    def familiar(self) -> float:
        """What share of it the knowledge base is about."""
        return self.tells / self.says if self.says else 0.0

    @property
    def density(self) -> tuple[float, float]:
        """How much a word of it tells on average of what the knowledge base is about; then, of anything."""
        tells = self.tells / (self.words or 1)
        return tells, self.says / (self.words or 1)


def what_is_asked(text: str, analyzer: Analyzer, known: Container[str] | None = None) -> str:
    """The sentences of `text` that ask, and those they need to be understood; a short text as it is.

    `text` comes with its line breaks: they are where people end a sentence without saying so. `known` are
    the terms of the articles' titles, other wordings and tags: by them what the question is about is told
    from a story. Not those of the text below, where a story finds its words too. Without `known` every
    sentence may be what the question is about.
    """
    short = _LETTER if "\n" in text.strip() else KEPT
    if len(text.split()) <= short or len(list(sentence_spans(text))) < 2:
        return text
    cut = _NOT_THEIRS.search(text)
    # Where all of it is quoted, the quotation is what they say.
    theirs = text[: cut.start()] if cut and text[: cut.start()].strip() else text
    sentences = [_read(theirs[start:end], analyzer, known) for start, end in sentence_spans(theirs)]
    body = _body([s for s in sentences if not _is_data(s)])
    return "\n".join(s.text for s in _chosen(body or sentences)) or text


def begins_to_ask(text: str, lang: str) -> bool:
    """Whether `text` begins as questions of a language do; `lang` is its base tag."""
    return bool(_said(_BEGIN, lang, "^ ").search(_folded(text)))


def _read(text: str, analyzer: Analyzer, known: Container[str] | None) -> _Sentence:
    lang = analyzer.lang.partition("-")[0]
    head, colon, rest = text.partition(": ")
    if colon and len(head.split()) <= _ANNOUNCING and _said(_ANYWHERE, lang, " ").search(_folded(head)):
        text = rest
    whole = _folded(text)
    said = _said(_GREETING, lang, r"(?:^|\G) ").sub("", whole)
    if said != whole and text.endswith(",") and len(said.split()) <= _SALUTED:
        said = " "
    clauses = [_folded(clause) for clause in _CLAUSE.split(text)]
    asks = said.strip() and (
        "?" in text
        or any(_said(_BEGIN, lang, "^ ").search(clause) for clause in (said, *clauses))
        or _said(_ANYWHERE, lang, " ").search(said)
    )
    weights = analyzer.weigh(text)
    tells = sum(weight for term, weight in weights.items() if known is None or term in known)
    return _Sentence(
        text, len(said.split()), bool(asks), bool(_said(_FAREWELL, lang, "^ ").search(said)),
        sum(weights.values()), tells,
    )  # fmt: skip


def _folded(text: str) -> str:
    return f" {' '.join(map(fold, _WORD.findall(text)))} "


@lru_cache(maxsize=64)
def _compiled(phrases: str, before: str) -> "regex.Pattern[str]":
    alternatives = "|".join(regex.escape(p.strip()) for p in phrases.split(",") if p.strip())
    return regex.compile(f"{before}(?:{alternatives})(?= )" if alternatives else r"(?!)")


def _said(phrases: Mapping[str, str], lang: str, before: str) -> "regex.Pattern[str]":
    """Finds a language's phrases in folded words; nothing, for a language that nobody wrote them for."""
    return _compiled(phrases.get(lang, ""), before)


def _is_data(sentence: _Sentence) -> bool:
    rest = _WORD.findall(_DATA.sub(" ", sentence.text))
    return not sentence.asks and len(rest) <= _DATA_WORDS and bool(_DATA.search(sentence.text))


def _body(sentences: Sequence[_Sentence]) -> list[_Sentence]:
    """Without what only greets, and without the last farewell and the name and address below it."""
    last = max((n for n, s in enumerate(sentences) if s.asks and not s.farewell), default=0)
    end = next((n for n, s in enumerate(sentences) if n > last and s.farewell), len(sentences))
    return [s for s in sentences[:end] if s.words and (s.asks or not s.farewell)]


def _chosen(sentences: Sequence[_Sentence]) -> list[_Sentence]:
    """Those that ask, then the familiar, which tell most in a word first, up to KEPT words; in their order.

    Where there are neither, the one that says most in a word, of whatever it is.
    """
    order = sorted(
        range(len(sentences)), key=lambda n: (sentences[n].asks, sentences[n].density), reverse=True
    )
    chosen = order[:1]
    words = sentences[order[0]].words
    for at in order[1:]:
        useful = sentences[at].asks or sentences[at].familiar >= _FAMILIAR
        if useful and words + sentences[at].words <= KEPT:
            chosen.append(at)
            words += sentences[at].words
    return [sentences[at] for at in sorted(chosen)]
