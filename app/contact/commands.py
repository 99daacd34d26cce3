"""`sportello personal`: what is kept of one person, by their e-mail address."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from app.contact import personal as records
from app.contact.tickets import mail_address
from app.settings import Settings, read_settings
from app.store import Store, open_store
from app.terminal import err, out, print_json
from search.errors import InputError

personal = typer.Typer(help="What is kept of one person, by their e-mail address.", no_args_is_help=True)

Data = Annotated[Path | None, typer.Option(metavar="DIR", help="The data folder.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address they wrote from.")]


class PersonalError(InputError):
    """What was asked for cannot be done, in one sentence."""


@personal.command()
def export(
    email: Email,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A new .zip, with the files they sent.")
    ] = None,
    data: Data = None,
) -> None:
    """Hand out all tickets from an address, with replies, ratings and files, and the questions whose answer
    it waits for; without FILE, as JSON here.

    Example: sportello personal export anna@example.com anna.zip
    """
    address = _address(email)
    with _store(data) as (store, settings):
        kept = records.find(store, address)
        if file is None:
            print_json(records.as_object(kept))
            return
        missing = records.write(kept, settings.data, file)
    if missing:
        err.print(f"{missing} files are not on disk any more.")
    out.print(f"{escape(str(file))}: {_said(kept)}")


@personal.command()
def erase(
    email: Email,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    data: Data = None,
) -> None:
    """Delete all tickets from an address for good, with replies, ratings and files, and the questions whose
    answer it waits for.

    Example: sportello personal erase anna@example.com
    """
    address = _address(email)
    with _store(data) as (store, settings):
        kept = records.find(store, address)
        if kept and not yes:
            _confirm(f"Delete {_said(kept)} from {address} for good?")
        gone = records.erase_person(store, kept, settings.data)
    out.print(f"{gone.tickets} tickets, {gone.files} files and {gone.subscriptions} subscriptions are gone.")
    if gone.tickets:
        err.print("Backups, the support mailbox and what the webhook feeds keep their copies: see to them.")


@contextmanager
def _store(data: Path | None) -> Iterator[tuple[Store, Settings]]:
    settings = read_settings(data=data)
    store = open_store(settings.database_url, settings.data)
    try:
        yield store, settings
    finally:
        store.close()


def _said(kept: records.Kept) -> str:
    return f"{len(kept.cases)} tickets and {len(kept.subscriptions)} subscriptions"


def _address(email: str) -> str:
    address = mail_address(email.strip())
    if address is None:
        raise PersonalError(f"{email} is no e-mail address: write it as name@example.com.")
    return address


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise PersonalError("There is no terminal to ask whether it is meant: give --yes.")
    typer.confirm(question, abort=True)
