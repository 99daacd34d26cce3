"""What the last check read of each file: one that has not changed is not read as Markdown again."""

import os
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Final

import orjson
from pydantic import TypeAdapter, ValidationError

from indexer.articles import Content, Pointers, read_content
from indexer.problems import Problem, in_order
from search.records import Article

# This depends on other files too, and is said anew.
_OF_OTHERS: Final = frozenset({"same-address"})
_SOURCES: Final = (
    *sorted(Path(__file__).parent.glob("*.py")),
    Path(__file__).parents[1] / "search/records.py",
)


@dataclass(frozen=True, slots=True)
class _Read:
    """One file as it was read: its warnings are said again, though it is not parsed."""

    article: Article
    pointers: Pointers
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    rules: str
    files: Mapping[str, _Read]


_KEPT: Final = TypeAdapter(_Kept)


def read_checked(root: Path, data: Path) -> Content:
    """As `read_content`, with every problem and pointer; what an earlier check left in `data` is used.

    Where there is no folder `data`, or it cannot be written, all is read anew each time.
    """
    file = data / f"checked-{blake2b(bytes(root.resolve()), digest_size=8).hexdigest()}.json"
    kept = _kept(file)
    read = read_content(root, {path: known.article for path, known in kept.items()})
    same = {id(article) for article in read.knowledge.articles}
    again = [known for known in kept.values() if id(known.article) in same]
    pointers = {(k.article.lang, k.article.id): k.pointers for k in again} | dict(read.pointers)
    problems = in_order([*read.problems, *(problem for known in again for problem in known.problems)])
    content = replace(read, problems=problems, pointers=pointers)
    if data.is_dir() and (read.pointers or len(again) != len(kept)):
        with suppress(OSError):
            _keep(file, content)
    return content


def _kept(file: Path) -> Mapping[str, _Read]:
    try:
        kept = _KEPT.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return {}
    return kept.files if kept.rules == _rules() else {}


def _keep(file: Path, content: Content) -> None:
    problems = defaultdict(list)
    for problem in content.problems:
        if problem.code not in _OF_OTHERS:
            problems[problem.path].append(problem)
    files = {}
    for article in content.knowledge.articles:
        path = f"{article.lang}/{article.id}.md"
        pointers = content.pointers[article.lang, article.id]
        files[path] = _Read(article, pointers, tuple(problems[path]))
    aside = file.with_name(f".{file.name}-{os.getpid()}")
    aside.write_bytes(orjson.dumps(_Kept(_rules(), files)))
    aside.replace(file)


def _rules() -> str:
    """What the reading depends on, computed: nobody has to remember to raise a number."""
    total = blake2b(digest_size=16)
    for path in _SOURCES:
        total.update(path.read_bytes())
    total.update(f"{version('markdown')} {version('nh3')} {version('pyyaml')}".encode())
    return total.hexdigest()
