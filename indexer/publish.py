"""Snapshots in the data folder: prove one, switch to it, keep the last few, go back.

data/snapshots/<name>/   whole snapshots; a folder whose name begins with a dot is being built
data/current             JSON: which one is served, and the content rolled back from, if any
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import TypeAdapter, ValidationError

from search.encoders import Encoder
from search.engine import SearchEngine
from search.snapshot import Made, Snapshot, SnapshotError, open_snapshot, read_manifest

KEPT = 3


@dataclass(frozen=True, slots=True)
class Current:
    """The served snapshot's name. `rolled_back` is the digest of content that an operator took back:
    it is not published again until it changes or a full index is asked for."""

    snapshot: str
    rolled_back: str = ""


_CURRENT = TypeAdapter(Current)


def snapshots_folder(data: Path) -> Path:
    """Where the snapshots of a data folder lie."""
    return data / "snapshots"


def read_current(data: Path) -> Current | None:
    """What `data` says is served; null where nothing was ever published or the note is unreadable."""
    try:
        return _CURRENT.validate_json((data / "current").read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def current_folder(data: Path) -> Path:
    """The served snapshot's folder. Raises SnapshotError where there is none yet."""
    current = read_current(data)
    if current is None:
        raise SnapshotError(f"{data} has no index yet; run `sportello index`.")
    return snapshots_folder(data) / current.snapshot


def open_current(data: Path, encoder: Encoder | None) -> Snapshot:
    """Open what is served. Raises SnapshotError where it may not be."""
    return open_snapshot(current_folder(data), encoder)


def prove(
    folder: Path, encoder: Encoder, made: Made | None = None, earlier: SearchEngine | None = None
) -> SearchEngine:
    """Open a snapshot as a server would and ask each shelf a question it must find something for.

    The engine that passed is returned; `earlier` is the one it follows, whose unchanged parts it shares. One
    that has just been sealed is not read through once more: it was `made` of this.
    """
    opened = open_snapshot(folder, encoder, made)
    engine = SearchEngine(opened, encoder, earlier=earlier)
    for lang, shelf in opened.shelves.items():
        if not engine.search(shelf.articles[0].title, lang, limit=1).hits:
            raise SnapshotError(
                f"The new snapshot {folder.name} finds nothing in {lang!r}; the old one stays."
            )
    return engine


def switch(data: Path, current: Current) -> None:
    """Serve another snapshot, from one moment to the next, also through a crash."""
    aside = data / f".current-{os.getpid()}"
    with aside.open("wb") as file:
        file.write(orjson.dumps(current))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(data / "current")
    sync_folder(data)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk, where the system can (not Windows)."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def prune(data: Path) -> None:
    """Keep the served snapshot and the newest others, KEPT in all; remove what a killed build left."""
    current = read_current(data)
    served = current.snapshot if current else ""
    names = sorted((p.name for p in snapshots_folder(data).iterdir() if p.is_dir()), reverse=True)
    whole = [n for n in names if not n.startswith(".")]
    others = [n for n in whole if n != served]
    for name in [n for n in names if n.startswith(".")] + others[KEPT - 1 :]:
        shutil.rmtree(snapshots_folder(data) / name, ignore_errors=True)


def roll_back(data: Path, encoder: Encoder) -> str:
    """Serve the snapshot before the served one, proved first; its name is returned."""
    served = current_folder(data)
    older = sorted(
        p.name
        for p in snapshots_folder(data).iterdir()
        if not p.name.startswith(".") and p.name < served.name
    )
    if not older:
        raise SnapshotError(
            f"{data} keeps no snapshot older than {served.name}: there is nothing to go back to."
        )
    prove(snapshots_folder(data) / older[-1], encoder)
    switch(data, Current(older[-1], rolled_back=read_manifest(served).content))
    return older[-1]
