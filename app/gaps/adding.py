"""A gap's wordings, written into the article that answers them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.editing import EditError, EditProblem, add_questions


@dataclass(frozen=True, slots=True)
class Added:
    """How many wordings were `written`, and were there `already`; `problem` is why others were not."""

    written: int = 0
    already: int = 0
    problem: EditProblem | None = None


def add(content: Path, data: Path, article: str, wordings: Mapping[str, Sequence[str]]) -> Added:
    """Write `wordings`, by language, into the article's files of these languages."""
    written = already = 0
    for lang, some in wordings.items():
        try:
            new = add_questions(content, data, lang, article, some)
        except EditError as error:
            return Added(written, already, error.problem)
        written += new
        already += len(some) - new
    return Added(written, already)


def by_language(wordings: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Pairs of language and wording, sorted out."""
    found: dict[str, list[str]] = defaultdict(list)
    for lang, wording in wordings:
        found[lang].append(wording)
    return dict(found)
