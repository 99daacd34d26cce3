"""What was played is what is reported, exactly: every figure, under every filter, on either database."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.insights.asked import Listed, Part
from app.insights.figures import Figures
from app.insights.intervals import newcombe
from app.insights.reader import Page, Reader
from app.insights.report import report_of
from app.insights.visits import OUTCOMES, SHOWN
from app.insights.wanted import Wanted
from app.store import Store, Ticket, open_store
from tests.databases import database
from tests.traffic import (
    Customers,
    Ended,
    Opened,
    Played,
    Visited,
    a_month_ago,
    is_helped_and_writes_all_the_same,
    keep,
    tries_other_words,
)

ROME = ZoneInfo("Europe/Rome")
SCENES = 11_700


class Month:
    """A month of customers, in a store and in truth."""

    def __init__(self, store: Store, played: Played, since: datetime) -> None:
        self.store, self.played = store, played
        first = since.astimezone(ROME).date()
        self.wanted = Wanted(first - timedelta(days=1), first + timedelta(days=30), ROME)
        self.reader = Reader()

    def reported(self, **filters: object) -> Figures:
        wanted = replace(self.wanted, **filters)  # type: ignore[arg-type]
        return self.reader.read(self.store, wanted, 1).figures

    def asked(self, part: Part, least: int) -> Listed:
        return self.reader.read(self.store, self.wanted, least, [Page(part)]).questions[part]


def reported(store: Store, wanted: Wanted, now: datetime) -> Figures:
    return Reader().read(store, wanted, 1, now=now).figures


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def month(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    folder = tmp_path_factory.mktemp("month")
    address = "" if request.param == "sqlite" else database(request.getfixturevalue("postgresql"), "month")
    store = open_store(address, folder)
    since = a_month_ago()
    customers = Customers(6, since, since + timedelta(days=26))
    customers.play(SCENES)
    midnight = datetime.combine(since.astimezone(ROME).date() + timedelta(days=13), time(), ROME)
    customers.at, customers.lang = midnight.astimezone(UTC) - timedelta(seconds=60), "it"
    customers.shelf, customers.subject = "resi", "a cavallo della mezzanotte"
    tries_other_words(customers)
    is_helped_and_writes_all_the_same(customers)
    played = customers.played
    keep(played, store)
    yield Month(store, played, since)
    store.close()


def true_of(
    played: Played,
    ended: Callable[[Ended], bool],
    visited: Callable[[Visited], bool],
    opened: Callable[[Opened], bool],
) -> dict[str, object]:
    """The figures, added up by hand from what is true."""
    episodes = [e for e in played.ended if ended(e)]
    visits = [v for v in played.visited if visited(v)]
    tickets = [t for t in played.opened if opened(t)]
    endings, outcomes = Counter(e.ending for e in episodes), Counter(v.outcome for v in visits)
    held = [v for v in visits if v.holdout and v.offered]
    others = [v for v in visits if not v.holdout and v.offered]
    return {
        "episodes": len(episodes),
        **{ending: endings[ending] for ending in ("clicked", "no_click", "reworded", "no_answer", "ticket")},
        "ticket_unanswered": sum(e.unanswered and e.ending == "ticket" for e in episodes),
        "unanswered": sum(e.unanswered for e in episodes),
        "searches": sum(e.searches for e in episodes),
        "searches_clicked": sum(e.clicked for e in episodes),
        "positions": sum(sum(e.positions) for e in episodes),
        "clicks": sum(len(e.positions) for e in episodes),
        "outcomes": {outcome: outcomes[outcome] for outcome in OUTCOMES},
        "shown": sum(outcomes[outcome] for outcome in SHOWN),
        "denied": sum(v.denied for v in visits),
        "arms": (len(held), sum(v.submitted is True for v in held), len(others), sum(v.submitted is True for v in others)),
        "tickets": len(tickets),
        "elsewhere": sum(t.elsewhere for t in tickets),
    }  # fmt: skip


def said_by(reported: Figures) -> dict[str, object]:
    """The same of a report."""
    funnel, clicking, deflected, causal = (
        reported.funnel,
        reported.clicking,
        reported.deflected,
        reported.causal,
    )
    return {
        "episodes": funnel.episodes,
        **{ending: getattr(funnel, ending) for ending in ("clicked", "no_click", "reworded", "no_answer", "ticket")},
        "ticket_unanswered": funnel.ticket_unanswered,
        "unanswered": funnel.unanswered,
        "searches": clicking.searches,
        "searches_clicked": clicking.clicked,
        "positions": round((clicking.average_position or 0) * clicking.clicks),
        "clicks": clicking.clicks,
        "outcomes": {outcome: getattr(deflected, outcome) for outcome in OUTCOMES},
        "shown": deflected.shown,
        "denied": deflected.denied,
        "arms": (causal.held, causal.held_submitted, causal.others, causal.others_submitted),
        "tickets": reported.service.tickets,
        "elsewhere": reported.service.elsewhere,
    }  # fmt: skip


def test_all_that_was_played_is_reported(month: Month) -> None:
    truth = true_of(month.played, lambda _: True, lambda _: True, lambda _: True)
    reported = month.reported()
    assert said_by(reported) == truth
    assert len(month.played.ended) >= 10_000
    assert reported.service.used == len(month.played.ended)
    satisfaction = reported.satisfaction
    assert (satisfaction.helped, satisfaction.not_helped) == (month.played.helped, month.played.not_helped)
    causal = reported.causal
    assert causal.interval == newcombe(
        causal.held_submitted, causal.held, causal.others_submitted, causal.others
    )


@pytest.mark.parametrize("lang", ["it", "en", "de", "fr"])
def test_by_language(month: Month, lang: str) -> None:
    truth = true_of(
        month.played, lambda e: e.lang == lang, lambda v: v.lang == lang, lambda t: t.lang == lang
    )
    assert said_by(month.reported(lang=lang)) == truth


@pytest.mark.parametrize("shelf", ["consegna", "account"])
def test_by_category(month: Month, shelf: str) -> None:
    truth = true_of(
        month.played,
        lambda e: e.category == shelf,
        lambda v: v.category == shelf,
        lambda t: t.category == shelf,
    )
    assert said_by(month.reported(category=shelf)) == truth


@pytest.mark.parametrize("source", ["site", "api", "widget"])
def test_by_source(month: Month, source: str) -> None:
    truth = true_of(
        month.played, lambda e: e.source == source, lambda _: source == "widget", lambda t: t.source == source
    )
    assert said_by(month.reported(source=source)) == truth


def test_by_day(month: Month) -> None:
    """Each day on its own: what began on the day before, or goes on after midnight, counts once."""
    played = month.played
    listed = {day.day: day.episodes for day in month.reported().days}
    for number in (0, 1, 13, 14, 25, 26):
        day = month.wanted.first + timedelta(days=number)
        wanted = replace(month.wanted, first=day, last=day)

        def of_day(thing: Ended | Visited | Opened, day: date = day) -> bool:
            return thing.at.astimezone(ROME).date() == day

        alone = reported(month.store, wanted, datetime.now(UTC))
        assert said_by(alone) == true_of(played, of_day, of_day, of_day)
        assert listed[day] == alone.funnel.episodes
    assert sum(listed.values()) == len(played.ended)


def test_behind_every_figure_are_its_questions(month: Month) -> None:
    for part, count in (
        ("unanswered", "unanswered"),
        ("no_answer", "no_answer"),
        ("ticket", "ticket"),
        ("episodes", "episodes"),
    ):
        listed = month.asked(part, 1)  # type: ignore[arg-type]
        assert listed.count == getattr(month.reported().funnel, count)
    said = Counter(" ".join(e.question.casefold().split()) for e in month.played.ended if e.unanswered)
    listed = month.asked("unanswered", 1)
    assert Counter({one.question.casefold(): one.count for one in listed.questions}) == said
    assert [one.count for one in listed.questions] == sorted(said.values(), reverse=True)


def test_few_askers_are_not_told(month: Month) -> None:
    told = month.asked("unanswered", 4)
    every = month.asked("unanswered", 1)
    assert told.hidden_count > 0
    assert told.questions
    assert told.count == every.count
    assert told.hidden + len(told.questions) == len(every.questions)
    assert all(one.count >= 4 for one in told.questions)


def test_the_report_holds_it_all(month: Month) -> None:
    report = report_of(month.store, month.wanted, datetime.now(UTC), 1)
    assert report.figures == month.reported()
    assert report.questions["held"].count == report.figures.deflected.held
    assert report.lost == 0


def test_what_is_not_a_day_old_is_open(store: Store) -> None:
    since = datetime.now(UTC) - timedelta(hours=20)
    played = Customers(7, since, since + timedelta(minutes=5)).play(60)
    keep(played, store)
    wanted = Wanted(since.date() - timedelta(days=1), since.date() + timedelta(days=2), ROME)
    found = reported(store, wanted, since + timedelta(hours=23))
    held = sum(v.holdout for v in played.visited)
    assert found.deflected.running == len(played.visited) - held > 0
    assert found.deflected.shown == found.causal.held == found.causal.others == 0
    assert found.causal.running == sum(v.offered for v in played.visited)
    assert found.causal.interval is None


def test_satisfied_customers(store: Store) -> None:
    now = datetime.now(UTC)
    for number, grade in enumerate((5, 4, 3, 1)):
        ticket = Ticket(f"T-{number}", now, "open", "form", "it", "c@example.com", "Aiuto")
        store.tickets.add(ticket, (), ())
        closed = store.tickets.close(ticket.id, now, ask=True)
        assert closed is not None
        assert closed.rating_token is not None
        store.tickets.rate(closed.rating_token, grade, "", now)
    today = now.astimezone(ROME).date()
    wanted = Wanted(today, today, ROME)
    satisfaction = reported(store, wanted, now).satisfaction
    assert (satisfaction.grades, satisfaction.average_grade, satisfaction.satisfied_share) == (4, 3.25, 0.5)


def test_nothing_is_no_division_by_it(store: Store) -> None:
    wanted = Wanted(date(2026, 1, 1), date(2026, 1, 31), ROME)
    report = report_of(store, wanted, datetime.now(UTC), 1)
    assert report.figures.funnel.unanswered_share is None
    assert report.figures.service.score is None
    assert report.figures.causal.needed is None
    assert len(report.figures.days) == 31
