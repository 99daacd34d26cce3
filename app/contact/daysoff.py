"""Public holidays, by country and part of it."""

from collections.abc import Container
from datetime import date
from typing import Final

from holidays import country_holidays

NONE: Final = "none"


def days_off(place: str) -> Container[date]:
    """The holidays of `IT`, or of a part of it such as `IT-BZ`; of `none`, no day.

    Any date can be asked for. Raises ValueError for a place that is not known.
    """
    if place.lower() == NONE:
        return frozenset[date]()
    country, _, part = place.upper().partition("-")
    try:
        return country_holidays(country, subdiv=part or None)
    except NotImplementedError:
        raise ValueError(f"the holidays of “{place}” are not known: write IT, IT-BZ or {NONE}") from None
