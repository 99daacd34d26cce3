"""A folder, .zip or .tgz of somebody else's, read as if it were hostile: names checked, sizes bounded.

Nothing is unpacked under the names an archive gives: its members are spooled to files of our own.
"""

import gzip
import os
import stat
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from indexer.importing.drafts import ImportSourceError, Refused
from indexer.markdown import printable

# A whole help centre with its images; the largest real tree at hand unpacks to 13 MB.
MAX_UNPACKED: Final = 200_000_000
MAX_FILES: Final = 20_000
# What the content reader takes as an article, and what a page can be asked to load as an image.
MAX_MARKDOWN: Final = 1_000_000
MAX_IMAGE: Final = 5_000_000
# Text packs 5 to 10 times; a megabyte that packs more than this holds one byte repeated.
MAX_RATIO: Final = 200
_RATIO_FROM: Final = 1_000_000
# Real trees are 4 folders deep.
_MAX_DEPTH: Final = 32
_MAX_NAME: Final = 1_000

MARKDOWN: Final = frozenset({".md", ".markdown", ".mdown", ".mkd"})
_IMAGES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})
PAGES: Final = frozenset({".html", ".htm", ".xhtml"})
WORD: Final = frozenset({".docx"})
DATA: Final = frozenset({".json", ".ndjson", ".xml"})
# A whole help centre in one file; a manual with its pictures.
MAX_DATA: Final = 100_000_000
MAX_WORD: Final = 30_000_000
_LIMITS: Final = {
    **dict.fromkeys(MARKDOWN, MAX_MARKDOWN),
    **dict.fromkeys(PAGES, 5 * MAX_MARKDOWN),
    **dict.fromkeys(_IMAGES, MAX_IMAGE),
    **dict.fromkeys(WORD, MAX_WORD),
    **dict.fromkeys(DATA, MAX_DATA),
}
# What the two libraries raise for damaged files, beside their own errors.
_BROKEN: Final = (
    *(OSError, EOFError, ValueError, RuntimeError, zlib.error),
    *(tarfile.TarError, zipfile.BadZipFile),
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that may matter: its path inside the source, clean and relative, and where its bytes are."""

    path: str
    at: Path

    @property
    def is_markdown(self) -> bool:
        """A text of the kind that ours are."""
        return self.suffix in MARKDOWN

    @property
    def is_image(self) -> bool:
        """A picture that a page may show."""
        return self.suffix in _IMAGES

    @property
    def suffix(self) -> str:
        """As `.png`, in small letters."""
        return PurePosixPath(self.path).suffix.lower()


def is_archive(path: Path) -> bool:
    """Whether the name is one that `read_files` opens as an archive."""
    return path.name.lower().endswith((".zip", ".tgz", ".tar.gz", ".tar"))


def read_files(source: Path, spool: Path) -> tuple[list[SourceFile], list[Refused]]:
    """The texts and images of a folder, an archive or one file, by path; raises ImportSourceError.

    `spool` is an empty folder for what is unpacked: keep it as long as the files are read.
    """
    reader = _Reader(spool)
    if source.is_dir():
        reader.read_folder(source)
    elif not is_archive(source):
        size = source.stat().st_size
        if size > _LIMITS.get(source.suffix.lower(), MAX_MARKDOWN):
            raise ImportSourceError(f"{source} is {size:,} bytes, too large to import: split it.")
        reader.files[source.name] = SourceFile(source.name, source)
    else:
        try:
            reader.read_zip(source) if source.suffix.lower() == ".zip" else reader.read_tar(source)
        except _BROKEN as error:
            raise ImportSourceError(
                f"{source} cannot be read to its end as an archive ({error}): "
                "make it again, or give the folder itself."
            ) from None
    return [reader.files[path] for path in sorted(reader.files)], reader.refused


class _Reader:
    def __init__(self, spool: Path) -> None:
        self.files: dict[str, SourceFile] = {}
        self.refused: list[Refused] = []
        self._spool, self._entries, self._bytes = spool, 0, 0

    def read_folder(self, root: Path) -> None:
        """Walk without following a link, and without recursion."""
        waiting = [(root, 1)]
        while waiting:
            folder, depth = waiting.pop()
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
            except OSError as error:
                self._refuse(str(folder.relative_to(root)), f"cannot be read ({error.strerror})")
                continue
            for entry in entries:
                path = Path(entry.path)
                name = path.relative_to(root).as_posix()
                if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."):
                    waiting.append((path, depth + 1))
                elif (wanted := self._wanted(name)) and self._is_plain(name, entry):
                    self._count(entry.stat(follow_symlinks=False).st_size)
                    self._keep(wanted, path, entry.stat(follow_symlinks=False).st_size)

    def read_zip(self, source: Path) -> None:
        """Sizes are checked in the directory, and again as bytes come."""
        with zipfile.ZipFile(source) as archive:
            for info in archive.infolist():
                wanted = None if info.is_dir() else self._wanted(info.filename)
                self._count(info.file_size if wanted else 0)
                mode = info.external_attr >> 16
                if not wanted:
                    continue
                if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
                    self._refuse(info.filename, "is a link or a device, not a file")
                elif info.flag_bits & 1:
                    self._refuse(info.filename, "is encrypted")
                elif info.file_size > max(_RATIO_FROM, MAX_RATIO * info.compress_size):
                    self._refuse(
                        info.filename, f"unpacks to more than {MAX_RATIO} times its size: it may be a bomb"
                    )
                elif self._fits(wanted, info.file_size):
                    with archive.open(info) as stream:
                        self._unpack(wanted, stream, info.file_size)

    def read_tar(self, source: Path) -> None:
        """As a stream: each member is looked at before the next is known."""
        with source.open("rb") as packed:
            plain = source.suffix.lower() == ".tar"
            stream = _Bounded(packed if plain else gzip.GzipFile(fileobj=packed), source.stat().st_size)
            with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload]
                for member in archive:
                    wanted = None if member.isdir() else self._wanted(member.name)
                    self._count(0)
                    archive.members = []  # a stream never goes back, and the list would only grow
                    if wanted and (not member.isreg() or member.issparse()):
                        self._refuse(member.name, "is a link or a device, not a file")
                    elif (
                        wanted
                        and self._fits(wanted, member.size)
                        and (content := archive.extractfile(member))
                    ):
                        self._unpack(wanted, content, member.size)

    def _wanted(self, name: str) -> str | None:
        """The clean path of a file that may matter; None for the others, which are ignored or refused."""
        path = PurePosixPath(name.replace("\\", "/").removeprefix("./"))
        if path.suffix.lower() not in _LIMITS or any(
            p.startswith((".", "__MACOSX")) for p in path.parts if p != ".."
        ):
            return None
        reason = _unsafe(name, path)
        if reason:
            self._refuse(name, reason)
        return None if reason else str(path)

    def _is_plain(self, name: str, entry: os.DirEntry[str]) -> bool:
        if entry.is_file(follow_symlinks=False):
            return True
        self._refuse(name, "is a link or a device, not a file")
        return False

    def _fits(self, path: str, size: int) -> bool:
        limit = _LIMITS[PurePosixPath(path).suffix.lower()]
        if size > limit:
            self._refuse(path, f"is {size:,} bytes, more than {limit:,}")
        elif path in self.files:
            self._refuse(path, "is in the archive twice: the first is taken")
        return size <= limit and path not in self.files

    def _keep(self, path: str, at: Path, size: int) -> None:
        if self._fits(path, size):
            self.files[path] = SourceFile(path, at)

    def _unpack(self, path: str, stream: IO[bytes], size: int) -> None:
        at = self._spool / str(len(self.files))
        at.write_bytes(stream.read(size))
        self.files[path] = SourceFile(path, at)

    def _count(self, size: int) -> None:
        self._entries += 1
        self._bytes += size
        if self._entries > MAX_FILES:
            raise ImportSourceError(f"the source has more than {MAX_FILES:,} files: import it in parts.")
        if self._bytes > MAX_UNPACKED:
            raise ImportSourceError(
                f"the source is larger than {MAX_UNPACKED:,} bytes unpacked: import it in parts."
            )

    def _refuse(self, name: str, reason: str) -> None:
        self.refused.append(Refused(shown(name), reason + "."))


class _Bounded:
    """Bytes of a stream, until there are more than any help centre has, or than its packed size explains."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, packed: int) -> None:
        self._stream, self._left = stream, MAX_UNPACKED
        self._ratio_left = max(20 * _RATIO_FROM, packed * MAX_RATIO)

    def read(self, size: int) -> bytes:
        """As a file's."""
        data = self._stream.read(size)
        self._left -= len(data)
        self._ratio_left -= len(data)
        if self._ratio_left < 0:
            raise ImportSourceError(
                f"the archive unpacks to more than {MAX_RATIO} times its size: "
                "it may be a bomb; give the folder itself."
            )
        if self._left < 0:
            raise ImportSourceError(
                f"the archive is larger than {MAX_UNPACKED:,} bytes unpacked: import it in parts."
            )
        return data


def _unsafe(name: str, path: PurePosixPath) -> str:
    """Why a name is refused, or empty."""
    if printable(name) != name or "\n" in name or "\t" in name:
        return "has a name with characters that cannot be shown"
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        return "has a path that leads out of the archive"
    if len(path.parts) > _MAX_DEPTH or len(name) > _MAX_NAME:
        return f"lies more than {_MAX_DEPTH} folders deep, or has a path longer than {_MAX_NAME:,} characters"
    return ""


def shown(name: str) -> str:
    """A name that can be printed and is not too long for a line."""
    text = name.encode("utf-8", "backslashreplace").decode()
    text = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
    return text if len(text) <= 200 else f"{text[:100]}…{text[-90:]}"
