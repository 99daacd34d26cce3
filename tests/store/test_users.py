"""Users, sessions and attempts, on either database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.store import Store
from app.store.database import connect, database_url
from app.store.sessions import Lease
from app.store.tables import SESSIONS
from app.store.users import User

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANNA = User("1" * 32, "anna@example.com", "Anna Verdi", "editor", NOON)
BRUNO = User("2" * 32, "bruno@example.com", "Bruno «B» Neri", "viewer", NOON)
LEASE = Lease(NOON - timedelta(days=7), NOON - timedelta(hours=12))


def test_somebody_new_is_kept_as_they_are(store: Store) -> None:
    assert store.users.add(ANNA, "hash") == "added"
    found = store.users.find(ANNA.email)
    assert found
    assert (found.user, found.password) == (ANNA, "hash")
    assert store.users.find("nobody@example.com") is None


def test_an_address_belongs_to_one(store: Store) -> None:
    store.users.add(ANNA, "hash")
    other = User("3" * 32, ANNA.email, "Another", "admin", NOON)
    assert store.users.add(other, "other") == "there"
    assert store.users.all() == (ANNA,)


def test_replacing_keeps_who_they_are_and_ends_their_sessions(store: Store) -> None:
    store.users.add(ANNA, "hash")
    store.sessions.begin("t", ANNA.id, NOON, LEASE)
    changed = User("3" * 32, ANNA.email, "Anna Bianchi", "admin", NOON)
    assert store.users.add(changed, "other", replace=True) == "restored"
    (anna,) = store.users.all()
    assert (anna.id, anna.name, anna.role) == (ANNA.id, "Anna Bianchi", "admin")
    assert store.sessions.find("t", LEASE) is None


def test_who_is_removed_is_out_at_once_and_can_come_back(store: Store, address: str, tmp_path: Path) -> None:
    store.users.add(ANNA, "hash")
    store.users.add(BRUNO, "hash")
    store.sessions.begin("anna", ANNA.id, NOON, LEASE)
    store.sessions.begin("bruno", BRUNO.id, NOON, LEASE)
    assert store.users.remove(ANNA.email, NOON)
    assert not store.users.remove(ANNA.email, NOON)
    assert store.sessions.find("anna", LEASE) is None
    assert store.sessions.find("bruno", LEASE)
    with connect(database_url(address, tmp_path)).connect() as connection:
        assert [row.token for row in connection.execute(SESSIONS.select())] == ["bruno"]
    store.sessions.begin("late", ANNA.id, NOON, LEASE)  # by a sign-in that was under way
    assert store.sessions.find("late", LEASE) is None
    assert store.users.find(ANNA.email) is None
    assert [user.disabled_at for user in store.users.all()] == [NOON, None]
    assert store.users.add(ANNA, "new") == "restored"
    assert store.sessions.find("late", LEASE) is None
    assert [user.id for user in store.users.all()] == [ANNA.id, BRUNO.id]


def test_a_session_lives_as_long_as_its_lease(store: Store) -> None:
    store.users.add(ANNA, "hash")
    store.sessions.begin("t", ANNA.id, NOON, LEASE)
    found = store.sessions.find("t", LEASE)
    assert found
    assert (found.user.id, found.user.last_sign_in_at, found.seen_at) == (ANNA.id, NOON, NOON)
    assert store.sessions.find("t", Lease(LEASE.begun_after, NOON)) is None
    assert store.sessions.find("t", Lease(NOON, LEASE.seen_after)) is None
    store.sessions.touch("t", NOON + timedelta(hours=1))
    assert store.sessions.find("t", Lease(LEASE.begun_after, NOON))
    assert store.sessions.find("other", LEASE) is None


def test_a_session_ends_where_it_is_left_and_where_another_takes_its_place(store: Store) -> None:
    store.users.add(ANNA, "hash")
    for token in ("one", "two"):
        store.sessions.begin(token, ANNA.id, NOON, LEASE)
    store.sessions.begin("three", ANNA.id, NOON, LEASE, instead_of="one")
    assert [bool(store.sessions.find(token, LEASE)) for token in ("one", "two", "three")] == [
        False,
        True,
        True,
    ]
    store.sessions.end("two")
    assert store.sessions.find("two", LEASE) is None


def test_a_new_password_ends_the_other_sessions_alone(store: Store) -> None:
    store.users.add(ANNA, "old")
    for token in ("here", "there"):
        store.sessions.begin(token, ANNA.id, NOON, LEASE)
    assert not store.users.set_password(ANNA.id, "not it", "new", keep="here")
    assert store.users.set_password(ANNA.id, "old", "new", keep="here")
    assert store.sessions.find("here", LEASE)
    assert store.sessions.find("there", LEASE) is None
    store.users.rehash(ANNA.id, "new", "newer")
    found = store.users.find(ANNA.email)
    assert found
    assert found.password == "newer"
    assert store.sessions.find("here", LEASE)


def test_attempts_are_counted_by_account_and_by_address(store: Store) -> None:
    since = NOON - timedelta(minutes=15)
    store.attempts.add("old", "anna", "here", since - timedelta(seconds=1), since - timedelta(hours=1))
    store.attempts.add("1", "anna", "here", NOON, since)
    tries = store.attempts.add("2", "anna", "there", NOON, since)
    assert (tries.account, tries.address) == (2, 1)
    tries = store.attempts.add("3", "bruno", "here", NOON, since)
    assert (tries.account, tries.address) == (1, 2)
    store.attempts.take_back("3")
    store.attempts.forget("anna")
    tries = store.attempts.add("4", "bruno", "here", NOON, since)
    assert (tries.account, tries.address) == (1, 1)


@pytest.mark.parametrize("limit", [5])
def test_of_many_guesses_at_once_no_more_than_the_limit_count_as_few(store: Store, limit: int) -> None:
    since = NOON - timedelta(minutes=15)
    with ThreadPoolExecutor(8) as pool:
        tries = list(pool.map(lambda n: store.attempts.add(f"{n}", "anna", "here", NOON, since), range(24)))
    assert sum(t.account <= limit for t in tries) <= limit
    assert max(t.account for t in tries) == 24
