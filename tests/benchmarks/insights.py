"""`make bench-insights`: each view of the insights over HTTP, on a million searches.

One server shows them all, each for the first time; those of `_FIRST` come first after a start of their own.
By itself: `python -m tests.benchmarks.insights FOLDER [SEARCHES]`; a folder that was filled before is used
as it is. Ends with 1 where a view took longer than the floor.
"""

import math
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from app.insights.opened import FILE
from app.routes.admin import places
from app.staff.passwords import hash_password
from app.staff.sessions import form_token
from app.store import Store, open_store
from app.store.database import connect, database_url
from app.store.searches_tables import SEARCHES
from app.store.users import User
from tests.asking import until
from tests.benchmarks.million import fill
from tests.databases import database, running_postgresql

FLOOR_SECONDS: Final = 0.5
# Whatever else the machine does, one of so many starts is left alone by it.
_TRIES: Final = 3
_WORKERS: Final = 2
_REPOSITORY: Final = Path(__file__).parents[2]
_EMAIL, _PASSWORD = "bench@example.com", uuid4().hex
_PERIODS: Final = ("7", "30", "90", "365")
_FIRST: Final = (*(f"{days} days" for days in _PERIODS), "90 days, questions: episodes")
VIEWS: Final = {
    **{f"{days} days": f"?days={days}" for days in _PERIODS},
    "90 days, Italian": "?days=90&lang=it",
    "90 days, one topic": "?days=90&category=resi",
    "90 days, the widget": "?days=90&source=widget",
    "90 days, all three": "?days=90&lang=it&category=resi&source=site",
    **{
        f"90 days, questions: {part}": f"/questions?days=90&of={part}"
        for part in (
            "episodes", "unanswered", "clicked", "no_click", "reworded", "no_answer", "ticket", "confirmed",
            "potential", "failed", "ignored", "abandoned", "unassisted", "unseen", "held", "running",
        )
    },
    "365 days, questions: episodes": "/questions?days=365&of=episodes",
    "90 days, questions: episodes, page 200": "/questions?days=90&of=episodes&page=200",
    "90 days, Italian, questions: episodes": "/questions?days=90&of=episodes&lang=it",
    **{f"90 days, chart: {name}": f"/charts/{name}.svg?days=90" for name in ("endings", "days", "outcomes")},
}  # fmt: skip


def main(folder: Path, searches: int) -> int:
    """Both databases; how many views were too slow."""
    slow = measure("SQLite", "", folder / "sqlite", searches)
    with running_postgresql() as server:
        slow += measure("PostgreSQL", database(server, "bench"), folder / "postgresql", searches)
    return slow


def measure(name: str, address: str, data: Path, searches: int) -> int:
    """One database."""
    out = Console(width=110)
    data.mkdir(parents=True, exist_ok=True)
    with closing(open_store(address, data)) as store:
        _make(address, data, store, searches, out)
        began = time.monotonic()
        with _serving(address, data) as server:
            (data / FILE).unlink(missing_ok=True)
            until((data / FILE).exists, 900)  # the open days come when all others are counted
            out.print(f"{name}: counted in the background in {time.monotonic() - began:.0f} s")
            cookies = _sign_in(server.url)
        table = Table(title=f"{name}, {_WORKERS} workers: seconds, best of {_TRIES} starts")
        for column in ("view", "first after a start", "first", "again"):
            table.add_column(column, justify="left" if column == "view" else "right")
        start = {view: _best(address, data, cookies, [view])[view][0] for view in _FIRST}
        seen = _best(address, data, cookies, list(VIEWS))
        for view, (first, again) in seen.items():
            cold = f"{start[view]:.3f}" if view in start else ""
            table.add_row(view, cold, f"{first:.3f}", f"{again:.3f}")
        out.print(table)
    took = [*start.values(), *(second for both in seen.values() for second in both)]
    return sum(seconds > FLOOR_SECONDS for seconds in took)


def _make(address: str, data: Path, store: Store, searches: int, out: Console) -> None:
    with closing(connect(database_url(address, data)).connect()) as connection:
        there = connection.execute(select(func.count()).select_from(SEARCHES)).scalar_one()
        if there < searches:
            began = time.monotonic()
            out.print(f"{fill(connection.engine, searches)} in {time.monotonic() - began:.0f} s")
    user = User(uuid4().hex, _EMAIL, "Bench", "viewer", datetime.now(UTC))
    store.users.add(user, hash_password(_PASSWORD), replace=True)


class _Server:
    def __init__(self, url: str, process: "subprocess.Popen[bytes]") -> None:
        self.url, self.process = url, process

    def memory(self) -> float:
        """What the workers hold at most, in MB."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        said = [Path(f"/proc/{child}/status").read_text() for child in children]
        return max(
            (int(text.split("VmHWM:")[1].split()[0]) / 1024 for text in said if "VmHWM" in text), default=0
        )


@contextmanager
def _serving(address: str, data: Path) -> Iterator[_Server]:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    options = ["--content", str(_REPOSITORY / "content"), "--data", str(data), "--port", str(port)]
    environment = {**os.environ, "SPORTELLO_DATABASE_URL": address, "SPORTELLO_LOG_LEVEL": "error"}
    command = [str(Path(sys.executable).parent / "sportello"), "serve", *options, "--workers", str(_WORKERS)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        server = _Server(f"http://127.0.0.1:{port}", process)
        until(lambda: _is_ready(server.url), 900)
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _best(
    address: str, data: Path, cookies: httpx.Cookies, views: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """Of each view the first and the second look on a new server; of several servers the fastest."""
    best = dict.fromkeys(views, (math.inf, math.inf))
    for _ in range(_TRIES):
        with _serving(address, data) as server, httpx.Client(base_url=server.url, cookies=cookies) as client:
            for view in views:
                path = f"{places.INSIGHTS}{VIEWS[view]}"
                both = _seconds(client, path), _seconds(client, path)
                best[view] = min(best[view][0], both[0]), min(best[view][1], both[1])
            Console().print(f"memory of a worker after {len(views)} views: {server.memory():.0f} MB")
        if all(second <= FLOOR_SECONDS for both in best.values() for second in both):
            break
    return best


def _seconds(client: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path, timeout=120)
    assert answer.status_code == 200, answer.text[:500]
    return time.perf_counter() - began


def _sign_in(url: str) -> httpx.Cookies:
    with httpx.Client(base_url=url) as client:
        client.get(places.SIGN_IN)
        fields = {"email": _EMAIL, "password": _PASSWORD, "next": ""}
        token = form_token(client.cookies.get("sportello") or "")
        assert client.post(places.SIGN_IN, data={"form_token": token, **fields}).status_code == 303
        return client.cookies


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


if __name__ == "__main__":
    sys.exit(min(1, main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)))
