"""The reminder, in the site's own language."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, Final
from urllib.parse import quote

from babel import Locale
from babel.numbers import format_decimal
from pydantic import TypeAdapter

from app.contact.stationery import Stationery
from app.languages import Interface
from app.reviews.records import Due
from app.settings import Settings
from app.store.users import User

FROZEN: Final = TypeAdapter(tuple[Due, ...])

# Beyond these, a list is no mail any more.
_MOST: Final = 50
_ARTICLES: Final = "/admin/articles"


class Reminders:
    """Writes them; the templates are in templates/mail."""

    def __init__(self, settings: Settings, interfaces: Mapping[str, Interface]) -> None:
        self._lang = settings.default_language
        self._origin = settings.base_url.rstrip("/")
        self._paper = Stationery(settings, interfaces)
        self._interface = self._paper.interface(self._lang)
        self._locale = Locale.parse(self._interface.lang, sep="-")

    def letter(self, name: str, at: datetime, dues: Sequence[Due], user: User) -> EmailMessage:
        """A reminder for somebody of the staff; `name` is in no other mail's Message-ID."""
        count = str(format_decimal(len(dues), locale=self._locale))
        subject = self._interface.texts.gettext("Articles to read again: %(count)s") % {"count": count}
        letter = self._paper.begin(f"{name}.review", at, subject)
        letter["To"] = Address(user.name, addr_spec=user.email)
        letter["Auto-Submitted"] = "auto-generated"
        letter["X-Auto-Response-Suppress"] = "All"
        return self._paper.fill(letter, "review", self._lang, self._shown(dues, count))

    def _shown(self, dues: Sequence[Due], count: str) -> dict[str, Any]:
        return {
            "dues": dues[:_MOST],
            "count": count,
            "many": len(dues) > _MOST,
            "day": self._interface.date,
            "language_name": self._interface.language_name,
            "edit_url": self._edit_url,
            "articles_url": self._origin + _ARTICLES,
        }

    def _edit_url(self, due: Due) -> str:
        return f"{self._origin}{_ARTICLES}/{quote(due.lang, safe='')}/{quote(due.article)}/edit"
