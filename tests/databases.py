"""The same store on both databases: a file, and a real PostgreSQL that the tests start."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import create_engine, text

from app.store import Store, open_store
from app.store.database import FILE


def postgresql_folder() -> Path:
    """Where `initdb` and `pg_ctl` are: Debian keeps them off the PATH."""
    found = [Path(path).resolve().parent for path in (shutil.which("initdb"),) if path]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    assert found, "no PostgreSQL on this machine: run `make postgres`"
    return found[0]


def as_somebody(command: list[str], cwd: Path) -> None:
    """Run as the `postgres` user where we are root: PostgreSQL refuses to be root's."""
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
    subprocess.run(command, check=True, cwd=cwd, stdout=subprocess.DEVNULL)


@contextmanager
def running_postgresql() -> Iterator[str]:
    """The address of an empty server, on a socket of its own and no port."""
    binaries = postgresql_folder()
    # A socket's path has at most 107 characters, and the server's user must reach it.
    home = Path(subprocess.run(["mktemp", "-d"], check=True, capture_output=True, text=True).stdout.strip())
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(home, user.pw_uid, user.pw_gid)
    data = str(home / "data")
    control = [str(binaries / "pg_ctl"), "-D", data, "-w", "-l", str(home / "log")]
    options = f"-k {home} -c listen_addresses='' -c fsync=off"
    try:
        as_somebody(
            [str(binaries / "initdb"), "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "-N"], home
        )
        as_somebody([*control, "-o", options, "start"], home)
        try:
            yield f"postgresql://tester@/postgres?host={home}"
        finally:
            as_somebody([*control, "-m", "immediate", "stop"], home)
    finally:
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """One for all tests."""
    with running_postgresql() as server:
        yield server


def database(server: str, name: str, template: str = "template0") -> str:
    """The address of a new database of that name on a server, empty or as `template` is."""
    engine = create_engine(
        server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


@cache
def new_file() -> bytes:
    """A SQLite database with its tables and nothing in them: its migrations cost a tenth of a second."""
    with TemporaryDirectory() as folder:
        open_store("", Path(folder)).close()
        return (Path(folder) / FILE).read_bytes()


@pytest.fixture(scope="session")
def tables(postgresql: str) -> str:
    """The same in PostgreSQL, as a template."""
    open_store(database(postgresql, "tables"), Path()).close()
    return "tables"


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each test of a database runs on both."""
    return str(request.param)


@pytest.fixture
def address(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with its tables, and nothing in them."""
    if kind == "sqlite":
        (tmp_path / FILE).write_bytes(new_file())
        return f"sqlite:///{tmp_path / FILE}"
    server, template = request.getfixturevalue("postgresql"), request.getfixturevalue("tables")
    return database(server, "sportello", template)


@pytest.fixture
def bare_address(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without any table."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / FILE}"
    return database(request.getfixturevalue("postgresql"), "sportello")


@pytest.fixture
def store(address: str, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(address, tmp_path)
    yield opened
    opened.close()
