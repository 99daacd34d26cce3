"""`sportello user`, as operators run it."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from app.staff.passwords import is_password
from app.store import open_store
from tests.office import PASSWORD
from tests.terminal import Run


@pytest.fixture
def run(tmp_path: Path, sportello: Run) -> Run:
    """Run `sportello user` on a data folder of this test."""
    return lambda *words, **more: sportello("user", *words, "--data", tmp_path, **more)


def listed(run: Run) -> list[tuple[str, str, str, bool]]:
    users = json.loads(run("list", "--json").stdout)["users"]
    return [(u["email"], u["name"], u["role"], u["disabled_at"] is None) for u in users]


def test_from_the_first_admin_to_the_last(run: Run, tmp_path: Path) -> None:
    assert "Nobody may sign in yet" in run("list").stdout
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\nanother line\n", "utf-8")
    assert "as admin" in run("add", "Anna@Example.com", "--password-file", str(secret)).stdout
    added = run("add", "bruno@example.com", "--name", "Bruno [b]", "--password-file", "-", typed=PASSWORD)
    assert "as viewer" in added.stdout
    assert listed(run) == [
        ("anna@example.com", "Anna", "admin", True),
        ("bruno@example.com", "Bruno [b]", "viewer", True),
    ]
    assert "Bruno [b]" in run("list").stdout
    gone = run("remove", "ANNA@example.com")
    assert "There is no admin left" in gone.stderr
    assert "Nobody signs in as anna@example.com" in run("remove", "anna@example.com", expect=1).stderr
    assert "removed" in run("list").stdout
    again = ("--role", "editor", "--name", "Anna Verdi", "--password-file", str(secret))
    run("add", "anna@example.com", *again)
    assert listed(run)[0] == ("anna@example.com", "Anna Verdi", "editor", True)


def test_who_is_there_is_replaced_on_request_alone(run: Run, tmp_path: Path) -> None:
    run("add", "anna@example.com", "--password-file", "-", typed=PASSWORD)
    refused = run("add", "anna@example.com", "--password-file", "-", typed=PASSWORD, expect=1)
    assert "give --replace" in refused.stderr
    new = "montagna sedia giovedi verde"
    run("add", "anna@example.com", "--replace", "--role", "viewer", "--password-file", "-", typed=new)
    store = open_store("", tmp_path)
    found = store.users.find("anna@example.com")
    store.close()
    assert found
    assert found.user.role == "viewer"
    assert is_password(new, found.password)


def test_another_password_leaves_role_and_name(run: Run) -> None:
    run("add", "anna@example.com", "--name", "Anna Verdi", "--password-file", "-", typed=PASSWORD)
    new = "montagna sedia giovedi verde"
    done = run("add", "anna@example.com", "--replace", "--password-file", "-", typed=new)
    assert "There is no admin left" not in done.stderr
    assert listed(run)[0] == ("anna@example.com", "Anna Verdi", "admin", True)


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (("add", "not an address"), PASSWORD, "is no e-mail address"),
        (("add", "anna@example.com"), "short", "take at least 12"),
        (("add", "anna@example.com"), "", "take at least 12"),
        (("add", "anna@example.com"), "password1234", "easily guessed"),
        (("remove", "nobody@example.com"), "", "Nobody signs in as"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(run: Run, words: tuple[str, ...], typed: str, said: str) -> None:
    file = ("--password-file", "-") if words[0] == "add" else ()
    done = run(*words, *file, typed=typed, expect=1)
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_terminal_and_a_file_nothing_is_asked(run: Run) -> None:
    assert "give --password-file" in run("add", "anna@example.com", expect=1).stderr
    run("add", "anna@example.com", "--role", "owner", expect=2)
    assert "No such file" in run("add", "a@example.com", "--password-file", "/no/such", expect=3).stderr


def test_at_a_terminal_it_is_asked_twice_and_not_shown(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "user", "add", "anna@example.com", "--data", str(tmp_path)],
        stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stderr
    said = b""
    for prompt in (b"12 characters: ", b"Once more: "):
        while not said.endswith(prompt):
            letter = process.stderr.read(1)
            assert letter, said
            said += letter
        os.write(ours, f"{PASSWORD}\n".encode())
    out, rest = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 0, rest
    assert b"may sign in" in out
    assert PASSWORD.encode() not in out + said + rest
