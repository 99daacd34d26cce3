"""How long an answer takes: by the clock on the wall, in opening hours, without flattering."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.contact.daysoff import days_off
from app.contact.promises import in_words
from app.contact.waiting import after, between, expected_reply, whole_days
from app.hours import OpeningHours, parse_hours
from app.languages import load_interfaces
from app.store import Promise, Waits

ROME = ZoneInfo("Europe/Rome")
INTERFACES = load_interfaces()


def hours(text: str = "mo-fr 09:00-13:00,14:00-18:00; sa 09:00-13:00", place: str = "IT") -> OpeningHours:
    parsed = parse_hours(text, ROME)
    return OpeningHours(parsed.week, parsed.zone, days_off(place))


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-23T10:00", "2026-11-23T11:30", 90),
        ("2026-11-23T12:30", "2026-11-23T14:30", 60),  # over lunch
        ("2026-11-21T12:00", "2026-11-23T10:00", 120),  # from Saturday to Monday
        ("2026-11-22T03:00", "2026-11-22T23:00", 0),  # on a Sunday
        ("2026-08-14T17:00", "2026-08-17T10:00", 120),  # Ferragosto is a Saturday in 2026
        ("2026-12-24T17:00", "2026-12-28T09:30", 90),  # Christmas and Santo Stefano
        ("2026-11-23T11:00", "2026-11-23T10:00", 0),  # a clock that went back
        ("2026-11-23T02:00", "2026-11-23T09:01", 1),  # a reply at dawn
    ],
)
def test_only_open_minutes_count(start: str, end: str, minutes: int) -> None:
    assert between(hours(), rome(start), rome(end)) == minutes


def test_a_reply_at_night_took_the_minutes_before_closing() -> None:
    assert between(hours(), rome("2026-11-23T17:30"), rome("2026-11-23T23:50")) == 30


def test_the_night_the_clocks_change_has_more_or_fewer_minutes() -> None:
    night = hours("mo-su 22:00-06:00", "none")
    assert between(night, rome("2026-03-28T22:00"), rome("2026-03-29T06:00")) == 7 * 60
    assert between(night, rome("2026-10-24T22:00"), rome("2026-10-25T06:00")) == 9 * 60
    day = hours("su 00:00-24:00", "none")
    assert between(day, rome("2026-03-29T00:00"), rome("2026-03-30T00:00")) == 23 * 60


def test_holidays_of_a_part_of_the_country() -> None:
    assert date(2026, 5, 25) in days_off("IT-BZ")  # Whit Monday in the South Tyrol
    assert date(2026, 5, 25) not in days_off("IT")
    assert date(2026, 8, 15) not in days_off("none")
    for nowhere in ("XX", "IT-ZZ", "", "Italia"):
        with pytest.raises(ValueError, match="not known"):
            days_off(nowhere)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(min_value=1, max_value=60 * 100),
)
def test_so_many_minutes_after_lie_so_many_between(moment: datetime, minutes: int) -> None:
    start = moment.replace(second=0, microsecond=0)
    assert between(hours(), start, after(hours(), start, minutes)) == minutes


def test_hours_that_never_come_let_the_clock_go_on() -> None:
    start = rome("2026-11-23T10:00")
    never = OpeningHours(((),) * 7, ROME)
    assert after(never, start, 60) == start + timedelta(hours=1)
    assert between(never, start, start + timedelta(days=9)) == 0


def waits(*minutes: int, waiting: tuple[datetime, ...] = ()) -> Waits:
    nine = rome("2026-11-23T09:00")
    return Waits(tuple((nine, after(hours(), nine, m)) for m in minutes), waiting)


NOW = rome("2026-11-26T10:00")


def test_ten_replies_are_measured() -> None:
    promise = expected_reply(waits(*range(60, 660, 60)), hours(), 24, NOW)
    assert promise == Promise("measured", 300, 480, after(hours(), NOW, 480))
    assert promise.by == rome("2026-11-27T10:00")


def test_nine_are_too_few() -> None:
    promise = expected_reply(waits(*range(60, 600, 60)), hours(), 24, NOW)
    assert promise == Promise("promised", None, 1440, rome("2026-11-27T10:00"))
    assert expected_reply(waits(), hours(), None, NOW) is None


def test_those_who_still_wait_are_not_forgotten() -> None:
    """A desk that answers the easy ones at once and leaves the others lying is not fast."""
    long_ago = rome("2026-11-23T09:00")
    promise = expected_reply(waits(*[60] * 10, waiting=(long_ago,) * 30), hours(), 24, NOW)
    assert promise
    assert promise.typical == promise.latest == between(hours(), long_ago, NOW)


def test_those_who_have_just_written_make_nobody_faster() -> None:
    promise = expected_reply(waits(*[300] * 10, waiting=(NOW - timedelta(minutes=5),) * 30), hours(), 24, NOW)
    assert promise
    assert (promise.typical, promise.latest) == (300, 300)


def test_a_promise_in_hours_of_working_days_skips_days_off_and_ends_by_closing_time() -> None:
    friday = rome("2026-11-20T16:00")
    promise = expected_reply(waits(), hours("mo-fr 09:00-18:00"), 24, friday)
    assert promise
    assert promise.by == rome("2026-11-23T16:00")
    sunday = expected_reply(waits(), hours("mo-fr 09:00-18:00"), 24, rome("2026-11-22T03:00"))
    assert sunday
    assert sunday.by == rome("2026-11-23T18:00")
    assert whole_days(hours()).on(date(2026, 12, 25)) == ()


def test_the_wait_in_words() -> None:
    italian = INTERFACES["it"]
    promised = Promise("promised", None, 1440, rome("2026-11-23T18:00"))
    assert in_words(promised, italian, ROME) == (
        "Nei giorni lavorativi rispondiamo entro 24 ore.",
        "Quindi avrai nostre notizie entro lunedì 23 novembre 2026, alle ore 18:00.",
    )
    measured = Promise("measured", 61, 480, rome("2026-11-24T00:00"))
    said = " ".join(in_words(measured, italian, ROME))
    assert "metà di chi ci ha scritto per questo ha avuto risposta entro 2 ore" in said
    assert "quattro su cinque entro 8 ore" in said
    assert "lunedì 23 novembre 2026, alle ore 23:59" in said
    assert in_words(None, italian, ROME) == ()
