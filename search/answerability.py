"""Yes, maybe or no: whether what was found answers, with the reason and a confidence. Pure.

A cosine means little by itself: two unrelated sentences score .75 with one model and .13 with another. So
it is read on the encoder's own scale, from 0, what unrelated sentences score, to 1, the question itself.
"""

from dataclasses import dataclass
from math import exp

import numpy as np

from search.encoders import Vectors
from search.records import Answer, Verdict

# On that scale, on five labelled sets in three languages, 93 to 99 of 100 answerable questions lie above
# MAYBE; of those above YES, nearly all are answered by the first hit.
MAYBE = 0.36
YES = 0.6
# A logistic curve through .5 at MAYBE and .9 at YES.
_STEEPNESS = 2.2 / (YES - MAYBE)

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
    """An encoder's zero: the mean cosine of sentences that have nothing to do with each other."""

    unrelated: float


def calibrate(questions: Vectors, passages: Vectors) -> Calibration:
    """From the vectors of UNRELATED_QUESTIONS, as queries, and UNRELATED_PASSAGES, as passages."""
    strangers = ~np.eye(len(questions), dtype=bool)
    means = [(questions @ other.T)[strangers].mean() for other in (questions, passages)]
    return Calibration(float(np.mean(means)))


def judge(cosine: float | None, coverage: float, calibration: Calibration) -> Verdict:
    """The verdict on the best hit, from its cosine (null without the encoder) and the share of the
    question's words it has, from 0 to 1."""
    zero = calibration.unrelated
    evidence = coverage if cosine is None else max((cosine - zero) / max(1 - zero, 1e-6), 0.0)
    confidence = 1 / (1 + exp(-_STEEPNESS * (evidence - MAYBE)))
    answer: Answer = "yes" if evidence >= YES else "maybe" if evidence >= MAYBE else "no"
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
