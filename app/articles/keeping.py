"""Every text that a file had, kept in the data folder: for content that is no repository of its own."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Final

# More than anybody looks through; the oldest go first.
MOST: Final = 200
_NAME: Final = re.compile(r"[0-9]{8}T[0-9]{12}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A text that a file had from a moment on; who wrote it, empty where that is not known."""

    name: str
    at: datetime
    by: str
    what: str
    text: str


class Keeper:
    """The versions below a folder; `path` is a file's, relative to the content folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, path: str, text: str, what: str, by: str) -> None:
        """Keep a text, if it is not the last one kept. Raises OSError."""
        last = self.latest(path)
        if last is not None and last.text == text:
            return
        folder = self._of(path)
        folder.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%S%f}-{token_hex(4)}"
        said = {"at": now.isoformat(), "by": by, "what": what, "text": text}
        aside = folder / f".{name}"
        with aside.open("x", encoding="utf-8", newline="") as file:
            json.dump(said, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(folder / f"{name}.json")
        for old in self._names(path)[MOST:]:
            (folder / f"{old}.json").unlink(missing_ok=True)

    def all(self, path: str) -> Iterator[Kept]:
        """The latest first, one at a time: all texts together may have two hundred megabytes."""
        return (kept for name in self._names(path) if (kept := self.get(path, name)))

    def latest(self, path: str) -> Kept | None:
        """The last text that was kept."""
        return next((kept for name in self._names(path) if (kept := self.get(path, name))), None)

    def get(self, path: str, name: str) -> Kept | None:
        """One version; null where there is none of this name."""
        if not _NAME.fullmatch(name):
            return None
        try:
            said = json.loads((self._of(path) / f"{name}.json").read_text("utf-8"))
            return Kept(name, datetime.fromisoformat(said["at"]), said["by"], said["what"], said["text"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _of(self, path: str) -> Path:
        return self._folder / path.removesuffix(".md")

    def _names(self, path: str) -> list[str]:
        """The latest first: a name begins with the moment."""
        try:
            found = [file.stem for file in self._of(path).iterdir() if file.suffix == ".json"]
        except OSError:
            return []
        return sorted(filter(_NAME.fullmatch, found), reverse=True)
