"""What a reminder names, as it is frozen for all who get it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Due:
    """An article to read again by a day; `reader` is the id of who gets it told, empty: all who edit."""

    lang: str
    article: str
    title: str
    day: date
    reader: str = ""
