"""`sportello digest`: the weekly mail, seen without waiting for Monday."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

import typer

from app.commands.options import Data
from app.contact import mailing
from app.contact.tickets import mail_address
from app.digest.compiling import Title, compiled
from app.digest.letters import Bulletins
from app.digest.sending import hindrance
from app.digest.weeks import last_week
from app.languages import load_interfaces
from app.settings import Settings, read_settings
from app.store import open_store
from app.terminal import err, out
from indexer.publish import open_current
from search.errors import InputError, UnfitError
from search.snapshot import SnapshotError


class DigestError(InputError):
    """What was asked for cannot be done, in one sentence."""


class UnsentError(UnfitError):
    """The mail cannot be sent, in one sentence."""


def digest(
    mail: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Send it there, now; it counts as nobody's.")
    ] = "",
    data: Data = None,
) -> None:
    """The mail that staff get on Mondays, of the last full week: its text here, or the mail to an address.

    Example: sportello digest --mail anna@example.com
    """
    settings = read_settings(data=data)
    address = _address(mail) if mail else ""
    missing = hindrance(settings)
    if address and missing:
        raise UnsentError(f"No digest can be sent: set {missing}.")
    now = datetime.now(UTC)
    week = last_week(now, ZoneInfo(settings.time_zone))
    with closing(open_store(settings.database_url, settings.data)) as store:
        told = compiled(store, settings, week, now, _titles(settings.data, settings.default_language))
    bulletins = Bulletins(settings, load_interfaces())
    if not address:
        out.print(bulletins.text(told), markup=False, end="")
        if missing:
            err.print(f"No digest goes out on Mondays: {missing} is not set.")
        return
    _send(settings, bulletins, address, bulletins.preview(uuid4().hex, now, told, address))
    out.print(f"Sent to {address}.", markup=False)


def _send(settings: Settings, bulletins: Bulletins, address: str, letter: EmailMessage) -> None:
    async def handing() -> None:
        """Nothing is written down: who runs this sees what came of it."""

    try:
        asyncio.run(mailing.send(settings, letter, bulletins.sender, handing))
    except mailing.DeliveryError as error:
        raise UnsentError(f"The digest did not go out to {address}: {error.reason}.") from error


def _titles(data: Path, lang: str) -> Title:
    """Of the snapshot that is served; without one, articles go by their ids."""
    try:
        snapshot = open_current(data, None)
    except SnapshotError:
        return str
    titles: dict[str, str] = {}
    for article in snapshot.knowledge.articles:
        if article.lang == lang or article.id not in titles:
            titles[article.id] = article.title
    return lambda name: titles.get(name, "")


def _address(written: str) -> str:
    address = mail_address(written.strip())
    if address is None:
        raise DigestError(f"{written} is no e-mail address: write it as name@example.com.")
    return address
