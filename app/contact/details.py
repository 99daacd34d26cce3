"""How to reach a person, as far as it is configured, with the visitor's question carried along."""

from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from app.contact.daysoff import days_off
from app.hours import OpeningHours, parse_hours
from app.settings import Settings

# Some mail programs cut a longer address; what is said of a long question fits in the subject.
_LONGEST_LINK: Final = 1_800
_LONGEST_SUBJECT: Final = 80


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone number, an e-mail address, and what is promised of them; each may be missing.

    `phone_wait` is in minutes, `email_reply` in hours.
    """

    phone: str
    email: str
    hours: OpeningHours | None
    phone_wait: int | None
    email_reply: int | None

    def __bool__(self) -> bool:
        return bool(self.phone or self.email)

    @property
    def dialled(self) -> str:
        """The phone number for a `tel:` link."""
        return "".join(c for c in self.phone if c.isdigit() or c == "+")

    def mailto(self, question: str = "") -> str:
        """A link that starts an e-mail, with the question as its subject and first lines (RFC 6068)."""
        link = f"mailto:{_encoded(self.email, safe='@')}"
        if not question:
            return link
        subject = question if len(question) <= _LONGEST_SUBJECT else question[: _LONGEST_SUBJECT - 1] + "…"
        link += f"?subject={_encoded(subject)}&body="
        return link + _fitting(question, _LONGEST_LINK - len(link)) + _encoded("\r\n\r\n")


def contact_of(settings: Settings) -> Contact:
    """What the settings say."""
    return Contact(
        settings.contact_phone,
        settings.contact_email,
        hours_of(settings),
        settings.phone_wait_minutes,
        settings.email_reply_hours,
    )


def hours_of(settings: Settings) -> OpeningHours | None:
    """The opening hours, with the days on which nobody is there; null where none are set."""
    if not settings.contact_hours:
        return None
    hours = parse_hours(settings.contact_hours, ZoneInfo(settings.time_zone))
    return replace(hours, holidays=days_off(settings.holidays))


def _encoded(text: str, safe: str = "") -> str:
    # A half of a surrogate pair, which no encoding has, is no reason to refuse a question.
    return quote(text, safe=safe, errors="replace")


def _fitting(text: str, length: int) -> str:
    """As many of the first characters, encoded, as that length holds."""
    characters = [_encoded(character) for character in text[:length]]
    ends = accumulate(map(len, characters))
    return "".join(c for c, end in zip(characters, ends, strict=True) if end <= length)
