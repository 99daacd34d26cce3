"""The scale a collection's answers are judged by, learned from the collection itself when it is indexed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.answerability import Calibration, Found, evidence, scaled
from search.dense import Rows
from search.encoders import Vectors
from search.sharpening import Floats, Ints, Sharpening

# The evidence that 97 of 100 answerable questions reach, on three labelled sets of articles with one title
# each; where a collection starts from that has few wordings to learn its own from.
FLOOR = 0.42
# So many wordings asked say as much as that start.
_START = 50
# Editors' wordings are cleaner than what customers type: the floor learned from them is a sixth too high.
_CUSTOMERS = 0.82
# A share of wordings that may fall below the floor.
_REFUSED = 0.05
# So many wordings show the floor to the second decimal.
_SAMPLE = 400
# What is asked everywhere is nobody's own, unless a wording here is so near to it: a bank is asked of
# mortgages.
_OWN = 0.7

# Questions and answers about as many things: what an encoder says of any two of them is its zero.
UNRELATED_QUESTIONS = (
    "Quanto costa la spedizione in Sardegna?",
    "Come si cuoce il riso integrale?",
    "Chi ha scritto la Divina Commedia?",
    "A che ora parte il treno per Bologna?",
    "My screen stays black when I start the computer",
    "How do I water an orchid in winter?",
    "Which vaccine does my dog need?",
    "Can I change my bank branch online?",
    "Où puis-je renouveler mon passeport ?",
    "Wie spiele ich ein Lied auf der Gitarre?",
    "¿Qué temperatura hace en Madrid?",
    "Do I need a helmet to ski?",
)
UNRELATED_PASSAGES = (
    "Sei euro; è gratuita sopra gli ottanta.",
    "Lessalo quaranta minuti a fuoco basso, poi lascialo riposare.",
    "Dante Alighieri, all'inizio del Trecento.",
    "Alle sette e venti, dal binario quattro.",
    "Check the cable, then hold the power button for ten seconds.",
    "Every ten days, with little lukewarm water.",
    "Rabies and distemper, renewed each year.",
    "Yes, from your profile; the account number stays the same.",
    "À la mairie, avec une photo et l'ancien document.",
    "Beginne mit drei Akkorden und einem langsamen Rhythmus.",
    "Unos treinta grados en verano, cinco en invierno.",
    "It is compulsory for children under eighteen.",
)


@dataclass(frozen=True, slots=True)
class Strangers:
    """What an encoder makes of what has nothing to do with a collection: the cosine of `unrelated` things,
    and the vectors of what is asked `everyday`, a row each."""

    unrelated: float
    everyday: Vectors


def strangers_to(
    questions: Rows, strangers: Strangers, earlier: Vectors | None = None, new: Sequence[int] = ()
) -> Strangers:
    """Those, without what the collection itself has a wording for.

    Where `earlier` were strangers to all questions but those of the `new` documents, only these are compared.
    """
    everyday = strangers.everyday
    known = set() if earlier is None else {row.tobytes() for row in earlier}
    was = np.array([row.tobytes() in known for row in everyday], np.bool_)
    near = np.empty(len(everyday), np.float32)
    near[~was] = (everyday[~was] @ questions.vectors.T).max(1, initial=-1)
    changed: Vectors = questions.vectors[np.isin(questions.owners, new)]
    near[was] = (everyday[was] @ changed.T).max(1, initial=-1)
    return Strangers(strangers.unrelated, everyday[scaled(near, strangers.unrelated) < _OWN])


def nearest(others: Vectors, vector: Vectors) -> float | None:
    """A question's cosine with the nearest of others, such as what is asked everywhere; null of none."""
    return float((others @ vector).max()) if len(others) else None


def zero(questions: Vectors, passages: Vectors) -> float:
    """The scale's zero, from the vectors of UNRELATED_QUESTIONS, as queries, and UNRELATED_PASSAGES."""
    strangers = ~np.eye(len(questions), dtype=bool)
    return float(np.mean([(questions @ other.T)[strangers].mean() for other in (questions, passages)]))


def calibrate(
    strangers: Strangers, questions: Rows, passages: Rows, sharpening: Sharpening | None, passage_share: float
) -> Calibration:
    """Ask the collection its own wordings, each left out while it is asked: what the surest 95 of 100 reach,
    lowered for customers, is the floor. The fewer they are, the nearer it stays to FLOOR."""
    unrelated = strangers.unrelated
    wordings = _Wordings(questions, passages, sharpening, strangers.everyday)
    asked = wordings.askable()
    if not len(asked):
        return Calibration(unrelated, FLOOR)
    reached = [evidence(wordings.left_out(row), passage_share, unrelated) for row in asked]
    learned = float(np.quantile(reached, _REFUSED)) * _CUSTOMERS
    return Calibration(unrelated, (_START * FLOOR + len(asked) * learned) / (_START + len(asked)))


class _Wordings:
    """A collection's questions, each of which can be asked as if it were not among them."""

    def __init__(
        self, questions: Rows, passages: Rows, sharpening: Sharpening | None, everyday: Vectors
    ) -> None:
        self._questions, self._passages, self._everyday = questions, passages, everyday
        self._sharp: Floats | None = sharpening.apply(questions.vectors) if sharpening else None
        self._sizes = np.bincount(questions.owners)

    def askable(self) -> Ints:
        """The rows that leave another wording of their article behind, evenly spread."""
        several = np.flatnonzero(self._sizes[self._questions.owners] > 1)
        if not len(several):
            return several
        spread: Ints = several[np.unique(np.linspace(0, len(several) - 1, _SAMPLE).astype(int))]
        return spread

    def left_out(self, row: int) -> Found:
        """What speaks for a wording's own article, from its other wordings and its passages."""
        owner, vector = self._questions.owners[row], self._questions.vectors[row]
        others = _rows_of(self._questions, owner)
        others = others[others != row]
        passages = self._passages.vectors[_rows_of(self._passages, owner)]
        return Found(
            float((self._questions.vectors[others] @ vector).max()),
            float((passages @ vector).max()),
            self._wording(row, others),
            None,
            nearest(self._everyday, vector),
        )

    def _wording(self, row: int, others: Ints) -> float | None:
        if self._sharp is None:
            return None
        middle = self._sharp[others].sum(0)
        near = self._sharp[others] @ self._sharp[row]
        mean = middle @ self._sharp[row] / np.linalg.norm(middle)
        return float(near.max() + mean) / 2


def _rows_of(rows: Rows, owner: int) -> Ints:
    first, end = np.searchsorted(rows.owners, [owner, owner + 1])
    return np.arange(first, end)
