"""YAML of one level, key → text or list of texts, each with its line: all that editors' files need.

Read as a stream of events: no recursion and no alias resolved, so neither nesting (libyaml's composer
overflows the stack) nor aliases (“billion laughs”) cost anything, and no tag makes an object.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from indexer.problems import Finding

# The same grammar six times faster, where libyaml is there.
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_GLUED_COMMENT = re.compile(r"\s+#\S")
_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_HINTS: Final = (
    ("mapping values are not allowed", "a text with a colon in it goes between double quotes"),
    ("cannot start any token", "a text that begins with @, %, ` or a tab goes between double quotes"),
    ("found unexpected end", "a quote or a bracket is opened and never closed"),
    ("quoted scalar", "a quote is opened and never closed"),
    (
        "block mapping",
        "write one “key: value” a line, all keys at the margin; quotes inside quotes are doubled",
    ),
    ("flow", "a text that begins with [ or { goes between double quotes"),
    ("alias", "a text that begins with * or & goes between double quotes"),
    ("anchor", "a text that begins with * or & goes between double quotes"),
)


@dataclass(frozen=True, slots=True)
class Value:
    """What stands after a key; `items` are (text, line), one for a single text, none for nothing."""

    line: int
    items: tuple[tuple[str, int], ...]
    is_list: bool = False


class YamlMap:
    """Reads at once: `values` are what could be read, `findings`, under `code`, what could not."""

    def __init__(self, text: str, first_line: int, code: str) -> None:
        self.values: dict[str, Value] = {}
        self.findings: list[Finding] = []
        self.whole = True  # false when reading stopped before the end
        self._lines, self._first, self._code = text.split("\n"), first_line, code
        try:
            self._read(yaml.parse(text, Loader=_LOADER))
        except yaml.YAMLError as error:
            self._broken(error)

    def error(self, line: int, message: str) -> None:
        """Add an error at a line of the file."""
        self.findings.append(Finding(line, "error", self._code, message))

    def warn(self, line: int, message: str) -> None:
        """Add a warning at a line of the file."""
        self.findings.append(Finding(line, "warning", self._code, message))

    def _line(self, event: yaml.Event) -> int:
        return (event.start_mark.line if event.start_mark else 0) + self._first

    def _read(self, events: Iterator[yaml.Event]) -> None:
        root = next((e for e in events if isinstance(e, (*_STARTS, yaml.ScalarEvent, yaml.AliasEvent))), None)
        if root is None or (isinstance(root, yaml.ScalarEvent) and root.value in _NULLS):
            return
        if not isinstance(root, yaml.MappingStartEvent):
            self.whole = False
            self.error(self._line(root), "write one “key: value” a line.")
            return
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            self._pair(event, events)
        if any(isinstance(e, yaml.DocumentStartEvent) for e in events):
            self.error(self._first, "there are two documents here: remove the second “---”.")

    def _pair(self, key: yaml.Event, events: Iterator[yaml.Event]) -> None:
        line = self._line(key)
        if not isinstance(key, yaml.ScalarEvent):
            self.error(line, "a key is a plain word here, such as “title”.")
            _skip(key, events)
            _skip(next(events), events)
            return
        value = self._value(key.value, line, next(events), events)
        if key.value in self.values:
            first = self.values[key.value].line
            self.error(line, f"“{key.value}” is written twice (the first is at line {first}): keep one.")
        else:
            self.values[key.value] = value

    def _value(self, key: str, line: int, event: yaml.Event, events: Iterator[yaml.Event]) -> Value:
        if isinstance(event, yaml.ScalarEvent):
            return Value(line, self._text(event))
        self._refuse_reference(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[tuple[str, int]] = []
            while not isinstance(item := next(events), yaml.SequenceEndEvent):
                if isinstance(item, yaml.ScalarEvent):
                    items += self._text(item)
                else:
                    self.error(
                        self._line(item), f"each item of “{key}” is a plain text: quote it if it has a colon."
                    )
                    _skip(item, events)
            return Value(line, tuple(items), is_list=True)
        if isinstance(event, yaml.MappingStartEvent):
            self.error(line, f"“{key}” takes a text or a list, not keys of its own.")
        _skip(event, events)
        return Value(line, ())

    def _text(self, event: yaml.ScalarEvent) -> tuple[tuple[str, int], ...]:
        self._refuse_reference(event)
        plain = not event.style
        if plain and _GLUED_COMMENT.match(self._after(event)):
            message = "what follows “#” is left out as a comment: put the text between double quotes."
            self.warn(self._line(event), message)
        if plain and event.value in _NULLS:
            return ()
        return ((event.value, self._line(event)),)

    def _after(self, event: yaml.Event) -> str:
        """What is left of the line after a value."""
        end = event.end_mark
        return self._lines[end.line][end.column :] if end and end.line < len(self._lines) else ""

    def _refuse_reference(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self.error(
                self._line(event), "“&” and “*” names are not read here: put the text between double quotes."
            )
        elif getattr(event, "tag", None):
            self.error(self._line(event), "“!” types are not read here: put the text between double quotes.")

    def _broken(self, error: yaml.YAMLError) -> None:
        self.whole = False
        mark = getattr(error, "problem_mark", None)
        said = " ".join(
            str(part) for part in (getattr(error, "problem", None), getattr(error, "context", None)) if part
        )
        hint = next(
            (hint for words, hint in _HINTS if words in said), "look for a missing quote, colon or space"
        )
        # A quote left open is noticed at the end of the text: the last line there is.
        line = min(mark.line if mark else 0, max(0, len(self._lines) - 1))
        self.error(line + self._first, f"this line cannot be read ({said or 'not YAML'}): {hint}.")


@dataclass(frozen=True, slots=True)
class Entry:
    """One mapping of a list: the line where it begins, and its values."""

    line: int
    values: dict[str, Value]


class YamlMaps(YamlMap):
    """Reads a list of such mappings: `entries` are what could be read of each."""

    def __init__(self, text: str, first_line: int, code: str, how: str) -> None:
        """`how` says what an entry looks like, to whoever wrote something else."""
        self.entries: list[Entry] = []
        self._how = how
        super().__init__(text, first_line, code)

    def _read(self, events: Iterator[yaml.Event]) -> None:
        root = next((e for e in events if isinstance(e, (*_STARTS, yaml.ScalarEvent, yaml.AliasEvent))), None)
        if root is None or (isinstance(root, yaml.ScalarEvent) and root.value in _NULLS):
            return
        if not isinstance(root, yaml.SequenceStartEvent):
            self.whole = False
            self.error(self._line(root), self._how)
            return
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            if isinstance(item, yaml.MappingStartEvent):
                self._entry(item, events)
            else:
                self.error(self._line(item), self._how)
                _skip(item, events)
        if any(isinstance(e, yaml.DocumentStartEvent) for e in events):
            self.error(self._first, "there are two documents here: remove the second “---”.")

    def _entry(self, begin: yaml.Event, events: Iterator[yaml.Event]) -> None:
        self.values = {}
        self.entries.append(Entry(self._line(begin), self.values))
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            self._pair(event, events)


def _skip(event: yaml.Event, events: Iterator[yaml.Event]) -> None:
    """Pass over what is inside a list or mapping that has just begun."""
    depth = int(isinstance(event, _STARTS))
    while depth:
        following = next(events)
        depth += isinstance(following, _STARTS) - isinstance(following, _ENDS)
