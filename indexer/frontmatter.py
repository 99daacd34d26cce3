"""The front matter of a file: where it ends, and its fields with their types."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from indexer.markdown import printable
from indexer.problems import Finding, closest
from indexer.yamlmap import Value, YamlMap

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parts:
    """A file in two, with the first line of each; `yaml` is None where there is no front matter."""

    yaml: str | None
    yaml_line: int
    body: str
    body_line: int
    unclosed: bool = False


def split(text: str) -> Parts:
    """Cut printable text at its `---` lines."""
    lines = text.split("\n")
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if lines[start].rstrip() != "---":
        return Parts(None, 1, text, 1)
    for number in range(start + 1, len(lines)):
        if lines[number].rstrip() in {"---", "..."}:
            return Parts(
                "\n".join(lines[start + 1 : number]), start + 2, "\n".join(lines[number + 1 :]), number + 2
            )
    return Parts(None, start + 1, "", len(lines), unclosed=True)


class FrontMatter:
    """Fields by name and type: what does not fit is left out and added to `findings`."""

    def __init__(self, parts: Parts, fields: frozenset[str]) -> None:
        self._map = YamlMap(parts.yaml or "", parts.yaml_line, "front-matter")
        self.findings: list[Finding] = self._map.findings
        self.first_line = max(1, parts.yaml_line - 1)
        if parts.unclosed:
            self._map.error(
                parts.yaml_line, "the front matter is not closed: add a line with “---” after its last field."
            )
        for key, value in self._map.values.items():
            if key not in fields:
                self._map.warn(value.line, f"“{key}” is not a field and is ignored.{closest(key, fields)}")

    def line_of(self, key: str, item: str = "") -> int:
        """The line of a field, or of one item of its list, or where the field would go."""
        value = self._map.values.get(key)
        if value is None:
            return self.first_line
        return next(
            (line for text, line in value.items if item and item in " ".join(text.split())), value.line
        )

    def is_silent_on(self, key: str) -> bool:
        """Whether nothing was said yet that explains why `key` has no value."""
        return self._map.whole and all(
            f.line != self.line_of(key) for f in self.findings if f.severity == "error"
        )

    def error(self, key: str, message: str) -> None:
        """Add an error at the line of a field."""
        self._map.error(self.line_of(key), message)

    def text(self, key: str) -> str:
        """One text on one line, or empty."""
        return " ".join(self._one(key, lambda text: text, "").split())

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one."""
        value = self._map.values.get(key)
        cleaned = (" ".join(printable(text).split()) for text, _ in value.items) if value else ()
        return tuple(dict.fromkeys(text for text in cleaned if text))

    def choice(self, key: str, allowed: tuple[T, ...], default: T) -> T:
        """One of a few words."""

        def read(text: str) -> T:
            for word in allowed:
                if word == text.strip().lower():
                    return word
            words = [str(word) for word in allowed]
            raise ValueError(f"“{text}” is not one of {', '.join(words)}.{closest(text.lower(), words)}")

        return self._one(key, read, default)

    def day(self, key: str) -> date | None:
        """A date; of a date and time, the date."""

        def read(text: str) -> date:
            try:
                return datetime.fromisoformat(text).date()
            except ValueError:
                raise ValueError(
                    f"“{text}” is not a date: write year-month-day, such as 2026-03-31."
                ) from None

        return self._one(key, read, None)

    def moment(self, key: str) -> datetime | None:
        """A date and time, aware: UTC where the editor gives no zone, midnight where no time."""

        def read(text: str) -> datetime:
            try:
                moment = datetime.fromisoformat(text)
            except ValueError:
                raise ValueError(
                    f"“{text}” is not a date and time: write 2026-03-31 09:00+02:00 (no +02:00: UTC)."
                ) from None
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

        return self._one(key, read, None)

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """A number within limits."""

        def read(text: str) -> float:
            try:
                number = float(text)
            except ValueError:
                raise ValueError(f"“{text}” is not a number: write it as 1.5, with a point.") from None
            if not (math.isfinite(number) and low <= number <= high):
                raise ValueError(f"“{text}” is out of range: write a number from {low:g} to {high:g}.")
            return number

        return self._one(key, read, default)

    def _one(self, key: str, read: Callable[[str], T], default: T) -> T:
        value: Value | None = self._map.values.get(key)
        if value is None or not value.items:
            return default
        if value.is_list:
            self.error(key, f"“{key}” takes one value, not a list.")
            return default
        try:
            return read(printable(value.items[0][0]).strip())
        except ValueError as error:
            self.error(key, f"{key}: {error}")
            return default
