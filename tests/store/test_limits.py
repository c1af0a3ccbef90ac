"""Budgets and breakers: exact, shared by every command, ended by the Korean clock."""

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine
from support import EVENING

from foresto_cli import clock
from foresto_cli.errors import Blocked, QuotaSpent, exit_code_of
from foresto_cli.store import limits
from foresto_cli.store.limits import StoredLimits


@pytest.fixture
def stored(engine):
    clock.pretend(EVENING)
    return StoredLimits(engine)


def used(engine):
    with engine.connect() as connection:
        return dict(limits.budgets(connection))


def blocks(engine):
    with engine.connect() as connection:
        return limits.open_blocks(connection)


def test_a_budget_lets_exactly_so_many_requests_pass(stored, engine):
    for _ in range(3):
        stored.spend("krx", 3)
    with pytest.raises(QuotaSpent) as caught:
        stored.spend("krx", 3)
    assert used(engine) == {"krx": 3}
    assert "KRX" in str(caught.value)
    assert "3회" in str(caught.value)
    assert "자정" in str(caught.value)
    assert (exit_code_of(caught.value), caught.value.outcome) == (75, "quota")


def test_budgets_are_separate(stored, engine):
    stored.spend("krx", 1)
    stored.spend("fdr", 1)
    assert used(engine) == {"fdr": 1, "krx": 1}


def test_a_budget_of_nothing_counts_nothing(stored, engine):
    with pytest.raises(QuotaSpent):
        stored.spend("krx", 0)
    assert used(engine) == {}


def test_a_smaller_budget_holds_at_once_and_a_larger_one_goes_on(stored, engine):
    for _ in range(5):
        stored.spend("krx", 5)
    with pytest.raises(QuotaSpent):
        stored.spend("krx", 3)
    stored.spend("krx", 6)
    assert used(engine) == {"krx": 6}


def test_a_budget_begins_anew_at_korean_midnight(stored, engine):
    clock.pretend(datetime(2026, 11, 20, 23, 59, 30, tzinfo=clock.KST))
    stored.spend("krx", 1)
    with pytest.raises(QuotaSpent):
        stored.spend("krx", 1)
    clock.pretend(datetime(2026, 11, 21, 0, 0, 1, tzinfo=clock.KST))
    assert used(engine) == {}
    stored.spend("krx", 1)
    assert used(engine) == {"krx": 1}


def test_a_budget_is_exact_when_eight_threads_spend_it(stored, engine):
    passed, refused, together = [], [], threading.Barrier(8)

    def spend():
        together.wait(10)
        for _ in range(20):
            try:
                stored.spend("krx", 100)
                passed.append(1)
            except QuotaSpent:
                refused.append(1)

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (len(passed), len(refused)) == (100, 60)
    assert used(engine) == {"krx": 100}


def test_another_process_shares_budget_and_breaker(stored, engine):
    stored.spend("krx", 1)
    stored.block("krx", "이유")
    second = create_engine(engine.url)
    other = StoredLimits(second)
    with pytest.raises(QuotaSpent):
        other.spend("krx", 1)
    with pytest.raises(Blocked):
        other.check("krx")
    second.dispose()


def test_a_breaker_is_open_for_twenty_four_hours(stored, engine):
    stored.check("krx")
    stored.block("krx", "KRX: 차단 화면")
    for later in (timedelta(), timedelta(hours=23, minutes=59)):
        clock.pretend(EVENING + later)
        with pytest.raises(Blocked) as caught:
            stored.check("krx")
        assert "KRX" in str(caught.value)
        assert "11-21 20:30" in str(caught.value)
        assert "KRX: 차단 화면" in str(caught.value)
        assert (exit_code_of(caught.value), caught.value.outcome) == (75, "blocked")
    assert blocks(engine) == [("krx", "2026-11-21 20:30", "KRX: 차단 화면")]
    clock.pretend(EVENING + timedelta(hours=24, seconds=5))
    stored.check("krx")
    assert blocks(engine) == []


def test_a_breaker_concerns_nobody_else(stored):
    stored.block("krx", "이유")
    stored.check("fdr")


def test_another_block_counts_from_then_on(stored, engine):
    stored.block("krx", "처음")
    clock.pretend(EVENING + timedelta(hours=30))
    stored.block("krx", "다시")
    assert blocks(engine) == [("krx", "2026-11-23 02:30", "다시")]
    clock.pretend(EVENING + timedelta(hours=53))
    with pytest.raises(Blocked, match="다시"):
        stored.check("krx")
