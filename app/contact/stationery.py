"""What every mail of ours is written on: who it comes from, and its text and HTML in a language."""

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from app.languages import Interface, direction, interface_for
from app.settings import Settings


class Stationery:
    """Begins mails and fills them in; the templates are in templates/mail."""

    def __init__(self, settings: Settings, interfaces: Mapping[str, Interface]) -> None:
        self._settings = settings
        self._interfaces = interfaces
        self._html = {lang: _environment(i, html=True) for lang, i in interfaces.items()}
        self._text = {lang: _environment(i, html=False) for lang, i in interfaces.items()}

    @property
    def sender(self) -> str:
        """The address that they come from."""
        return self._settings.mail_from or self._settings.contact_email

    @property
    def reply_to(self) -> str:
        """Where a person reads what customers answer; empty: nowhere."""
        return self._settings.support_mailbox or self._settings.contact_email

    def interface(self, lang: str) -> Interface:
        """The language to write to a reader of `lang` in."""
        return interface_for(self._interfaces, lang)

    def message_id(self, name: str) -> str:
        """The same each time it is sent: a mail that comes twice is known as one."""
        domain = self.sender.rpartition("@")[2].encode("idna").decode()
        return f"<{name}@{domain}>"

    def begin(self, name: str, at: datetime, subject: str) -> EmailMessage:
        """A mail without words; `name` is its own and in no other one's Message-ID."""
        letter = EmailMessage(policy=SMTP)
        letter["Message-ID"] = self.message_id(name)
        letter["Date"] = at
        letter["From"] = Address(self._settings.site_name, addr_spec=self.sender)
        letter["Subject"] = subject
        return letter

    def to_customer(self, letter: EmailMessage, address: str) -> EmailMessage:
        """Say who gets it, and where their answer goes."""
        letter["To"] = Address(addr_spec=address)
        if self.reply_to:
            letter["Reply-To"] = Address(addr_spec=self.reply_to)
        return letter

    def fill(self, letter: EmailMessage, template: str, lang: str, shown: Mapping[str, Any]) -> EmailMessage:
        """Write the text and the HTML."""
        letter.set_content(self.text(template, lang, shown))
        interface = self.interface(lang)
        html = self._html[interface.lang].get_template(f"{template}.html").render(self._said(lang, shown))
        letter.add_alternative(html, subtype="html")
        letter["Content-Language"] = interface.lang  # before, it would become the text's alone
        return letter

    def text(self, template: str, lang: str, shown: Mapping[str, Any]) -> str:
        """The text alone."""
        environment = self._text[self.interface(lang).lang]
        return environment.get_template(f"{template}.txt").render(self._said(lang, shown))

    def _said(self, lang: str, shown: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "interface": self.interface(lang),
            "site_name": self._settings.site_name,
            "privacy_url": self._settings.privacy_url,
            "direction": direction,
            **shown,
        }


def inert(text: str) -> str:
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
