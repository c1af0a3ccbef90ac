"""The weekly and the monthly verification: a second source, and the sizes of tables against earlier runs."""

from datetime import date, timedelta

import pytest

from foresto_cli.loading import load_prices
from foresto_cli.running import job
from foresto_cli.verify import second_source, verification

QUICK = job.Options()
PATIENCE = 0.5


@pytest.mark.long
def test_a_second_source_agrees_is_asked_politely_and_a_planted_difference_is_found(loaded):
    before = len(loaded.asked("/sise.nhn"))
    result = verification.verify_weekly(loaded.app)
    assert result.findings == []
    assert result.notes == []
    stocks_and_index = loaded.asked("/sise.nhn")[before:]
    asked = [request for request in stocks_and_index if request.fields["symbol"] != "KOSPI"]
    assert len(asked) == len({request.fields["symbol"] for request in asked})
    assert second_source.LARGEST <= len(asked) <= second_source.LARGEST + 60 / second_source.WEEKS + 1
    assert "005930" in {request.fields["symbol"] for request in asked}
    assert result.requests == {"naver": len(asked) + 1, "total": len(asked) + 1}
    loaded.execute(
        "UPDATE stock_price_daily SET adj_close_price = adj_close_price * 1.05"
        " WHERE ticker = '005930' AND trade_date = (SELECT min(trade_date) FROM stock_price_daily)"
    )
    found = {finding.check: finding for finding in verification.verify_weekly(loaded.app).findings}
    finding = found["prices.second_source"]
    assert (finding.severity, finding.found, finding.sample[0]["ticker"]) == ("warning", 1, "005930")


@pytest.mark.long
def test_a_row_that_agrees_with_itself_alone_is_found_wherever_it_stands(loaded):
    loaded.execute(
        "UPDATE stock_price_daily SET open_price = open_price * 10, adj_close_price = adj_close_price,"
        " close_price = close_price WHERE ticker = '005930' AND trade_date = '2026-11-12'"
    )
    found = {finding.check: finding for finding in verification.verify_weekly(loaded.app).findings}
    assert found["prices.second_source"].units == {"prices.day": ["2026-11-12"]}


def test_every_stock_has_its_turn_within_a_quarter(loaded):
    with loaded.app.engine.connect() as connection:
        weeks = [date(2026, 11, 20) - timedelta(weeks=back) for back in range(second_source.WEEKS)]
        turns = {day.toordinal() // 7 % second_source.WEEKS for day in weeks}
        chosen = second_source.sample(connection, weeks[0])
    traded = loaded.scalar("SELECT count(*) FROM stock_price_daily WHERE trade_date = '2026-11-20' AND volume > 0")
    assert turns == set(range(second_source.WEEKS))
    assert traded / second_source.WEEKS - 1 <= len(chosen) <= traded / second_source.WEEKS + 1 + second_source.LARGEST


@pytest.mark.long
def test_a_second_source_that_is_silent_is_a_note_and_no_finding(open_loaded):
    with open_loaded(faults="500@fchart.stock.naver.com+7") as world:
        result = verification.verify_weekly(world.app)
        assert "prices.second_source" not in {finding.check for finding in result.findings}
        assert "7종목만" in result.notes[0]
        assert result.exit_code == 0


@pytest.mark.long
def test_a_table_that_shrank_since_an_earlier_run_is_found(loaded):
    measures = verification.verify_monthly(loaded.app).measures
    assert measures["stock_price_daily"] > 500
    loaded.execute("DELETE FROM index_price_daily WHERE index_code = 'KS200'")
    found = {finding.check: finding for finding in verification.verify_monthly(loaded.app).findings}
    before = measures["index_price_daily"]
    assert found["trend.shrunk"].sample == [{"표": "index_price_daily", "행": before - 12, "앞서": before}]
    assert loaded.scalar("SELECT count(*) FROM ops_alert WHERE subject = 'trend.shrunk'") == 1
    load_prices.load_index(loaded.app, 1825, job.Options())
