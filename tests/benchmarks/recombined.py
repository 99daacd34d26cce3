"""Collections of any size, out of real articles: their titles and paragraphs recombined where they run out.

Encoding fifty thousand articles takes twenty minutes on two cores and changes nothing that is timed here, so a
recombined text's vector is the mean of its lines' vectors, each encoded once, with some noise of its own.
"""

import hashlib
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from indexer.articles import read_content
from indexer.importing.run import import_source
from indexer.labelled import LabelledSet
from search.encoders import Encoder, Progress, Role, Vectors
from search.records import Article, Section

# Between a title and the word that tells its copies apart.
_MARK = " · "
# How far a recombined vector is from the mean of its lines: as far as a paraphrase from its question.
_NOISE = 0.35


class LineEncoder:
    """An encoder of recombined texts: lines are encoded for real and remembered, a text is their mean."""

    def __init__(self, encoder: Encoder, name: str = "") -> None:
        self._encoder = encoder
        self.name, self.dimension = name or f"{encoder.name}, recombined", encoder.dimension
        self._lines: dict[tuple[str, Role], Vectors] = {}

    def encode(self, texts: Sequence[str], role: Role, progress: Progress | None = None) -> Vectors:
        """(len(texts), dimension) unit rows."""
        lines = {line for text in texts for line in _lines(text)}
        new = sorted(line for line in lines if (line, role) not in self._lines)
        for start in range(0, len(new), 512):
            part = new[start : start + 512]
            for line, vector in zip(part, self._encoder.encode(part, role), strict=True):
                self._lines[line, role] = vector
        if progress:
            progress(len(texts))
        return np.stack([self._mixed(text, role) for text in texts])

    def _mixed(self, text: str, role: Role) -> Vectors:
        mean = np.mean([self._lines[line, role] for line in _lines(text)], axis=0)
        if _MARK in text:
            seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
            noise = np.random.default_rng(seed).standard_normal(self.dimension)
            mean = mean / np.linalg.norm(mean) + _NOISE * noise / np.linalg.norm(noise)
        vector: Vectors = (mean / np.linalg.norm(mean)).astype(np.float32)
        return vector


def _lines(text: str) -> list[str]:
    return [line.split(_MARK)[0][:400] for line in text.split("\n") if line.strip()] or [text]


def recombined(labelled: LabelledSet, tree: Path, size: int) -> LabelledSet:
    """`labelled` with so many articles: its own, then those of a tree of the same language, then recombined."""
    lang = labelled.articles[0].lang
    base = [*labelled.articles, *_tree(tree, lang)]
    articles = [*base[:size], *_mixtures(base, size - len(base))]
    return replace(labelled, articles=tuple(articles))


def _tree(archive: Path, lang: str) -> Iterator[Article]:
    with tempfile.TemporaryDirectory() as folder:
        import_source(archive, Path(folder))
        for article in read_content(Path(folder)).knowledge.articles:
            if article.lang == lang:
                yield article


def _mixtures(base: Sequence[Article], count: int) -> Iterator[Article]:
    """A title of one, marked by a word of another, over paragraphs of two more."""
    chance = random.Random(20261122)
    paragraphs = [p for a in base for s in a.sections for p in s.paragraphs if p.strip()]
    words = sorted({word for a in base for word in a.title.split() if len(word) > 3})
    for number in range(count):
        titled = chance.choice(base)
        said = chance.sample(paragraphs, k=min(len(titled.sections) + 1, 4))
        title = f"{titled.title}{_MARK}{chance.choice(words)} {chance.choice(words)}"
        yield replace(
            titled, id=f"mixed/{number}", title=title, questions=(), sections=(Section("", "", 0, tuple(said)),),
            html="", related=(), redirect_from=(),
        )  # fmt: skip
