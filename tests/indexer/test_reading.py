"""A file's bytes, and never half of them: with leases where the system has them, and by waiting elsewhere."""

import errno
import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from indexer import reading
from indexer.articles import read_content
from indexer.reading import BeingWrittenError, Seen, read_closed
from search.records import Article

GOOD = "---\ntitle: Domanda?\n---\nRisposta.\n"
LONG_AGO = 1_700_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.md"
    path.write_text(GOOD)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def refuses(error: int) -> Callable[..., Any]:
    """A system that knows leases and gives none, as for another's file, or on a network's drive."""
    really = fcntl.fcntl

    def control(file: Any, command: int, argument: Any = 0) -> Any:
        if command == fcntl.F_SETLEASE:
            raise OSError(error, os.strerror(error))
        return really(file, command, argument)

    return control


class Clock:
    """The time that reading goes by: it passes only while it waits, and then `meanwhile` happens."""

    def __init__(self) -> None:
        self.now = float(LONG_AGO)
        self.meanwhile: Iterator[Callable[[], None]] = iter(())

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        next(self.meanwhile, lambda: None)()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(reading, "time", made)
    return made


@pytest.fixture(params=["refused", "unsupported", "unknown"])
def without_leases(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ways in which there is no lease to be had."""
    if request.param == "unknown":
        monkeypatch.delattr(fcntl, "F_SETLEASE")
    else:
        error = errno.EACCES if request.param == "refused" else errno.EINVAL
        monkeypatch.setattr(fcntl, "fcntl", refuses(error))


def test_a_file_that_is_open_to_write_is_not_read(file: Path) -> None:
    with file.open("ab"), pytest.raises(BeingWrittenError):
        read_closed(file, 100)
    assert read_closed(file, 100) == GOOD.encode()


@pytest.mark.usefixtures("without_leases")
def test_without_a_lease_a_quiet_file_is_read_at_once(file: Path) -> None:
    assert read_closed(file, 100) == GOOD.encode()
    assert read_closed(file, 5) == GOOD.encode()[:5]


def written(file: Path, clock: Clock, line: str) -> None:
    """Somebody adds a line, now."""
    with file.open("a") as opened:
        opened.write(line)
    os.utime(file, (clock.now, clock.now))


@pytest.mark.usefixtures("without_leases")
def test_without_a_lease_a_file_that_is_written_is_waited_for(file: Path, clock: Clock) -> None:
    written(file, clock, "Comincia.\n")
    lines = [*["Una riga.\n"] * 6, "Fine.\n"]
    clock.meanwhile = (partial(written, file, clock, line) for line in lines)
    assert read_closed(file, 1_000).endswith(b"Una riga.\nFine.\n")


@pytest.mark.usefixtures("without_leases")
def test_without_a_lease_a_file_that_never_rests_is_given_up(file: Path, clock: Clock) -> None:
    written(file, clock, "Comincia.\n")
    clock.meanwhile = (partial(written, file, clock, "Ancora.\n") for _ in count())
    with pytest.raises(BeingWrittenError):
        read_closed(file, 100)


@pytest.mark.usefixtures("without_leases")
def test_a_clock_that_was_wrong_holds_nothing_up(file: Path, clock: Clock) -> None:
    os.utime(file, (clock.now + 86_400, clock.now + 86_400))
    assert read_closed(file, 100) == GOOD.encode()
    assert clock.now == LONG_AGO  # nothing was waited for


def test_what_is_no_file_is_said_and_not_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "it/resi"
    folder.mkdir(parents=True)
    (folder / "bene.md").write_text(GOOD)
    os.mkfifo(folder / "tubo.md")
    os.mkfifo(tmp_path / "it/synonyms.yaml")
    os.mkfifo(tmp_path / "contexts.yaml")
    content = read_content(tmp_path)
    assert [a.id for a in content.knowledge.articles] == ["resi/bene"]
    assert content.broken == {("it", "resi/tubo")}
    places = {p.path for p in content.problems if p.severity == "error" and "no file" in p.message}
    assert places == {"it/resi/tubo.md", "it/synonyms.yaml", "contexts.yaml"}


OPENED: list[str] = []
sys.addaudithook(lambda event, given: OPENED.append(str(given[0])) if event == "open" else None)


def read_again(root: Path, known: dict[str, Article], seen: Seen) -> tuple[dict[str, str], set[str]]:
    """Each article's text by its path, and which files were opened for it."""
    OPENED.clear()
    found = read_content(root, known, seen).knowledge.articles
    opened = {Path(path).relative_to(root).as_posix() for path in OPENED if path.startswith(str(root))}
    known |= {f"{a.lang}/{a.id}.md": a for a in found}
    return {a.id: a.sections[0].paragraphs[0] for a in found}, opened


def test_what_nobody_touched_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_COARSE", -1.0)
    root, known, seen = tmp_path / "content", dict[str, Article](), Seen()
    for name in "ab":
        (root / "it/c").mkdir(parents=True, exist_ok=True)
        (root / f"it/c/{name}.md").write_text(GOOD)
    both = {"it/c/a.md", "it/c/b.md"}
    assert read_again(root, known, seen)[1] == both  # as new articles
    assert read_again(root, known, seen)[1] == both  # as those that are known, and seen from now on
    assert read_again(root, known, seen)[1] == set()
    # As long, and as old: only when it was changed in any way, which nobody can set, tells the two apart.
    before = (root / "it/c/a.md").stat()
    (root / "it/c/a.md").write_text(GOOD.replace("Risposta", "Rimedio!"))
    os.utime(root / "it/c/a.md", ns=(before.st_atime_ns, before.st_mtime_ns))
    texts, opened = read_again(root, known, seen)
    assert (texts, opened) == ({"c/a": "Rimedio!.", "c/b": "Risposta."}, {"it/c/a.md"})
    # Another file in its place, and a link to one, whose own stamp says nothing of what it leads to.
    (root / "it/c/new").write_text(GOOD.replace("Risposta", "Ritorno!"))
    (root / "it/c/new").replace(root / "it/c/a.md")
    (root / "it/c/b.md").rename(root / "it/c/b.txt")
    (root / "it/c/b.md").symlink_to("b.txt")
    for _ in range(3):
        texts, opened = read_again(root, known, seen)
    assert (texts["c/a"], opened) == ("Ritorno!.", {"it/c/b.md"})
    # Who has seen nothing reads all.
    assert read_again(root, known, Seen())[1] == both


def test_what_was_seen_is_known_to_the_next_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_COARSE", -1.0)
    root, known, seen, place = tmp_path / "content", dict[str, Article](), Seen(), tmp_path / "seen.json"
    (root / "it/c").mkdir(parents=True)
    (root / "it/c/a.md").write_text(GOOD)
    assert Seen.load(place).holds("it/c/a.md", (1, 2, 3, 4), "") is False
    for _ in range(2):
        read_again(root, known, seen)
    seen.write(place)
    assert read_again(root, known, Seen.load(place))[1] == set()
    (root / "it/c/a.md").write_text(GOOD.replace("Risposta", "Rimedio!"))
    assert read_again(root, known, Seen.load(place))[0] == {"c/a": "Rimedio!."}
    # Damaged, it is worth nothing and costs nothing but the reading.
    for damage in (b"", b"[", b'{"it/c/a.md": 1}', b'{"it/c/a.md": [[1, 2, 3, "x"], "y"]}'):
        place.write_bytes(damage)
        assert read_again(root, known, Seen.load(place))[1] == {"it/c/a.md"}
    assert not list(tmp_path.glob(".seen*"))
    seen.write(tmp_path / "away/seen.json")  # a folder that is not there


def test_what_changed_a_moment_ago_is_read_again(tmp_path: Path) -> None:
    root, known, seen = tmp_path / "content", dict[str, Article](), Seen()
    (root / "it/c").mkdir(parents=True)
    (root / "it/c/a.md").write_text(GOOD)
    for _ in range(4):
        assert read_again(root, known, seen)[1] == {"it/c/a.md"}
