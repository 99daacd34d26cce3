"""The content folder's own git repository, where it is one: each save is a commit."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

_SECONDS: Final = 30
_NAME: Final = "Sportello"
_ADDRESS: Final = "sportello@localhost"
# Whatever an operator's own git would do, such as asking for a password or running a hook, is not done here:
# who may write the content, and with it `.git/config`, is not for that let to run programs as this process.
_OPTIONS: Final = (
    "core.hooksPath=/dev/null", "commit.gpgSign=false", "core.quotePath=false", "core.fsmonitor=false",
    "log.showSignature=false", "i18n.logOutputEncoding=UTF-8", "gc.auto=0", "maintenance.auto=false",
    f"user.name={_NAME}", f"user.email={_ADDRESS}",
)  # fmt: skip
# What a filter is told by: with no program and not required, the file is taken as it is.
_UNFILTERED: Final = {"clean": "", "smudge": "", "process": "", "required": "false"}
# When a commit says that it was made at no moment there is.
_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LINE: Final = "%H%x00%aI%x00%an%x00%s"


class GitError(Exception):
    """Git did not do it, and why."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit that changed a file."""

    hash: str
    at: datetime
    by: str
    subject: str


class Repository:
    """A folder that is the root of its own repository; paths are relative to it."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def is_there(self) -> bool:
        """Whether the folder is a repository's root, and not somewhere below one, and git is installed."""
        if not (self._root / ".git").exists() or not shutil.which("git"):
            return False
        try:
            top = self._git("rev-parse", "--show-toplevel").strip()
        except GitError:
            return False
        return bool(top) and Path(top).resolve() == self._root

    def is_changed(self, path: str) -> bool:
        """Whether a file is otherwise than in the last commit. Raises GitError."""
        said = ("status", "--porcelain", "--ignored", "--ignore-submodules=all", "--", path)
        return bool(self._git(*said, more=self._without_filters()).strip())

    def commit(self, path: str, message: str, name: str = "", email: str = "") -> None:
        """Commit one file, and nothing else that may wait to be. Raises GitError."""
        if not self.is_changed(path):
            return
        plain = self._without_filters()
        author = {**plain, "GIT_AUTHOR_NAME": name or _NAME, "GIT_AUTHOR_EMAIL": email or _ADDRESS}
        self._git("add", "--", path, more=plain)
        said = ("-m", message, "--cleanup=whitespace")
        self._git("commit", "-q", "--no-verify", *said, "--only", "--", path, more=author)

    def commits(self, path: str, most: int) -> Sequence[Commit]:
        """Those of a file, the latest first. Raises GitError."""
        if not self._has_commits():
            return ()
        listed = self._git("log", f"-{most}", f"--format={_LINE}", "--", path)
        found = (line.split("\0") for line in listed.split("\n") if line)
        return [Commit(hash_, _moment(at), by, subject) for hash_, at, by, subject in found]

    def text(self, hash_: str, path: str) -> str | None:
        """The file as it was; null where the commit has it not. Raises GitError."""
        try:
            return self._git("cat-file", "blob", f"{hash_}:{path}")
        except GitError:
            return None

    def _without_filters(self) -> dict[str, str]:
        """What makes git run none of the programs that the repository would pass its files through."""
        try:
            listed = self._git("config", "--null", "--name-only", "--get-regexp", r"^filter\.")
        except GitError:  # there are none
            return {}
        filters = dict.fromkeys(key.rpartition(".")[0] for key in listed.split("\0") if key)
        pairs = [(f"{name}.{what}", value) for name in filters for what, value in _UNFILTERED.items()]
        said = {"GIT_CONFIG_COUNT": str(len(pairs))}
        for number, (key, value) in enumerate(pairs):
            said |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        return said

    def _has_commits(self) -> bool:
        try:
            self._git("rev-parse", "-q", "--verify", "HEAD")
        except GitError:
            return False
        return True

    def _git(self, *command: str, more: Mapping[str, str] | None = None) -> str:
        options = [part for option in (*_OPTIONS, f"safe.directory={self._root}") for part in ("-c", option)]
        git = shutil.which("git") or "git"
        try:
            done = subprocess.run(  # noqa: S603  no shell, and every path is behind “--”
                [git, "--literal-pathspecs", "-C", str(self._root), *options, *command],
                # Nothing of the server's own: a GIT_DIR there would lead to another repository.
                env={
                    "LC_ALL": "C.UTF-8",
                    "GIT_OPTIONAL_LOCKS": "0",
                    "GIT_TERMINAL_PROMPT": "0",
                    # What is missing is not fetched from anywhere: that would run a program too.
                    "GIT_ALLOW_PROTOCOL": "none",
                    "HOME": "/nonexistent",
                    **(more or {}),
                },
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=True,
            )
        except subprocess.CalledProcessError as error:
            raise GitError(error.stderr.decode(errors="replace").strip() or "git failed") from None
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise GitError(str(error)) from None
        # Newlines as they are: this may be a file's text.
        return done.stdout.decode(errors="replace")


def _moment(text: str) -> datetime:
    """As git writes it; commits of other programs may hold any year and any zone."""
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
        # So that it can be told on any clock.
        return moment if moment - timedelta(days=1) < moment + timedelta(days=1) else _NEVER
    except (ValueError, OverflowError):
        return _NEVER
