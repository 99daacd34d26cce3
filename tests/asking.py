"""A widget's requests, made by hand, and what is in the store after them."""

import json
import shutil
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

LOST = "Buongiorno, il pacco non è ancora arrivato: dove posso vedere dove si trova?"
STRANGE = "Qual è la capitale della Mongolia e quanti abitanti conta la provincia?"


def indexed(data: Path, target: Path) -> Path:
    """The data folder `target`, with what is indexed in `data`."""
    target.mkdir(exist_ok=True)
    shutil.copytree(data / "snapshots", target / "snapshots")
    shutil.copy(data / "current", target)
    return target


def until(true: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def rows(data: Path, statement: str) -> list[dict[str, Any]]:
    with sqlite3.connect(data / "sportello.db", timeout=10) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(statement).fetchall()]


def has_table(data: Path, name: str) -> bool:
    """Whether the database is there, with its tables."""
    if not (data / "sportello.db").exists():
        return False
    return bool(rows(data, f"SELECT name FROM sqlite_master WHERE name = '{name}'"))


def deflection(data: Path, name: str) -> dict[str, Any]:
    """The row, once it is written: nobody waits for it to be answered."""
    found: list[dict[str, Any]] = []

    def written() -> bool:
        found[:] = rows(data, f"SELECT * FROM deflections WHERE id = '{name}'")
        return bool(found)

    until(written)
    return found[0]


def post(client: httpx.Client, path: str, body: object, **headers: str) -> httpx.Response:
    """As a widget posts: as text."""
    return client.post(
        f"/api/v1/{path}", content=json.dumps(body), headers={"Content-Type": "text/plain", **headers}
    )


def ask(client: httpx.Client, text: str = LOST, **more: object) -> dict[str, Any]:
    answer = post(client, "deflections", {"text": text, "lang": "it", **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def event(kind: str = "shown", **more: object) -> dict[str, Any]:
    return {"id": str(uuid4()), "type": kind, "at": datetime.now(UTC).isoformat(), **more}
