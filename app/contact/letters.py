"""The mails about a ticket, in the customer's language, as text and as HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.contact.promises import in_words
from app.contact.stationery import Stationery, inert
from app.contact.trails import trail_of
from app.languages import Interface
from app.settings import Settings
from app.store import Attachment, Case, Parcel, Reply, Ticket

# Of a long message, what tells its writer that it arrived.
_QUOTED: Final = 2_000
_SUBJECT: Final = 80
# What an automatic answer says so that no other one answers it (RFC 3834).
_AUTOMATIC: Final = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}


@dataclass(frozen=True, slots=True)
class Offered:
    """An article, named in a mail; without a public address of the site, by its title alone."""

    title: str
    url: str


class Letters:
    """Writes them; the templates are in templates/mail."""

    def __init__(self, settings: Settings, interfaces: Mapping[str, Interface]) -> None:
        self._settings = settings
        self._paper = Stationery(settings, interfaces)
        self._zone = ZoneInfo(settings.time_zone)

    @property
    def sender(self) -> str:
        """The address that they come from."""
        return self._paper.sender

    def acknowledgement(self, parcel: Parcel, ticket: Ticket, answers: Sequence[Offered]) -> EmailMessage:
        """We have your message: its number, what it said, when a person replies, what may help until then."""
        interface = self._paper.interface(ticket.lang)
        subject = interface.texts.gettext("We have your message")
        letter = self._to_customer(parcel, ticket, f"[{ticket.id}] {subject}")
        for name, value in _AUTOMATIC.items():
            letter[name] = value
        quoted = ticket.message if len(ticket.message) <= _QUOTED else ticket.message[: _QUOTED - 1] + "…"
        return self._written(
            letter, "acknowledgement", ticket, quoted=quoted, answers=answers,
            promise=in_words(ticket.promise, interface, self._zone), answerable=bool(self._paper.reply_to),
        )  # fmt: skip

    def reply(
        self, parcel: Parcel, case: Case, reply: Reply, articles: Sequence[Offered], rating_url: str
    ) -> EmailMessage:
        """What somebody of the staff answers, in the thread of what was sent before."""
        ticket = case.ticket
        letter = self._to_customer(parcel, ticket, f"Re: [{ticket.id}] {self._about(ticket)}")
        before = [r.id for r in case.replies if r.channel == "here" and r.at < reply.at]
        thread = [self._message_id(ticket, "acknowledgement"), *(self._message_id(ticket, r) for r in before)]
        letter["In-Reply-To"] = thread[-1]
        letter["References"] = " ".join(thread)
        return self._written(letter, "reply", ticket, reply=reply, articles=articles, rating_url=rating_url)

    def closing(self, parcel: Parcel, ticket: Ticket, rating_url: str) -> EmailMessage:
        """Your request is closed; how was it?"""
        said = self._paper.interface(ticket.lang).texts.gettext("How did we do?")
        letter = self._to_customer(parcel, ticket, f"[{ticket.id}] {said}")
        first = self._message_id(ticket, "acknowledgement")
        letter["In-Reply-To"] = letter["References"] = first
        letter["Auto-Submitted"] = "auto-generated"
        return self._written(letter, "closing", ticket, rating_url=rating_url)

    def forward(self, parcel: Parcel, case: Case, files: Sequence[tuple[Attachment, bytes]]) -> EmailMessage:
        """The whole message for those who answer; whoever replies to it writes to the customer."""
        ticket = case.ticket
        letter = self._letter(parcel, ticket, f"[{ticket.id}] {self._about(ticket)}")
        letter["To"] = Address(addr_spec=self._settings.support_mailbox)
        letter["Reply-To"] = Address(inert(ticket.name), addr_spec=ticket.email)
        letter["Auto-Submitted"] = "auto-generated"
        interface = self._paper.interface(self._settings.default_language)
        shown = self._shown(ticket) | {
            "trail": trail_of(ticket.trail),
            "files": [file for file, _ in files],
            "promise": in_words(ticket.promise, interface, self._zone),
        }
        letter.set_content(self._paper.text("forward", interface.lang, shown))
        for file, content in files:
            main, _, sub = file.kind.partition("/")
            letter.add_attachment(content, maintype=main, subtype=sub, filename=file.name)
        return letter

    def _to_customer(self, parcel: Parcel, ticket: Ticket, subject: str) -> EmailMessage:
        return self._paper.to_customer(self._letter(parcel, ticket, subject), ticket.email)

    def _letter(self, parcel: Parcel, ticket: Ticket, subject: str) -> EmailMessage:
        name = _name(ticket, parcel.about or parcel.kind)
        return self._paper.begin(name, parcel.created_at, subject)

    def _written(self, letter: EmailMessage, template: str, ticket: Ticket, **shown: Any) -> EmailMessage:
        return self._paper.fill(letter, template, ticket.lang, self._shown(ticket) | shown)

    def _shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"ticket": ticket, "written": self._moment(ticket.created_at, ticket.lang)}

    def _moment(self, moment: datetime, lang: str) -> str:
        interface, local = self._paper.interface(lang), moment.astimezone(self._zone)
        return f"{interface.date(local.date())}, {interface.time(local.time())}"

    def _message_id(self, ticket: Ticket, what: str) -> str:
        return self._paper.message_id(_name(ticket, what))

    def _about(self, ticket: Ticket) -> str:
        """What it is about, in a line."""
        line = inert(ticket.subject or " ".join(ticket.message.split()))
        return line if len(line) <= _SUBJECT else line[: _SUBJECT - 1] + "…"


def _name(ticket: Ticket, what: str) -> str:
    return f"{ticket.id.lower()}.{what}"
