"""The same answer refused twice is settled: told once, counted, and asked for again when it is worth it."""

from datetime import timedelta

import pytest
from everything import QUICK
from support import EVENING

import foresto_cli
from foresto_cli.loading import load_prices, load_products, retrying
from foresto_cli.running import job
from foresto_cli.telling import notify
from foresto_cli.verify import verification
from foresto_cli.views import state

PATIENCE = 1
AGAIN = job.Options(again=True)
BROKEN = "missing_field@finlife.fss.or.kr"
UNIT = "SELECT status, refused_version IS NOT NULL FROM unit_ledger WHERE dataset = 'fss.deposits' AND unit = '020000'"


def deposits(world, options=QUICK):
    return load_products.load_products(world.app, "deposits", "020000", options)


def counted(world):
    result = verification.verify_daily(world.app)
    return {finding.check: finding for finding in result.findings if finding.table == "unit_ledger"}


@pytest.fixture
def refused(open_world):
    """A world in which one unit was refused twice, in the same words."""
    with open_world(faults=BROKEN) as world:
        assert deposits(world).units.failed == 1
        assert world.rows(UNIT) == [("failed", False)]
        assert deposits(world).exit_code == 65
        yield world


def test_the_second_time_it_is_settled_and_told_once(refused):
    assert refused.rows(UNIT) == [("unreadable", True)]
    sent = len(refused.sandbox.requests)
    third = deposits(refused)
    assert (third.outcome, third.exit_code, len(refused.sandbox.requests)) == ("nothing_to_do", 0, sent)
    told = refused.rows("SELECT alert_type, subject, alert_level, resolved_at IS NULL FROM ops_alert ORDER BY 1")
    assert told == [
        ("unreadable", "fss.deposits 2026-11-20", "info", True),
    ]
    [line] = state.status(refused.app)["unsettled"]
    assert (line["kind"], line["units"], line["hint"]) == ("unreadable", {"fss.deposits": 1}, "foresto retry --again")
    found = counted(refused)
    assert list(found) == ["ledger.unreadable"]
    assert found["ledger.unreadable"].severity == "info"
    assert not refused.scalar("SELECT count(*) FROM ops_alert WHERE subject = 'ledger.unreadable'")


def test_it_is_told_as_settled_and_never_as_mended(open_world):
    with open_world(faults=BROKEN) as world:
        for _ in range(4):
            deposits(world)
            notify.deliver(world.app)
        titles = [item.text.splitlines()[0] for item in world.sandbox.outbox.items if item.channel == "slack"]
        assert titles == ["[foresto 주의] 정기예금 1건 실패", "[foresto 참고] 정기예금 1건: 응답을 읽을 수 없음"]
        world.sandbox.faults.clear()
        retrying.retry(world.app, None, AGAIN)
        notify.deliver(world.app)
        last = [item.text for item in world.sandbox.outbox.items if item.channel == "slack"][-1]
        assert last.startswith("[foresto 해결]")


def test_after_a_week_it_is_asked_for_quietly_once_more(open_loaded):
    without, day = ("fsc_api_key", "krx_id"), "2026-11-17"
    with open_loaded(faults="truncated@data-dbg.krx.co.kr", without=without) as world:
        world.execute("DELETE FROM unit_ledger WHERE unit = :day", day=day)
        for _ in range(2):
            load_prices.load_prices_incremental(world.app, 1825, 0, QUICK)
        assert world.scalar("SELECT status FROM unit_ledger WHERE unit = :day", day=day) == "unreadable"
        assert load_prices.load_prices_incremental(world.app, 1825, 0, QUICK).requests["total"] == 0
    with open_loaded(EVENING + timedelta(days=8), without=without, sessions=18) as world:
        load_prices.load_prices_incremental(world.app, 1825, 0, QUICK)
        assert world.scalar("SELECT status FROM unit_ledger WHERE unit = :day", day=day) == "done"


@pytest.mark.long
def test_retry_leaves_it_alone_and_again_asks(refused):
    assert retrying.retry(refused.app, None, QUICK).requests["total"] == 0
    still = retrying.retry(refused.app, None, AGAIN)
    assert (still.units.failed, still.unreadable, still.exit_code) == (1, 1, 65)
    assert refused.rows(UNIT) == [("unreadable", True)]
    assert counted(refused)["ledger.unreadable"].repair == "foresto retry --again"
    refused.sandbox.faults.clear()
    assert retrying.retry(refused.app, None, AGAIN).units.done == 1
    assert refused.rows(UNIT) == [("done", False)]
    assert counted(refused) == {}
    assert refused.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL AND alert_type <> 'verify'") == 0


def test_another_version_of_foresto_asks_again_once(refused, monkeypatch):
    monkeypatch.setattr(foresto_cli, "__version__", "9.9.9")
    assert deposits(refused).units.failed == 1
    assert deposits(refused).requests["total"] == 0
    monkeypatch.setattr(foresto_cli, "__version__", "9.9.10")
    refused.sandbox.faults.clear()
    assert deposits(refused).units.done == 1
    assert refused.rows(UNIT) == [("done", False)]


def test_another_day_may_bring_another_answer_and_the_same_is_no_failure(open_world):
    with open_world(faults=BROKEN) as world:
        for _ in range(2):
            deposits(world)
    with open_world(EVENING + timedelta(days=1), faults=BROKEN) as world:
        result = deposits(world)
        assert (result.exit_code, result.units.failed, result.unreadable) == (0, 0, 1)
        assert result.requests["total"] > 0
        assert any("읽을 수 없음" in note for note in result.notes)
        assert deposits(world).requests["total"] == 0
    with open_world(EVENING + timedelta(days=2)) as world:
        assert deposits(world).units.done == 1


def test_other_words_begin_anew_and_what_passes_is_no_refusal(open_world):
    with open_world(faults=BROKEN) as world:
        deposits(world)
    for faults, status in (("500@finlife.fss.or.kr", "failed"), (BROKEN, "unreadable")):
        with open_world(faults=faults) as world:
            deposits(world)
            assert world.rows(UNIT)[0][0] == status
    with open_world(faults="text_number@finlife.fss.or.kr") as world:
        deposits(world, AGAIN)
        assert world.rows(UNIT) == [("failed", False)]


def test_what_is_stored_stays_stored_and_is_not_asked_for_daily(open_loaded):
    day = "2026-11-17"
    stored = (
        "SELECT status, row_count, refused_version IS NOT NULL FROM unit_ledger"
        " WHERE dataset = 'prices.day' AND unit = '2026-11-17'"
    )
    with open_loaded(
        faults="missing_field@data-dbg.krx.co.kr,missing_field@data.krx.co.kr", without=("fsc_api_key",)
    ) as world:
        [(_, count, _)] = world.rows(stored)
        world.execute("DELETE FROM stock_price_daily WHERE trade_date = :day AND ticker < '01'", day=day)
        results = [load_prices.load_prices_incremental(world.app, 1825, 0, QUICK) for _ in range(3)]
        assert [result.units.failed for result in results] == [1, 1, 0]
        assert results[2].requests["total"] == 0
        assert world.rows(stored) == [("done", count, True)]


def test_prices_refused_in_the_evening_are_asked_for_when_the_official_ones_appear(open_loaded):
    without = ("fsc_api_key",)
    blank = "all_dash@data.krx.co.kr/MDCSTAT01501,404@raw.githubusercontent.com"
    with open_loaded(EVENING + timedelta(days=3), faults=blank, without=without) as world:
        results = [load_prices.load_prices_incremental(world.app, 1825, 0, QUICK) for _ in range(3)]
        assert world.scalar("SELECT status FROM unit_ledger WHERE unit = '2026-11-23'") == "unreadable"
        assert [result.exit_code for result in results][2] == 0
    with open_loaded((EVENING + timedelta(days=4)).replace(hour=8, minute=10), without=without) as world:
        assert load_prices.load_prices_incremental(world.app, 1825, 0, QUICK).sources["KRX_OPENAPI"] >= 1
        assert world.scalar("SELECT status FROM unit_ledger WHERE unit = '2026-11-23'") == "done"
