"""What is wrong with the content, said to the person who can mend it."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: `path` is POSIX and relative to the content folder, `line` counts from 1.

    `message` says what is wrong and how to mend it; `code` is stable, for filters and tests.
    """

    path: str
    line: int
    severity: Severity
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem that does not know its file yet."""

    line: int
    severity: Severity
    code: str
    message: str

    def at(self, path: str) -> Problem:
        """Name the file."""
        return Problem(path, self.line, self.severity, self.code, self.message)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By file and line, each said once."""
    return tuple(sorted(set(problems), key=lambda p: (p.path, p.line, p.severity, p.code, p.message)))


def closest(word: str, known: Iterable[str]) -> str:
    """` Did you mean …?` with the nearest known word, or nothing when none is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f" Did you mean “{found[0]}”?" if found else ""


class MarkdownError(ValueError):
    """Text that cannot be shown: one sentence for its editor, and the `line` of the text it is about."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line
