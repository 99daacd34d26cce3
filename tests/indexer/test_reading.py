"""A file's bytes, and never half of them: with leases where the system has them, and by waiting elsewhere."""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from indexer import reading
from indexer.articles import read_content
from indexer.reading import BeingWrittenError, read_closed

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
