"""What every command prints with: two consoles, JSON, one line for an error."""

import sys
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape

INPUT, ENVIRONMENT = 1, 3

# No emoji: a file's line ":100:" would become one.
out = Console(highlight=False, emoji=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)


def say_failed(error: Exception, code: int) -> int:
    """What went wrong, in one line on stderr; the exit code is returned."""
    err.print(f"[red]sportello:[/red] {escape(' '.join(str(error).split()))}")
    return code


def print_json(value: Any) -> None:
    """One object on stdout, indented; `value` is made of what JSON has, and dataclasses."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")
