"""The mail, in the site's own language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, Final
from urllib.parse import quote

from babel import Locale
from babel.dates import format_interval
from babel.numbers import format_decimal, format_percent
from pydantic import TypeAdapter

from app.contact.stationery import Stationery
from app.digest.records import Digest, Part, Week
from app.gaps.review import DAYS
from app.languages import Interface
from app.settings import Settings
from app.store.users import User

FROZEN: Final = TypeAdapter(Digest)

# Of fewer, a share in percent says more than is known.
_ENOUGH: Final = 20
_NONE: Final = "–"
_HOUR: Final = 60
_INSIGHTS: Final = "/admin/insights"
_GAPS: Final = "/admin/gaps"
_ACCOUNT: Final = "/admin/password#digest"


@dataclass(frozen=True, slots=True)
class Value:
    """A figure as it is written; what is to be known of it, in brackets."""

    said: str
    note: str = ""

    def __str__(self) -> str:
        return f"{self.said} ({self.note})" if self.note else self.said


@dataclass(frozen=True, slots=True)
class Row:
    """A figure of the week, and of the one before."""

    label: str
    value: Value
    before: Value


class Bulletins:
    """Writes them; the templates are in templates/mail."""

    def __init__(self, settings: Settings, interfaces: Mapping[str, Interface]) -> None:
        self._lang = settings.default_language
        self._origin = settings.base_url.rstrip("/")
        self._paper = Stationery(settings, interfaces)
        self._interface = self._paper.interface(self._lang)
        self._texts = self._interface.texts
        self._locale = Locale.parse(self._interface.lang, sep="-")

    @property
    def sender(self) -> str:
        """The address that they come from."""
        return self._paper.sender

    def letter(self, name: str, at: datetime, digest: Digest, user: User) -> EmailMessage:
        """A digest for somebody of the staff."""
        letter = self.preview(name, at, digest, user.email)
        letter.replace_header("To", Address(user.name, addr_spec=user.email))
        return letter

    def preview(self, name: str, at: datetime, digest: Digest, address: str) -> EmailMessage:
        """The same for whoever reads at an address; `name` is in no other mail's Message-ID."""
        subject = self._texts.gettext("The week in the help centre: %(days)s") % {
            "days": self._days(digest.week)
        }
        letter = self._paper.begin(f"{name}.digest", at, subject)
        letter["To"] = Address(addr_spec=address)
        letter["Auto-Submitted"] = "auto-generated"
        letter["X-Auto-Response-Suppress"] = "All"
        return self._paper.fill(letter, "digest", self._lang, self._shown(digest))

    def text(self, digest: Digest) -> str:
        """The text alone."""
        return self._paper.text("digest", self._lang, self._shown(digest))

    def _shown(self, digest: Digest) -> dict[str, Any]:
        return {
            "digest": digest,
            "days": self._days(digest.week),
            "days_before": self._days(digest.before),
            "rows": [] if digest.week.is_quiet else self._rows(digest),
            "lost": self._count(digest.week.lost),
            "count": self._count,
            "gap_days": DAYS,
            "gap_url": lambda name: f"{self._origin}{_GAPS}/{quote(name, safe='')}",
            "gaps_url": self._origin + _GAPS,
            "insights_url": f"{self._origin}{_INSIGHTS}?from={digest.week.first}&to={_last(digest.week)}",
            "account_url": self._origin + _ACCOUNT,
        }

    def _rows(self, digest: Digest) -> list[Row]:
        gettext = self._texts.gettext
        in_hours, plain = gettext("Median first reply, in opening hours"), gettext("Median first reply")
        columns = [self._column(week) for week in (digest.week, digest.before)]
        labels = (
            gettext("Questions asked"),
            gettext("Without an answer"),
            gettext("Solved in the widget, of the visits that saw a suggestion"),
            gettext("Tickets"),
            in_hours if digest.in_hours else plain,
            gettext("Articles found helpful"),
            gettext("Customers satisfied with a reply"),
        )
        return [Row(*row) for row in zip(labels, *columns, strict=True)]

    def _column(self, week: Week) -> tuple[Value, ...]:
        return (
            Value(self._count(week.questions)), self._part(week.unanswered), self._part(week.solved),
            self._tickets(week), self._wait(week), self._part(week.helpful), self._part(week.satisfied),
        )  # fmt: skip

    def _part(self, part: Part) -> Value:
        """With its percentage only where that says something."""
        if not part.whole:
            return Value(_NONE)
        shown = {"part": self._count(part.count), "whole": self._count(part.whole)}
        said = self._texts.gettext("%(part)s of %(whole)s") % shown
        enough = part.whole >= _ENOUGH
        share = format_percent(part.count / part.whole, "#,##0%", locale=self._locale) if enough else ""
        return Value(said, share)

    def _tickets(self, week: Week) -> Value:
        elsewhere = self._texts.gettext("in another system: %(count)s") % {
            "count": self._count(week.elsewhere)
        }
        return Value(self._count(week.tickets), elsewhere if week.elsewhere else "")

    def _wait(self, week: Week) -> Value:
        if week.median is None:
            return Value(_NONE)
        minutes, hours = week.median, round(week.median / _HOUR)
        wait = (
            self._interface.duration(minutes, "minute")
            if minutes < _HOUR
            else self._interface.duration(hours, "hour")
        )
        return Value(wait, self._texts.gettext("replies: %(count)s") % {"count": self._count(week.replies)})

    def _count(self, number: int) -> str:
        return str(format_decimal(number, locale=self._locale))

    def _days(self, week: Week) -> str:
        return str(format_interval(week.first, _last(week), "yMMMd", locale=self._locale))


def _last(week: Week) -> date:
    """Its Sunday."""
    return week.first + timedelta(days=6)
