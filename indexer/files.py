"""The content folder as files: which are articles, synonyms and the like, and in which language."""

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Final

from indexer.problems import Finding, Problem, Severity
from indexer.reading import Stamp, stamp_of
from search.errors import InputError

CONTEXTS: Final = "contexts.yaml"
SYNONYMS: Final = "synonyms.yaml"
UNANSWERED: Final = "unanswered.yaml"
CATEGORY: Final = "_category.md"
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-(?:[A-Z]{2}|[0-9]{3}))?")
_MARKDOWN_SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd"})
# What editors leave while they save: Vim's write test, swap and backup files, Emacs's locks are hidden ones.
_LEFTOVER = re.compile(r"\..*|.*~|#.*#|.*\.(?:sw[a-z]|tmp|bak|orig|part|crdownload)|4913", re.IGNORECASE)
_USUAL_ID = re.compile(r"[a-z0-9_/-]+")
_UNSAFE_ID = re.compile(
    r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\%?#\u2028\u2029]|\.\.|(?:^|/)\.|\s(?:/|$)|(?:^|/)\s"
)


class ContentError(InputError):
    """The content folder itself cannot be read: one sentence for the person who named it."""


class Kind(Enum):
    """What a file is for."""

    ARTICLE = "article"
    CATEGORY = "category"
    SYNONYMS = "synonyms"
    UNANSWERED = "unanswered"
    CONTEXTS = "contexts"


_OF_A_LANGUAGE: Final = {SYNONYMS: Kind.SYNONYMS, UNANSWERED: Kind.UNANSWERED}


@dataclass(frozen=True, slots=True)
class ContentFile:
    """A file to read: `refused` when its findings already say that it must not be. `stamp` is what it bore
    when it was listed."""

    place: str
    relative: str
    kind: Kind
    lang: str
    id: str
    findings: tuple[Finding, ...] = ()
    stamp: Stamp | None = None

    @property
    def path(self) -> Path:
        """Where it lies: a path is made of it only for what is read."""
        return Path(self.place)

    @property
    def key(self) -> tuple[str, str]:
        """Language and id: what makes an article itself."""
        return self.lang, self.id

    @property
    def refused(self) -> bool:
        """Whether an error was found before reading."""
        return any(finding.severity == "error" for finding in self.findings)


def list_files(root: Path) -> tuple[list[ContentFile], list[Problem]]:
    """The files to read, in a stable order, and what lies where nothing is read."""
    if not root.is_dir():
        raise ContentError(
            f"the content folder {root} is not a folder: create it, or name another with --content."
        )
    listing = _Listing(root)
    for entry in listing.entries(root, ""):
        if not _is_folder(entry):
            listing.stray_file(entry)
        elif LANGUAGE.fullmatch(entry.name):
            listing.walk(Path(entry.path), entry.name, "")
        else:
            listing.stray_folder(entry)
    return listing.files, listing.problems


class _Listing:
    def __init__(self, root: Path) -> None:
        self.files: list[ContentFile] = []
        self.problems: list[Problem] = []
        self._real_root = os.path.realpath(root)

    def entries(self, folder: Path, relative: str) -> Iterator[os.DirEntry[str]]:
        """What is in a folder, by name, without editors' leftovers; links to folders are not followed."""
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except FileNotFoundError:
            return
        except OSError as error:
            if not relative:
                message = f"the content folder {folder} cannot be read ({error.strerror})."
                raise ContentError(message) from error
            self._add(
                relative,
                "error",
                "unreadable",
                f"this folder cannot be read ({error.strerror}): check its permissions.",
            )
            return
        for entry in entries:
            if _LEFTOVER.fullmatch(entry.name):
                continue
            if entry.is_symlink() and _is_folder(entry):
                place = _shown(f"{relative}/{entry.name}".lstrip("/"))
                self._add(
                    place, "error", "link", "links to folders are not followed: move the folder itself here."
                )
                continue
            yield entry

    def walk(self, folder: Path, lang: str, below: str) -> None:
        """Collect a language's files; `below` is the path of the folder under the language."""
        for entry in self.entries(folder, _shown(f"{lang}/{below}".rstrip("/"))):
            place = f"{below}/{entry.name}".lstrip("/")
            if _is_folder(entry):
                self.walk(Path(entry.path), lang, place)
            else:
                self._file(entry, lang, below, place)

    def stray_file(self, entry: os.DirEntry[str]) -> None:
        """A file at the root: only contexts, and a README in Markdown, are expected."""
        if entry.name == CONTEXTS:
            findings = tuple(self._link_findings(entry))
            self.files.append(ContentFile(entry.path, CONTEXTS, Kind.CONTEXTS, "", "", findings))
        elif entry.name.lower() in {"contexts.yml", "contexts.yaml"}:
            self._add(_shown(entry.name), "warning", "place", f"is not read: contexts are in {CONTEXTS}.")
        elif entry.name.lower() != "readme.md" and _suffix(entry.name) in _MARKDOWN_SUFFIXES:
            self._add(
                _shown(entry.name),
                "warning",
                "place",
                "is not in a language folder, such as it/, and is not read.",
            )

    def stray_folder(self, entry: os.DirEntry[str]) -> None:
        """A folder at the root that is no language."""
        if entry.name.startswith("_"):
            return
        if any(not _LEFTOVER.fullmatch(path.name) for path in Path(entry.path).rglob("*.md")):
            message = (
                "is not named as a language, such as it or pt-BR, and its articles are not read: rename it."
            )
            self._add(_shown(entry.name), "warning", "language", message)

    def _file(self, entry: os.DirEntry[str], lang: str, below: str, place: str) -> None:
        path, relative = entry.path, _shown(f"{lang}/{place}")
        findings = tuple(self._link_findings(entry))
        if place in _OF_A_LANGUAGE:
            self.files.append(ContentFile(path, relative, _OF_A_LANGUAGE[place], lang, "", findings))
        elif entry.name == CATEGORY and below and "/" not in below:
            self.files.append(ContentFile(path, relative, Kind.CATEGORY, lang, _normal(below), findings))
        elif entry.name.startswith("_"):
            if entry.name == CATEGORY:
                self._add(
                    relative,
                    "warning",
                    "place",
                    "only the folders just below the language are categories: move it up.",
                )
        elif entry.name.endswith(".md"):
            article_id = _normal(place.removesuffix(".md"))
            findings += _id_findings(article_id)
            self.files.append(
                ContentFile(path, relative, Kind.ARTICLE, lang, _shown(article_id), findings, stamp_of(entry))
            )
        elif _suffix(entry.name) in _MARKDOWN_SUFFIXES:
            self._add(relative, "warning", "place", "only names that end in “.md” are read: rename it.")
        elif (name := f"{Path(entry.name.lower()).stem}.yaml") in _OF_A_LANGUAGE and _is_yaml(entry.name):
            message = f"is not read: {Path(name).stem} are in {lang}/{name}."
            self._add(relative, "warning", "place", message)

    def _link_findings(self, entry: os.DirEntry[str]) -> Iterator[Finding]:
        if not entry.is_symlink():
            return
        target = os.path.realpath(entry.path)
        if os.path.commonpath([target, self._real_root]) != self._real_root:
            yield Finding(
                1,
                "error",
                "link",
                "is a link to a file outside the content folder: put the file itself here.",
            )

    def _add(self, relative: str, severity: Severity, code: str, message: str) -> None:
        self.problems.append(Problem(relative or ".", 1, severity, code, message))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _is_yaml(name: str) -> bool:
    return _suffix(name) in {".yaml", ".yml"}


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _normal(text: str) -> str:
    """NFC: macOS spells names with accents apart."""
    return unicodedata.normalize("NFC", text)


def _shown(text: str) -> str:
    """A name that is not UTF-8 comes as lone surrogates, which nothing can print."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


@lru_cache(maxsize=100_000)
def _id_findings(article_id: str) -> tuple[Finding, ...]:
    return tuple(_wrong_with(article_id))


def _wrong_with(article_id: str) -> Iterator[Finding]:
    if _UNSAFE_ID.search(article_id):
        message = "the file's name cannot be an address: use lower-case letters, digits and hyphens."
        yield Finding(1, "error", "address", message)
    elif not _USUAL_ID.fullmatch(article_id):
        message = (
            "the file's name makes an awkward address: use plain lower-case letters, digits and hyphens."
        )
        yield Finding(1, "warning", "address", message)
    if "/" not in article_id:
        yield Finding(1, "error", "place", "is not in a category: move it into a folder, such as orders/.")
