"""The words that confirm answers, as they lie in both databases: whose they are, and which count."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

from app.store import Deflection, Event, Reply, Search, Store, StoreError, Ticket
from app.store.database import database_url
from app.store.learning import Learning
from app.store.records import EventType
from app.store.users import User

NOW = datetime.now(UTC).replace(microsecond=0)
SHOWN = ("resi/etichetta", "ordini/perché")


def offer(store: Store, session: str, question: str = "che foglio attacco?", **more: object) -> Deflection:
    """A question of a widget, and two articles that were shown for it."""
    asked = Deflection(
        uuid4().hex, session, NOW, uuid4().hex, "it", question, "yes", 0.9, "snapshot",
        tuple(("it", name) for name in SHOWN),
    )  # fmt: skip
    asked = replace(asked, **more)  # type: ignore[arg-type]
    store.deflections.add([asked])
    return asked


def say(store: Store, asked: Deflection, kind: EventType, article: str | None, **more: object) -> None:
    said = Event(uuid4().hex, kind, NOW, asked.session, asked.search_id, asked.id, article)
    store.add_event(replace(said, **more))  # type: ignore[arg-type]


def search(store: Store, understood: str, previous: str | None = None, **more: object) -> str:
    asked = Search(
        uuid4().hex, NOW, "site", "it", understood, understood, "yes", 0.9, SHOWN, "snapshot", 1.0,
        previous=previous,
    )  # fmt: skip
    store.searches.write([replace(asked, **more)])  # type: ignore[arg-type]
    return asked.id


def rate(store: Store, search_id: str | None, article: str, value: str = "yes") -> None:
    store.add_event(
        Event(uuid4().hex, "rated", NOW, search_id=search_id, article=article, lang="it", value=value)
    )


def ticket(store: Store, *articles: str, trail: Sequence[str] = (), search_id: str | None = None) -> str:
    """A contact with what went before it, answered by staff with articles."""
    number = f"SP-{uuid4().hex[:8]}"
    known = json.dumps({"v": 1, "deflections": list(trail)}) if trail else None
    said = Ticket(
        number, NOW, "open", "form", "it", "c@example.com", "My own words", trail=known, search_id=search_id
    )
    store.tickets.add(said, (), ())
    store.tickets.reply(number, Reply(uuid4().hex, NOW, "here", "Anna", "Ecco.", articles))
    return number


def words(store: Store) -> list[tuple[str, str, str, bool]]:
    return sorted((w.visit, w.question, w.article, w.solved) for w in store.learning.words())


def test_a_session_says_what_helped_with_what_it_asked(store: Store) -> None:
    asked = offer(store, "a")
    say(store, asked, "solved", SHOWN[0])
    say(store, asked, "not_solved", SHOWN[1])
    say(store, asked, "rated", SHOWN[1], value="no")
    say(store, asked, "opened", SHOWN[1])
    assert words(store) == [
        ("a", asked.question, SHOWN[1], False),
        ("a", asked.question, SHOWN[1], False),
        ("a", asked.question, SHOWN[0], True),
    ]
    assert store.learning.words()[0].lang == "it"
    assert {w.at for w in store.learning.words()} == {NOW}


def test_what_was_not_shown_to_it_a_session_says_nothing_of(store: Store) -> None:
    asked, other = offer(store, "a"), offer(store, "b")
    say(store, asked, "solved", "pagamenti/rate")
    say(store, asked, "solved", None)
    say(store, asked, "solved", SHOWN[0], session="b")
    say(store, asked, "solved", SHOWN[0], deflection_id=None)
    say(store, other, "solved", SHOWN[0], deflection_id="unknown")
    held = offer(store, "c", holdout=True)
    say(store, held, "solved", SHOWN[0])
    assert words(store) == []


def test_a_reader_says_what_helped_with_what_they_searched(store: Store) -> None:
    first = search(store, "foglio del reso")
    second = search(store, "foglio da attaccare", first)
    third = search(store, "etichetta", second)
    rate(store, third, SHOWN[1])
    rate(store, second, SHOWN[0], "no")
    rate(store, first, "pagamenti/rate")
    rate(store, None, SHOWN[0])
    rate(store, "unknown", SHOWN[0])
    assert words(store) == [
        (first, "etichetta", SHOWN[1], True),
        (first, "foglio da attaccare", SHOWN[0], False),
    ]
    # Of a search that a widget's session asked before, the visit is the session.
    widget = offer(store, "w")
    rate(store, search(store, "dopo il widget", widget.search_id), SHOWN[0])
    assert ("w", "dopo il widget", SHOWN[0], True) in words(store)


def test_searches_that_name_each_other_in_a_circle_end(store: Store) -> None:
    one, two = uuid4().hex, uuid4().hex
    search(store, "uno", two, id=one)
    search(store, "due", one, id=two)
    rate(store, one, SHOWN[0])
    assert words(store) == []


def test_staff_say_what_helps_with_the_last_thing_that_was_asked(store: Store) -> None:
    early, late = offer(store, "a", "etich"), offer(store, "a", "etichetta del reso")
    ticket(
        store, "resi/costi", "resi/tempi", trail=[early.id, "unknown", late.id], search_id=search(store, "x")
    )
    assert words(store) == [
        ("a", "etichetta del reso", "resi/costi", True),
        ("a", "etichetta del reso", "resi/tempi", True),
    ]
    found = search(store, "dov'è il foglio")
    ticket(store, "resi/costi", search_id=search(store, "dove lo trovo", found))
    assert (found, "dove lo trovo", "resi/costi", True) in words(store)
    assert {w.speaker for w in store.learning.words()} == {"staff"}


def test_a_tickets_own_words_confirm_nothing(store: Store) -> None:
    ticket(store, "resi/costi")
    ticket(store, "resi/costi", trail=["unknown"], search_id="unknown")
    ticket(store, trail=[offer(store, "a").id])
    assert words(store) == []


def test_a_veto_is_noted_with_who_and_when(store: Store) -> None:
    store.users.add(User("u1", "anna@example.com", "Anna", "editor", NOW), "hash")
    learning, before = store.learning, store.learning.state()
    learning.decide("it", "foglio", "resi/costi", stands=True, at=NOW, user_id="u1")
    (veto,) = learning.vetoes()
    assert (veto.lang, veto.question, veto.article) == ("it", "foglio", "resi/costi")
    assert (veto.stands, veto.at, veto.by) == (True, NOW, "Anna")
    assert learning.state() != before
    later = NOW + timedelta(minutes=1)
    learning.decide("it", "foglio", "resi/costi", stands=True, at=later, user_id="u2")
    assert learning.vetoes() == [veto]
    learning.decide("it", "foglio", "resi/costi", stands=False, at=later, user_id="u2")
    (undone,) = learning.vetoes()
    assert (undone.stands, undone.at, undone.by) == (False, later, "")


def test_the_state_changes_with_every_word(store: Store) -> None:
    asked, states = offer(store, "a"), []
    for kind in ("shown", "solved", "not_solved"):
        states.append(store.learning.state())
        say(store, asked, kind, SHOWN[0])
    states.append(store.learning.state())
    assert states[0] == states[1]
    assert len(set(states)) == 3


def test_a_veto_outlives_what_is_old_as_long_as_somebody_confirms_it(store: Store) -> None:
    asked = offer(store, "a", "Che foglio?")
    say(store, asked, "solved", SHOWN[0])
    for question in ("che foglio", "altro"):
        store.learning.decide(
            "it", question, SHOWN[0], stands=True, at=NOW - timedelta(days=400), user_id="u"
        )
    store.learning.decide("it", "nuovo", SHOWN[0], stands=True, at=NOW, user_id="u")
    while store.retention.forget(NOW - timedelta(days=365)):
        pass
    assert {veto.question for veto in store.learning.vetoes()} == {"che foglio", "nuovo"}


def test_a_database_that_went_away_says_so(address: str) -> None:
    gone = "sqlite:////nowhere/at/all.db" if address.startswith("sqlite") else address + "_gone"
    url = database_url(gone, Path())
    with pytest.raises(StoreError):
        Learning(create_engine(url)).words()
