"""What the verification finds in US stocks, and that asking again mends it."""

import pytest
from support import EVENING

from foresto_cli.loading import load_us_stocks
from foresto_cli.running import job
from foresto_cli.verify import verification

QUICK = job.Options()
S, F, T = "alpha_vantage_stocks", "alpha_vantage_financials", "alpha_vantage_timeseries"
A_DAY = "date = (SELECT max(date) - 21 FROM alpha_vantage_timeseries)"
A_PERIOD = f"ctid = (SELECT min(ctid) FROM {F})"
PLANTED = {
    "us.prices": {
        "고가·저가 순서": f"UPDATE {T} SET close = close * 10 WHERE {A_DAY}",
        "앞뒤와 다른 종가": f"UPDATE {T} SET open = open / 10, high = high / 10, low = low / 10,"
        f" close = close / 10 WHERE {A_DAY}",
        "마지막 시세": f"UPDATE {S} SET current_price = current_price * 10 WHERE symbol = 'AAPL'",
        "등락률": f"UPDATE {S} SET change_percent = change_percent + 1 WHERE symbol = 'AAPL'",
    },
    "us.overviews": {
        "PER·PBR": f"UPDATE {S} SET pe_ratio = -5 WHERE symbol = 'AAPL'",
        "배당수익률": f"UPDATE {S} SET dividend_yield = 273 WHERE symbol = 'AAPL'",
        "52주 고가·저가": f"UPDATE {S} SET week_52_low = week_52_high + 1 WHERE symbol = 'AAPL'",
        "이름·통화": f"UPDATE {S} SET currency = 'usd' WHERE symbol = 'AAPL'",
    },
    "us.statements": {
        "자산 = 부채 + 자본": f"UPDATE {F} SET total_assets = total_assets * 1000 WHERE {A_PERIOD}",
        "매출 − 원가 = 매출총이익": f"UPDATE {F} SET gross_profit = revenue + 1 WHERE {A_PERIOD}",
        "다른 기간과의 크기": f"UPDATE {F} SET revenue = 1000 * revenue, cost_of_revenue = 1000 * cost_of_revenue,"
        f" gross_profit = 1000 * gross_profit WHERE {A_PERIOD}",
        "기간": f"UPDATE {F} SET fiscal_date = '2031-03-01' WHERE {A_PERIOD}",
    },
    "us.missing": {"": f"DELETE FROM {S} WHERE symbol = 'AAPL'", " ": f"DELETE FROM {F} WHERE symbol = 'AAPL'"},
}


@pytest.fixture
def world(open_world):
    with open_world(EVENING, patience=1) as found:
        load_us_stocks.load(found.app, "AAPL", QUICK)
        load_us_stocks.prices(found.app, "AAPL", QUICK)
        yield found


def of_us(result):
    return {finding.check: finding for finding in result.findings if finding.check.startswith("us.")}


@pytest.mark.long
def test_good_us_stocks_have_no_finding_and_each_contradiction_is_named(world):
    assert of_us(verification.verify_daily(world.app)) == {}
    for check, kinds in PLANTED.items():
        for name, statement in kinds.items():
            kept = {table: f"kept_{table}" for table in (S, F, T)}
            for table, copy in kept.items():
                world.execute(f"CREATE TABLE {copy} AS SELECT * FROM {table}")
            world.execute(statement)
            found = of_us(verification.verify_daily(world.app))
            assert check in found, (name, found)
            assert name.strip() in found[check].sample[0].get("어긋남", ""), (name, found[check].sample)
            for table, copy in kept.items():
                world.execute(f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM {copy}; DROP TABLE {copy}")


@pytest.mark.long
def test_asking_again_mends_them(world):
    for kinds in PLANTED.values():
        world.execute(next(iter(kinds.values())))
    world.execute("DELETE FROM upstream_usage")
    result = verification.with_repair(world.app, verification.verify_daily, QUICK)
    assert of_us(result) == {}
