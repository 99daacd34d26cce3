"""The `sportello` command. Exit codes: 0 well, 1 the user's input, 2 usage, 3 the environment."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

from app.collector import resting
from app.terminal import ENVIRONMENT, INPUT, say_failed
from search.errors import InputError, UnfitError

# In the order of the help; imported when asked for: the web application alone takes a second.
COMMANDS: Final[Mapping[str, str]] = {
    "serve": "app.commands.serving:serve",
    "index": "app.commands.indexing:index",
    "check": "app.commands.checking:check",
    "search": "app.commands.searching:search",
    "evaluate": "app.commands.measuring:evaluate",
    "golden": "app.commands.measuring:golden",
    "import": "app.commands.writing:import_",
    "export": "app.exporting.commands:export",
    "model": "app.commands.indexing:model",
    "report": "app.insights.commands:report",
    "digest": "app.digest.commands:digest",
    "user": "app.staff.commands:users",
    "personal": "app.contact.commands:personal",
    "outbox": "app.commands.operating:outbox",
    "backup": "app.backup.commands:backup",
    "restore": "app.backup.commands:restore",
    "rollback": "app.commands.indexing:rollback",
    "doctor": "app.commands.operating:doctor_",
}
_LOOK: Final[Mapping[str, Any]] = {
    "no_args_is_help": True,
    "pretty_exceptions_enable": False,
    "add_completion": False,
    "rich_markup_mode": None,
}


class _Commands(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        with resting():
            found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            function, found = found, typer.Typer(**{**_LOOK, "no_args_is_help": False})
            found.command(cmd_name)(function)
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


cli = typer.Typer(cls=_Commands, **_LOOK)


@cli.callback()
def _sportello() -> None:
    """A self-service knowledge base: Markdown articles in, answers out."""


def main() -> None:
    """Run the command; what went wrong is one line on stderr, with what to do."""
    try:
        cli()
    except InputError as error:
        sys.exit(say_failed(error, INPUT))
    except (UnfitError, OSError) as error:
        sys.exit(say_failed(error, ENVIRONMENT))
