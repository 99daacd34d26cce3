"""File names that every system and host takes, made of ids that may hold almost anything."""

import re
import unicodedata
from hashlib import blake2b
from typing import Final

# What stays as it is: no system folds, refuses or hides it, and no address needs to quote it.
_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_ODD: Final = re.compile(r"[^a-z0-9]+")
# Names of devices on Windows, with any ending; three of them are languages too.
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)
# Windows takes 259 characters in all; half are left to whoever chooses the folder.
_LONGEST: Final = 130
_LONGEST_STEM: Final = 40


class Names:
    """Gives each page a file of its own; asked for the same in the same order, it gives the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, *parts: str, suffix: str = ".html") -> str:
        """A path of these parts, with `/` between; where two come out alike, the later one is numbered."""
        made = [_plain(part) for part in parts]
        if sum(map(len, made)) + len(made) > _LONGEST:
            made = [*made[:2], f"{made[-1][:_LONGEST_STEM].strip('-')}-{_mark('/'.join(parts))}"]
        path = "/".join(made)
        number = next(
            n for n in range(1, len(self._taken) + 2) if _numbered(path, n, suffix) not in self._taken
        )
        self._taken.add(_numbered(path, number, suffix))
        return _numbered(path, number, suffix)


def _numbered(path: str, number: int, suffix: str) -> str:
    return f"{path}{suffix}" if number == 1 else f"{path}-{number}{suffix}"


def _plain(part: str) -> str:
    """One part of a path; what had to be changed ends in a mark of what it was."""
    if _PLAIN.fullmatch(part) and part not in _DEVICES:
        return part
    letters = unicodedata.normalize("NFKD", part.casefold()).encode("ascii", "ignore").decode()
    stem = _ODD.sub("-", letters)[:_LONGEST_STEM].strip("-")
    return f"{stem}-{_mark(part)}" if stem else _mark(part)


def _mark(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
