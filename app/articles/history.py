"""What became of a file of the content folder: every save, by whom, and the texts that were.

A content folder that is the root of its own git repository gets a commit for each save. Any other one, above
all one within a larger repository, is left alone: the versions are kept in the data folder.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import FileLock

from app.articles.git import GitError, Repository
from app.articles.keeping import MOST, Keeper
from indexer.importing.drafts import one_line

_log = logging.getLogger("sportello.articles")

FOLDER: Final = "versions"
# What is said of a change that did not come through the editor.
OUTSIDE: Final = "Changed outside the editor"
_HASH: Final = re.compile(r"[0-9a-f]{40,64}")


@dataclass(frozen=True, slots=True)
class Author:
    """Who saves: as it is written on a commit."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """A text that a file had from a moment on; `what` is what was said of it."""

    name: str
    at: datetime
    by: str
    what: str


def commit(content: Path, data: Path, path: Path, author: Author, message: str) -> None:
    """Note that a file was saved; `path` is in `content`. What goes wrong is said in the log: it is saved.

    Call `keep_before` before the file is written, so that what others wrote there is not lost either.
    """
    _note(content, data, path, author, one_line(message))


def keep_before(content: Path, data: Path, path: Path) -> None:
    """Note what a file holds, if it is not noted yet: somebody changed it with a program of their own."""
    _note(content, data, path, Author(), OUTSIDE)


def versions(content: Path, data: Path, path: Path) -> Sequence[Version]:
    """Every version of a file that is known, the latest first."""
    relative = _relative(content, path)
    kept = [Version(one.name, one.at, one.by, one.what) for one in Keeper(data / FOLDER).all(relative)]
    repository = Repository(content)
    try:
        commits = repository.commits(relative, MOST) if repository.is_there() else ()
    except GitError as error:
        _log.warning("The history of %s cannot be read: %s", relative, error)
        commits = ()
    found = [Version(one.hash, one.at, one.by, one.subject) for one in commits]
    return sorted(found + kept, key=lambda version: version.at, reverse=True) if kept else found


def text_of(content: Path, data: Path, path: Path, name: str) -> str | None:
    """A version's text; null where there is none of this name."""
    relative = _relative(content, path)
    if _HASH.fullmatch(name):
        repository = Repository(content)
        return repository.text(name, relative) if repository.is_there() else None
    kept = Keeper(data / FOLDER).get(relative, name)
    return kept.text if kept else None


def _note(content: Path, data: Path, path: Path, author: Author, message: str) -> None:
    relative = _relative(content, path)
    data.mkdir(parents=True, exist_ok=True)
    with FileLock(data / "history.lock"):
        repository = Repository(content)
        if repository.is_there():
            try:
                repository.commit(relative, message, author.name, author.email)
            except GitError as error:
                # Such as in the middle of a merge, or for a file that git is told to ignore.
                _log.warning(
                    "%s was not committed (%s): its text is kept in the data folder.", relative, error
                )
            else:
                return
        _keep(data, path, relative, author, message)


def _keep(data: Path, path: Path, relative: str, author: Author, message: str) -> None:
    try:
        text = path.read_bytes().decode()
        Keeper(data / FOLDER).keep(relative, text, message, author.name)
    except (OSError, UnicodeDecodeError) as error:
        _log.error("This version of %s is not kept: %s", relative, error)


def _relative(content: Path, path: Path) -> str:
    # Of the file's own folder, for the file may be a link that leads elsewhere.
    return (path.parent.resolve() / path.name).relative_to(content.resolve()).as_posix()
