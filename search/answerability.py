"""Yes, maybe or no: whether what was found answers, with the reason and a confidence. Pure.

A cosine means little by itself: two unrelated sentences score .75 with one model and .13 with another. So
it is read on the encoder's own scale, from 0, what unrelated sentences score, to 1, the question itself.
What is enough on that scale differs by collection: `search.calibration` learns it.
"""

from dataclasses import dataclass, replace
from math import exp, sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from search.records import Answer, Verdict

# What the words in common count. AUROC on the three sets with unanswerable questions is within .002 from
# nothing to .15, and falls beyond; on a shop's own articles (the demo) it gains .02 at .15.
_WORDS = 0.15
# Of what the passages count in ranking, what they count here: a passage that is near may be about anything.
# AUROC is the same on those three sets from a fourth to the whole, and .03 higher on the demo at half.
_PASSAGES = 0.5
# What counts against a hit: how near the question is to what is asked everywhere, beyond how near any
# help centre's questions are (the mean over five sets, .41 to .46). AUROC on questions for the demo that
# were written unseen: .696 at 0, .735 at .2, .744 at .3, .750 at .5; the labelled sets gain up to .3 and lose
# beyond.
_EVERYDAY, _ORDINARY = 0.3, 0.43
Number = TypeVar("Number", float, NDArray[np.float32])

# The confidence that the first hit answers: a logistic curve in the distance from the floor, fitted to
# what came of the questions of five labelled sets (docs/measurements.md has the reliability table).
_SLOPE, _AT_FLOOR = 10.5, -1.8
# As sure as that, the first hit is shown as the answer.
SURE = 0.6


@dataclass(frozen=True, slots=True)
class Calibration:
    """One language's scale: the cosine that is its zero, and the evidence below which the answer is no."""

    unrelated: float
    floor: float


@dataclass(frozen=True, slots=True)
class Found:
    """What speaks for a hit: the cosines of its best question and passage, and `covered`, the part of the
    asked words, by what they tell, that it has. `wording` is the agreement with its questions in sharpened
    coordinates. `everyday` is the question's cosine with the nearest thing that is asked everywhere,
    `unanswered` with the nearest that editors say no article answers. The last four are null where nobody
    looked."""

    question: float
    passage: float
    wording: float | None
    covered: float | None
    everyday: float | None = None
    unanswered: float | None = None


def evidence(found: Found, passage_share: float, unrelated: float) -> float:
    """What speaks for a hit as one number, mostly from 0 to 1."""
    asked = named = scaled(found.question, unrelated)
    if found.wording is not None:
        asked = (asked + found.wording) / 2
    meant = shared(asked, scaled(found.passage, unrelated), passage_share)
    if found.covered is not None:
        meant = (1 - _WORDS) * meant + _WORDS * sqrt(found.covered)
    if found.everyday is not None:
        meant -= against(scaled(found.everyday, unrelated))
    if found.unanswered is not None:
        meant -= beyond(scaled(found.unanswered, unrelated), named)
    return meant


def against(everyday: Number) -> Number:
    """What speaks against every hit, of how near the question is to what is asked everywhere, scaled."""
    return _EVERYDAY * (everyday - _ORDINARY)


def beyond(unanswered: Number, asked: Number) -> Number:
    """What speaks against a hit, of how much nearer the question is to what no article answers than to what
    the hit is asked, both scaled."""
    return (unanswered - asked) * (unanswered > asked)


def shared(asked: Number, said: Number, passage_share: float) -> Number:
    """The evidence of a hit's questions and passages as one, where passages count so much in ranking."""
    share = _PASSAGES * passage_share
    return asked * (1 - share) + said * share


def scaled(cosine: Number, unrelated: float) -> Number:
    """A cosine on the encoder's own scale: 0 for strangers, 1 for the question itself."""
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


def listed(verdict: Verdict) -> Verdict:
    """The verdict on what is nearer to what editors say no article answers than to any article's question."""
    reason = "editors list it among what no article answers" if verdict.answer == "no" else verdict.reason
    return replace(verdict, reason=reason)


def lacking(verdict: Verdict, missing: tuple[str, ...]) -> Verdict:
    """The verdict, knowing what no article has: a no then says what."""
    quoted = ", ".join(f"“{words}”" for words in missing)
    reason = f"no article covers {quoted}" if verdict.answer == "no" and missing else verdict.reason
    return Verdict(verdict.answer, verdict.confidence, reason, missing)


_REASONS: dict[Answer, str] = {
    "yes": "an article says what was asked",
    "maybe": "an article is near what was asked, but says it in other words",
    "no": "no article is near what was asked",
}

NOTHING = Verdict("no", 0.0, "nothing was found")
