"""The folder that is exported to: made beside, then put in place; what is not ours is never touched."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson
from pydantic import TypeAdapter, ValidationError

from indexer.publish import sync_folder
from search.errors import InputError

# Lists what an export wrote, itself too: that much may the next one take away.
MANIFEST: Final = "sportello-export.json"
_FILES: Final = TypeAdapter(dict[str, list[str]])


class ExportError(InputError):
    """A folder that cannot be exported to, or an address that is none, in one sentence."""


@contextmanager
def replaced(destination: Path, *apart_from: Path) -> Iterator[Path]:
    """A new folder to write to, which takes the destination's place at the end, whole or not at all.

    Raises ExportError where the destination holds what no export wrote, or lies in one of the others.
    """
    place = destination.resolve()
    _check(place, destination, apart_from)
    place.parent.mkdir(parents=True, exist_ok=True)
    aside, before = (place.with_name(f".{place.name}.{end}") for end in ("exporting", "before"))
    # Left there by an export that was killed: ours, by their names.
    shutil.rmtree(aside, ignore_errors=True)
    _mend(place, before)
    aside.mkdir()
    try:
        yield aside
        _list(aside)
        _check(place, destination, apart_from)  # once more: it may have taken a while
        _swap(place, aside, before)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _check(place: Path, shown: Path, apart_from: tuple[Path, ...]) -> None:
    for other in (path.resolve() for path in apart_from):
        if place.is_relative_to(other) or other.is_relative_to(place):
            raise ExportError(f"{shown} and {other} lie in each other: export to a folder of its own.")
    if place.exists() and not place.is_dir():
        raise ExportError(f"{shown} is a file: name a new folder, or that of an earlier export.")
    ours = _listed(place)
    foreign = next((name for name in _contents(place) if name not in ours), None)
    if foreign is not None:
        raise ExportError(
            f"{shown} holds {foreign}, which no export wrote: name a new folder, or move that away."
        )


def _contents(folder: Path) -> Iterator[str]:
    """Every file and link below, and every folder that is empty, by path."""
    for parent, folders, files in os.walk(folder):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        empty = [""] if not folders and not files and parent != str(folder) else []
        for name in sorted([*files, *links, *empty]):
            yield Path(parent, name).relative_to(folder).as_posix()


def _listed(folder: Path) -> frozenset[str]:
    try:
        return frozenset(_FILES.validate_json((folder / MANIFEST).read_bytes())["files"])
    except (FileNotFoundError, NotADirectoryError, ValidationError, KeyError):
        return frozenset()


def _list(folder: Path) -> None:
    files = sorted([*_contents(folder), MANIFEST])
    (folder / MANIFEST).write_bytes(orjson.dumps({"files": files}, option=orjson.OPT_INDENT_2) + b"\n")


def _mend(place: Path, before: Path) -> None:
    """An export that was killed between its two renames left what was there under another name."""
    if before.exists() and not place.exists():
        before.rename(place)
    shutil.rmtree(before, ignore_errors=True)


def _swap(place: Path, aside: Path, before: Path) -> None:
    if place.exists():
        place.rename(before)
    try:
        aside.rename(place)
    except OSError:
        if before.exists():
            before.rename(place)
        raise
    sync_folder(place.parent)
    shutil.rmtree(before, ignore_errors=True)
