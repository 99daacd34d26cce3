"""What was counted already, with the rest, is what one gets who counts everything at once: always, exactly."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine, text

from app.insights import days, opened
from app.insights.asked import PARTS
from app.insights.columns import frame_of, pack, unpack
from app.insights.keeper import fold
from app.insights.material import Material, gather
from app.insights.opened import read_opened, write_opened
from app.insights.reader import Page, Reader
from app.insights.wanted import Wanted
from app.store import Deflection, Event, Search, Store, Ticket, open_store
from app.store.insights_rows import Span
from tests.databases import database
from tests.insights.plainly import asked, everything, figures, plain
from tests.traffic import HOUR, MINUTE, Customers, Played, keep

ROME, KATHMANDU, UTC_ZONE = ZoneInfo("Europe/Rome"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")
FILTERS: tuple[dict[str, str], ...] = (
    {}, {"lang": "it"}, {"category": "resi"}, {"source": "site"}, {"source": "widget"},
    {"lang": "de", "category": "consegna", "source": "widget"}, {"lang": "none"},
)  # fmt: skip


class Shop:
    """A store with some days of traffic; its present may be any moment up to now."""

    def __init__(self, store: Store, played: Played, url: str) -> None:
        self.store, self.played = store, played
        self.engine = create_engine(url)
        self.now = datetime.now(UTC)

    def count(self, now: datetime | None = None) -> int:
        """Keep what can be kept; how many days that were."""
        times = 0
        while fold(self.store, now or self.now):
            times += 1
        return times

    def check(
        self, wanted: Wanted, least: int = 1, reader: Reader | None = None, every: Material | None = None
    ) -> None:
        """Each figure and each list is what it would be if nothing were kept; `every`: all there is."""
        pages = [Page(part) for part in PARTS]
        told = (reader or Reader()).read(self.store, wanted, least, pages, self.now)
        with self.store.insights.look() as look:
            grades = look.grades(wanted.span, wanted.lang, wanted.category)
        found = plain(every or everything(self.store), grades, wanted, self.now)
        assert told.figures == figures(found, wanted)
        for part in PARTS:
            listed, true = told.questions[part], asked(found, part, least)
            assert (part, listed.questions) == (part, true.questions)
            assert (listed.hidden, listed.hidden_count) == (true.hidden, true.hidden_count)
            assert listed.told == len(true.questions)

    def check_all(self, zone: ZoneInfo = ROME) -> None:
        today = self.now.astimezone(zone).date()
        week, every, reader = (
            Wanted(today - timedelta(days=12), today, zone),
            everything(self.store),
            Reader(),
        )
        for filters in FILTERS:
            self.check(replace(week, **filters), 1, reader, every)  # type: ignore[arg-type]
        self.check(week, 2, reader, every)
        some = replace(week, first=today - timedelta(days=6), last=today - timedelta(days=3))
        self.check(some, 3, reader, every)

    def statement(self, said: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(said))


def play(seed: int, scenes: int, since: datetime, until: datetime) -> Played:
    """Customers of every kind, and those who ask on and on, or come back to what they had asked."""
    customers = Customers(seed, since, until)
    customers.play(scenes)
    draw = Random(seed)
    for number in range(12):
        customers.at = since + (until - since) * draw.random() * 0.9
        customers.lang, customers.shelf = "it", "resi"
        last = None
        for step in range(draw.choice((3, 90, 150))):
            after = timedelta(seconds=100 * step) if number % 2 else HOUR * step * (step < 30) * 0.9
            last = customers.ask(after, f"ancora {draw.randrange(4)}", draw.randrange(3), last)
            if draw.random() < 0.1:
                customers.click(after + MINUTE * draw.choice((1, 60 * 20, 60 * 30)), last, 1)
    return customers.played


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    if request.param == "sqlite":
        address = url = f"sqlite:///{folder}/sportello.db"
    else:
        address = database(request.getfixturevalue("postgresql"), "counted")
        url = address.replace("postgresql://", "postgresql+psycopg://")
    store, now = open_store(address, folder), datetime.now(UTC)
    played = play(11, 250, now - timedelta(days=10), now - timedelta(hours=3))
    keep(played, store)
    shop = Shop(store, played, url)
    yield shop
    shop.engine.dispose()
    store.close()


def test_day_by_day(shop: Shop) -> None:
    """Nothing kept, some days ago, an hour later, and up to now: always the same."""
    shop.check_all()
    for hours in (150, 99, 98, 0):
        assert shop.count(shop.now - HOUR * hours)
        shop.check_all()
    assert not shop.count()


def test_days_of_another_time_zone(shop: Shop) -> None:
    """Nothing is counted anew for it: neither for one that is not whole hours off."""
    shop.count()
    assert not shop.count()
    for zone in (KATHMANDU, UTC_ZONE):
        shop.check_all(zone)


def test_in_portions_as_in_one(shop: Shop) -> None:
    """A list's pages, one after the other, are the list."""
    shop.count()
    wanted = Wanted(shop.now.date() - timedelta(days=12), shop.now.date(), ROME)
    whole = Reader().read(shop.store, wanted, 1, [Page("episodes")]).questions["episodes"]
    for size in (1, 7, 50):
        pages = [Page("episodes", start, start + size) for start in range(0, 60, size)]
        said = [Reader().read(shop.store, wanted, 1, [page]).questions["episodes"] for page in pages[:12]]
        assert [one for listed in said for one in listed.questions] == list(
            whole.questions[: size * len(said)]
        )
        assert {listed.told for listed in said} == {len(whole.questions)}


LATE: dict[str, Callable[[Shop, datetime], None]] = {}


def late(act: Callable[[Shop, datetime], None]) -> Callable[[Shop, datetime], None]:
    LATE[act.__name__] = act
    return act


@late
def a_search(shop: Shop, at: datetime) -> None:
    shop.store.searches.write(
        [Search("late" * 8, at, "site", "it", "tardi", "tardi", "no", 0.1, (), "s", 1.0)]
    )


@late
def the_search_before_others(shop: Shop, at: datetime) -> None:
    """What was asked first is written last: an episode of two, and one visit fewer."""
    first, second = "0" * 31 + "a", "0" * 31 + "b"
    followed = Search(
        second, at + MINUTE, "site", "it", "allora", "allora", "yes", 0.9, ("a/b",), "s", 1.0, previous=first
    )
    shop.store.searches.write([followed])
    shop.count()
    shop.store.searches.write([Search(first, at, "site", "it", "prima", "prima", "no", 0.1, (), "s", 1.0)])


@late
def a_widgets_question(shop: Shop, at: datetime) -> None:
    asked = Deflection(
        "d" * 40, "s" * 32, at, "e" * 32, "it", "in ritardo", "yes", 0.9, "s", (("it", "resi/a"),)
    )
    shop.store.deflections.add([asked])


@late
def what_was_done_with_it(shop: Shop, at: datetime) -> None:
    done = [
        Event("f" * 30 + type_, type_, at + timedelta(hours=22), session="s" * 32, deflection_id="d" * 40)
        for type_ in ("shown", "opened", "solved")
    ]
    shop.store.add_events(done)


@late
def a_form_submitted(shop: Shop, at: datetime) -> None:
    shop.store.add_event(Event("1" * 32, "submitted", at + timedelta(hours=40), session="s" * 32))


@late
def a_click(shop: Shop, at: datetime) -> None:
    shop.store.add_event(
        Event("2" * 32, "clicked", at + MINUTE, search_id="0" * 31 + "b", article="a/b", position=3)
    )


@late
def a_rating(shop: Shop, at: datetime) -> None:
    shop.store.add_event(Event("3" * 32, "rated", at, article="resi/a", lang="it", value="no"))


@late
def a_ticket(shop: Shop, at: datetime) -> None:
    trail = '{"v":1,"deflections":["' + "d" * 40 + '"]}'
    shop.store.tickets.add(
        Ticket("T-late", at + HOUR, "quarantine", "form", "it", "c@example.com", "?", trail=trail), (), ()
    )


@late
def one_let_out_of_quarantine(shop: Shop, _: datetime) -> None:
    assert shop.store.tickets.release("T-late", (), shop.now)


@late
def one_erased(shop: Shop, _: datetime) -> None:
    assert shop.store.inbox.erase("T-late") is not None


def test_what_comes_late_is_counted(shop: Shop) -> None:
    """At once, and after it was worked in; and it does change the figures, which a test could miss."""
    shop.count()
    today = shop.now.date()
    week = Wanted(today - timedelta(days=12), today, ROME)
    at = datetime.combine(today - timedelta(days=5), time(23, 30), UTC)
    for name, act in LATE.items():
        before = Reader().read(shop.store, week, 1, [Page("episodes")], shop.now)
        act(shop, at)
        after = Reader().read(shop.store, week, 1, [Page("episodes")], shop.now)
        assert (before.figures == after.figures) == (name == "a_ticket"), name
        every = everything(shop.store)
        shop.check(week, 1, None, every)
        assert shop.count(), name
        shop.check(week, 2, None, every)


def test_what_is_new_makes_no_day_late(shop: Shop) -> None:
    """Or every page would count days anew all day long."""
    shop.count()
    now = datetime.now(UTC)
    fresh = play(12, 60, now - timedelta(minutes=8), now - timedelta(minutes=7))
    fresh.events = [replace(event, at=min(event.at, now)) for event in fresh.events]
    fresh.tickets = [replace(ticket, created_at=now) for ticket in fresh.tickets]
    fresh.searches = [replace(search, at=min(search.at, now)) for search in fresh.searches]
    keep(fresh, shop.store)
    shop.store.add_event(
        Event("9" * 32, "shown", now - timedelta(hours=1), session=fresh.deflections[0].session)
    )
    with shop.store.insights.look() as look:
        assert not look.counted.late_days()


def test_of_two_keepers_the_first_is_believed(shop: Shop) -> None:
    shop.count()
    with shop.store.insights.look() as look:
        segment = max(look.counted.segments().values(), key=lambda one: one.day)
        (content,) = look.counted.content([segment.day])
    assert shop.store.segments.keep(segment, content, [])
    assert not shop.store.segments.keep(segment, b"older", [])
    assert not shop.store.segments.keep(replace(segment, version=0), b"older", [])
    with shop.store.insights.look() as look:
        assert list(look.counted.content([segment.day])) == [content]


def test_other_rules_count_anew(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.count()
    monkeypatch.setattr(days, "RULES", days.RULES + 1)
    week = Wanted(shop.now.date() - timedelta(days=12), shop.now.date(), ROME)
    shop.check(week)
    with shop.store.insights.look() as look:
        span = days.next_part(
            look.counted.segments(),
            frozenset(),
            shop.now.date() - timedelta(days=9),
            days.closed_at(shop.now),
        )
    assert span is not None


def test_open_days_are_counted_ahead(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly, as long as nothing changes; then the page counts for itself."""
    shop.count()
    monkeypatch.setattr(opened, "MANY", 10)
    shop.now = datetime.now(UTC)
    since = days.closed_at(shop.now)
    assert read_opened(tmp_path) is None
    mark = write_opened(shop.store, tmp_path, since, shop.now - timedelta(minutes=10), ())
    assert write_opened(shop.store, tmp_path, since, shop.now, mark) == mark
    week = Wanted(shop.now.date() - timedelta(days=12), shop.now.date(), ROME)
    shop.check(week, reader=Reader(tmp_path))
    assert Reader(tmp_path).read(shop.store, week, 1, now=shop.now).as_of == shop.now
    name = f"{shop.now.timestamp():032.0f}"
    shop.store.searches.write([Search(name, shop.now, "site", "it", "ora", "ora", "no", 0.1, (), "s", 1.0)])
    shop.check(week, reader=Reader(tmp_path))
    # What was counted a moment ago is told, and from when it is.
    ahead = shop.now - timedelta(minutes=10)
    assert Reader(tmp_path).read(shop.store, week, 1, now=ahead + timedelta(seconds=20)).as_of == ahead


def test_retention_leaves_what_is_left(shop: Shop) -> None:
    """After each part of it, and at the end no text is kept that was asked before."""
    shop.count()
    before = shop.now - timedelta(days=6, hours=5)
    week = Wanted(shop.now.date() - timedelta(days=12), shop.now.date(), ROME)
    while shop.store.retention.forget(before):
        shop.check(week)
    assert shop.count()
    shop.check_all()
    while shop.store.retention.forget(before):
        pass
    with shop.engine.connect() as connection:
        oldest = connection.execute(text("SELECT min(last) FROM segment_wordings")).scalar()
        asked = {row[0] for row in connection.execute(text("SELECT query FROM searches"))}
        kept = {row[0] for row in connection.execute(text("SELECT wording FROM segment_wordings"))}
    assert str(oldest) >= f"{before:%Y-%m-%d %H:%M}"
    assert kept <= asked


def test_a_visit_in_parts_is_one(store: Store) -> None:
    """Asked at half past ten, eleven and twelve, of which the one or the other is counted: one asker still."""
    shop = Shop(store, Played(), "sqlite://")
    day = datetime.combine(shop.now.date() - timedelta(days=4), time(), UTC)
    names = [f"{number:032}" for number in range(4)]
    for number, name in enumerate(names[1:], start=1):
        at, previous = day + HOUR * (9.5 + number), names[number - 1]
        search = Search(
            name, at, "site", "it", "sempre uguale", "", "no", 0.1, (), "s", 1.0, previous=previous
        )
        store.searches.write([search])
    wanted = Wanted(day.date(), day.date(), UTC_ZONE)
    for hour in (0, 11, 12, 24):
        # The keeper counts what began before the hour.
        shop.count(day + HOUR * hour + timedelta(hours=48, minutes=20))
        listed = Reader().read(store, wanted, 2, [Page("episodes")], shop.now).questions["episodes"]
        assert (listed.questions, listed.hidden_count) == ((), 3), hour
        shop.check(wanted, 2)


def test_the_clock_goes_back(store: Store) -> None:
    """A night of 25 hours, and the one of 23, in Rome: what began in them is of their days."""
    for night in (date(2026, 10, 25), date(2026, 3, 29)):
        since = datetime.combine(night - timedelta(days=1), time(20), UTC)
        keep(play(night.day, 90, since, since + timedelta(hours=30)), store)
    shop, every = Shop(store, Played(), "sqlite://"), everything(store)
    for counted in (False, True):
        for night in (date(2026, 10, 25), date(2026, 3, 29)):
            for day in (night - timedelta(days=1), night, night + timedelta(days=1)):
                shop.check(Wanted(day, day, ROME), 2, None, every)
        assert counted or shop.count()


def test_bytes_are_what_was_packed(shop: Shop) -> None:
    with shop.store.insights.look() as look:
        span = Span(shop.now - timedelta(days=5), shop.now - timedelta(days=4))
        frame = frame_of(gather(look, span))
    packed = pack([frame, frame])
    assert pack(unpack(packed)) == packed
    assert len(packed) < 100 * (2 * len(frame.episodes["at"]) + 2_000)
