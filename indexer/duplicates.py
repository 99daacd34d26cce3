"""Questions that two articles answer alike, by meaning: from the vectors of what was indexed already.

Close questions alone are no proof, since “enable” is as close to “disable” as to “switch on”: each of the
two articles must also answer the other's question about as well as its own.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from indexer.articles import Content
from indexer.passages import passage_input, split_passages
from indexer.problems import Problem
from indexer.publish import current_folder
from indexer.vectors import VectorCache, read_known
from search.encoders import Encoder, Role, Vectors, open_encoder
from search.records import Article
from search.snapshot import SnapshotError, question_texts, read_manifest

# Of 414 articles of a help centre 304 pairs of titles are closer than .925, and 1 stays; set by reading them.
CLOSE: Final = 0.93
OWN: Final = -0.01
# So many texts are encoded within a second; more is work for `sportello index`.
MAX_NEW: Final = 60
# Below each other in one table of numbers: memory for 20,000 questions stays below 200 MB.
_ROWS: Final = 1_000
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Alike:
    """What was found; `left_out` questions were not compared, and `note` says so to the editor."""

    problems: tuple[Problem, ...]
    left_out: int
    note: str


def compare_questions(content: Content, data: Path, encoder: str, models: Path) -> Alike:
    """Compare the questions of each language; `encoder` is its setting, `models` where it is unpacked."""
    asked = [
        _Asked(article, written, text)
        for article in content.knowledge.articles
        if article.status != "archived"
        for written, text in zip((article.title, *article.questions), question_texts(article), strict=True)
    ]
    try:
        name = read_manifest(current_folder(data)).encoder
    except SnapshotError:
        note = "Questions were not compared by meaning: nothing is indexed yet, see `sportello index`."
        return Alike((), len(asked), note if len(asked) > 1 else "")
    meaning = _Meaning(name, data / "vectors", encoder, models)
    vectors = meaning.of([a.text for a in asked], "query")
    known = [(a, vector) for a, vector in zip(asked, vectors, strict=True) if vector is not None]
    left_out = len(asked) - len(known)
    counted = "1 new question was" if left_out == 1 else f"{left_out} new questions were"
    note = f"{counted} not compared by meaning: run `sportello index` first."
    return Alike(tuple(_problems(known, meaning)), left_out, note if left_out else "")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of an article: as `written`, and the `text` that is encoded for it."""

    article: Article
    written: str
    text: str

    @property
    def path(self) -> str:
        return f"{self.article.lang}/{self.article.id}.md"


class _Meaning:
    """Vectors as far as they are at hand: known ones, and a few new ones where the encoder is unpacked."""

    def __init__(self, name: str, folder: Path, spec: str, models: Path) -> None:
        self._name, self._folder, self._spec, self._models = name, folder, spec, models
        self._left = MAX_NEW
        self._encoder: Encoder | None = None

    def of(self, texts: Sequence[str], role: Role) -> list[Vectors | None]:
        """A vector for each text; None where it is not at hand."""
        found = read_known(self._folder, self._name, texts, role)
        missing = [row for row, vector in enumerate(found) if vector is None]
        encoder = self._opened() if 0 < len(missing) <= self._left else None
        if encoder is None:
            return found
        self._left -= len(missing)
        with VectorCache(encoder, self._folder) as cache:
            return list(cache.encode(texts, role))

    def _opened(self) -> Encoder | None:
        """The encoder that made the others, if it is here."""
        if self._encoder is None and (self._spec or self._models.is_dir()):
            self._encoder = open_encoder(self._spec, self._models)
        return self._encoder if self._encoder and self._encoder.name == self._name else None


def _problems(known: Sequence[tuple[_Asked, Vectors]], meaning: _Meaning) -> Iterator[Problem]:
    said: set[tuple[str, str]] = set()
    for lang in sorted({asked.article.lang for asked, _ in known}):
        here = [(asked, vector) for asked, vector in known if asked.article.lang == lang]
        for one, other, likeness in _close(here):
            pair = (one[0].path, other[0].path)
            if pair in said or not _answers_both(one, other, meaning):
                continue
            said.add(pair)
            message = (
                f"“{other[0].written}” asks what “{one[0].written}” asks in {one[0].path} "
                f"(likeness {likeness:.2f}): merge the two, or make them differ."
            )
            yield Problem(other[0].path, 1, "warning", "similar-question", message)


def _close(
    here: Sequence[tuple[_Asked, Vectors]],
) -> Iterator[tuple[tuple[_Asked, Vectors], tuple[_Asked, Vectors], float]]:
    """Pairs of two articles, the likest first; exact repetitions are another check's."""
    table = np.stack([vector for _, vector in here])
    found = []
    for start in range(0, len(here), _ROWS):
        cosines = table[start : start + _ROWS] @ table.T
        rows, columns = np.nonzero(cosines >= CLOSE)
        found += [
            (float(cosines[row, column]), start + int(row), int(column))
            for row, column in zip(rows, columns, strict=True)
            if start + row < column
        ]
    for likeness, first, second in sorted(found, key=lambda pair: (-pair[0], pair[1:])):
        one, other = here[first], here[second]
        if one[0].article is not other[0].article and differ_in_words_only(one[0].written, other[0].written):
            yield one, other, likeness


def differ_in_words_only(one: str, other: str) -> bool:
    """Not the same words, which is said elsewhere, and no other version, model or error number."""
    words = [re.findall(r"\w+", text.casefold()) for text in (one, other)]
    return words[0] != words[1] and _NUMBER.findall(one) == _NUMBER.findall(other)


def _answers_both(one: tuple[_Asked, Vectors], other: tuple[_Asked, Vectors], meaning: _Meaning) -> bool:
    """Whether each article answers the other's question about as well as its own; unknown is no."""
    first, second = (_passages(asked.article, meaning) for asked, _ in (one, other))
    if first is None or second is None:
        return False
    return all(
        float((theirs @ question).max()) - float((own @ question).max()) >= OWN
        for question, own, theirs in ((one[1], first, second), (other[1], second, first))
    )


def _passages(article: Article, meaning: _Meaning) -> Vectors | None:
    vectors = meaning.of([passage_input(article, p) for p in split_passages(article)], "passage")
    whole = _all(vectors)
    return np.stack(whole) if whole else None


def _all(vectors: Iterable[Vectors | None]) -> list[Vectors]:
    """All of them, or none."""
    listed = list(vectors)
    known = [vector for vector in listed if vector is not None]
    return known if len(known) == len(listed) else []
