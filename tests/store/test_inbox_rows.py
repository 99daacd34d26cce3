"""Finding tickets, and what two people do to one at the same time, on either database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from app.store import Attachment, Reply, Store, Ticket
from app.store.inbox import Wanted
from app.store.tickets import ChangedError

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def ticket(number: int, **more: str) -> Ticket:
    said = {
        "status": "open",
        "source": "form",
        "lang": "it",
        "email": f"c{number}@example.com",
        "message": "Ciao",
    }
    return Ticket(id=f"SP-{number}", created_at=NOON + timedelta(minutes=number), **{**said, **more})  # type: ignore[arg-type]


def found(store: Store, wanted: Wanted, **more: bool) -> list[str]:
    return [entry.ticket.id for entry in store.inbox.find(wanted, 10, **more)]


def test_by_status_category_and_age(store: Store) -> None:
    for made in (ticket(2, category="resi"), ticket(1), ticket(3, status="quarantine", category="resi")):
        store.tickets.add(made, (), ())
    assert found(store, Wanted()) == ["SP-1", "SP-2", "SP-3"]
    assert found(store, Wanted(status="open"), newest_first=True) == ["SP-2", "SP-1"]
    assert found(store, Wanted(category="resi")) == ["SP-2", "SP-3"]
    assert store.inbox.counts(Wanted(status="open", category="resi")) == {"open": 1, "quarantine": 1}
    assert store.inbox.categories() == ("resi",)
    assert [e.ticket.id for e in store.inbox.find(Wanted(), 1, 1)] == ["SP-2"]


def test_by_words_wherever_they_stand(store: Store) -> None:
    store.tickets.add(
        ticket(1, subject="Vaso ROTTO", message="è arrivato 100% a pezzi", name="Giulia"), (), ()
    )
    store.tickets.add(ticket(2, message="altro"), (), ())
    store.tickets.reply("SP-2", Reply("r", NOON, "here", "Anna", "Le mando un vaso_nuovo"))
    assert found(store, Wanted(text="vaso")) == ["SP-1", "SP-2"]
    assert found(store, Wanted(text="rotto giulia")) == ["SP-1"]
    assert found(store, Wanted(text="c2@example.com")) == ["SP-2"]
    assert found(store, Wanted(text="sp-2")) == ["SP-2"]
    assert found(store, Wanted(text="100%")) == ["SP-1"]
    assert found(store, Wanted(text="%")) == ["SP-1"]
    assert found(store, Wanted(text="_")) == ["SP-2"]
    assert found(store, Wanted(text="rotto nuovo")) == []


def test_files_are_counted_and_erasing_leaves_nothing(store: Store) -> None:
    file = Attachment("f" * 32, "a.txt", "text/plain", 1, "0" * 64)
    store.tickets.add(ticket(1), (file,), ("acknowledgement",))
    store.tickets.add(ticket(2), (), ("acknowledgement",))
    store.tickets.reply("SP-1", Reply("r", NOON, "here", "Anna", "Sì"), close=True, ask=True)
    assert [entry.files for entry in store.inbox.find(Wanted(), 10)] == [1, 0]
    assert store.inbox.erase("SP-1") == (file.id,)
    assert store.inbox.erase("SP-1") is None
    assert store.tickets.case("SP-1") is None
    assert store.outbox.backlog().waiting == 1
    assert store.tickets.case("SP-2")


def test_a_reply_to_what_has_changed_is_refused(store: Store) -> None:
    store.tickets.add(ticket(1), (), ())
    case = store.tickets.case("SP-1")
    assert case
    store.tickets.reply("SP-1", Reply("one", NOON, "here", "Anna", "Sì"), seen=case.state)
    with pytest.raises(ChangedError):
        store.tickets.reply("SP-1", Reply("two", NOON, "here", "Bruno", "No"), seen=case.state)
    with pytest.raises(ChangedError):
        store.tickets.close("SP-1", NOON, seen=case.state)
    # The same reply again is no change: whoever clicks twice is told that it was sent.
    assert store.tickets.reply("SP-1", Reply("one", NOON, "here", "Anna", "Sì"), seen=case.state)
    after = store.tickets.case("SP-1")
    assert after
    assert [reply.body for reply in after.replies] == ["Sì"]
    assert len(after.parcels) == 1


def test_of_many_replies_at_once_one_is_sent(store: Store) -> None:
    store.tickets.add(ticket(1), (), ())

    def answer(number: int) -> bool:
        try:
            store.tickets.reply("SP-1", Reply(f"{number}", NOON, "here", "Anna", "Sì"), seen="open.0")
        except ChangedError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(answer, range(12))) == 1
    case = store.tickets.case("SP-1")
    assert case
    assert (len(case.replies), len(case.parcels), case.state) == (1, 1, "answered.1")
