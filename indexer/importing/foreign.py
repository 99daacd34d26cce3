"""A Markdown file of another system: its front matter in our fields, what has no field kept aside."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any, Final, get_args

import yaml

from indexer.articles import prettify
from indexer.dialect import check_limits
from indexer.frontmatter import Parts, split
from indexer.importing.archives import SourceFile
from indexer.importing.drafts import one_line
from indexer.importing.languages import language
from indexer.importing.rewriting import Body, mark_anchors, take_out_embedded, without_marks
from indexer.markdown import MarkdownError, printable
from search.records import ArticleType, Phase, Status, Visibility

_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# libyaml composes by recursion on the C stack; real front matter is 3 levels deep.
_MAX_LEVELS: Final = 20
_LANGUAGE_KEYS: Final = ("lang", "language", "locale", "ms.contentlocale")
# The more exact first: `date` is often that of the first publication.
_DATE_KEYS: Final = ("updated", "lastmod", "last_modified_at", "last_updated", "modified", "ms.date", "date")
_MONTH_FIRST: Final = frozenset({"ms.date"})
_SLASHED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_TRUE: Final = frozenset({"true", "yes", "on", "1"})
_HEADING = re.compile(r" {0,3}#[ \t]+(?P<text>.*?)(?:[ \t]+#+)?[ \t]*")
_LINKED = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_MARKUP = re.compile(r"<[^<>]*>|(?<!\\)[*`]+|\\(?=[!-/:-@\[-`{-~])")


class UnusableError(Exception):
    """A file that cannot become an article: the reason, for its owner."""


@dataclass(slots=True)
class Notes:
    """What happened to many files, counted, with the first few named."""

    _places: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, path: str) -> None:
        """`what` completes “3 …”."""
        self._places.setdefault(what, []).append(path)

    def sentences(self) -> tuple[str, ...]:
        """One a kind."""
        return tuple(
            f"{len(paths):,} {what} (first in {', '.join(list(dict.fromkeys(paths))[:3])})."
            for what, paths in self._places.items()
        )


@dataclass(frozen=True, slots=True)
class Page:
    """A foreign file understood: `lang` is what it says of itself, `foreign` the keys without a field."""

    source: str
    lang: str | None
    fields: Mapping[str, Any]
    foreign: Mapping[str, Any]
    body: Body

    @property
    def title(self) -> str:
        """Never empty."""
        return str(self.fields["title"])


def read_page(file: SourceFile, notes: Notes) -> Page:
    """Raises UnusableError for what cannot be read as an article."""
    text = _decoded(file, notes)
    parts = split(text)
    if parts.unclosed:  # a line across the page, then, not the beginning of front matter
        parts = Parts(None, 1, text, 1)
    keys = _keys(parts)
    lang = next((found for key in _LANGUAGE_KEYS if (found := language(_text(keys, key)))), None)
    fields = _Fields(keys)
    body = take_out_embedded(parts.body)
    try:
        check_limits(body.marked)
    except MarkdownError as error:
        raise UnusableError(f"line {parts.body_line + error.line - 1}: {error}") from None
    mark_anchors(body)
    title, body.marked = _title(fields.title(), body.marked, file.path)
    if not without_marks(body.marked).strip():
        raise UnusableError("has no text below its title.")
    return Page(file.path, lang, {"title": title, **fields.taken}, fields.left(), body)


def read_title(file: SourceFile) -> str:
    """The title a file's front matter gives, or empty."""
    try:
        return _text(_keys(split(_decoded(file, Notes()))), "title")
    except UnusableError:
        return ""


def _decoded(file: SourceFile, notes: Notes) -> str:
    data = file.at.read_bytes()
    if not data.strip(b"\xef\xbb\xbf\x00 \t\r\n"):
        raise UnusableError("is empty.")
    return printable(decode(data, file.path, notes))


def decode(data: bytes, path: str, notes: Notes) -> str:
    """UTF-8 or UTF-16 by its mark; else what Windows wrote in western Europe, with a note."""
    try:
        return data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError:
        notes.add("files were not UTF-8 and were read as Windows-1252", path)
        return data.decode("cp1252", errors="replace")


def _keys(parts: Parts) -> dict[str, Any]:
    try:
        keys = load_texts(parts.yaml or "")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = parts.yaml_line + (mark.line if mark else 0)
        what = getattr(error, "problem", None) or "not YAML"
        raise UnusableError(f"line {line}: its front matter cannot be read ({what}).") from None
    if keys in (None, ""):
        return {}
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys):
        raise UnusableError(f"line {parts.yaml_line}: its front matter is not a list of “key: value”.")
    return keys


def load_texts(text: str) -> Any:
    """YAML with every scalar as it was written; raises yaml.YAMLError, also for what is too deep."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_LEVELS or isinstance(event, yaml.AliasEvent):
            what = (
                "an alias, “*name”"
                if isinstance(event, yaml.AliasEvent)
                else f"more than {_MAX_LEVELS} levels"
            )
            raise yaml.MarkedYAMLError(problem=what, problem_mark=event.start_mark)  # type: ignore[arg-type]
    return yaml.load(text, Loader=_LOADER)  # noqa: S506  # it makes texts, lists and mappings only


def _text(keys: Mapping[str, Any], key: str) -> str:
    value = keys.get(key)
    return one_line(value) if isinstance(value, str) else ""


def _title(said: str, body: str, path: str) -> tuple[str, str]:
    """The title, and the body without the first heading where it says the same."""
    heading, rest = _first_heading(body)
    if said:
        return said, rest if _bare(heading) == _bare(said) else body
    return (heading, rest) if heading else (prettify(PurePosixPath(path).stem), body)


def _first_heading(body: str) -> tuple[str, str]:
    """The text of an h1 that begins the body, and the body without it; the anchors' marks stay."""
    lines = body.split("\n")
    at = next((n for n, line in enumerate(lines) if without_marks(line).strip()), 0)
    below = lines[at + 1] if at + 1 < len(lines) else ""
    heading = _HEADING.fullmatch(without_marks(lines[at]))
    if heading:
        text, after = heading["text"], lines[at + 1 :]
    elif re.fullmatch(r"=+[ \t]*", below):
        text, after = without_marks(lines[at]), lines[at + 2 :]
    else:
        return "", body
    return one_line(plain(text)), "\n".join(["".join(_marks(lines[: at + 1])), *after])


def _marks(lines: list[str]) -> Iterator[str]:
    for line in lines:
        alone = without_marks(line)
        yield "".join(char for char in line if char not in alone) if alone != line else ""


def plain(markdown: str) -> str:
    """A heading's text without its markup."""
    return _MARKUP.sub("", _LINKED.sub(r"\1", markdown))


def _bare(title: str) -> str:
    return " ".join(re.findall(r"\w+", plain(title).casefold()))


class _Fields:
    """Takes from foreign keys what clearly is one of our fields; the rest is `left`."""

    def __init__(self, keys: Mapping[str, Any]) -> None:
        self._keys, self._used = keys, {key for key in _LANGUAGE_KEYS if language(_text(keys, key))}
        self.taken: dict[str, Any] = {}
        self._take("questions", ("questions",), _texts)
        self._take("summary", ("summary", "description", "excerpt"), _one)
        self._take("tags", ("tags", "keywords"), _texts)
        self._take("phase", ("phase",), _choice(get_args(Phase)))
        self._take("status", ("status",), _choice(get_args(Status)))
        self._take("status", ("draft",), lambda value: "draft" if value in _TRUE else "published")
        self._take("status", ("published",), lambda value: None if value in _TRUE else "draft")
        self._take("updated", _DATE_KEYS, read_day)
        self._take("review_by", ("review_by",), read_day)
        self._take("owner", ("owner",), _one)
        self._take("redirect_from", ("redirect_from", "aliases"), _paths)
        self._take("type", ("type",), _choice(get_args(ArticleType)))
        self._take("visibility", ("visibility",), _choice(get_args(Visibility)))
        if self.taken.get("status") == "published":
            del self.taken["status"]  # as every article that says nothing

    def title(self) -> str:
        """As the front matter says it, or empty."""
        title = _text(self._keys, "title")
        self._used |= {"title"} if title else set()
        return title

    def left(self) -> dict[str, Any]:
        """What has not been taken, as it was."""
        return {key: value for key, value in self._keys.items() if key not in self._used}

    def _take(self, name: str, keys: tuple[str, ...], read: Callable[[Any], Any]) -> None:
        """The first key that can be read as the field; one that is taken already stays."""
        for key in keys:
            value = self._keys.get(key)
            value = value.strip() if isinstance(value, str) else value
            if not value or (name in self.taken and key != "draft"):
                continue
            found = read_day(value, key) if read is read_day else read(value)
            if found:
                self.taken[name] = found
                self._used.add(key)
                return


def _one(value: Any) -> str:
    return one_line(value) if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return []
    return list(dict.fromkeys(text for item in items if (text := one_line(item))))


def _paths(value: Any) -> list[str]:
    """Old addresses; Hugo calls them aliases, and a text with a comma is one all the same."""
    return [path for path in _texts([value] if isinstance(value, str) else value) if path.startswith("/")]


def _choice(words: tuple[str, ...]) -> Callable[[Any], str | None]:
    return lambda value: value.lower() if isinstance(value, str) and value.lower() in words else None


def read_day(value: Any, key: str = "") -> date | None:
    """A date that can be meant in one way only; `ms.date` is documented as month/day/year."""
    if not isinstance(value, str):
        return None
    try:
        if slashed := _SLASHED.fullmatch(value):
            first, second, year = (int(number) for number in slashed.groups())
            if first <= 12 and second <= 12 and first != second and key not in _MONTH_FIRST:
                return None
            month_first = key in _MONTH_FIRST or second > 12
            return date(year, first, second) if month_first else date(year, second, first)
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None
