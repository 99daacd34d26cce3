"""What is written stays, once, on either database."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from app.store import Event, Read, Store, StoreError, open_store
from app.store.database import connect, database_url
from app.store.tables import EVENTS, METADATA

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NO = Event("a" * 32, "rated", NOON, article="resi/recesso", lang="it", value="no")


@pytest.fixture
def engine(address: str, tmp_path: Path) -> Engine:
    return connect(database_url(address, tmp_path))


@pytest.fixture
def bare(bare_address: str, tmp_path: Path) -> Engine:
    return connect(database_url(bare_address, tmp_path))


def rows(engine: Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(EVENTS.select()).mappings()]


def test_tables_that_are_as_they_must_be_are_opened_without_alembic(tmp_path: Path) -> None:
    """It is .1 s of every start, and most starts change no table."""
    program = (
        "import sys; from pathlib import Path; from app.store import open_store; "
        f"open_store('', Path({str(tmp_path)!r})).close(); print('alembic' in sys.modules)"
    )
    said = [
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert said == ["True\n", "False\n"]


def test_an_event_is_kept_as_it_was(store: Store, engine: Engine) -> None:
    event = Event(
        "ù" * 40, "clicked", NOON.astimezone(timezone(timedelta(hours=5))), session="s", search_id="q",
        deflection_id="d", article="è/à", lang="it", position=3, value="v", reason="r", comment="«😀»'; --",
    )  # fmt: skip
    assert store.add_event(event)
    (row,) = rows(engine)
    received = row.pop("received_at")
    assert row == {**asdict(event), "at": NOON}
    assert row["at"].tzinfo is not None
    assert abs(datetime.now(UTC) - received) < timedelta(minutes=1)


def test_an_id_counts_once(store: Store, engine: Engine) -> None:
    assert store.add_event(NO)
    assert not store.add_event(Event(NO.id, "rated", NOON, value="yes"))
    assert [row["value"] for row in rows(engine)] == ["no"]


def test_an_id_counts_once_however_many_send_it(store: Store, engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda _: store.add_event(NO), range(40)))
    assert added.count(True) == 1
    assert len(rows(engine)) == 1


def test_a_moment_without_a_time_zone_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="time zone"):
        store.add_event(Event("x", "rated", datetime(2026, 1, 1)))  # noqa: DTZ001


def test_a_reason_is_added_once(store: Store, engine: Engine) -> None:
    store.add_event(NO)
    assert store.add_reason(NO.id, "unclear", None) == "added"
    assert store.add_reason(NO.id, "wrong", "then this") == "already"
    assert [(row["reason"], row["comment"]) for row in rows(engine)] == [("unclear", None)]


def test_a_comment_alone_is_a_reason(store: Store) -> None:
    store.add_event(NO)
    assert store.add_reason(NO.id, None, "the price") == "added"
    assert store.add_reason(NO.id, "unclear", None) == "already"


def test_only_a_rating_that_said_no_has_a_reason(store: Store) -> None:
    store.add_event(Event("yes", "rated", NOON, value="yes"))
    store.add_event(Event("other", "clicked", NOON, value="no"))
    assert store.add_reason("nobody", "unclear", None) == "unknown"
    assert store.add_reason("yes", "unclear", None) == "already"
    assert store.add_reason("other", "unclear", None) == "already"


def test_of_many_reasons_at_once_one_is_added(store: Store) -> None:
    store.add_event(NO)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda n: store.add_reason(NO.id, "unclear", f"{n}"), range(24)))
    assert (said.count("added"), said.count("already")) == (1, 23)


def test_reads_add_up(store: Store) -> None:
    read = Read(TODAY, "it", "a")
    store.count_reads({read: 2, Read(TODAY, "it", "b"): 3, Read(TODAY, "en", "c"): 9})
    store.count_reads({read: 2, Read(TODAY - timedelta(7), "it", "b"): 50})
    store.count_reads({})
    week = TODAY - timedelta(6)
    assert store.most_read("it", week, 6) == ("a", "b")
    assert store.most_read("it", TODAY - timedelta(7), 6) == ("b", "a")
    assert store.most_read("it", week, 1) == ("a",)
    assert store.most_read("it", week, 6, least=4) == ("a",)
    assert store.most_read("fr", week, 6) == ()


def test_counts_from_many_threads_are_all_there(store: Store) -> None:
    reads = [Read(TODAY, "it", f"{n}") for n in range(10)]
    orders = [reads, reads[::-1]] * 4
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda order: store.count_reads(dict.fromkeys(order, 1)), orders))
    assert len(store.most_read("it", TODAY, 20, least=8)) == 10
    assert store.most_read("it", TODAY, 20, least=9) == ()


def test_the_migrations_make_what_the_program_uses(store: Store, engine: Engine) -> None:
    assert store
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    assert set(inspect(engine).get_table_names()) == {"alembic_version", *METADATA.tables}


def test_a_store_opens_again_with_what_it_had(address: str, tmp_path: Path) -> None:
    first = open_store(address, tmp_path)
    first.add_event(NO)
    first.close()
    second = open_store(address, tmp_path)
    assert not second.add_event(NO)
    second.close()


OPEN = "import sys; from pathlib import Path; from app.store import open_store; open_store(sys.argv[1], Path(sys.argv[2])).close()"


def test_processes_that_start_at_once_make_the_tables_once(
    bare_address: str, tmp_path: Path, bare: Engine
) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, bare_address, str(tmp_path)], stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    assert [process.communicate(timeout=60)[1] for process in started] == [""] * 3
    assert [process.returncode for process in started] == [0] * 3
    assert inspect(bare).has_table("events")


def test_a_failed_migration_leaves_nothing_behind(bare_address: str, tmp_path: Path, bare: Engine) -> None:
    with bare.begin() as connection:
        connection.execute(text("CREATE TABLE reads (mine INTEGER)"))  # in the way of the second table
    with pytest.raises(StoreError, match="reads"):
        open_store(bare_address, tmp_path)
    assert inspect(bare).get_table_names() == ["reads"]


def test_a_newer_programs_tables_are_left_alone(
    store: Store, address: str, tmp_path: Path, engine: Engine
) -> None:
    store.close()
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer Sportello"):
        open_store(address, tmp_path)


def test_a_database_that_went_away_is_said_in_one_sentence(store: Store, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE events"))
    with pytest.raises(StoreError, match="events") as said:
        store.add_event(NO)
    assert "\n" not in str(said.value)


def test_reading_does_not_wait_for_a_writer(store: Store, engine: Engine) -> None:
    store.count_reads({Read(TODAY, "it", "a"): 1})
    release, held = threading.Event(), threading.Event()
    read: list[tuple[str, ...]] = []

    def write() -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE reads SET count = 5"))
            held.set()
            release.wait(30)

    writer = threading.Thread(target=write)
    writer.start()
    held.wait(10)
    reader = threading.Thread(target=lambda: read.append(store.most_read("it", TODAY, 6)))
    reader.start()
    reader.join(4)  # less than a writer would wait
    release.set()
    writer.join()
    assert read == [("a",)]


WRITE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from app.store import Event, open_store
store = open_store(sys.argv[1], Path(sys.argv[2]))
for number in range(100_000):
    store.add_event(Event(f"{number}", "rated", datetime.now(UTC)))
    print(number, flush=True)
"""


def test_what_was_acknowledged_survives_a_kill(address: str, tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITE, address, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout
    for line in writer.stdout:
        if int(line) >= 50:
            writer.kill()
            break
    rest = writer.communicate()[0].split("\n")[:-1]
    acknowledged = int(rest[-1]) if rest else 50
    store = open_store(address, tmp_path)
    lost = [n for n in range(acknowledged + 1) if store.add_event(Event(f"{n}", "rated", NOON))]
    store.close()
    assert lost == []
