"""Articles' files, changed as an editor would: more questions in one, and a new one begun.

What is not meant to change stays byte for byte: line endings, comments, quotes, a byte-order mark.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from secrets import token_hex
from typing import Any, Final, Literal

import yaml
from filelock import FileLock

from indexer.articles import ARTICLE_FIELDS, MAX_BYTES, ContentError, digest_of
from indexer.files import LANGUAGE, Kind, list_files
from indexer.frontmatter import FrontMatter, split
from indexer.importing.drafts import one_line, slugify, to_yaml
from indexer.lines import relined, shown
from indexer.markdown import printable
from indexer.publish import sync_folder
from indexer.reading import read_file
from indexer.yamlmap import YamlMap

# Why nothing was written: its front matter is broken; it is written in a way that nothing can be added to;
# it would be too large; somebody changed it meanwhile; it is not there; the folder cannot be written.
EditProblem = Literal["broken", "shape", "large", "changed", "gone", "unwritable"]

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_END: Final = re.compile(r"\r\n?|\n")
# Names that Windows gives to devices, whatever their ending.
_DEVICE: Final = re.compile(r"con|prn|aux|nul|(?:com|lpt)[0-9]")
_NO_NAME: Final = re.compile(r"[/\\:\x00-\x1f\ud800-\udfff]")
_MOST_NUMBERS: Final = 1_000
# What is read as a list; the others hold one text each.
LISTS: Final = frozenset({"questions", "tags", "related", "redirect_from"})
# What is written without quotes: words, days and numbers of ours.
_BARE: Final = frozenset(
    {"status", "phase", "type", "visibility", "updated", "review_by", "publish_at", "boost"}
)
_SAFELY_BARE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9:+. -]*")


class EditError(Exception):
    """Nothing was written."""

    def __init__(self, problem: EditProblem) -> None:
        super().__init__(problem)
        self.problem: EditProblem = problem


def with_questions(text: str, questions: Iterable[str]) -> str:
    """A file's text with `questions` that it has not yet, in any capitals; every other character stays.

    `text` is as it was decoded, a byte-order mark and all. Raises EditError.
    """
    matter = _Matter(text)
    new = matter.lacking(questions)
    if not new:
        return text
    expected = matter.said.plus(new)
    for edited in matter.ways(new):
        if _said(edited) == expected:
            return edited
    raise EditError("shape")


@dataclass(frozen=True, slots=True)
class Written:
    """A file as an editor sees it: each field's texts as they are read, and the text below."""

    fields: Mapping[str, tuple[str, ...]]
    body: str


def written(text: str) -> Written:
    """What a file says. Raises EditError for one whose front matter is not whole."""
    matter = _Matter(text)
    fields = {key: _cleaned(items) for key, items in matter.said.fields.items()}
    return Written(fields, shown(text[matter.body_at :]))


def rewritten(text: str, fields: Mapping[str, Sequence[str]], body: str) -> str:
    """A file's text with other `fields`, one line each, and another `body`; every other byte stays.

    A field without a text is taken out; what `fields` does not name stays. Raises EditError.
    """
    for key, values in fields.items():
        text = _with_field(text, key, _cleaned(values))
    at = _Matter(text).body_at
    return text[:at] + relined(text[at:], body)


def _with_field(text: str, key: str, values: tuple[str, ...]) -> str:
    matter = _Matter(text)
    said = matter.said
    if _cleaned(said.fields.get(key, ())) == values:
        return text
    others = {name: items for name, items in said.fields.items() if name != key}
    for edited in matter.changed(key, values):
        now = _said(edited)
        if (
            now is not None
            and _cleaned(now.fields.get(key, ())) == values
            and {name: items for name, items in now.fields.items() if name != key} == others
            and now.body == said.body
            and set(now.odd) <= set(said.odd)
        ):
            return edited
    raise EditError("shape")


def _cleaned(items: Iterable[str]) -> tuple[str, ...]:
    """As our reader reads a list."""
    return tuple(dict.fromkeys(filter(None, map(one_line, items))))


def draft(title: str, questions: Iterable[str], body: str) -> str:
    """The text of a draft: whatever `title` and `questions` hold, they are read as they are given."""
    asked = dict.fromkeys(filter(None, map(one_line, questions)))
    asked.pop(one_line(title), None)
    listed = "questions:\n" + "".join(f"  - {_scalar(text)}\n" for text in asked) if asked else ""
    return f"---\ntitle: {_scalar(one_line(title))}\n{listed}status: draft\n---\n{body.strip()}\n"


def add_questions(root: Path, data: Path, lang: str, article_id: str, questions: Sequence[str]) -> int:
    """Write more questions into an article's file; how many. Raises EditError: then nothing was written.

    One at a time for a data folder. Of somebody else's change, nothing is lost but what falls between the
    last look at the file and the next system call.
    """
    with FileLock(data / "content.lock"):
        path = _file_of(root, lang, article_id)
        before = _read(path)
        try:
            text = before.decode()
        except UnicodeDecodeError:
            raise EditError("broken") from None
        new = _Matter(text).lacking(questions)
        if new:
            replace_file(path, before, with_questions(text, new).encode())
        return len(new)


def read_file_of(root: Path, lang: str, article_id: str) -> bytes:
    """What an article's file holds. Raises EditError."""
    return _read(_file_of(root, lang, article_id))


def path_of(root: Path, lang: str, article_id: str) -> Path:
    """Where an article's file is, links followed. Raises EditError for one that there is none of."""
    return _file_of(root, lang, article_id)


def replace_file_of(root: Path, data: Path, lang: str, article_id: str, version: str, text: str) -> str:
    """Write an article's file whose content was `version`, a `digest_of`; the digest of what is there now.

    Raises EditError: then nothing was written; `changed` where the content is another one by now.
    """
    with FileLock(data / "content.lock"):
        path = _file_of(root, lang, article_id)
        before, after = _read(path), text.encode()
        if digest_of(before) != version:
            raise EditError("changed")
        if after != before:
            replace_file(path, before, after)
    return digest_of(after)


def create(root: Path, lang: str, article_id: str, text: str) -> None:
    """Write the file of an article that another language has already. Raises EditError.

    `changed` where somebody wrote one meanwhile.
    """
    if not LANGUAGE.fullmatch(lang):
        raise EditError("shape")
    if len(text.encode()) > MAX_BYTES:
        raise EditError("large")
    try:
        files, _ = list_files(root)
        # Only a path that an article has, so that no id leads anywhere else.
        alike = [file for file in files if file.kind is Kind.ARTICLE and file.id == article_id]
        if not any(not file.refused for file in alike):
            raise EditError("gone")
        path = root / lang / f"{article_id}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.resolve() != (root.resolve() / lang / article_id).parent:
            raise EditError("shape")
        if any(file.lang == lang for file in alike) or not write_new(path, text.encode()):
            raise EditError("changed")
    except (OSError, ContentError):
        raise EditError("unwritable") from None


def begin(root: Path, lang: str, category: str, name: str, text: str) -> str:
    """Write a new article's file as `<lang>/<category>/<name>.md`; its path below `root`.

    `name` may be any text; where an article of any language has it already, a number is added. `lang` is a
    language tag and `category` a folder's name. Raises EditError.
    """
    if not LANGUAGE.fullmatch(lang) or not is_folder_name(category):
        raise EditError("shape")
    if len(text.encode()) > MAX_BYTES:
        raise EditError("large")
    try:
        files, _ = list_files(root)
        folder = root / lang / category
        folder.mkdir(parents=True, exist_ok=True)
        # A link would lead out of what is read, and perhaps out of `root`.
        if folder.resolve() != root.resolve() / lang / category:
            raise EditError("shape")
        taken = {file.id.casefold() for file in files if file.kind is Kind.ARTICLE}
        for wanted in _numbered(file_name(name)):
            path = folder / f"{wanted}.md"
            if f"{category}/{wanted}".casefold() not in taken and write_new(path, text.encode()):
                return f"{lang}/{category}/{wanted}.md"
    except (OSError, ContentError):
        raise EditError("unwritable") from None
    raise EditError("shape")


def is_folder_name(text: str) -> bool:
    """Whether it is one folder's name, and not a way to another."""
    return (
        bool(text)
        and not text.startswith((".", "_"))
        and not re.search(r"[/\\:\x00-\x1f\ud800-\udfff]", text)
    )


def file_name(text: str) -> str:
    """A name for a file out of any text, without its ending, that every file system takes."""
    slug = slugify(text, default="article")
    return f"{slug}-1" if _DEVICE.fullmatch(slug) else slug


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in range(2, _MOST_NUMBERS))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a file says, as our reader reads it: its fields as they are written, what is odd, its text."""

    fields: dict[str, tuple[str, ...]]
    title: str
    questions: tuple[str, ...]
    odd: tuple[str, ...]
    body: str

    def plus(self, questions: Sequence[str]) -> "_Said":
        """The same with more questions, and nothing else."""
        written = (*self.fields.get("questions", ()), *questions)
        read = tuple(dict.fromkeys((*self.questions, *questions)))
        return replace(self, fields={**self.fields, "questions": written}, questions=read)


def _said(text: str) -> _Said | None:
    """Null where its front matter is not whole, or has no title."""
    parts = split(printable(text))
    mapping = YamlMap(parts.yaml or "", 1, "")
    matter = FrontMatter(parts, ARTICLE_FIELDS)
    title = matter.text("title")
    if not title or not mapping.whole or any(f.severity == "error" for f in matter.findings):
        return None
    fields = {key: tuple(item.strip() for item, _ in value.items) for key, value in mapping.values.items()}
    odd = tuple(sorted(finding.message for finding in matter.findings))
    return _Said(fields, title, matter.texts("questions"), odd, parts.body)


class _Matter:
    """A file's front matter, and the places in the file where more questions could be written."""

    def __init__(self, text: str) -> None:
        """Raises EditError for one that is not whole."""
        said = _said(text)
        if said is None:
            raise EditError("broken")
        self.said = said
        parts = split(printable(text))
        self._text = text
        # Of each line, where it begins: `printable` takes characters out of lines, and no line.
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text))]
        self._first, self._close = parts.yaml_line - 1, parts.body_line - 2
        self._places = _places(parts.yaml or "")
        lines = len(self._starts)
        # Where in the file the text below begins.
        self.body_at = self._starts[parts.body_line - 1] if parts.body_line <= lines else len(text)

    def lacking(self, questions: Iterable[str]) -> list[str]:
        """Those of `questions`, as they will be read, that are not there."""
        known = {one.casefold() for one in (self.said.title, *self.said.questions)}
        new: dict[str, str] = {}
        for asked in map(one_line, questions):
            new.setdefault(asked.casefold(), asked)
        return [asked for key, asked in new.items() if asked and key not in known]

    def ways(self, new: Sequence[str]) -> Iterator[str]:
        """The file with `new` written where it may belong; what is read of each must be looked at."""
        place = self._places.get("questions")
        if place is None:
            title = self._places["title"]
            yield self._lines(self._first + title.line_after, title.column, new, keyed=True)
            yield self._lines(self._close, title.column, new, keyed=True)
        elif place.shape == "block":
            yield self._lines(self._first + place.line_after, place.start[1], new)
            yield self._lines(self._first + place.start[0], place.start[1], new)
        elif place.shape == "flow":
            yield self._within(place, new)
        else:
            if place.is_empty:
                yield self._lines(self._first + place.line_after, place.column + 2, new)
            yield self._instead(place, new)

    def changed(self, key: str, values: tuple[str, ...]) -> Iterator[str]:
        """The file with other `values` of a field; what is read of each must be looked at."""
        place = self._places.get(key)
        written = [_value(key, text) for text in values]
        if place is None:
            column = self._places["title"].column
            if key == "questions":
                yield from self.ways(values)
            if key in LISTS:
                yield self._field(self._close, column, f"{key}:", written)
            elif values:
                yield self._field(self._close, column, f"{key}: {written[0]}", ())
        elif not values:
            yield self._text[: self._at(place.line)] + self._text[self._at(place.line_after) :]
        elif place.shape == "block":
            yield self._items(place, self.said.fields[key], values)
        elif place.shape == "text" and (key not in LISTS or len(values) == 1):
            yield self._swapped(place, written[0])
        if place is not None and values and key in LISTS and place.shape != "block":
            yield self._swapped(place, f"[{', '.join(_scalar(text, within=True) for text in values)}]")

    def _at(self, line: int) -> int:
        """Where in the file a line of the front matter begins."""
        return self._starts[self._first + line]

    def _field(self, line: int, column: int, first: str, items: Sequence[str]) -> str:
        """With a field before `line`."""
        indent, end = " " * column, self._line_end(line - 1)
        added = [f"{indent}{first}{end}", *(f"{indent}  - {item}{end}" for item in items)]
        return self._text[: self._starts[line]] + "".join(added) + self._text[self._starts[line] :]

    def _items(self, place: "_Place", old: Sequence[str], new: Sequence[str]) -> str:
        """With lines for the items that are new, and without those of the items that are gone."""
        before = [one_line(text) for text in old]
        text = self._text
        if len(before) != len(place.items):  # one of them is nothing: no line can be named
            return text
        indent, end = " " * place.start[1], self._line_end(self._first + place.start[0])
        for kind, i1, i2, j1, j2 in reversed(SequenceMatcher(None, before, list(new)).get_opcodes()):
            if kind == "equal":
                continue
            line = place.items[i1][0] if i1 < len(place.items) else place.line_after
            for at in reversed(range(i1, i2)):
                first, behind = place.items[at]
                text = text[: self._at(first)] + text[self._at(behind) :]
            added = "".join(f"{indent}- {_scalar(item)}{end}" for item in new[j1:j2])
            text = text[: self._at(line)] + added + text[self._at(line) :]
        return text

    def _swapped(self, place: "_Place", value: str) -> str:
        """With `value` in the place of what a field holds."""
        start, end = self._offset(place.start), self._offset(place.close)
        before = "" if self._text[start - 1].isspace() else " "
        after = self._line_end(self._first + place.start[0]) if place.close[1] == 0 else ""
        return f"{self._text[:start]}{before}{value}{after}{self._text[end:]}"

    def _lines(self, line: int, column: int, new: Sequence[str], *, keyed: bool = False) -> str:
        """With a line for each before `line`."""
        at, indent = self._starts[line], " " * column
        end = self._line_end(line - 1)
        added = [f"{indent}- {_scalar(question)}{end}" for question in new]
        if keyed:
            added = [f"{indent}questions:{end}", *(f"  {one}" for one in added)]
        return self._text[:at] + "".join(added) + self._text[at:]

    def _within(self, place: "_Place", new: Sequence[str]) -> str:
        """With them before the closing bracket: a line each, where the last item has one of its own."""
        at, line = self._offset(place.end), self._first + place.last[0]
        before = self._text[self._starts[line] : self._offset(place.last)]
        alone = place.last[0] > place.start[0] and not before.strip()
        comma = f",{self._line_end(line - 1)}{before}" if alone else ", "
        written = comma.join(_scalar(question, within=True) for question in new)
        return self._text[:at] + ("" if place.is_empty else comma) + written + self._text[at:]

    def _instead(self, place: "_Place", new: Sequence[str]) -> str:
        """With a list in the place of a single text, or of nothing."""
        items = ", ".join(map(_quoted, (*self.said.fields["questions"], *new)))
        return self._swapped(place, f"[{items}]")

    def _line_end(self, line: int) -> str:
        """How a line that is not the last one ends."""
        found = _LINE_END.search(self._text, self._starts[line])
        return found[0] if found else "\n"

    def _offset(self, mark: "_Mark") -> int:
        """Where in the file a place of the front matter is."""
        line, column = mark
        at = self._starts[self._first + line]
        while column:
            column -= len(printable(self._text[at]))
            at += 1
        return at


# Line and column within the front matter, from 0.
_Mark = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a field stands: the column of its key, and its value.

    `end` is where its text or its last item ends, `last` where that begins, `close` where all of it ends; of
    a list in brackets without an item both are behind the bracket. `line` is the key's; `items` are the lines
    that each item of a list begins on and the ones behind.
    """

    line: int
    column: int
    shape: Literal["text", "block", "flow"]
    start: _Mark
    last: _Mark
    end: _Mark
    close: _Mark
    is_empty: bool
    items: tuple[tuple[int, int], ...] = ()

    @property
    def line_after(self) -> int:
        """The first line that nothing of it is on."""
        return _behind(self.last, self.end)


def _places(text: str) -> dict[str, _Place]:
    """The fields of front matter that was read without an error: no list in it holds anything but texts."""
    events = iter(yaml.parse(text, Loader=_LOADER))
    for event in events:
        if isinstance(event, yaml.MappingStartEvent):
            break
    return {
        key.value: _place(key, next(events), events) for key in events if isinstance(key, yaml.ScalarEvent)
    }


def _place(key: yaml.Event, value: yaml.Event, events: Iterator[yaml.Event]) -> _Place:
    (line, column), start, end = _mark(key.start_mark), _mark(value.start_mark), _mark(value.end_mark)
    if not isinstance(value, yaml.SequenceStartEvent):
        return _Place(line, column, "text", start, start, end, end, start == end)
    last = end
    items: list[tuple[int, int]] = []
    while not isinstance(item := next(events), yaml.SequenceEndEvent):
        last, end = _mark(item.start_mark), _mark(item.end_mark)
        items.append((last[0], _behind(last, end)))
    shape: Literal["flow", "block"] = "flow" if value.flow_style else "block"
    return _Place(line, column, shape, start, last, end, _mark(item.end_mark), not items, tuple(items))


def _behind(start: _Mark, end: _Mark) -> int:
    """The first line that nothing is on of what stands from `start` to `end`."""
    line, column = end
    return line if column == 0 and line > start[0] else line + 1


def _mark(mark: Any) -> _Mark:
    return mark.line, mark.column


def _scalar(text: str, *, within: bool = False) -> str:
    """One line of text as YAML: bare where that is read the same by every program, else in double quotes.

    `within`: it is to stand between brackets.
    """
    if within and re.search(r"[][{},:?]", text):
        return _quoted(text)
    return text if to_yaml([text]) == f"- {text}\n" else _quoted(text)


def _value(key: str, text: str) -> str:
    return text if key in _BARE and _SAFELY_BARE.fullmatch(text) else _scalar(text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _file_of(root: Path, lang: str, article_id: str) -> Path:
    """An article's own file; found among those there are, so that no id leads anywhere else."""
    try:
        files, _ = list_files(root)
    except ContentError:
        raise EditError("gone") from None
    found = next((f for f in files if f.kind is Kind.ARTICLE and f.key == (lang, article_id)), None)
    if found is None or found.refused:
        raise EditError("gone")
    try:
        return found.path.resolve(strict=True)
    except (OSError, RuntimeError):  # a link that leads nowhere, or to itself
        raise EditError("gone") from None


def _read(path: Path) -> bytes:
    try:
        data = read_file(path, MAX_BYTES + 1)
    except FileNotFoundError:
        raise EditError("gone") from None
    except OSError:
        raise EditError("unwritable") from None
    if len(data) > MAX_BYTES:
        raise EditError("large")
    return data


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Put `after` where `before` is: both are whole at every moment, also through a crash."""
    if len(after) > MAX_BYTES:
        raise EditError("large")
    aside = _aside(path)
    try:
        _write(aside, after)
        aside.chmod(path.stat().st_mode & 0o7777)
        if path.read_bytes() != before or aside.read_bytes() != after:
            raise EditError("changed")
        aside.replace(path)
        sync_folder(path.parent)
    except FileNotFoundError:
        raise EditError("changed") from None
    except OSError:
        raise EditError("unwritable") from None
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def write_new(path: Path, data: bytes) -> bool:
    """Whether it was written: nothing was there. It is whole at every moment. Raises OSError."""
    aside = _aside(path)
    try:
        _write(aside, data)
        try:
            path.hardlink_to(aside)
        except FileExistsError:
            return False
        except OSError:  # a file system without links; a reader may see the file while it grows
            _write(path, data)
        sync_folder(path.parent)
    except FileExistsError:
        return False
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
    return True


def _aside(path: Path) -> Path:
    """A hidden name beside it, which no reader of content takes."""
    return path.with_name(f".sportello-{token_hex(8)}")


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
