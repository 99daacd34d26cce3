"""What a digest tells: exact weeks, honest numbers, words that enough used."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.digest.compiling import compiled
from app.digest.letters import FROZEN, Bulletins
from app.digest.records import Digest, Part, Week
from app.digest.weeks import days_of
from app.languages import load_interfaces
from app.store import Event, Reply, Store, Ticket
from app.store.gaps_records import Review
from tests.digest.conftest import MONDAY, ROME, SITE, WEEK, asked, settings
from tests.gapsplayed import ANSWERED, DISMISSED, INJECTED, MISSING, NOT_FOUND

TICK = timedelta(microseconds=1)
INTERFACES = load_interfaces()
BUSY = Week(WEEK, 1_430, Part(120, 1_430), Part(3, 19), 12, 2, 7, 185, Part(15, 20), Part(0, 0), 0)


def told(store: Store, data: Path, **more: str) -> Digest:
    return compiled(store, settings(data, **more), WEEK, MONDAY, lambda name: f"L’articolo {name}")


def written(digest: Digest, lang: str = "en") -> str:
    return Bulletins(settings(Path(), default_language=lang), INTERFACES).text(digest)


def test_a_week_is_from_monday_to_sunday_to_the_last_moment(store: Store, tmp_path: Path) -> None:
    span = days_of(WEEK, ROME).span
    moments = (span.since - TICK, span.since, span.until - TICK, span.until)
    store.searches.write([asked(at, f"parola {number}") for number, at in enumerate(moments)])
    digest = told(store, tmp_path)
    assert (digest.week.questions, digest.week.unanswered) == (2, Part(2, 2))
    assert digest.before.questions == 1
    # A site elsewhere has other weeks.
    elsewhere = told(store, tmp_path, time_zone="UTC")
    assert (elsewhere.week.questions, elsewhere.before.questions) == (2, 2)


def test_first_replies_count_in_the_week_they_were_given(store: Store, tmp_path: Path) -> None:
    span = days_of(WEEK, ROME).span
    friday, monday = datetime(2026, 10, 16, 17, tzinfo=ROME), datetime(2026, 10, 19, 10, tzinfo=ROME)
    for number, (wrote, replied) in enumerate(
        [(friday, monday), (monday, monday + timedelta(hours=1)), (monday, monday + timedelta(hours=6)),
         (friday, span.since - TICK), (monday, span.until)]
    ):  # fmt: skip
        ticket = Ticket(f"SP-{number}", wrote, "open", "form", "it", "c@example.com", "Ciao")
        store.tickets.add(ticket, (), ())
        store.tickets.reply(ticket.id, Reply(f"r{number}", replied, "elsewhere"))
    digest = told(store, tmp_path, contact_hours="mo-fr 09:00-18:00")
    # Friday's waited one open hour that day and one on Monday; three are of this week.
    assert (digest.week.tickets, digest.week.replies, digest.week.median) == (3, 3, 120)
    assert "Median first reply, in opening hours: 2 hours (replies: 3)" in written(digest)
    assert told(store, tmp_path).week.median == 360
    assert digest.before.replies == 1


def test_ratings_and_searches_that_were_shed(store: Store, tmp_path: Path) -> None:
    at = datetime(2026, 10, 21, 12, tzinfo=UTC)
    store.add_events(
        [
            Event(f"e{number}", "rated", at, article="bici/freni", lang="it", value=value)
            for number, value in enumerate(("yes", "yes", "no"))
        ]
    )
    store.searches.write([], shed={at.date(): 7, at.date() + timedelta(days=7): 9})
    digest = told(store, tmp_path)
    assert (digest.week.helpful, digest.week.lost) == (Part(2, 3), 7)
    assert "are missing here: 7." in written(digest)


def test_gaps_in_words_that_enough_used(store: Store, tmp_path: Path) -> None:
    answered_then = replace(ANSWERED, changed_at=datetime(2026, 10, 25, 22, 59, tzinfo=UTC))
    later = replace(ANSWERED, id="later", changed_at=datetime(2026, 10, 25, 23, 0, tzinfo=UTC), questions=())
    gaps = (MISSING, NOT_FOUND, answered_then, later, DISMISSED)
    store.gaps.rewrite(Review(MONDAY, "played"), lambda _: gaps)
    store.searches.write([asked(MONDAY, "dove sta la mia roba") for _ in range(3)])
    digest = told(store, tmp_path, k_anonymity="3")
    assert [(gap.id, gap.wording, gap.times) for gap in digest.missing] == [
        ("missing", "", 26), ("notfound", "dove sta la mia roba", 11),
    ]  # fmt: skip
    assert digest.missing_count == 2
    assert [(gap.id, gap.wording, gap.article) for gap in digest.mended] == [
        ("answered", "", "L’articolo consegna/tempi")
    ]
    text = written(digest)
    assert "1. a question in words that too few used to be shown\n   asked in vain: 26\n" in text
    assert f"   {SITE}/admin/gaps/missing\n" in text
    assert "answered by “L’articolo consegna/tempi”" in text
    assert "si può pagare a rate" not in text
    everything = told(store, tmp_path)
    assert everything.missing[0].wording == "si può pagare a rate"


def test_more_gaps_than_are_listed_are_counted(store: Store, tmp_path: Path) -> None:
    at = datetime(2026, 10, 21, 12, tzinfo=UTC)
    closed = [replace(ANSWERED, id=f"c{number}", changed_at=at, questions=()) for number in range(250)]
    store.gaps.rewrite(Review(MONDAY, "played"), lambda _: closed)
    digest = told(store, tmp_path)
    assert (len(digest.mended), digest.mended_count) == (5, 250)
    assert "In all: 250" in written(digest)


def test_small_numbers_do_not_pretend() -> None:
    text = written(Digest(BUSY, replace(BUSY, questions=0, unanswered=Part(0, 0)), (), 0, (), 0, False))
    assert "Questions asked: 1,430\n  The week before: 0\n" in text
    assert "Without an answer: 120 of 1,430 (8%)\n  The week before: –\n" in text
    assert "that saw a suggestion: 3 of 19\n" in text
    assert "Articles found helpful: 15 of 20 (75%)" in text
    assert "Tickets: 12 (in another system: 2)" in text
    assert "Median first reply: 3 hours (replies: 7)" in text
    assert "Nothing: no question waits for an answer." in text


def test_a_quiet_week_is_one_sentence(store: Store, tmp_path: Path) -> None:
    text = written(told(store, tmp_path), "it")
    assert "È stata una settimana tranquilla: nessuno ha chiesto niente e nessuno ha scritto." in text
    assert "Domande fatte" not in text
    assert f"{SITE}/admin/insights?from=2026-10-19&to=2026-10-25" in text
    assert f"Non inviarmela più: {SITE}/admin/password#digest" in text


def test_it_is_the_same_after_it_was_kept(store: Store, tmp_path: Path) -> None:
    store.gaps.rewrite(Review(MONDAY, "played"), lambda _: (MISSING, ANSWERED))
    store.searches.write([asked(MONDAY, INJECTED)])
    digest = told(store, tmp_path)
    assert FROZEN.validate_json(FROZEN.dump_json(digest)) == digest


def test_every_language_has_its_words() -> None:
    digest = Digest(BUSY, BUSY, (), 0, (), 0, True)
    texts = {lang: written(digest, lang) for lang in INTERFACES}
    assert len(set(texts.values())) == len(INTERFACES) == 5
    assert "Sans réponse\N{NO-BREAK SPACE}: 120 sur" in texts["fr"]
    assert "19.–25. Okt. 2026" in texts["de"]
