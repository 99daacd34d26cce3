"""`contexts.yaml`, read: what helps on which page of a shop, with every problem at its line.

- name: cart                    how the widget names it: <sportello-help context="cart">
  match: [/cart*]               the pages that are it, without the widget naming it
  articles: [orders/change]     what helps there; then the articles of
  phase: before                 this phase, with
  tags: [delivery]              any of these tags
"""

from collections.abc import Collection, Iterator
from typing import Final, get_args

from indexer.markdown import printable
from indexer.problems import Finding, closest
from indexer.yamlmap import Entry, Value, YamlMaps
from search.records import Context, Phase

_CODE: Final = "contexts"
_KEYS: Final = ("name", "match", "phase", "tags", "articles")
_PHASES: Final[tuple[Phase, ...]] = get_args(Phase)
_HOW: Final = "write “- name: ” and the context's name, and below it “match”, “articles”, “phase” or “tags”."
# Longer ones are no names, and none is said in an attribute.
_LONGEST_NAME: Final = 100


class Contexts:
    """Reads at once: `read` are the well-formed contexts, `findings` what is wrong with the others."""

    def __init__(self, text: str = "") -> None:
        self._file = YamlMaps(text, 1, _CODE, _HOW)
        self._contexts: dict[str, Context] = {}
        self._named: list[tuple[str, int]] = []
        for entry in self._file.entries:
            self._take(entry)

    @property
    def read(self) -> tuple[Context, ...]:
        """In the editor's order."""
        return tuple(self._contexts.values())

    @property
    def findings(self) -> list[Finding]:
        """What is wrong, but for articles that do not exist."""
        return self._file.findings

    def missing(self, known: Collection[str]) -> Iterator[Finding]:
        """The articles that are named and in no language are `known`."""
        for article, line in self._named:
            if article not in known:
                yield Finding(
                    line, "error", _CODE, f"there is no article {article}.{closest(article, known)}"
                )

    def _take(self, entry: Entry) -> None:
        before = len(self._file.findings)
        for key, value in entry.values.items():
            if key not in _KEYS:
                self._file.error(value.line, f"“{key}” is not read here.{closest(key, _KEYS)}")
        name = self._name(entry)
        context = Context(
            name,
            match=self._paths(entry.values.get("match")),
            phase=self._phase(entry.values.get("phase")),
            tags=_texts(entry.values.get("tags")),
            articles=_texts(entry.values.get("articles")),
        )
        shown = context.phase or context.tags or context.articles
        if self._file.whole and not shown and len(self._file.findings) == before:
            self._file.error(entry.line, f"“{name}” has nothing to show: add “articles”, “phase” or “tags”.")
        if len(self._file.findings) == before:
            self._contexts[name] = context
        self._named += entry.values["articles"].items if "articles" in entry.values else ()

    def _name(self, entry: Entry) -> str:
        value = entry.values.get("name")
        texts = _texts(value)
        line = value.line if value else entry.line
        if len(texts) != 1:
            self._file.error(line, f"the name is missing: {_HOW}")
            return ""
        if len(texts[0]) > _LONGEST_NAME:
            self._file.error(line, f"the name has more than {_LONGEST_NAME} characters: choose a word.")
        elif texts[0] in self._contexts:
            self._file.error(line, f"“{texts[0]}” is there twice: keep one.")
        return texts[0]

    def _paths(self, value: Value | None) -> tuple[str, ...]:
        for path, line in value.items if value else ():
            if not path.startswith(("/", "*")):
                message = f"“{path}” is no path: begin with “/”, or with “*” for anything, such as /cart*."
                self._file.error(line, message)
        return _texts(value)

    def _phase(self, value: Value | None) -> Phase | None:
        texts = _texts(value)
        found: Phase | None = next((phase for phase in _PHASES if texts == (phase,)), None)
        if value and texts and found is None:
            self._file.error(value.line, f"“phase” is one of: {', '.join(_PHASES)}.")
        return found


def _texts(value: Value | None) -> tuple[str, ...]:
    said = (" ".join(printable(text).split()) for text, _ in (value.items if value else ()))
    return tuple(dict.fromkeys(text for text in said if text))
