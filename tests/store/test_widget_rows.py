"""What the widget asked, once and whole, on either database; and that the migrations are one line."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

import app.store
from app.store import Deflection, Event, Store, StoreError
from app.store.database import connect, database_url
from app.store.tables import DEFLECTIONS, EVENTS

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ASKED = Deflection(
    id="d" * 40, session="s" * 32, at=NOON.astimezone(timezone(timedelta(hours=5))), search_id="q" * 32, lang="it",
    question="«dov’è» il pacco? 😀 '; --", answer="maybe", confidence=0.625, snapshot="20261122",
    articles=(("it", "consegna/è"), ("en", "a/b")), page="https://shop.example/it/cart", holdout=True,
)  # fmt: skip


@pytest.fixture
def engine(address: str, tmp_path: Path) -> Engine:
    return connect(database_url(address, tmp_path))


def rows(engine: Engine) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(DEFLECTIONS.select()).mappings()]


def test_a_question_is_kept_as_it_was(store: Store, engine: Engine) -> None:
    store.deflections.add([ASKED])
    (row,) = rows(engine)
    assert row["at"] == NOON
    assert row["articles"] == [{"lang": "it", "id": "consegna/è"}, {"lang": "en", "id": "a/b"}]
    assert (row["holdout"], row["held"], row["confidence"]) == (True, True, 0.625)
    for name in ("id", "session", "search_id", "lang", "question", "answer", "snapshot", "page"):
        assert row[name] == getattr(ASKED, name)


def test_only_what_was_there_is_held(store: Store, engine: Engine) -> None:
    nothing = replace(ASKED, id="n", articles=(), page=None)
    seen = replace(ASKED, id="s", holdout=False)
    store.deflections.add([nothing, seen])
    assert {row["id"]: (row["holdout"], row["held"]) for row in rows(engine)} == {
        "n": (True, False),
        "s": (False, False),
    }


def test_a_question_is_written_once_however_often_it_is_tried(store: Store, engine: Engine) -> None:
    batches = [[replace(ASKED, id=f"{n}") for n in range(20)][::step] for step in (1, -1)] * 8
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(store.deflections.add, batches))
    store.deflections.add([replace(ASKED, id="0", question="other")])
    store.deflections.add([])
    assert len(rows(engine)) == 20
    assert {row["question"] for row in rows(engine)} == {ASKED.question}


def test_a_batch_of_events_is_written_whole_or_not_at_all(store: Store, engine: Engine) -> None:
    good = [Event(f"{n}", "shown", NOON) for n in range(50)]
    assert store.add_events(good) == 50
    assert store.add_events([*good[:10], Event("new", "left", NOON), Event("new", "left", NOON)]) == 1
    assert store.add_events([]) == 0
    with pytest.raises(StoreError):
        store.add_events([Event("fine", "shown", NOON), Event("odd", "shown", datetime(2026, 1, 1))])  # noqa: DTZ001
    with engine.connect() as connection:
        assert len(connection.execute(EVENTS.select()).all()) == 51


def test_batches_in_any_order_never_wait_for_each_other(store: Store, engine: Engine) -> None:
    events = [Event(f"{n:02}", "shown", NOON) for n in range(50)]
    with ThreadPoolExecutor(2) as pool, engine.connect() as other:
        # Someone holds the one in the middle until both have come so far, from either side.
        begun = other.begin()
        other.execute(EVENTS.insert().values(id="25", type="shown", at=NOON, received_at=NOON))
        added = [pool.submit(store.add_events, batch) for batch in (events, events[::-1])]
        time.sleep(1)
        begun.rollback()
        assert sum(future.result(timeout=30) for future in added) == 50


def test_a_database_that_went_away_is_said(store: Store, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE deflections"))
    with pytest.raises(StoreError, match="deflections"):
        store.deflections.add([ASKED])


def test_the_migrations_are_one_line() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(app.store.__file__).parent / "migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
