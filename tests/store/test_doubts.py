"""Which questions were asked in vain, and what their askers came upon in the end; on both databases."""

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from app.store import Deflection, Event, Reply, Search, Store, Ticket
from app.store.gaps_records import Doubt, Found

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
_numbers = itertools.count()


def ask(store: Store, wording: str, answer: str = "no", **more: Any) -> Search:
    """Somebody asks on the site, an hour ago unless `at` says otherwise."""
    asked = Search(
        **{
            "id": f"{next(_numbers):032x}", "at": NOW - timedelta(hours=1), "source": "site", "lang": "it",
            "query": wording.upper(), "understood": wording, "answer": answer, "confidence": 0.25,
            "results": ("ordini/stato",), "snapshot": "s", "ms": 1.0, **more,
        }
    )  # fmt: skip
    store.searches.write([asked])
    return asked


def say(store: Store, kind: Any, of: Search, article: str = "resi/come") -> None:
    store.add_event(
        Event(
            f"e{next(_numbers)}", kind, of.at, session=of.session, search_id=of.id, article=article, lang="it"
        )
    )


def show(store: Store, session: str, wording: str, *, minutes: int, holdout: bool = False) -> Search:
    """A widget's question; what it asked is a search too."""
    number, at = next(_numbers), NOW - timedelta(hours=2) + timedelta(minutes=minutes)
    shown = Deflection(
        f"d{number}", session, at, f"{number:032x}", "it", wording, "maybe", 0.25, "s",
        (("it", "ordini/stato"),), holdout=holdout,
    )  # fmt: skip
    store.deflections.add([shown])
    return Search(
        shown.search_id, at, "widget", "it", wording, wording, "maybe", 0.25, ("ordini/stato",), "s", 1.0,
        session=session,
    )  # fmt: skip


def doubts(store: Store, since: datetime = NOW - 90 * DAY, limit: int = 100) -> Sequence[Doubt]:
    return store.doubts.since(since, NOW - 28 * DAY, NOW - 14 * DAY, limit)


def wordings(store: Store) -> set[str]:
    return {doubt.wording for doubt in doubts(store)}


def test_what_had_no_answer_counts_and_what_had_one_does_not(store: Store) -> None:
    ask(store, "tavolo allungabile", at=NOW - 20 * DAY, results=("a/b", "c/d"))
    ask(store, "tavolo allungabile", at=NOW - 2 * DAY, results=())
    ask(store, "tavolo allungabile", "yes", results=())
    ask(store, "tavolo allungabile", lang="en")
    ask(store, "dove è il pacco", "yes")
    ask(store, "di un altro anno", at=NOW - 91 * DAY)
    found = {(doubt.lang, doubt.wording): doubt for doubt in doubts(store)}
    assert set(found) == {("it", "tavolo allungabile"), ("en", "tavolo allungabile")}
    assert found["it", "tavolo allungabile"] == Doubt(
        "it", "tavolo allungabile", unanswered=2, unopened=0, lately=1, before=1, weight=2.0,
        first_at=NOW - 20 * DAY, last_at=NOW - 2 * DAY, shown=(),
    )  # fmt: skip


def test_a_doubtful_answer_counts_until_somebody_opens_it(store: Store) -> None:
    first, second = ask(store, "il reso", "maybe"), ask(store, "il reso", "maybe")
    [doubt] = doubts(store)
    assert (doubt.unanswered, doubt.unopened, doubt.weight) == (0, 2, 1.5)
    assert doubt.shown == ("ordini/stato",)
    say(store, "clicked", second)
    assert doubts(store)[0].unopened == 1
    say(store, "opened", first)
    assert not doubts(store)


def test_typing_on_is_no_question_of_its_own(store: Store) -> None:
    typed = ask(store, "sedia")
    ask(store, "Sedia pieghevole rossa", previous=typed.id)
    ask(store, "tavolo in giardino", previous=typed.id)
    assert wordings(store) == {"Sedia pieghevole rossa", "tavolo in giardino"}


def test_of_a_widgets_session_the_last_question_counts_and_what_was_held_out_does_not(store: Store) -> None:
    show(store, "s1", "ho un tavolo", minutes=0)
    show(store, "s1", "vorrei cambiare il colore", minutes=1)
    show(store, "s2", "mi è arrivato rosso", minutes=0, holdout=True)
    opened = show(store, "s3", "aperto prima", minutes=0)
    say(store, "opened", opened)
    show(store, "s3", "e poi chiesto altro", minutes=1)
    assert wordings(store) == {"vorrei cambiare il colore"}


def test_the_heaviest_come_first_and_the_others_are_left_out(store: Store) -> None:
    for times, wording in enumerate(["uno", "due", "tre"], 1):
        for _ in range(times):
            ask(store, wording)
    ask(store, "quattro", "maybe", confidence=0.9)
    assert [doubt.wording for doubt in doubts(store, limit=2)] == ["tre", "due"]
    assert [doubt.wording for doubt in doubts(store)][-1] == "quattro"


def test_what_its_askers_opened_in_the_end_speaks_for_it(store: Store) -> None:
    in_vain = ask(store, "sedia a dondolo")
    again = ask(store, "poltrona che si muove", "yes", previous=in_vain.id)
    say(store, "clicked", again, "sedute/poltrone")
    anyway = ask(store, "sedia a dondolo")
    say(store, "clicked", anyway, "sedute/altro")
    say(store, "clicked", anyway, "sedute/poltrone")
    widget = show(store, "s1", "sedia a dondolo", minutes=0)
    solved = show(store, "s1", "una poltrona", minutes=1)
    say(store, "solved", solved, "sedute/poltrone")
    found = {
        (one.wording, one.article, one.opened, one.solved, one.sent) for one in store.doubts.found(NOW - DAY)
    }
    assert found == {
        ("sedia a dondolo", "sedute/poltrone", 2, 0, 0),
        ("sedia a dondolo", "sedute/altro", 1, 0, 0),
        ("sedia a dondolo", "sedute/poltrone", 0, 1, 0),
    }
    assert widget.lang == "it"


def test_what_staff_sent_speaks_for_it(store: Store) -> None:
    site, widget = ask(store, "vetro graffiato"), show(store, "s1", "graffi sul vetro", minutes=0)
    deflection = f"d{int(widget.id, 16)}"
    trail = orjson.dumps({"v": 1, "session": "x", "deflections": [deflection]}).decode()
    plain = Ticket("T-1", NOW, "open", "form", "it", "anna@example.com", "Ciao", search_id=site.id)
    for ticket in (plain, replace(plain, id="T-2", search_id=None, trail=trail)):
        assert store.tickets.add(ticket, (), ())
        reply = Reply(f"r{ticket.id}", NOW, "here", "anna", "Ecco", ("cura/vetro", "resi/come"))
        store.tickets.reply(ticket.id, reply)
    found = {(one.wording, one.article, one.sent) for one in store.doubts.found(NOW - DAY)}
    assert found == {
        (wording, article, 1)
        for wording in ("vetro graffiato", "graffi sul vetro")
        for article in ("cura/vetro", "resi/come")
    }


def test_nothing_was_asked(store: Store) -> None:
    assert not doubts(store)
    assert not list(store.doubts.found(NOW - DAY))
    assert store.doubts.newest() is None
    asked = ask(store, "ciao")
    assert store.doubts.newest() == asked.at
    assert Found("it", "ciao", "a/b") not in store.doubts.found(NOW - DAY)
