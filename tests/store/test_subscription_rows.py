"""Who waits for an answer: asked once, told once, forgotten; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, inspect, select, text

from app.store import Answered, Store, StoreError, Subscription, open_store
from app.store import migrating as migrations
from app.store.database import connect, database_url
from app.store.subscriptions import Ages, Names
from app.store.subscriptions_tables import CONFIRMATIONS, SUBSCRIPTIONS
from app.store.tickets_tables import OUTBOX
from app.subscriptions.keeping import ages

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MOST = 3
ANSWER = Answered("yes", "it", "Come si pulisce?", "Con acqua.", "/it/a/cura/pulire#acqua")


def wish(name: str, question: str = "Come si pulisce?") -> Subscription:
    return Subscription(name, "Anna@posta.example", "it", question, ("a/b", "c/d"), "one", NOW, "s" * 32)


def names(question: str, box: str = "anna") -> Names:
    return Names(f"{box} {question}", box)


def confirmed(store: Store, name: str) -> Subscription:
    assert store.subscriptions.ask(wish(name), names(name, name), MOST)
    found = store.subscriptions.confirm(name, NOW, LONG_AGO)
    assert found
    return found


@pytest.fixture
def engine(store: Store, address: str, tmp_path: Path) -> Engine:
    assert store
    return connect(database_url(address, tmp_path))


def parcels(engine: Engine) -> list[tuple[str, str | None]]:
    """What is in the outbox: of which kind, and whose."""
    with engine.connect() as connection:
        asked = select(OUTBOX.c.kind, OUTBOX.c.subscription_id).order_by(OUTBOX.c.created_at, OUTBOX.c.kind)
        return [(row.kind, row.subscription_id) for row in connection.execute(asked)]


def test_a_wish_is_kept_as_it_was_with_its_mail(store: Store, engine: Engine) -> None:
    assert store.subscriptions.ask(wish("one"), names("x"), MOST)
    assert store.subscriptions.get("one") == wish("one")
    assert parcels(engine) == [("confirmation", "one")]
    (parcel,) = store.outbox.claim("me", NOW, NOW + timedelta(minutes=1), 5)
    assert (parcel.ticket_id, parcel.subscription_id, parcel.whose) == ("", "one", "subscription")


def test_the_same_is_asked_once_a_day(store: Store, engine: Engine) -> None:
    assert store.subscriptions.ask(wish("one"), names("x"), MOST)
    later = replace(wish("two"), created_at=NOW + timedelta(hours=23))
    assert not store.subscriptions.ask(later, names("x"), MOST)
    assert len(parcels(engine)) == 1
    tomorrow = replace(wish("three"), created_at=NOW + timedelta(hours=25))
    assert store.subscriptions.ask(tomorrow, names("x"), MOST)
    assert parcels(engine) == [("confirmation", "one")] * 2
    again = store.subscriptions.get("one")
    assert again
    assert again.created_at == tomorrow.created_at  # its two days begin anew
    assert store.subscriptions.get("three") is None


def test_a_mailbox_gets_few_mails_a_day(store: Store, engine: Engine) -> None:
    asked = [store.subscriptions.ask(wish(f"w{n}"), names(f"x{n}"), MOST) for n in range(MOST + 2)]
    assert asked == [True] * MOST + [False] * 2
    assert store.subscriptions.ask(wish("other"), names("x", "bruno"), MOST)
    # Its owner stops them all: that makes no room for more.
    for n in range(MOST):
        assert store.subscriptions.stop(f"w{n}")
    assert not store.subscriptions.ask(wish("more"), names("y"), MOST)
    assert parcels(engine) == [("confirmation", "other")]
    tomorrow = replace(wish("more"), created_at=NOW + timedelta(hours=25))
    assert store.subscriptions.ask(tomorrow, names("y"), MOST)
    with engine.connect() as connection:
        assert len(connection.execute(select(CONFIRMATIONS)).all()) == 1


def test_of_many_at_once_few_are_sent(store: Store, engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        same = list(
            pool.map(lambda n: store.subscriptions.ask(wish(f"s{n}"), names("x", "anna"), MOST), range(8))
        )
        assert sum(same) == 1
        other = list(
            pool.map(lambda n: store.subscriptions.ask(wish(f"o{n}"), names(f"y{n}", "bo"), MOST), range(12))
        )
    assert sum(other) <= MOST
    assert len(parcels(engine)) == 1 + sum(other)


def test_who_has_confirmed_is_asked_no_more(store: Store, engine: Engine) -> None:
    assert store.subscriptions.ask(wish("one"), names("x"), MOST)
    assert store.subscriptions.confirm("one", NOW, LONG_AGO)
    assert not store.subscriptions.ask(
        replace(wish("two"), created_at=NOW + timedelta(days=3)), names("x"), MOST
    )
    assert len(parcels(engine)) == 1


def test_a_yes_comes_in_time_and_counts_once(store: Store) -> None:
    assert store.subscriptions.ask(wish("one"), names("x"), MOST)
    assert store.subscriptions.confirm("one", NOW, NOW + timedelta(seconds=1)) is None
    first = store.subscriptions.confirm("one", NOW, NOW)
    assert first
    assert first.confirmed_at == NOW
    again = store.subscriptions.confirm("one", NOW + timedelta(days=9), NOW + timedelta(days=9))
    assert again == first
    assert store.subscriptions.confirm("nobody", NOW, LONG_AGO) is None


def test_who_waits_is_asked_for_once_a_snapshot(store: Store) -> None:
    confirmed(store, "a")
    confirmed(store, "b")
    assert store.subscriptions.ask(wish("shy"), names("z"), MOST)
    assert store.subscriptions.due("one", 10) == ()
    assert [s.id for s in store.subscriptions.due("two", 10)] == ["a", "b"]
    assert [s.id for s in store.subscriptions.due("two", 1)] == ["a"]
    assert store.subscriptions.settle("two", [("b", None), ("a", None)], NOW) == 0
    assert store.subscriptions.due("two", 10) == ()
    assert len(store.subscriptions.due("three", 10)) == 2


def test_who_is_told_is_told_once(store: Store, engine: Engine) -> None:
    confirmed(store, "a")
    assert store.subscriptions.ask(wish("shy"), names("z"), MOST)
    assert store.subscriptions.waiting() == 1
    with ThreadPoolExecutor(4) as pool:
        told = pool.map(lambda _: store.subscriptions.settle("two", [("a", ANSWER)], NOW), range(4))
    assert sum(told) == 1
    assert store.subscriptions.settle("two", [("shy", ANSWER), ("nobody", ANSWER)], NOW) == 0
    assert sum(kind == "answer" for kind, _ in parcels(engine)) == 1
    assert store.subscriptions.due("three", 10) == ()
    assert store.subscriptions.waiting() == 0
    found = store.subscriptions.get("a")
    assert found
    assert (found.answered, found.told_at) == (ANSWER, NOW)


def test_without_the_mail_nobody_is_told(store: Store, engine: Engine) -> None:
    confirmed(store, "a")
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE outbox"))
    with pytest.raises(StoreError, match="outbox"):
        store.subscriptions.settle("two", [("a", ANSWER)], NOW)
    assert [s.id for s in store.subscriptions.due("two", 10)] == ["a"]


def test_once_the_mail_was_handed_over_nobody_is_remembered(
    store: Store, engine: Engine, address: str, tmp_path: Path
) -> None:
    confirmed(store, "a")
    store.subscriptions.settle("two", [("a", ANSWER)], NOW)
    for parcel in store.outbox.claim("me", NOW, NOW + timedelta(minutes=1), 5):
        store.outbox.sent(parcel.id, NOW)
    with engine.connect() as connection:
        assert connection.execute(select(SUBSCRIPTIONS)).all() == []
    # That they were sent stays, for who counts them; not to whom.
    assert parcels(engine) == [("answer", None), ("confirmation", None)]
    if address.startswith("sqlite"):
        engine.dispose()
        store.close()
        assert b"Anna@posta" not in (tmp_path / "sportello.db").read_bytes()


def test_a_mail_that_was_given_up_keeps_its_reader_for_a_while(store: Store, engine: Engine) -> None:
    confirmed(store, "a")
    store.subscriptions.settle("two", [("a", ANSWER)], NOW)
    for parcel in store.outbox.claim("me", NOW, NOW + timedelta(minutes=1), 5):
        store.outbox.fail(parcel.id, "me", "550 no such user")
    assert store.outbox.retry(NOW) == 2
    assert store.subscriptions.get("a")
    assert store.subscriptions.forget(ages(NOW + timedelta(days=8), 365)) == 1
    assert parcels(engine) == []


def test_what_is_too_old_is_forgotten(store: Store, engine: Engine) -> None:
    confirmed(store, "waits")
    assert store.subscriptions.ask(wish("shy"), names("z"), MOST)
    young = Ages(NOW, NOW, NOW)
    assert store.subscriptions.forget(young) == 0
    assert store.subscriptions.forget(ages(NOW + timedelta(hours=49), 365)) == 1
    assert store.subscriptions.get("shy") is None
    assert store.subscriptions.forget(ages(NOW + timedelta(days=364), 365)) == 0
    assert store.subscriptions.forget(ages(NOW + timedelta(days=366), 365)) == 1
    assert parcels(engine) == []


def test_parcels_of_nobody_go_when_they_are_old(store: Store, engine: Engine) -> None:
    confirmed(store, "a")
    for parcel in store.outbox.claim("me", NOW, NOW + timedelta(minutes=1), 5):
        store.outbox.sent(parcel.id, NOW)
    assert parcels(engine) == [("confirmation", None)]
    assert store.subscriptions.forget(ages(NOW + timedelta(days=366), 365)) == 2
    assert parcels(engine) == []


def test_who_stops_is_forgotten_with_their_mail(store: Store, engine: Engine) -> None:
    confirmed(store, "a")
    store.subscriptions.settle("two", [("a", ANSWER)], NOW)
    assert store.subscriptions.stop("a")
    assert not store.subscriptions.stop("a")
    assert parcels(engine) == []


def test_what_was_in_the_outbox_before_is_still_there(bare_address: str, tmp_path: Path) -> None:
    engine = connect(database_url(bare_address, tmp_path))
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        connection.execute(
            text(
                "INSERT INTO tickets (id, created_at, status, source, lang, email, message, name, subject, category)"
                " VALUES ('T', '2026-01-01', 'open', 'form', 'it', 'a@b.c', 'm', '', '', '')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO outbox (id, ticket_id, kind, about, created_at, status, attempts, possible_repeats,"
                " next_at) VALUES ('P', 'T', 'forward', '', '2026-01-01', 'waiting', 2, 1, '2026-01-01')"
            )
        )
    store = open_store(bare_address, tmp_path)
    (parcel,) = store.outbox.claim("me", NOW, NOW + timedelta(minutes=1), 5)
    assert (parcel.ticket_id, parcel.kind, parcel.attempts, parcel.possible_repeats) == ("T", "forward", 3, 1)
    assert parcel.subscription_id is None
    assert {"outbox_ticket_id", "outbox_next_at"} <= {
        i["name"] for i in inspect(engine).get_indexes("outbox")
    }
    store.inbox.erase("T")
    assert store.outbox.backlog().waiting == 0
    store.close()
    engine.dispose()
