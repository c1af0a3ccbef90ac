"""Which days are sessions, and from when their numbers can be had."""

import csv
import subprocess
import sys
from datetime import date, datetime, time, timedelta

import pytest
from support import SHARED, needs_shared

from foresto_cli.calendar import Calendar, is_regular_session
from foresto_cli.clock import KST
from foresto_cli.regimes import closes_at, extended_at, final_at, last_trade_at, opens_at

PLAIN = Calendar()


def at(day, hour, minute=0, second=0):
    return datetime.combine(day, time(hour, minute, second), KST)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 1, 1), "new year"),
        (date(2026, 5, 1), "labour day, on which only the exchange rests"),
        (date(2026, 6, 3), "local elections"),
        (date(2026, 7, 17), "constitution day, a holiday again since 2026"),
        (date(2026, 9, 25), "chuseok"),
        (date(2026, 12, 25), "christmas"),
        (date(2026, 12, 31), "the year's last day"),
        (date(2026, 11, 21), "saturday"),
        (date(2026, 11, 22), "sunday"),
    ],
)
def test_a_holiday_is_no_session(day, why):
    assert not is_regular_session(day)
    assert not PLAIN.is_session(day)


@pytest.mark.parametrize("day", [date(2026, 11, 20), date(2026, 12, 30), date(2026, 1, 2), date(2026, 7, 16)])
def test_an_ordinary_weekday_is_a_session(day):
    assert PLAIN.is_session(day)


@needs_shared
def test_the_rules_agree_with_every_session_observed_since_2011():
    with (SHARED / "recorded" / "market" / "krx_trading_days.csv").open(encoding="utf-8") as file:
        observed = {date.fromisoformat(row["trading_date"]) for row in csv.DictReader(file)}
    first, last = min(observed), max(observed)
    assert len(observed) > 3_800
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    assert [day for day in days if is_regular_session(day) != (day in observed)] == []


def test_an_observed_closure_closes_a_day_that_the_rules_call_a_session():
    known = Calendar(closed=frozenset({date(2026, 11, 20)}))
    assert not known.is_session(date(2026, 11, 20))
    assert known.is_session(date(2026, 11, 19))
    assert known.previous(date(2026, 11, 23)) == date(2026, 11, 19)


def test_an_observed_session_opens_a_day_that_the_rules_call_closed():
    known = Calendar(opened=frozenset({date(2026, 11, 21)}))
    assert known.is_session(date(2026, 11, 21))
    assert known.previous(date(2026, 11, 23)) == date(2026, 11, 21)
    assert known.following(date(2026, 11, 20)) == date(2026, 11, 21)


def test_sessions_of_a_span_include_both_ends_oldest_first():
    found = PLAIN.sessions(date(2026, 11, 19), date(2026, 11, 24))
    assert found == [date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)]
    assert PLAIN.sessions(date(2026, 11, 20), date(2026, 11, 20)) == [date(2026, 11, 20)]
    assert PLAIN.sessions(date(2026, 11, 21), date(2026, 11, 22)) == []
    assert PLAIN.sessions(date(2026, 11, 24), date(2026, 11, 20)) == []


def test_previous_and_following_pass_over_weekends_and_holidays():
    assert PLAIN.previous(date(2026, 11, 23)) == date(2026, 11, 20)
    assert PLAIN.previous(date(2026, 11, 22)) == date(2026, 11, 20)
    assert PLAIN.following(date(2026, 11, 20)) == date(2026, 11, 23)
    # Thursday the 31st and Friday the 1st are closed, then comes a weekend.
    assert PLAIN.following(date(2026, 12, 30)) == date(2027, 1, 4)
    assert PLAIN.previous(date(2027, 1, 4)) == date(2026, 12, 30)
    # Chuseok: Thursday to Saturday.
    assert PLAIN.following(date(2026, 9, 23)) == date(2026, 9, 28)


def test_a_session_has_ended_from_twenty_to_four_on():
    friday = date(2026, 11, 20)
    assert PLAIN.latest_ended(at(friday, 15, 39, 59)) == date(2026, 11, 19)
    assert PLAIN.latest_ended(at(friday, 15, 40)) == friday
    assert PLAIN.latest_ended(at(friday, 0)) == date(2026, 11, 19)
    assert PLAIN.latest_ended(at(date(2026, 11, 22), 23, 59)) == friday
    assert PLAIN.latest_ended(at(date(2026, 11, 23), 9)) == friday


def test_a_closed_day_never_ends():
    known = Calendar(closed=frozenset({date(2026, 11, 20)}))
    assert known.latest_ended(at(date(2026, 11, 20), 20)) == date(2026, 11, 19)


def test_the_hours_follow_the_regime_of_the_day():
    day, before = date(2026, 11, 20), date(2026, 9, 11)
    assert (extended_at(before), last_trade_at(before), final_at(before)) == (None, at(before, 18), at(before, 18, 30))
    assert (extended_at(day), last_trade_at(day), final_at(day)) == (at(day, 16), at(day, 20), at(day, 20, 20))
    assert extended_at(date(2026, 9, 14)) == at(date(2026, 9, 14), 16)
    assert opens_at(date(2026, 11, 20)) == at(date(2026, 11, 20), 9)
    assert closes_at(date(2026, 11, 20)) == at(date(2026, 11, 20), 15, 40)


@pytest.mark.parametrize("day", [date(2026, 11, 19), date(2025, 11, 13), date(2024, 11, 14), date(2023, 11, 16)])
def test_on_the_day_of_the_entrance_exam_everything_is_an_hour_later(day):
    assert opens_at(day) == at(day, 10)
    assert closes_at(day) == at(day, 16, 40)
    assert final_at(day) == (at(day, 21, 20) if day.year == 2026 else at(day, 19, 30))
    assert PLAIN.latest_ended(at(day, 16, 39)) < day
    assert PLAIN.latest_ended(at(day, 16, 40)) == day


@pytest.mark.parametrize("day", [date(2026, 11, 18), date(2026, 11, 5), date(2026, 11, 26), date(2026, 10, 15)])
def test_other_days_are_not_late(day):
    assert closes_at(day) == at(day, 15, 40)


def test_the_exchange_rests_as_the_whole_package_says_that_was_not_imported():
    code = (
        "import sys; from foresto_cli import calendar; import foresto_cli.calendar as c\n"
        "ours = {year: c._holidays(year) for year in range(1995, 2041)}\n"
        "assert not {'holidays.countries', 'holidays.financial'} & sys.modules.keys()\n"
        "import holidays\n"
        "theirs = {year: frozenset(holidays.financial_holidays('XKRX', years=[year])) for year in ours}\n"
        "from holidays.countries import Japan, SouthKorea\n"
        "print(ours == theirs, issubclass(holidays.KRX.get_entity(), SouthKorea))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["True", "True"]
