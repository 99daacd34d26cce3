"""The `sportello` command, run in this process: all of it but the start of an interpreter."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.cli import main


@dataclass(frozen=True, slots=True)
class Done:
    """What a command printed."""

    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def sportello(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run `sportello` with these words, in the test's folder; `expect` is the exit code.

    `typed` is its input, which is no terminal; by name: what the environment has besides.
    """

    def call(*words: str | Path, typed: str = "", expect: int = 0, **environment: str) -> Done:
        capsys.readouterr()
        with pytest.MonkeyPatch.context() as patched:
            for name, value in environment.items():
                patched.setenv(name, value)
            patched.chdir(tmp_path)
            patched.setattr(sys, "argv", ["sportello", *map(str, words)])
            patched.setattr(sys, "stdin", io.StringIO(typed))
            with pytest.raises(SystemExit) as ended:
                main()
        printed = capsys.readouterr()
        assert (ended.value.code or 0) == expect, printed.err
        return Done(printed.out, printed.err)

    return call
