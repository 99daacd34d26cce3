"""`golden.yaml`, read: the questions whose answer an editor knows, with every problem at its line.

questions:     [{ask, lang, expect, why}]   `expect` is the id of the article that answers
unanswerable:  [{ask, lang, why}]           nothing does, and search must say so
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from indexer.articles import MAX_BYTES, Content
from indexer.problems import Finding, Problem, closest, in_order
from indexer.reading import read_file
from indexer.yamlmap import YamlMap

NAME: Final = "golden.yaml"
_KEYS: Final = {"questions": ("ask", "lang", "expect", "why"), "unanswerable": ("ask", "lang", "why")}
# What may open at each depth: the file, its two lists, and each question.
_SHAPE: Final = (yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent)
# Nested so deep it is an attack or an accident, and libyaml takes longer with each level.
_DEEPEST: Final = 8
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HOW: Final = 'write “- ask: "…"” and below it “lang”, “expect” and “why”, one a line.'


@dataclass(frozen=True, slots=True)
class Question:
    """`expect` is the id of the article that answers; empty where nothing must."""

    ask: str
    lang: str
    expect: str
    why: str


@dataclass(frozen=True, slots=True)
class Golden:
    """What the file says: its well-formed questions, and what is wrong with the others."""

    questions: tuple[Question, ...]
    problems: tuple[Problem, ...]


def read_golden(root: Path, content: Content) -> Golden | None:
    """The golden questions of a content folder that holds `content`; null where it has none."""
    ids: dict[str, set[str]] = {}
    for lang, article_id in (*((a.lang, a.id) for a in content.knowledge.articles), *content.broken):
        ids.setdefault(lang, set()).add(article_id)
    reading = _Reading(ids)
    try:
        data = read_file(root / NAME, MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            reading.error(1, f"is more than {MAX_BYTES:,} bytes: keep the questions only.")
        else:
            reading.read(data.decode("utf-8-sig"))
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        reading.error(1, "is not UTF-8 text: save it again with the encoding UTF-8.")
    except OSError as error:
        reading.error(1, f"cannot be read ({error.strerror}): check its permissions.")
    return Golden(tuple(reading.questions.values()), in_order(f.at(NAME) for f in reading.findings))


@dataclass(slots=True)
class _Reading:
    """The file as a stream of events, for the reasons that `yamlmap` gives."""

    ids: Mapping[str, Collection[str]]
    questions: dict[tuple[str, str], Question] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _depth: int = 0
    _section: str = ""
    _key: tuple[str, int] | None = None
    _entry: dict[str, tuple[str, int]] = field(default_factory=dict)
    _entry_line: int = 0

    def error(self, line: int, message: str) -> None:
        self.findings.append(Finding(line, "error", "golden", message))

    def read(self, text: str) -> None:
        """Take every question; reading stops where the text is not YAML, or not what is expected at all."""
        try:
            for event in yaml.parse(text, Loader=_LOADER):
                self._event(event, event.start_mark.line + 1 if event.start_mark else 1)
                if self._depth > _DEEPEST:
                    return
        except yaml.YAMLError:
            # It meets the same line, and says what is wrong in an editor's words.
            said = YamlMap(text, 1, "golden").findings
            self.findings += said[-1:] or [Finding(1, "error", "golden", f"is not YAML: {_HOW}")]

    def _event(self, event: yaml.Event, line: int) -> None:
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            self._opens(event, line)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            if self._depth == len(_SHAPE) and self._entry_line:
                self._question()
            self._depth -= 1
            self._key = None
        elif isinstance(event, yaml.AliasEvent):
            self.error(line, "“*” names are not read here: put the text between double quotes.")
            self._key = None
        elif isinstance(event, yaml.ScalarEvent) and self._depth <= len(_SHAPE):
            self._text(event, line)

    def _opens(self, event: yaml.Event, line: int) -> None:
        fits = self._depth < len(_SHAPE) and isinstance(event, _SHAPE[self._depth])
        if not fits:
            self.error(line, _HOW)
        self._depth += 1
        self._key = None
        if self._depth == len(_SHAPE):
            self._entry, self._entry_line = {}, line if fits else 0

    def _text(self, event: yaml.ScalarEvent, line: int) -> None:
        if self._depth == 1 and self._key is None:
            self._section, self._key = event.value, (event.value, line)
            if event.value not in _KEYS:
                self.error(line, f"“{event.value}” is not read here.{closest(event.value, _KEYS)}")
        elif self._depth == len(_SHAPE) and self._key is None:
            self._key = event.value, line
        elif self._depth == len(_SHAPE):
            name, at = self._key or ("", line)
            if name in self._entry:
                self.error(at, f"“{name}” is written twice: keep one.")
            self._entry[name] = (" ".join(event.value.split()), at)
            self._key = None
        else:
            if self._depth != 1 or event.value:
                self.error(line, _HOW)
            self._key = None

    def _question(self) -> None:
        """Take the entry that has just been read, if nothing is wrong with it."""
        entry, line = self._entry, self._entry_line
        keys = _KEYS.get(self._section)
        if keys is None:
            return
        before = len(self.findings)
        for name, (_, at) in entry.items():
            if name not in keys:
                self.error(at, f"“{name}” is not read here.{closest(name, keys)}")
        for name in keys:
            if not entry.get(name, ("", 0))[0]:
                self.error(entry.get(name, ("", line))[1], f"“{name}” is missing: {_HOW}")
        said = {name: entry.get(name, ("", line)) for name in _KEYS["questions"]}
        self._check_article(said["lang"], said["expect"])
        question = Question(said["ask"][0], said["lang"][0], said["expect"][0], said["why"][0])
        if self.questions.setdefault((question.lang, question.ask), question) is not question:
            self.error(line, f"“{question.ask}” is asked twice: keep one.")
        if len(self.findings) > before:
            self.questions = {key: q for key, q in self.questions.items() if q is not question}

    def _check_article(self, lang: tuple[str, int], expect: tuple[str, int]) -> None:
        known = self.ids.get(lang[0])
        if known is None:
            if lang[0]:
                self.error(lang[1], f"there is no article in “{lang[0]}”.{closest(lang[0], self.ids)}")
        elif expect[0] and expect[0] not in known:
            self.error(expect[1], f"there is no article {expect[0]} in {lang[0]}.{closest(expect[0], known)}")
