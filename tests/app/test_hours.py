"""Opening hours: read, and asked at moments that are easy to get wrong."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.hours import HoursError, OpeningHours, Standing, parse_hours

ROME = ZoneInfo("Europe/Rome")
SHOP = parse_hours("mo-fr 09:00-18:00; sa 09:00-13:00", ROME)


def local(text: str, zone: ZoneInfo = ROME) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def said(hours: OpeningHours, moment: datetime) -> tuple[bool, str, int]:
    standing = hours.standing(moment)
    return standing.open, f"{standing.changes:%a %H:%M}", standing.days


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-20 08:59:59", (False, "Fri 09:00", 0)),
        ("2026-11-20 09:00", (True, "Fri 18:00", 0)),
        ("2026-11-20 17:59:59", (True, "Fri 18:00", 0)),
        ("2026-11-20 18:00", (False, "Sat 09:00", 1)),
        ("2026-11-21 00:00", (False, "Sat 09:00", 0)),
        ("2026-11-21 13:00", (False, "Mon 09:00", 2)),
        ("2026-11-22 23:59:59", (False, "Mon 09:00", 1)),
    ],
)
def test_a_shops_week(moment: str, expected: tuple[bool, str, int]) -> None:
    assert said(SHOP, local(moment)) == expected


def test_the_clock_is_the_shops_and_not_the_servers() -> None:
    assert said(SHOP, datetime(2026, 7, 6, 6, 59, tzinfo=UTC)) == (False, "Mon 09:00", 0)
    assert said(SHOP, datetime(2026, 7, 6, 7, 0, tzinfo=UTC)) == (True, "Mon 18:00", 0)
    # In Rome it is Monday already.
    assert said(SHOP, datetime(2026, 7, 5, 22, 30, tzinfo=UTC)) == (False, "Mon 09:00", 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [("2026-03-27T08:00:00", "2026-03-30T07:00:00"), ("2026-10-23T07:00:00", "2026-10-26T08:00:00")],
)
def test_nine_stays_nine_when_the_clocks_change(before: str, after: str) -> None:
    """Friday and Monday around each change: the same hour in Rome, another in UTC."""
    for moment in (before, after):
        opening = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        assert SHOP.standing(opening).open
        assert not SHOP.standing(opening.replace(hour=opening.hour - 1, minute=59)).open


def test_hours_in_the_night_the_clocks_change() -> None:
    night = parse_hours("sa 22:00-04:00", ROME)
    # 02:30 is twice on 25 October, and never on 29 March.
    for utc in (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)):
        assert said(night, utc) == (True, "Sun 04:00", 0)
    assert said(night, datetime(2026, 3, 29, 1, 59, tzinfo=UTC)) == (True, "Sun 04:00", 0)
    assert not night.standing(datetime(2026, 3, 29, 2, 0, tzinfo=UTC)).open


def test_a_span_over_midnight_is_one() -> None:
    bar = parse_hours("fr 20:00-02:00", ROME)
    assert said(bar, local("2026-11-20 23:00")) == (True, "Sat 02:00", 1)
    assert said(bar, local("2026-11-21 01:59")) == (True, "Sat 02:00", 0)
    assert said(bar, local("2026-11-21 02:00")) == (False, "Fri 20:00", 6)


def test_days_that_touch_at_midnight_are_one_stretch() -> None:
    touching = parse_hours("mo 18:00-24:00; tu 00:00-06:00", ROME)
    assert said(touching, local("2026-11-23 20:00")) == (True, "Tue 06:00", 1)
    until_midnight = parse_hours("mo 18:00-24:00", ROME)
    assert said(until_midnight, local("2026-11-23 20:00")) == (True, "Tue 00:00", 1)


def test_a_pause_at_noon() -> None:
    hours = parse_hours("mo-fr 15:00-19:00,09:00-13:00", ROME)
    assert said(hours, local("2026-11-20 13:30")) == (False, "Fri 15:00", 0)
    assert [(s.start, s.end) for s in hours.week[0]] == [(time(9), time(13)), (time(15), time(19))]


def test_around_the_clock_never_changes() -> None:
    always = parse_hours("mo-su 00:00-24:00", ROME)
    for moment in ("2026-11-20 00:00", "2026-11-22 23:59"):
        assert always.standing(local(moment)) == Standing(open=True, changes=None, days=0)


def test_one_hour_a_week_is_a_week_away() -> None:
    weekly = parse_hours("mo 09:00-10:00", ROME)
    assert said(weekly, local("2026-11-23 10:00")) == (False, "Mon 09:00", 7)


def test_the_week_as_people_say_it() -> None:
    assert [(g.first, g.last, len(g.spans)) for g in SHOP.groups()] == [(0, 4, 1), (5, 5, 1), (6, 6, 0)]


@pytest.mark.parametrize(
    "same",
    [
        "MO-FR 9:00-18:00 ; SA 9:00-13:00;",
        "mo,tu,we - fr  09:00 - 18:00; sa 09:00-13:00",
        "sa 09:00-13:00; mo-fr 09:00-18:00",
    ],
)
def test_one_week_may_be_written_in_many_ways(same: str) -> None:
    assert parse_hours(same, ROME) == SHOP


def test_days_may_run_over_the_weekend() -> None:
    assert [bool(spans) for spans in parse_hours("fr-mo 10:00-12:00", ROME).week] == [
        True, False, False, False, True, True, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("lun–ven 9–18", "is not days and hours such as"),
        ("mo-fr", "is not days and hours such as"),
        ("xx 09:00-18:00", "“xx” is no day: write mo, tu"),
        ("mo-xy 09:00-18:00", "“xy” is no day"),
        ("mo 9-18", "“9-18” is no span of time"),
        ("mo 09:00-25:00", "that no clock shows"),
        ("mo 24:00-06:00", "that no clock shows"),
        ("mo 09:60-18:00", "that no clock shows"),
        ("mo 09:00-09:00", "for the whole day write 00:00-24:00"),
        ("mo 09:00-13:00,12:00-15:00", "two spans of “mo” overlap"),
        ("mo-we 09:00-13:00; tu 10:00-11:00", "two spans of “tu” overlap"),
        (";;", "it names no day"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(written: str, reason: str) -> None:
    with pytest.raises(HoursError, match=reason):
        parse_hours(written, ROME)


@settings(deadline=None)
@given(
    minutes=st.integers(0, 366 * 24 * 60),
    written=st.sampled_from(
        ["mo-fr 09:00-18:00", "fr 20:00-02:00; sa 01:00-05:00", "su 23:00-24:00; mo 00:00-01:00"]
    ),
)
def test_just_before_a_change_it_is_as_said_and_then_it_is_not(minutes: int, written: str) -> None:
    """On UTC's clock, where no hour is missing or double."""
    hours = parse_hours(written, ZoneInfo("UTC"))
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    standing = hours.standing(moment)
    assert standing.changes
    change = standing.changes.replace(tzinfo=UTC)
    assert change > moment
    assert hours.standing(change - (change - moment) / 2).open == standing.open
    assert hours.standing(change - timedelta(microseconds=1)).open == standing.open
    assert hours.standing(change).open != standing.open
