"""Files that customers send: judged by their content, kept where no web server looks, never run or shown."""

import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from time import time
from typing import Final
from urllib.parse import quote

import puremagic

from app.contact.tickets import Problem, legible
from app.store import Attachment, Tickets
from search.analysis import normalise

FOLDER: Final = "attachments"
# What is taken, and the endings that tell it; the first is given where a name has none of them.
KINDS: Final = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heif": (".heic", ".heif"),
    "application/pdf": (".pdf",),
    "text/plain": (".txt", ".log", ".md", ".csv"),
}
# For the file chooser of a browser.
ACCEPTED: Final = ",".join(ending for endings in KINDS.values() for ending in endings)
_SAME: Final = {
    "image/heic": "image/heif",
    "image/pjpeg": "image/jpeg",
    "application/x-pdf": "application/pdf",
}
_LONGEST_NAME: Final = 120
# A file is on disk before its ticket is; one that no ticket has after a day never will be one's.
_ORPHAN_SECONDS: Final = 86_400
_MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came; neither its name nor its content is trusted."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """How many files, and how many bytes together."""

    files: int
    bytes: int


def check(uploads: Sequence[Upload], limits: Limits) -> tuple[Problem, ...]:
    """What is wrong with the files, each said once."""
    if len(uploads) > limits.files:
        return (Problem("files", "files_many"),)
    if sum(len(upload.content) for upload in uploads) > limits.bytes:
        return (Problem("files", "files_large"),)
    return tuple(
        Problem("files", "files_kind" if upload.content else "files_empty", _shown(upload.name))
        for upload in uploads
        if kind_of(upload.content) is None
    )


def kind_of(content: bytes) -> str | None:
    """What the content is, whatever its name says; null for what is not taken.

    Nothing is decoded or unpacked: a bomb is so many bytes like any other.
    """
    try:
        found = [_SAME.get(m.mime_type, m.mime_type) for m in puremagic.magic_string(content)]
    except (puremagic.PureError, ValueError):
        found = []
    if found and found[0] in KINDS and found[0] != "text/plain":
        return str(found[0])
    return "text/plain" if _is_text(content) else None


def safe_name(name: str, kind: str) -> str:
    """A name that is only a name, of no hidden file, with an ending that tells what it is."""
    last = re.split(r"[/\\]", normalise(name, 2_000))[-1]
    plain = re.sub(r"[^\w .()+,@=&-]", "_", last).strip(" .")[:_LONGEST_NAME]
    endings = KINDS[kind]
    if plain.lower().endswith(endings) and plain.partition(".")[0]:
        return plain
    return (plain or "file") + endings[0]


def keep(uploads: Sequence[Upload], data: Path) -> tuple[Attachment, ...]:
    """Write the files, checked before, to disk for good, under names nobody can guess. Raises OSError."""
    if not uploads:
        return ()
    folder = data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept: list[Attachment] = []
    try:
        for upload in uploads:
            kind = kind_of(upload.content) or "text/plain"
            digest = sha256(upload.content).hexdigest()
            file = Attachment(token_hex(16), safe_name(upload.name, kind), kind, len(upload.content), digest)
            kept.append(file)
            _write(folder / file.id, upload.content)
        _sync(folder)
    except OSError:
        forget(kept, data)
        raise
    return tuple(kept)


def forget(files: Iterable[Attachment], data: Path) -> None:
    """Take files away that no ticket has."""
    for file in files:
        with suppress(OSError):
            (data / FOLDER / file.id).unlink()


def read(file: Attachment, data: Path) -> bytes:
    """A file's content. Raises OSError, also where it is not what was kept."""
    content = (data / FOLDER / file.id).read_bytes()
    if sha256(content).hexdigest() != file.sha256:
        raise OSError(f"the attachment {file.id} is damaged")
    return content


def download_headers(file: Attachment) -> dict[str, str]:
    """For handing a file to staff: saved and never shown, whatever is in it."""
    plain, whole = re.sub(r"[^A-Za-z0-9._-]", "_", file.name), quote(file.name, safe="")
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}",
        "Content-Type": "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }


def sweep(data: Path, tickets: Tickets) -> int:
    """Take away the files whose ticket was never made, by a kill between the two; how many those were."""
    old = time() - _ORPHAN_SECONDS
    candidates = [
        path.name
        for path in (data / FOLDER).glob("*")
        if re.fullmatch(r"[0-9a-f]{32}", path.name) and path.stat().st_mtime < old
    ]
    orphans = 0
    for start in range(0, len(candidates), _MOST_AT_ONCE):
        for name in tickets.unknown_attachments(candidates[start : start + _MOST_AT_ONCE]):
            with suppress(OSError):
                (data / FOLDER / name).unlink()
                orphans += 1
    return orphans


def _shown(name: str) -> str:
    return normalise(name, _LONGEST_NAME)


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return legible(text) != "" and not any(c < " " and c not in "\n\r\t\f" for c in text)


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Names are on disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
