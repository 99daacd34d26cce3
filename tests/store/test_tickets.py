"""Tickets and the outbox: nothing is lost, nothing counts twice, on either database."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from app.store import (
    Attachment,
    KeyReusedError,
    Parcel,
    Promise,
    Reply,
    RequestKey,
    Store,
    StoreError,
    Ticket,
)
from app.store.database import connect, database_url

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
TICKET = Ticket(
    "SP-7K3M-9QXA", NOW, "open", "form", "it", "anna@example.com", "È «rotto» 😀\n'; --", "Anna", "Vaso", "resi",
    '{"v":1}', None, Promise("measured", 61, 480, LATER),
)  # fmt: skip
FILE = Attachment("f" * 32, "foto.jpg", "image/jpeg", 12, "0" * 64)
KEY = RequestKey("api:1", "digest")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def engine(address: str, tmp_path: Path) -> Engine:
    return connect(database_url(address, tmp_path))


def add(store: Store, number: str = TICKET.id, **changed: Any) -> Ticket:
    ticket = replace(TICKET, id=number, **changed)
    assert store.tickets.add(ticket, (), ("acknowledgement",))
    return ticket


def claim(store: Store, now: datetime = NOW, lease: str = "mine", limit: int = 10) -> tuple[Parcel, ...]:
    return store.outbox.claim(lease, now, now + MINUTE, limit)


def test_a_ticket_is_kept_as_it_was(store: Store) -> None:
    filed = store.tickets.add(TICKET, (FILE,), ("acknowledgement", "webhook"), KEY)
    assert filed
    assert filed.new
    case = store.tickets.case(TICKET.id)
    assert case
    assert case.ticket == store.tickets.get(TICKET.id) == TICKET
    assert case.attachments == (FILE,)
    assert store.tickets.attachment(TICKET.id, FILE.id) == FILE
    assert store.tickets.attachment("SP-0000-0000", FILE.id) is None
    assert {p.kind for p in case.parcels} == {"acknowledgement", "webhook"}
    assert store.tickets.case("SP-0000-0000") is None
    assert store.tickets.unknown_attachments([FILE.id, "x"]) == {"x"}


def test_a_request_that_comes_again_is_the_same_ticket(store: Store) -> None:
    store.tickets.add(TICKET, (), ("acknowledgement",), KEY)
    again = store.tickets.add(replace(TICKET, id="SP-OTHER"), (FILE,), ("acknowledgement",), KEY)
    assert again
    assert not again.new
    assert again.ticket.id == TICKET.id
    assert len(claim(store)) == 1
    with pytest.raises(KeyReusedError):
        store.tickets.add(replace(TICKET, id="SP-OTHER"), (), (), RequestKey("api:1", "another"))


def test_of_many_requests_at_once_one_makes_the_ticket(store: Store) -> None:
    def one(n: int) -> tuple[str, bool]:
        filed = store.tickets.add(replace(TICKET, id=f"SP-{n}"), (), ("acknowledgement",), KEY)
        assert filed
        return filed.ticket.id, filed.new

    with ThreadPoolExecutor(8) as pool:
        filed = list(pool.map(one, range(24)))
    assert len({number for number, _ in filed}) == 1
    assert [new for _, new in filed].count(True) == 1
    assert len(claim(store)) == 1


def test_a_number_that_is_taken_leaves_nothing_behind(store: Store) -> None:
    add(store)
    assert store.tickets.add(replace(TICKET, email="b@c.it"), (FILE,), ("webhook",)) is None
    case = store.tickets.case(TICKET.id)
    assert case
    assert (case.ticket.email, case.attachments, len(case.parcels)) == ("anna@example.com", (), 1)


def test_counts(store: Store) -> None:
    for n in range(5):
        add(store, f"SP-{n}", created_at=NOW + n * MINUTE, status="quarantine" if n == 4 else "open")
    assert store.tickets.counts() == {"open": 4, "quarantine": 1}
    assert store.tickets.written_since("anna@example.com", NOW + 3 * MINUTE) == 2


def test_a_reply_is_kept_once_and_sent_once(store: Store) -> None:
    add(store)
    reply = Reply("r1", LATER, "here", "Bea", "Ti rispedisco il vaso.", ("resi/recesso",))
    for _ in range(2):
        ticket = store.tickets.reply(TICKET.id, reply)
        assert ticket
    case = store.tickets.case(TICKET.id)
    assert case
    assert (case.ticket.status, case.ticket.first_reply_at) == ("answered", LATER)
    assert case.replies == (reply,)
    assert [p.about for p in case.parcels if p.kind == "reply"] == ["r1"]
    store.tickets.reply(TICKET.id, replace(reply, id="r2", at=LATER + MINUTE), close=True, ask=True)
    closed = store.tickets.get(TICKET.id)
    assert closed
    assert (closed.status, closed.first_reply_at, closed.closed_at) == ("closed", LATER, LATER + MINUTE)
    assert closed.rating_token
    assert store.tickets.reply("SP-0000-0000", reply) is None


def test_a_reply_made_elsewhere_is_not_sent(store: Store) -> None:
    add(store)
    store.tickets.reply(TICKET.id, Reply("r", LATER, "elsewhere"), close=True, ask=True)
    assert sorted(p.kind for p in claim(store, LATER)) == ["acknowledgement", "closing"]


def test_closing_asks_once(store: Store) -> None:
    add(store)
    first = store.tickets.close(TICKET.id, LATER, ask=True)
    second = store.tickets.close(TICKET.id, LATER + MINUTE, ask=True)
    assert first == second
    assert [p.kind for p in claim(store, LATER)].count("closing") == 1
    opened = store.tickets.reopen(TICKET.id)
    assert opened
    assert (opened.status, opened.closed_at) == ("open", None)


def test_out_of_quarantine_once(store: Store) -> None:
    store.tickets.add(replace(TICKET, status="quarantine", suspicion="honeypot"), (), ())
    assert claim(store) == ()
    for _ in range(2):
        ticket = store.tickets.release(TICKET.id, ("acknowledgement", "forward"), LATER)
        assert ticket
        assert ticket.status == "open"
    assert len(claim(store, LATER)) == 2


def test_a_rating_can_be_changed_for_a_day(store: Store) -> None:
    add(store)
    assert store.tickets.rate("nobody", 5, "", NOW) == "unknown"
    closed = store.tickets.close(TICKET.id, NOW, ask=True)
    assert closed
    assert closed.rating_token
    token = closed.rating_token
    assert store.tickets.rated(token) == (closed, None)
    assert store.tickets.rate(token, 2, "lento", LATER) == "rated"
    assert store.tickets.rate(token, 4, "", LATER + timedelta(hours=23)) == "rated"
    assert store.tickets.rate(token, 1, "", LATER + timedelta(hours=25)) == "too_late"
    found = store.tickets.rated(token)
    assert found
    rating = found[1]
    assert rating
    assert (rating.value, rating.comment, rating.at) == (4, "", LATER)
    assert store.tickets.rated("nobody") is None


def test_waits_are_of_a_category_and_without_suspects(store: Store) -> None:
    add(store, "SP-1")
    store.tickets.reply("SP-1", Reply("1", LATER, "elsewhere"))
    add(store, "SP-2", created_at=NOW + MINUTE)
    add(store, "SP-3", category="pagamenti")
    add(store, "SP-4", status="quarantine")
    add(store, "SP-5")
    store.tickets.close("SP-5", LATER)
    waits = store.tickets.waits("resi", NOW - timedelta(days=30))
    assert waits.answered == ((NOW, LATER),)
    assert waits.waiting == (NOW + MINUTE,)
    assert len(store.tickets.waits(None, NOW - timedelta(days=30)).waiting) == 2
    assert store.tickets.waits("resi", LATER + MINUTE).answered == ()


def test_a_parcel_belongs_to_whoever_claimed_it(store: Store) -> None:
    add(store)
    (mine,) = claim(store)
    assert claim(store, lease="other") == ()
    assert store.outbox.keep(mine.id, "mine", NOW + 3 * MINUTE)
    assert claim(store, NOW + 2 * MINUTE, "other") == ()
    store.outbox.sent(mine.id, NOW)
    assert claim(store, NOW + 9 * MINUTE, "other") == ()
    backlog = store.outbox.backlog()
    assert (backlog.waiting, backlog.failed, backlog.possible_repeats) == (0, 0, 0)


def test_a_dead_process_loses_its_lease_and_only_what_it_had_handed_over_may_repeat(store: Store) -> None:
    add(store, "SP-1")
    add(store, "SP-2")
    one, two = claim(store)
    assert store.outbox.handing(one.id, "mine", NOW)
    again = {p.id: p for p in claim(store, NOW + 2 * MINUTE, "other")}
    assert (again[one.id].possible_repeats, again[two.id].possible_repeats) == (1, 0)
    assert again[one.id].attempts == 2
    assert not store.outbox.handing(one.id, "mine", NOW)
    assert not store.outbox.keep(one.id, "mine", NOW + 9 * MINUTE)
    assert not store.outbox.fail(one.id, "mine", "late")
    third = {p.id: p for p in claim(store, NOW + 5 * MINUTE, "third")}
    assert third[one.id].possible_repeats == 1  # the second had not handed it over


def test_what_was_refused_comes_again_later_and_what_is_unsure_counts(store: Store) -> None:
    add(store, "SP-1")
    add(store, "SP-2")
    one, two = claim(store)
    for parcel, uncertain in ((one, False), (two, True)):
        store.outbox.handing(parcel.id, "mine", NOW)
        assert store.outbox.postpone(parcel.id, "mine", LATER, "busy", uncertain=uncertain)
    assert claim(store, LATER - MINUTE) == ()
    again = {p.id: p for p in claim(store, LATER)}
    assert (again[one.id].possible_repeats, again[two.id].possible_repeats) == (0, 1)
    assert again[one.id].reason == "busy"


def test_what_failed_is_kept_with_its_reason_and_can_be_tried_again(store: Store) -> None:
    add(store)
    (parcel,) = claim(store)
    assert store.outbox.fail(parcel.id, "mine", "550 no such user")
    assert claim(store, NOW + timedelta(days=9)) == ()
    assert [p.reason for p in store.outbox.failed(9)] == ["550 no such user"]
    assert store.outbox.retry(LATER) == 1
    assert [p.id for p in claim(store, LATER)] == [parcel.id]


def test_many_couriers_carry_each_parcel_once(store: Store) -> None:
    for n in range(40):
        add(store, f"SP-{n}")
    carried: Counter[str] = Counter()
    lock = threading.Lock()

    def carry(name: int) -> None:
        while parcels := claim(store, lease=f"courier {name}", limit=3):
            for parcel in parcels:
                with lock:
                    carried[parcel.id] += 1
                store.outbox.sent(parcel.id, NOW)

    for _ in range(3):  # on PostgreSQL one may find nothing while the others hold what is left
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(carry, range(6)))
    assert len(carried) == 40
    assert set(carried.values()) == {1}


def test_who_erases_a_ticket_erases_all_of_it(store: Store, engine: Engine) -> None:
    store.tickets.add(TICKET, (FILE,), ("webhook",))
    closed = store.tickets.close(TICKET.id, NOW, ask=True)
    assert closed
    store.tickets.rate(str(closed.rating_token), 3, "", NOW)
    store.tickets.reply(TICKET.id, Reply("r", NOW, "here"))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM tickets"))
        for table in ("attachments", "replies", "ratings", "outbox"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0


def test_a_database_that_went_away_is_said(store: Store, engine: Engine) -> None:
    with engine.begin() as connection:
        for table in ("outbox", "attachments", "replies", "ratings", "tickets"):
            connection.execute(text(f"DROP TABLE {table}"))
    with pytest.raises(StoreError):
        store.tickets.add(TICKET, (), ())
    with pytest.raises(StoreError):
        claim(store)
