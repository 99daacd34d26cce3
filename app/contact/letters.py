"""The mails that Sportello writes, in the customer's language, as text and as HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from app.contact.promises import in_words
from app.contact.trails import trail_of
from app.languages import Interface, direction, interface_for
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
        self._interfaces = interfaces
        self._zone = ZoneInfo(settings.time_zone)
        self._html = {lang: _environment(i, html=True) for lang, i in interfaces.items()}
        self._text = {lang: _environment(i, html=False) for lang, i in interfaces.items()}

    @property
    def sender(self) -> str:
        """The address that they come from."""
        return self._settings.mail_from or self._settings.contact_email

    def acknowledgement(self, parcel: Parcel, ticket: Ticket, answers: Sequence[Offered]) -> EmailMessage:
        """We have your message: its number, what it said, when a person replies, what may help until then."""
        interface = self._interface(ticket.lang)
        subject = interface.texts.gettext("We have your message")
        letter = self._to_customer(parcel, ticket, f"[{ticket.id}] {subject}")
        for name, value in _AUTOMATIC.items():
            letter[name] = value
        quoted = ticket.message if len(ticket.message) <= _QUOTED else ticket.message[: _QUOTED - 1] + "…"
        return self._written(
            letter, "acknowledgement", ticket, quoted=quoted, answers=answers,
            promise=in_words(ticket.promise, interface, self._zone), answerable=bool(self._reply_to),
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
        said = self._interface(ticket.lang).texts.gettext("How did we do?")
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
        letter["Reply-To"] = Address(_inert(ticket.name), addr_spec=ticket.email)
        letter["Auto-Submitted"] = "auto-generated"
        interface = self._interface(self._settings.default_language)
        shown = self._shown(ticket) | {
            "interface": interface,
            "trail": trail_of(ticket.trail),
            "files": [file for file, _ in files],
            "promise": in_words(ticket.promise, interface, self._zone),
        }
        letter.set_content(self._text[interface.lang].get_template("forward.txt").render(shown))
        for file, content in files:
            main, _, sub = file.kind.partition("/")
            letter.add_attachment(content, maintype=main, subtype=sub, filename=file.name)
        return letter

    def _to_customer(self, parcel: Parcel, ticket: Ticket, subject: str) -> EmailMessage:
        letter = self._letter(parcel, ticket, subject)
        letter["To"] = Address(addr_spec=ticket.email)
        if self._reply_to:
            letter["Reply-To"] = Address(addr_spec=self._reply_to)
        return letter

    def _letter(self, parcel: Parcel, ticket: Ticket, subject: str) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["Message-ID"] = self._message_id(ticket, parcel.about or parcel.kind)
        letter["Date"] = parcel.created_at
        letter["From"] = Address(self._settings.site_name, addr_spec=self.sender)
        letter["Subject"] = subject
        return letter

    def _written(self, letter: EmailMessage, template: str, ticket: Ticket, **shown: Any) -> EmailMessage:
        interface = self._interface(ticket.lang)
        said = self._shown(ticket) | {"interface": interface} | shown
        letter.set_content(self._text[interface.lang].get_template(f"{template}.txt").render(said))
        html = self._html[interface.lang].get_template(f"{template}.html").render(said)
        letter.add_alternative(html, subtype="html")
        letter["Content-Language"] = interface.lang  # before, it would become the text's alone
        return letter

    def _shown(self, ticket: Ticket) -> dict[str, Any]:
        return {
            "ticket": ticket,
            "site_name": self._settings.site_name,
            "privacy_url": self._settings.privacy_url,
            "direction": direction,
            "written": self._moment(ticket.created_at, ticket.lang),
        }

    def _moment(self, moment: datetime, lang: str) -> str:
        interface, local = self._interface(lang), moment.astimezone(self._zone)
        return f"{interface.date(local.date())}, {interface.time(local.time())}"

    def _message_id(self, ticket: Ticket, what: str) -> str:
        """The same each time it is sent: a mail that comes twice is known as one."""
        domain = self.sender.rpartition("@")[2].encode("idna").decode()
        return f"<{ticket.id.lower()}.{what}@{domain}>"

    def _about(self, ticket: Ticket) -> str:
        """What it is about, in a line."""
        line = _inert(ticket.subject or " ".join(ticket.message.split()))
        return line if len(line) <= _SUBJECT else line[: _SUBJECT - 1] + "…"

    @property
    def _reply_to(self) -> str:
        """Where a person reads what customers answer."""
        return self._settings.support_mailbox or self._settings.contact_email

    def _interface(self, lang: str) -> Interface:
        return interface_for(self._interfaces, lang)


def _inert(text: str) -> str:
    """A stranger's line for a header, where what looks encoded would be decoded, even to a line's end."""
    return text.replace("=?", "= ?")


def _environment(interface: Interface, *, html: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("app", "templates/mail"),
        autoescape=html,  # noqa: S701  plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["_"] = interface.gettext if html else _plain(interface)
    return environment


def _plain(interface: Interface) -> Any:
    """The interface's texts as they are: what has no markup needs no escaping."""

    def gettext(message: str, /, **values: object) -> str:
        text: str = interface.texts.gettext(message)
        return text % values if values else text

    return gettext
