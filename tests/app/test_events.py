"""What happened in widgets: each event once, only what is ours, and on disk before it is acknowledged."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.asking import ask, deflection, event, indexed, post, rows, until
from tests.served import MODELS, REPO, SHOP, Serve

ARTICLE = "consegna/seguire-il-pacco"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("events") / "data"


@pytest.fixture(scope="module")
def shop(serve: Serve, data: Path) -> Iterator[httpx.Client]:
    with serve(SHOP, data) as client:
        yield client


@pytest.fixture
def answer(shop: httpx.Client) -> dict[str, Any]:
    """A session of its own, with what was asked in it."""
    return ask(shop)


def tell(client: httpx.Client, session: str, *events: dict[str, Any]) -> httpx.Response:
    return post(client, "events", {"session": session, "events": events})


def told(data: Path, session: str) -> list[dict[str, Any]]:
    name = session.partition(".")[0]
    return rows(data, f"SELECT * FROM events WHERE session = '{name}' ORDER BY received_at, id")


def accepted(response: httpx.Response) -> int:
    assert response.status_code == 202, response.text
    found = response.json()
    assert found.keys() == {"accepted"}
    return int(found["accepted"])


def test_what_happened_is_kept_as_it_was(shop: httpx.Client, data: Path, answer: dict[str, Any]) -> None:
    happened = event(
        "opened", deflection_id=answer["deflection_id"], search_id=answer["search_id"], article=ARTICLE, position=2
    )  # fmt: skip
    assert accepted(tell(shop, answer["session"], happened)) == 1
    (row,) = told(data, answer["session"])
    assert {name: row[name] for name in happened if name != "at"} == {
        name: value for name, value in happened.items() if name != "at"
    }
    assert row["session"] == deflection(data, answer["deflection_id"])["session"]
    assert datetime.fromisoformat(row["at"]).replace(tzinfo=UTC) == datetime.fromisoformat(happened["at"])


@pytest.mark.parametrize(
    "kind", ["shown", "opened", "solved", "not_solved", "submitted", "left", "clicked", "rated"]
)
def test_every_type_is_taken(shop: httpx.Client, data: Path, answer: dict[str, Any], kind: str) -> None:
    assert accepted(tell(shop, answer["session"], event(kind))) == 1
    assert [row["type"] for row in told(data, answer["session"])] == [kind]


def test_the_same_again_counts_once(shop: httpx.Client, data: Path, answer: dict[str, Any]) -> None:
    first, second = event(), event("opened")
    assert accepted(tell(shop, answer["session"], first, first)) == 1
    assert accepted(tell(shop, answer["session"], first, second)) == 1
    assert accepted(tell(shop, answer["session"], second)) == 0
    assert accepted(tell(shop, answer["session"])) == 0
    assert len(told(data, answer["session"])) == 2


def test_batches_that_cross_each_other_count_once(
    shop: httpx.Client, data: Path, answer: dict[str, Any]
) -> None:
    events = [event() for _ in range(30)]
    batches = [events, events[::-1], events[10:] + events[:10]] * 8
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda batch: accepted(tell(shop, answer["session"], *batch)), batches))
    assert sum(counts) == len(told(data, answer["session"])) == 30


def test_by_every_way_a_browser_has(shop: httpx.Client, answer: dict[str, Any]) -> None:
    for kind in ("text/plain;charset=UTF-8", "text/plain", "application/json", "APPLICATION/JSON", None):
        body = json.dumps({"session": answer["session"], "events": [event()]}).encode()
        headers = {"Content-Type": kind} if kind else {}
        assert accepted(shop.post("/api/v1/events", content=body, headers=headers)) == 1


def test_what_is_not_ours_is_left_out(shop: httpx.Client, data: Path, answer: dict[str, Any]) -> None:
    other = ask(shop)
    strange = [
        event(deflection_id=other["deflection_id"], search_id="' OR 1=1", article="nulla/nulla"),
        event(deflection_id="x", search_id="", article="Marta Bandini, 347 123 4567"),
        event(deflection_id="", search_id="F" * 32, article="../../etc/passwd\x00"),
    ]
    assert accepted(tell(shop, answer["session"], *strange)) == 3
    for row in told(data, answer["session"]):
        assert (row["deflection_id"], row["search_id"], row["article"]) == (None, None, None)


def test_an_article_in_any_language_is_ours(shop: httpx.Client, data: Path, answer: dict[str, Any]) -> None:
    tell(shop, answer["session"], event(article=ARTICLE))
    assert told(data, answer["session"])[0]["article"] == ARTICLE


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("yes", "yes"),
        (5, "5"),
        (4.5, "4.5"),
        (None, None),
        ("", None),
        ("\x00\u200b", None),
        ("tel. 347 123 4567\x00", "tel. [phone]"),
        ("a" * 5_000, "a" * 200),
        (10**30, "1e+30"),
    ],
)
def test_a_value_is_short_and_names_nobody(
    shop: httpx.Client, data: Path, answer: dict[str, Any], given: object, kept: str | None
) -> None:
    assert accepted(tell(shop, answer["session"], event("rated", value=given))) == 1
    assert told(data, answer["session"])[0]["value"] == kept


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("2026-01-01T00:00:00Z", True),
        ("9999-12-31T23:59:59-23:59", True),
        ("0001-01-01T00:00:00+23:59", True),
        (0, True),
        ((datetime.now(UTC) - timedelta(hours=3)).isoformat(), False),
    ],
    ids=["months ago", "far ahead", "before any", "no time", "three hours ago"],
)
def test_a_clock_that_is_wrong_says_nothing(
    shop: httpx.Client, data: Path, answer: dict[str, Any], said: object, near: bool
) -> None:
    assert accepted(tell(shop, answer["session"], event() | {"at": said})) == 1
    (row,) = told(data, answer["session"])
    apart = datetime.fromisoformat(row["received_at"]) - datetime.fromisoformat(row["at"])
    assert (abs(apart) < timedelta(minutes=1)) == near


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"type": "exploded"}, "events.1.type"),
        ({"type": None}, "events.1.type"),
        ({"id": ""}, "events.1.id"),
        ({"id": "a b"}, "events.1.id"),
        ({"id": "\x00"}, "events.1.id"),
        ({"id": "è"}, "events.1.id"),
        ({"id": "a" * 101}, "events.1.id"),
        ({"id": 7}, "events.1.id"),
        ({"at": "yesterday"}, "events.1.at"),
        ({"at": "2026-11-22T10:00:00"}, "events.1.at"),
        ({"at": 1e300}, "events.1.at"),
        ({"position": 0}, "events.1.position"),
        ({"position": "1"}, "events.1.position"),
        ({"position": True}, "events.1.position"),
        ({"article": "a" * 501}, "events.1.article"),
        ({"value": ["x"]}, "events.1.value.str"),
        ({"deflection_id": {}}, "events.1.deflection_id"),
    ],
)
def test_a_batch_with_a_wrong_event_is_refused_whole(
    shop: httpx.Client, data: Path, answer: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    response = tell(shop, answer["session"], event(), event() | change)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["field"] == field
    assert told(data, answer["session"]) == []


def test_no_more_than_fifty_at_once(shop: httpx.Client, answer: dict[str, Any]) -> None:
    assert accepted(tell(shop, answer["session"], *(event() for _ in range(50)))) == 50
    refused = tell(shop, answer["session"], *(event() for _ in range(51)))
    assert (refused.status_code, refused.json()["field"]) == (422, "events")
    fat = tell(shop, answer["session"], *(event(value="a" * 1_500) for _ in range(50)))
    assert (fat.status_code, fat.json()["status"]) == (413, 413)


@pytest.mark.parametrize("session", ["", "x", "0" * 32, "a" * 9_000, "è", "\x00"])
def test_a_session_that_is_none_of_ours_is_refused(shop: httpx.Client, session: str) -> None:
    response = tell(shop, session, event())
    assert (response.status_code, response.json()["field"]) == (422, "session")


def test_a_batch_without_a_session_is_refused(shop: httpx.Client) -> None:
    assert post(shop, "events", {"events": [event()]}).json()["field"] == "session"


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["id", "type", "at", "search_id", "deflection_id", "article", "position", "value"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=60) | st.lists(st.text()),
    )
)
def test_any_event_is_taken_or_refused(
    shop: httpx.Client, answer: dict[str, Any], odd: dict[str, Any]
) -> None:
    body = json.dumps({"session": answer["session"], "events": [event() | odd]}).encode()
    response = shop.post("/api/v1/events", content=body)
    assert response.status_code in {202, 400, 422}
    assert response.status_code == 202 or response.json()["detail"].endswith(".")


def test_without_a_database_they_are_sent_again_later(
    serve: Serve, shop: httpx.Client, data: Path, tmp_path: Path
) -> None:
    assert shop
    own = indexed(data, tmp_path / "data")
    with serve(SHOP, own, database_url="postgresql://u:secret@127.0.0.1:1/d") as client:
        session = ask(client)["session"]
        response = tell(client, session, event())
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text


@pytest.mark.usefixtures("shop")
def test_what_was_acknowledged_survives_a_kill(tmp_path: Path, data: Path) -> None:
    indexed(data, tmp_path)
    (tmp_path / "models").symlink_to(MODELS)
    command = [sys.executable, "-m", "app", "serve", "--content", str(SHOP)]
    process = subprocess.Popen(
        [*command, "--data", str(tmp_path), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=REPO,
    )  # fmt: skip
    try:
        assert process.stdout
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found
        with httpx.Client(base_url=found[0], timeout=30) as client:
            until(lambda: _ready(client), 60)
            session = ask(client)["session"]
            events = [event() for _ in range(40)]
            assert [accepted(tell(client, session, one)) for one in events] == [1] * 40
    finally:
        process.kill()
        process.wait()
    assert {row["id"] for row in told(tmp_path, session)} == {one["id"] for one in events}


def _ready(client: httpx.Client) -> bool:
    try:
        return client.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False
