"""What was asked is written down in groups, counted where it could not be, and gone when it is old."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Table, select

from app.ledger import Ledger
from app.searches.recorder import GROUP, Recorder
from app.settings import Settings
from app.store import Deflection, Event, Read, Search, Store, StoreError, migrating, open_store
from app.store.database import connect, database_url
from app.store.searches_tables import SEARCHES, SHEDS
from app.store.tables import DEFLECTIONS, EVENTS, READS

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def search(name: str, query: str = "dove è il pacco", at: datetime = NOON, **more: Any) -> Search:
    return Search(
        name, at, more.pop("source", "site"), "it", query, query, "maybe", 0.5,
        ("consegna/tempi", "è/à"), "20261122T000000", 1.5, **more,
    )  # fmt: skip


def click(name: str, of: str) -> Event:
    return Event(name, "clicked", NOON, search_id=of, article="è/à", lang="it", position=2)


@pytest.fixture
def engine(address: str, tmp_path: Path) -> Engine:
    return connect(database_url(address, tmp_path))


def rows(engine: Engine, table: Table) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


@pytest.fixture
def ledger(address: str, tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(Settings(data=tmp_path, database_url=address))
    opened.start()
    yield opened
    opened.stop()


def test_a_search_is_kept_as_it_was(store: Store, engine: Engine) -> None:
    asked = search("a" * 32, "«😀»'; --", category="consegna", phase="after", previous="b" * 32)
    store.searches.write([asked], [click("c", asked.id)])
    store.searches.write([asked, search("d")], [click("c", asked.id)])  # again: what is known stays
    kept = {row["id"]: row for row in rows(engine, SEARCHES)}
    assert set(kept) == {asked.id, "d"}
    row = kept[asked.id]
    assert (row["at"], row["source"], row["query"]) == (NOON, "site", "«😀»'; --")
    assert row["results"] == ["consegna/tempi", "è/à"]
    assert (row["category"], row["phase"], row["previous"]) == ("consegna", "after", "b" * 32)
    (opened,) = rows(engine, EVENTS)
    assert (opened["search_id"], opened["type"], opened["position"]) == (asked.id, "clicked", 2)


def test_a_widgets_question_is_a_search_too(store: Store, engine: Engine) -> None:
    asked = Deflection(
        "d", "s" * 32, NOON, "e" * 32, "it", "x" * 600, "yes", 0.9, "snap", (("it", "a/b"), ("en", "c/d")), ms=3.0
    )  # fmt: skip
    store.deflections.add([asked])
    store.deflections.add([asked])
    (row,) = rows(engine, SEARCHES)
    assert (row["id"], row["source"], row["session"], row["ms"]) == (asked.search_id, "widget", "s" * 32, 3.0)
    assert (row["query"], row["results"]) == ("x" * 500, ["a/b", "c/d"])


def unheard(_waiting: int, _shed: int) -> None:
    """Nobody counts."""


def test_nothing_is_lost_when_the_server_ends(ledger: Ledger, engine: Engine) -> None:
    recorder = Recorder(ledger, 100_000, unheard)
    recorder.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: recorder.record(search(f"{n:032x}")), range(5 * GROUP + 7)))
    recorder.record(click("c", f"{1:032x}"))
    recorder.stop()
    assert len(rows(engine, SEARCHES)) == 5 * GROUP + 7
    assert len(rows(engine, EVENTS)) == 1
    assert rows(engine, SHEDS) == []


def test_what_is_too_much_is_shed_and_counted(ledger: Ledger, engine: Engine, store: Store) -> None:
    told: list[tuple[int, int]] = []
    recorder = Recorder(ledger, 10, lambda waiting, shed: told.append((waiting, shed)))
    for number in range(25):  # nothing is written before its start
        recorder.record(search(f"{number:032x}"))
    recorder.start()
    recorder.stop()
    assert told == [*((n, 0) for n in range(1, 11)), *[(10, 1)] * 15, (0, 0)]
    assert {row["id"] for row in rows(engine, SEARCHES)} == {f"{n:032x}" for n in range(10)}
    today = datetime.now(UTC).date()
    assert sum(store.searches.sheds(today - timedelta(days=1)).values()) == 15
    again = Recorder(ledger, 1, unheard)
    again.record(search("x"))
    again.record(search("y"))
    again.start()
    again.stop()
    assert sum(store.searches.sheds(today - timedelta(days=1)).values()) == 16


def test_recording_waits_for_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.searches.recorder._RETRY_SECONDS", 0.05)
    monkeypatch.setattr("app.ledger._RETRY_SECONDS", 0.05)
    monkeypatch.setattr("app.ledger._FLUSH_SECONDS", 0.05)
    place = tmp_path / "elsewhere"
    place.touch()  # a file where its folder should be
    address = f"sqlite:///{place}/sportello.db"
    away = Ledger(Settings(data=tmp_path, database_url=address))
    away.start()
    recorder = Recorder(away, 3, unheard)
    recorder.start()
    for number in range(5):
        recorder.record(search(f"{number:032x}"))
    place.unlink()
    deadline = time.monotonic() + 30
    while not is_open(away):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    recorder.stop()
    away.stop()
    with closing(open_store(address, tmp_path)) as store:
        assert sum(store.searches.sheds(date(2026, 1, 1)).values()) == 2
    assert len(rows(connect(database_url(address, tmp_path)), SEARCHES)) == 3


def is_open(ledger: Ledger) -> bool:
    try:
        return bool(ledger.store)
    except StoreError:
        return False


RECORD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from app.ledger import Ledger
from app.searches.recorder import Recorder
from app.settings import Settings
from app.store import Search
ledger = Ledger(Settings(data=Path(sys.argv[2]), database_url=sys.argv[1]))
ledger.start()
ledger.store
recorder = Recorder(ledger, 1_000_000, lambda waiting, shed: None)
recorder.start()
for number in range(1_000_000):
    recorder.record(Search(f"{number:032x}", datetime.now(UTC), "site", "it", "q", "q", "no", 0.0, (), "s", 1.0))
    print(number, time.monotonic(), flush=True)
    time.sleep(0.001)
"""


def test_a_kill_costs_the_last_group_at_most(address: str, tmp_path: Path, engine: Engine) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", RECORD, address, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    said: list[tuple[int, float]] = []
    for line in process.stdout:
        number, moment = line.split()
        said.append((int(number), float(moment)))
        if len(said) >= 1_500:
            process.kill()
            break
    said += [(int(n), float(m)) for n, m in map(str.split, process.communicate()[0].splitlines()) if m]
    kept = {int(row["id"], 16) for row in rows(engine, SEARCHES)}
    assert kept, "nothing was written before the kill"
    assert kept == set(range(len(kept))), "a group in the middle is missing"
    lost = [moment for number, moment in said if number not in kept]
    # A group that is being gathered, and the one that the disk was busy with.
    assert len(lost) <= 2 * GROUP


def test_what_is_old_goes_and_the_rest_stays(store: Store, engine: Engine) -> None:
    old, new = NOON - timedelta(days=366), NOON - timedelta(days=364)
    many = [search(f"{n:032x}", at=old) for n in range(1_200)]
    store.searches.write([*many, search("new", at=new)], shed={old.date(): 3, new.date(): 4})
    store.add_events([Event("old", "opened", old), Event("new", "opened", new)])
    for name, at in (("old", old), ("new", new)):
        store.deflections.add([Deflection(name, "s", at, f"w{name}", "it", "q", "no", 0.0, "snap")])
    store.count_reads({Read(old.date(), "it", "a"): 2, Read(new.date(), "it", "a"): 5})
    gone = 0
    while some := store.retention.forget(NOON - timedelta(days=365)):
        gone += some
    assert gone == 1_200 + 5  # an event, a question and its search, reads, sheds
    assert {row["id"] for row in rows(engine, SEARCHES)} == {"new", "wnew"}
    assert [row["id"] for row in rows(engine, EVENTS)] == ["new"]
    assert [row["id"] for row in rows(engine, DEFLECTIONS)] == ["new"]
    assert [row["count"] for row in rows(engine, READS)] == [5]
    assert [row["count"] for row in rows(engine, SHEDS)] == [4]


def test_the_ledger_forgets_at_its_start(address: str, tmp_path: Path, store: Store, engine: Engine) -> None:
    now = datetime.now(UTC)
    store.searches.write(
        [search("old", at=now - timedelta(days=31)), search("new", at=now - timedelta(days=29))]
    )
    ledger = Ledger(Settings(data=tmp_path, database_url=address, retention_days=30))
    ledger.start()
    assert ledger.store
    ledger.stop()
    assert [row["id"] for row in rows(engine, SEARCHES)] == ["new"]


def test_a_question_of_few_is_told_from_one_of_enough(store: Store) -> None:
    store.searches.write(
        [
            # One visit that asked the same thing three times, one of them a step removed.
            search("a1", "rara"), search("a2", "altra", previous="a1"), search("a3", "rara", previous="a2"),
            # Two visits; of one, the beginning is gone.
            search("b1", "nota"), search("b2", "nota", previous="gone"), search("b3", "nota", previous="b2"),
            # One widget's session, and two.
            search("c1", "di uno", session="s1"), search("c2", "di uno", session="s1"),
            search("d1", "di due", session="s1"), search("d2", "di due", session="s2"),
            # What strangers could never write, but a database could hold: a ring.
            search("e1", "anello", previous="e2"), search("e2", "anello", previous="e1"),
        ]
    )  # fmt: skip
    asked = ["rara", "nota", "di uno", "di due", "anello", "mai"]
    assert store.searches.asked_by_enough(asked, 1) == frozenset(asked)
    assert store.searches.asked_by_enough(asked, 2) == {"nota", "di due"}
    assert store.searches.asked_by_enough(asked, 3) == frozenset()
    many = [search(f"m{n}", f"q{n % 700}") for n in range(1_400)]
    store.searches.write(many)
    assert len(store.searches.asked_by_enough((f"q{n}" for n in range(700)), 2)) == 700


def test_the_migrations_are_one_line() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrating.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == 1
    assert all(not isinstance(script.down_revision, tuple) for script in scripts.walk_revisions())
