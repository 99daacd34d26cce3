"""Files into the content folder: each whole or not at all, and none over another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from indexer.importing.drafts import Draft, ImportSourceError, Refused, compose, to_yaml
from indexer.importing.foreign import load_texts

# What is known of the source and has no place in an article; content readers skip names with `_`.
_FOREIGN: Final = "_foreign.yaml"


@dataclass(slots=True)
class Landing:
    """Writes, or in a dry run only counts: articles `written` and `unchanged`, image files written."""

    destination: Path
    dry_run: bool
    written: int = 0
    unchanged: int = 0
    images: int = 0
    refused: list[Refused] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _foreign: dict[str, dict[str, Mapping[str, Any]]] = field(default_factory=dict)
    _planned: set[Path] = field(default_factory=set)

    def article(self, draft: Draft) -> None:
        """One article with its images and its category's name, or none of them."""
        page = self.destination / draft.lang / f"{draft.id}.md"
        files = {page: draft.text.encode()} | {
            page.parent / n: at.read_bytes() for n, at in draft.images.items()
        }
        if reason := next((why for path, data in files.items() if (why := self._obstacle(path, data))), None):
            self.refused.append(Refused(draft.source, reason))
            return
        name = compose({"title": draft.category}, "")
        category = self.destination / draft.lang / draft.id.partition("/")[0] / "_category.md"
        if not category.exists():
            self._write(category, name.encode())
        new = {path: self._write(path, data) for path, data in reversed(files.items())}
        self.written += new[page]
        self.unchanged += not new[page]
        self.images += sum(new.values()) - new[page]
        self._foreign.setdefault(draft.lang, {})[draft.id] = draft.foreign

    def sidecars(self) -> None:
        """Keep what the source said beyond our fields, beside what earlier imports left."""
        for lang, entries in self._foreign.items():
            path = self.destination / lang / _FOREIGN
            try:
                known = load_texts(path.read_text(encoding="utf-8")) if path.exists() else {}
            except (yaml.YAMLError, UnicodeDecodeError, OSError):
                known = None
            if not isinstance(known, dict):
                self.notes.append(
                    f"{path} cannot be read and is left as it is: what has no field here was not kept."
                )
            elif entries != {key: known.get(key) for key in entries}:
                self._put(path, to_yaml(known | entries).encode())

    def _obstacle(self, path: Path, data: bytes) -> str | None:
        """Why a file may not be written."""
        if not path.parent.resolve().is_relative_to(self.destination.resolve()):
            return f"{path.parent} is a link that leads out of {self.destination}."
        if (path.exists() or path.is_symlink()) and not (path.is_file() and path.read_bytes() == data):
            return f"{path} already exists with other content; remove it or import elsewhere."
        return None

    def _write(self, path: Path, data: bytes) -> bool:
        """Whether the file is new; an equal one is there already otherwise."""
        if path in self._planned or path.exists():
            return False
        self._planned.add(path)
        self._put(path, data)
        return True

    def _put(self, path: Path, data: bytes) -> None:
        """Aside, then renamed: a crash leaves no half file, and readers skip names with a dot before them."""
        if self.dry_run:
            return
        aside = path.with_name(f".{path.name[:80]}.importing")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(data)
            aside.replace(path)
        except OSError as error:
            aside.unlink(missing_ok=True)
            raise ImportSourceError(
                f"{path} cannot be written ({error.strerror}): mend that, and import again."
            ) from None
