"""`sportello user`: who may sign in."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from uuid import uuid4

import typer
from rich.markup import escape
from rich.table import Table

from app.contact.tickets import mail_address
from app.settings import read_settings
from app.staff.passwords import LEAST, check_password, hash_password
from app.staff.signin import plain_email
from app.store import Store, open_store
from app.store.users import Role, User
from app.terminal import err, out, print_json
from search.analysis import normalise
from search.errors import InputError

users = typer.Typer(help="Who may sign in, and what they may do.", no_args_is_help=True)

Data = Annotated[Path | None, typer.Option(metavar="DIR", help="The data folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address they sign in with.")]

_LONGEST_NAME: Final = 100


class UserError(InputError):
    """What was asked for cannot be done, in one sentence."""


@users.command()
def add(
    email: Email,
    role: Annotated[
        Role | None,
        typer.Option(
            help="viewer looks, editor also answers and writes, admin does everything; without it, the first "
            "user is admin and the others are viewers."
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Their name, which customers see under a reply.")] = "",
    password_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Read the password there, its first line; - is standard input."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Give who is there this password, and the role and name given.")
    ] = False,
    data: Data = None,
) -> None:
    """Let somebody sign in; the password is asked for twice.

    Who was removed comes back with their history.

    Example: sportello user add anna@example.com --role editor --name "Anna Verdi"
    """
    address = _address(email)
    with _store(data) as store:
        known = {user.email: user for user in store.users.all()}
        there = known.get(address)
        if there and there.disabled_at is None and not replace:
            raise UserError(f"{address} is there already: give --replace for another password and role.")
        kept = there if replace else None
        called = normalise(name, _LONGEST_NAME) or (kept.name if kept else email.partition("@")[0])
        password = _asked(password_file)
        check_password(password, address, called)
        chosen: Role = role or (kept.role if kept else "viewer" if known else "admin")
        user = User(uuid4().hex, address, called, chosen, datetime.now(UTC))
        if store.users.add(user, hash_password(password), replace=replace) == "there":
            raise UserError(f"{address} was added at the same time: look with sportello user list.")
    out.print(f"{escape(address)} may sign in at /admin as {chosen}.")


@users.command("list")
def list_(data: Data = None, as_json: Json = False) -> None:
    """Show who may sign in, and who might once.

    Example: sportello user list --data data
    """
    with _store(data) as store:
        everybody = store.users.all()
    if as_json:
        print_json({"users": [asdict(user) for user in everybody]})
        return
    if not everybody:
        out.print("Nobody may sign in yet: sportello user add EMAIL")
        return
    table = Table("e-mail", "name", "role", "last signed in", box=None, pad_edge=False)
    for user in everybody:
        last = f"{user.last_sign_in_at:%Y-%m-%d}" if user.last_sign_in_at else "never"
        role = "removed" if user.disabled_at else user.role
        table.add_row(escape(user.email), escape(user.name), role, last)
    out.print(table)


@users.command()
def remove(email: Email, data: Data = None) -> None:
    """End somebody's sessions at once and let them in no more; their name stays on what they wrote.

    Example: sportello user remove anna@example.com
    """
    address = plain_email(email)
    with _store(data) as store:
        if not store.users.remove(address, datetime.now(UTC)):
            raise UserError(f"Nobody signs in as {address}: look with sportello user list.")
        left = sum(user.role == "admin" and user.disabled_at is None for user in store.users.all())
    out.print(f"{escape(address)} is signed out everywhere and may sign in no more.")
    if not left:
        err.print("There is no admin left: sportello user add EMAIL --role admin")


@contextmanager
def _store(data: Path | None) -> Iterator[Store]:
    settings = read_settings(data=data)
    store = open_store(settings.database_url, settings.data)
    try:
        yield store
    finally:
        store.close()


def _address(email: str) -> str:
    address = mail_address(email.strip())
    if address is None:
        raise UserError(f"{email} is no e-mail address: write it as name@example.com.")
    return plain_email(address)


def _asked(file: Path | None) -> str:
    """The password: from a file, or from whoever sits at the terminal, twice."""
    if file is not None:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
        return text.splitlines()[0] if text else ""
    if not sys.stdin.isatty():
        raise UserError("There is no terminal to ask for the password: give --password-file FILE.")
    asked: str = typer.prompt(
        f"Password, at least {LEAST} characters", hide_input=True, confirmation_prompt="Once more", err=True
    )
    return asked
