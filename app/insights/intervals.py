"""How sure a difference of two shares is. Pure."""

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95
POWER: Final = 0.8
_Z: Final = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2)
_Z_POWER: Final = NormalDist().inv_cdf(POWER)


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference of two shares, and between what it lies in 95 of 100 such experiments."""

    difference: float
    low: float
    high: float


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927); from 0 to 1 where nothing is known."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, _Z * _Z
    centre = (share + square / (2 * of)) / (1 + square / of)
    half = _Z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, centre - half), min(1.0, centre + half)


def newcombe(hits: int, of: int, other_hits: int, other_of: int) -> Interval:
    """The first share less the second one, by Newcombe's method 10 (Statistics in Medicine 17, 1998).

    Unlike Wald's, it holds for small arms and for shares near none and all, where experiments begin. Both
    arms must have somebody.
    """
    share, other = hits / of, other_hits / other_of
    low, high = wilson(hits, of)
    other_low, other_high = wilson(other_hits, other_of)
    difference = share - other
    return Interval(
        difference,
        difference - sqrt((share - low) ** 2 + (other_high - other) ** 2),
        difference + sqrt((high - share) ** 2 + (other - other_low) ** 2),
    )


def needed(share: float, difference: float, ratio: float) -> int:
    """How many the first arm needs to see its `share` fall by `difference` in four of five experiments.

    The other arm has `ratio` times as many (Fleiss, Levin, Paik: Statistical Methods for Rates and
    Proportions, 3rd edition, 4.2, without the correction for continuity).
    """
    other = max(0.0, share - difference)
    together = (share + ratio * other) / (1 + ratio)
    by_chance = _Z * sqrt((1 + 1 / ratio) * together * (1 - together))
    by_effect = _Z_POWER * sqrt(share * (1 - share) + other * (1 - other) / ratio)
    return ceil(((by_chance + by_effect) / difference) ** 2)
