"""What is wrong in the lists, in what is derived of them and in ETFs is found, named, and mended where it can be."""

from datetime import timedelta

import pytest
from support import EVENING
from verify import lists

from foresto_cli.chains import chain
from foresto_cli.chains.steps import CHAINS
from foresto_cli.running import job
from foresto_cli.sandbox.world import MIRROR_STOPPED
from foresto_cli.verify import verification

pytestmark = pytest.mark.long

ROWS = {
    "fdr_stock_listing": "ticker, isin, name, market, sector, industry, products, listing_date, settle_month,"
    " representative, region, shares, marcap, security_group, is_listed, delisting_date, delisting_reason, as_of_date",
    "stocks": "ticker, name, market, crno, corp_code, isin, is_active, current_price, price_date, market_cap, shares,"
    " pe_ratio, pb_ratio, roe, ytd_return, one_year_return, dividend_yield, designation, designated_since",
    "stock_history": "*",
    "etfs": "ticker, isin, name, expense_ratio, current_price, nav, aum, price_date, is_active",
    "valuation_known": "*",
    "etf_price_daily": "ticker, trade_date, close_price, nav, net_assets",
}
WEEKLY = {
    "listing.described": "UPDATE fdr_stock_listing SET products = NULL",
    "stocks.company_numbers": "UPDATE stocks SET crno = (SELECT crno FROM stocks WHERE ticker = '000660')"
    " WHERE ticker = '005930'",
    "stocks.yield": "UPDATE stocks SET dividend_yield = 999 WHERE ticker = '005930'",
    "stocks.ratios": "UPDATE stocks SET pe_ratio = 999 WHERE ticker = '005930'",
    "stocks.valuation": "INSERT INTO valuation_known (ticker, known_from, known_to, other_shares, inputs, source_id,"
    " batch_id, created_at, updated_at) VALUES ('005930', '2026-01-02', '9000-01-01', 0, 'x', 'KRX', 1, now(), now())",
    "history.spans": "DELETE FROM stock_history WHERE ticker = '005930'",
}
UNMENDED = {
    "roster.unpriced": "its day of leaving is in no list that the sandbox still has",
    "etf.continuity": "a session that was never loaded stands before the first one",
    "stocks.ghosts": "nothing is ever deleted: a person decides",
    "etf.provisional": "the units are closed",
}


def contents(world):
    return {table: world.rows(f"SELECT {what} FROM {table} ORDER BY 1, 2") for table, what in ROWS.items()}


@pytest.mark.parametrize("check", sorted({*lists.PLANTED} - {*UNMENDED}))
def test_repair_restores_what_the_lists_say(loaded, check):
    before = contents(loaded)
    loaded.execute(lists.PLANTED[check])
    result = verification.with_repair(loaded.app, verification.verify_daily, job.Options())
    assert result.findings == []
    assert contents(loaded) == before


@pytest.mark.parametrize("check", WEEKLY)
def test_what_is_checked_weekly_is_found_and_restored(loaded, check):
    before = contents(loaded)
    loaded.execute(WEEKLY[check])
    assert check in {finding.check for finding in verification.verify_weekly(loaded.app).findings}
    result = verification.with_repair(loaded.app, verification.verify_weekly, job.Options())
    assert check not in {finding.check for finding in result.findings}
    assert contents(loaded) == before


def test_a_stock_that_no_list_has_is_left_to_people(loaded):
    loaded.execute(lists.PLANTED["stocks.ghosts"])
    result = verification.with_repair(loaded.app, verification.verify_daily, job.Options())
    (finding,) = result.findings
    assert (finding.check, finding.sample[0]["ticker"]) == ("stocks.ghosts", "999990")
    assert "운영자" in finding.repair
    assert loaded.scalar("SELECT count(*) FROM stocks WHERE ticker = '005930'") == 1


def test_a_score_although_nothing_was_ever_scored_is_found(loaded):
    loaded.execute("UPDATE stocks SET compass_score = 99, compass_grade = 'S' WHERE ticker = '005930'")
    found = {finding.check: finding for finding in verification.verify_daily(loaded.app).findings}
    assert (found["score.beside"].found, found["score.beside"].units) == (1, {"score": []})


def test_who_left_before_the_first_list_may_be_in_none(loaded):
    loaded.execute("DELETE FROM fdr_stock_listing WHERE ticker = '000660'")
    assert "roster.unknown" in {finding.check for finding in verification.verify_weekly(loaded.app).findings}
    loaded.execute("DELETE FROM stock_price_daily WHERE ticker = '000660' AND trade_date > '2026-11-10'")
    assert "roster.unknown" not in {finding.check for finding in verification.verify_weekly(loaded.app).findings}


LOGIN = ("krx_id", "krx_pw")
KEYS = (*LOGIN, "krx_openapi_key", "fsc_api_key", "dart_api_key")


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("without", [KEYS, LOGIN], ids=["no key at all", "no login"])
def test_no_list_is_doubted_whatever_keys_there_are(open_world, without):
    more = {"without": without, "mirror_stopped": MIRROR_STOPPED, "patience": 1}
    with open_world(**more) as world:
        market = [step for step in CHAINS["initial"] if step.name != "dart financials"]
        chain.run(world.app, "initial", market, job.Options())
        assert verification.verify_weekly(world.app).findings == []
    for later, name in ((timedelta(days=2, hours=12), "morning"), (timedelta(days=3), "weekday_final")):
        with open_world(EVENING + later, **more, sessions=13) as world:
            chain.run(world.app, name, chain.steps.of(world.app, name), job.Options())
            assert verification.verify_weekly(world.app).findings == []
