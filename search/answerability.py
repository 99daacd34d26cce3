"""Yes, maybe or no: whether what was found answers, with the reason and a confidence. Pure.

A cosine means little by itself: two unrelated sentences score .75 with one model and .13 with another. So
it is read on the encoder's own scale, from 0, what unrelated sentences score, to 1, the question itself.
What is enough on that scale differs by collection, and is learned from the collection when it is indexed.
"""

from dataclasses import dataclass
from math import exp

import numpy as np

from search.encoders import Vectors
from search.records import Answer, Verdict
from search.sharpening import Floats, Ints, Sharpening, centroids

# The evidence that 95 of 100 answerable questions reach, on three labelled sets of articles with one title
# each (.40 to .43); what a collection is given that has too few wordings to learn its own from.
FLOOR = 0.38
# Editors' wordings are cleaner than what customers type: the floor learned from them is a quarter too high.
_CUSTOMERS = 0.77
# A share of wordings that may fall below the floor.
_REFUSED = 0.05
# So many wordings show the floor to the second decimal.
_SAMPLE = 400
# The confidence that the first hit answers: a logistic curve in the distance from the floor, fitted to
# what came of the questions of five labelled sets (docs/measurements.md has the reliability table).
_SLOPE, _AT_FLOOR = 10.0, -1.5
# As sure as that, the first hit is shown as the answer.
SURE = 0.6

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
class Calibration:
    """One language's scale: the cosine that is its zero, and the evidence below which the answer is no."""

    unrelated: float
    floor: float


def zero(questions: Vectors, passages: Vectors) -> float:
    """The scale's zero, from the vectors of UNRELATED_QUESTIONS, as queries, and UNRELATED_PASSAGES."""
    strangers = ~np.eye(len(questions), dtype=bool)
    return float(np.mean([(questions @ other.T)[strangers].mean() for other in (questions, passages)]))


def calibrate(
    unrelated: float, questions: Vectors, owners: Ints, sharpening: Sharpening | None
) -> Calibration:
    """Ask the collection its own wordings, each left out while it is asked: what the surest 95 of 100 reach,
    lowered for customers, is the floor. Without wordings enough to sharpen by, FLOOR."""
    if sharpening is None:
        return Calibration(unrelated, FLOOR)
    sharp = sharpening.apply(questions)
    sizes = np.bincount(owners)
    several = np.flatnonzero(sizes[owners] > 1)
    asked = several[np.unique(np.linspace(0, len(several) - 1, _SAMPLE).astype(int))]
    middles = centroids(sharp, owners)
    reached = [_left_out(row, unrelated, questions, sharp, owners, middles, sizes) for row in asked]
    return Calibration(unrelated, float(np.quantile(reached, _REFUSED)) * _CUSTOMERS)


def _left_out(
    row: int, unrelated: float, questions: Vectors, sharp: Floats, owners: Ints, middles: Floats, sizes: Ints
) -> float:
    """The evidence for a wording's own article from its other wordings."""
    owner = owners[row]
    others = np.flatnonzero(owners == owner)
    others = others[others != row]
    middle = middles[owner] * sizes[owner] - sharp[row]
    wording = float((sharp[others] @ sharp[row]).max() + middle @ sharp[row] / np.linalg.norm(middle)) / 2
    return (_scaled(float((questions[others] @ questions[row]).max()), unrelated) + wording) / 2


def evidence(
    question: float, passage: float, wording: float | None, passage_share: float, calibration: Calibration
) -> float:
    """What the cosines of a hit's best question and passage come to, 0 to 1, shared as in ranking. `wording`
    is the agreement with its questions in sharpened coordinates, null where there are none."""
    asked = _scaled(question, calibration.unrelated)
    if wording is not None:
        asked = (asked + wording) / 2
    return (1 - passage_share) * asked + passage_share * _scaled(passage, calibration.unrelated)


def _scaled(cosine: float, unrelated: float) -> float:
    return (cosine - unrelated) / max(1 - unrelated, 1e-6)


def judge(found: float, calibration: Calibration) -> Verdict:
    """The verdict on evidence for the best hit; without an encoder, that is the share of the words asked
    that it has."""
    confidence = 1 / (1 + exp(-_SLOPE * (found - calibration.floor) - _AT_FLOOR))
    answer: Answer = "no" if found < calibration.floor else "yes" if confidence >= SURE else "maybe"
    return Verdict(answer, confidence, _REASONS[answer])


def in_other_language(verdict: Verdict) -> Verdict:
    """The verdict on an answer that the customer may not be able to read: at best, maybe."""
    answer: Answer = "no" if verdict.answer == "no" else "maybe"
    return Verdict(answer, min(verdict.confidence, 0.5), f"in another language, {verdict.reason}")


_REASONS: dict[Answer, str] = {
    "yes": "an article says what was asked",
    "maybe": "an article is near what was asked, but says it in other words",
    "no": "no article is near what was asked",
}

NOTHING = Verdict("no", 0.0, "nothing was found")
