"""The two mails to who waits for an answer: is it you, and here it is."""

import re
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any, Final
from urllib.parse import quote

from app.contact.stationery import Stationery
from app.languages import Interface
from app.settings import Settings
from app.store import Answered, Parcel, Subscription

# Nobody has vouched for the address yet: a stranger's words are kept short, and lead nowhere.
_QUOTED: Final = 150
_LINK: Final = re.compile(r"\S*(?:://|www[.。．｡]|\w[.。．｡][^\W\d_]{2,})\S*", re.IGNORECASE)


class Notices:
    """Writes them; the templates are in templates/mail."""

    def __init__(self, settings: Settings, interfaces: Mapping[str, Interface]) -> None:
        self._origin = settings.base_url.rstrip("/")
        self._paper = Stationery(settings, interfaces)

    @property
    def can_be_written(self) -> bool:
        """Whether the site's own address is known: both mails are nothing without a link."""
        return bool(self._origin)

    def confirmation(self, parcel: Parcel, asked: Subscription) -> EmailMessage:
        """Shall we write to you? Whoever does nothing hears no more of it."""
        said = self._paper.interface(asked.lang).texts.gettext(
            "Shall we write to you when there is an answer?"
        )
        letter = self._letter(parcel, asked, said)
        return self._written(letter, "confirmation", asked, question=quoted(asked.question))

    def answer(self, parcel: Parcel, asked: Subscription, answered: Answered) -> EmailMessage:
        """There is an answer, and this is it."""
        texts = self._paper.interface(asked.lang).texts
        sure = texts.gettext("There is an answer to your question")
        said = sure if answered.answer == "yes" else texts.gettext("There may be an answer to your question")
        letter = self._letter(parcel, asked, said)
        return self._written(
            letter, "answer", asked, question=asked.question, answered=answered,
            answer_url=self._origin + answered.path, contact_url=f"{self._site(asked)}/contact",
        )  # fmt: skip

    def _letter(self, parcel: Parcel, asked: Subscription, subject: str) -> EmailMessage:
        letter = self._paper.begin(f"{parcel.id}.{parcel.kind}", parcel.created_at, subject)
        letter["Auto-Submitted"] = "auto-generated"
        letter["X-Auto-Response-Suppress"] = "All"
        # One press in the reader's own mail program (RFC 8058).
        letter["List-Unsubscribe"] = f"<{self._page(asked)}/stop>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return self._paper.to_customer(letter, asked.email)

    def _written(
        self, letter: EmailMessage, template: str, asked: Subscription, **shown: Any
    ) -> EmailMessage:
        pages = {"page_url": self._page(asked), "stop_url": f"{self._page(asked)}/stop"}
        return self._paper.fill(letter, template, asked.lang, {"asked": asked, **pages, **shown})

    def _page(self, asked: Subscription) -> str:
        return f"{self._site(asked)}/subscriptions/{asked.id}"

    def _site(self, asked: Subscription) -> str:
        return f"{self._origin}/{quote(asked.lang)}"


def quoted(question: str) -> str:
    """A question as it is shown to who may not have asked it: its first words, without addresses of sites."""
    plain = _LINK.sub("…", question)
    return plain if len(plain) <= _QUOTED else plain[: _QUOTED - 1].rstrip() + "…"
