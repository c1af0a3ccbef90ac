"""The one clock: settable, in Korean time, and its waits end when the process is asked to stop."""

import signal
import threading
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day

import pytest

from foresto_cli import clock
from foresto_cli.errors import Interrupted, exit_code_of

MOMENT = datetime(2026, 11, 20, 19, 0, tzinfo=clock.KST)


def near(found, expected):
    return abs(found - expected) < timedelta(seconds=2)


def test_now_is_the_present_in_korean_time():
    assert near(clock.now(), datetime.now(UTC))
    assert clock.now().utcoffset() == timedelta(hours=9)


def test_a_pretended_moment_is_now_and_goes_on():
    clock.pretend(MOMENT)
    first = clock.now()
    assert near(first, MOMENT)
    time.sleep(0.02)
    assert clock.now() - first >= timedelta(seconds=0.02)
    assert clock.today() == date(2026, 11, 20)


def test_none_sets_the_clock_right_again():
    clock.pretend(MOMENT)
    clock.pretend(None)
    assert near(clock.now(), datetime.now(UTC))


def test_a_moment_without_a_zone_is_korean_time():
    clock.pretend(MOMENT.replace(tzinfo=None))
    assert near(clock.now(), MOMENT)


def test_the_date_changes_at_korean_midnight():
    clock.pretend(datetime(2026, 11, 20, 14, 59, 50, tzinfo=UTC))
    assert clock.today() == date(2026, 11, 20)
    clock.pretend(datetime(2026, 11, 20, 15, 0, 10, tzinfo=UTC))
    assert clock.today() == date(2026, 11, 21)


def test_wall_time_is_korean_and_has_no_zone():
    clock.pretend(MOMENT)
    assert clock.wall().tzinfo is None
    assert near(clock.wall().replace(tzinfo=clock.KST), MOMENT)


def test_durations_do_not_follow_a_pretended_clock():
    before = clock.monotonic()
    clock.pretend(MOMENT - timedelta(days=3_000))
    assert 0 <= clock.monotonic() - before < 2


def test_sleep_takes_its_time():
    before = time.monotonic()
    clock.sleep(0.05)
    assert 0.05 <= time.monotonic() - before < 2


def test_nobody_asked_to_stop_at_first():
    assert clock.interruption() is None


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_waking_ends_every_wait_of_every_thread(number, code):
    ended = []

    def wait():
        try:
            clock.sleep(30)
        except Interrupted as interrupted:
            ended.append(exit_code_of(interrupted))

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    assert ended == []
    before = time.monotonic()
    clock.wake(number)
    for thread in threads:
        thread.join(5)
    assert time.monotonic() - before < 2
    assert ended == [code] * 3


def test_after_waking_no_wait_begins_any_more():
    clock.wake(signal.SIGTERM)
    before = time.monotonic()
    with pytest.raises(Interrupted) as caught:
        clock.sleep(30)
    assert time.monotonic() - before < 1
    assert exit_code_of(caught.value) == 143
    assert exit_code_of(clock.interruption()) == 143


def test_a_written_day_and_moment_are_read_as_they_stand():
    assert clock.day_of("20261120") == date(2026, 11, 20)
    assert clock.day_of("2026/11/20", "%Y/%m/%d") == date(2026, 11, 20)
    assert clock.wall_of("202611201905", "%Y%m%d%H%M") == datetime.combine(date(2026, 11, 20), time_of_day(19, 5))


@pytest.mark.parametrize("given", ["", "2026-11-20", "20260230", "99999999", "20261120 ", "오늘"])
def test_what_names_no_day_is_refused(given):
    with pytest.raises(ValueError, match=r"time data|day is out of range|unconverted"):
        clock.day_of(given)


@pytest.mark.parametrize("given", [None, 20261120])
def test_a_day_is_a_text(given):
    with pytest.raises(TypeError):
        clock.day_of(given)
