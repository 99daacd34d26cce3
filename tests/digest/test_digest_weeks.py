"""Which week is due, on whose clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.digest.weeks import days_of, due, last_week, morning_after
from tests.digest.conftest import ROME, WEEK


@pytest.mark.parametrize(
    ("now", "week"),
    [
        (datetime(2026, 10, 26, 0, 0, tzinfo=ROME), None),
        (datetime(2026, 10, 26, 7, 59, 59, 999_999, tzinfo=ROME), None),
        (datetime(2026, 10, 26, 8, 0, tzinfo=ROME), WEEK),
        # The clocks went back on the 25th: eight in Rome is seven in UTC, and was six the Monday before.
        (datetime(2026, 10, 26, 6, 30, tzinfo=UTC), None),
        (datetime(2026, 10, 26, 7, 0, tzinfo=UTC), WEEK),
        (datetime(2026, 10, 19, 6, 0, tzinfo=UTC), date(2026, 10, 12)),
        (datetime(2026, 3, 30, 6, 0, tzinfo=UTC), date(2026, 3, 23)),
        (datetime(2026, 3, 30, 5, 59, tzinfo=UTC), None),
        (datetime(2026, 11, 1, 23, 59, 59, tzinfo=ROME), WEEK),
        (datetime(2027, 1, 1, 12, 0, tzinfo=ROME), date(2026, 12, 21)),
    ],
)
def test_a_week_is_due_from_monday_at_eight_to_sunday_night(now: datetime, week: date | None) -> None:
    assert due(now, ROME) == week


def test_each_place_has_its_own_monday() -> None:
    now = datetime(2026, 10, 25, 23, 30, tzinfo=UTC)
    assert due(now, ZoneInfo("Asia/Tokyo")) == WEEK
    assert due(now, ROME) is None
    assert due(now, ZoneInfo("Pacific/Honolulu")) == WEEK - timedelta(days=7)


def test_a_week_has_its_days_and_its_morning() -> None:
    assert days_of(WEEK, ROME).span.since == datetime(2026, 10, 18, 22, tzinfo=UTC)
    assert days_of(WEEK, ROME).span.until == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert morning_after(WEEK, ROME) == datetime(2026, 10, 26, 7, tzinfo=UTC)
    # To see it one need not wait until eight.
    assert last_week(datetime(2026, 10, 26, 0, 0, tzinfo=ROME), ROME) == WEEK
