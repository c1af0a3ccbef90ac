"""The daily verification finds what is wrong, and nothing when nothing is."""

import pytest
from verify import filed, lists, others

from foresto_cli import data_sets
from foresto_cli.loading import load_prices
from foresto_cli.running import job
from foresto_cli.score import FORMULA_VERSION
from foresto_cli.verify import described_checks, verification

QUICK = job.Options()
LAST = "2026-11-20"
DERIVED = 5
"""Stocks, their history, yields and ratios are made anew after every repair."""

SCORED = (
    "INSERT INTO compass_score_history (score_date, ticker, formula_version, financial_coverage, valuation_coverage,"
    " technical_coverage, risk_coverage, status, reasons, flags, price_date, run_id)"
    f" SELECT trade_date, ticker, '{FORMULA_VERSION}', 0, 0, 0, 0, 'NOT_SCORED', ARRAY['NO_FS'], ARRAY[]::text[],"
    " trade_date, 1"
    f" FROM stock_price_daily WHERE trade_date = '{LAST}' ORDER BY ticker LIMIT "
)

PLANTED = {
    "prices.empty": "DELETE FROM stock_price_daily",
    "prices.sessions": "DELETE FROM stock_price_daily WHERE trade_date = '2026-11-17'",
    "prices.holes": "DELETE FROM stock_price_daily WHERE trade_date = '2026-11-18' AND ticker = '000660';"
    " UPDATE unit_ledger SET row_count = row_count - 1 WHERE dataset = 'prices.day' AND unit = '2026-11-18'",
    "prices.lost_rows": "DELETE FROM stock_price_daily WHERE trade_date = '2026-11-17' AND ticker < '1'",
    "prices.coverage": f"DELETE FROM stock_price_daily WHERE trade_date = '{LAST}' AND ticker < '1'",
    "prices.large_caps": f"DELETE FROM stock_price_daily WHERE trade_date = '{LAST}' AND ticker = '005930'",
    "prices.arithmetic": "UPDATE stock_price_daily SET close_price = close_price + 100, high_price = high_price + 100,"
    " market_cap = (close_price + 100) * shares_outstanding WHERE trade_date = '2026-11-18' AND ticker = '005930'",
    "prices.market_cap": "UPDATE stock_price_daily SET market_cap = market_cap / 1000"
    " WHERE trade_date = '2026-11-18' AND ticker = '000660'",
    "prices.order": "UPDATE stock_price_daily SET high_price = low_price - 1"
    " WHERE trade_date = '2026-11-18' AND ticker = '000660' AND NOT is_halted",
    "prices.limit": "UPDATE stock_price_daily SET change_rate = 31"
    " WHERE trade_date = '2026-11-18' AND ticker = '005930'",
    "prices.continuity": "UPDATE stock_price_daily SET prev_close = prev_close + 5, price_change = price_change - 5"
    " WHERE trade_date = '2026-11-18'",
    "prices.review": "UPDATE stock_price_daily SET adj_event = 'BASE_UP', adj_factor = 2, adj_review = true"
    " WHERE trade_date = '2026-11-18' AND ticker = '005930'",
    "prices.adjusted": "UPDATE stock_price_daily SET adj_close_price = 1"
    " WHERE trade_date = '2026-11-18' AND ticker = '005930'",
    "prices.unadjusted": "INSERT INTO adjustment_pending VALUES ('2026-11-18', now())",
    "prices.repeated": "UPDATE stock_price_daily t SET close_price = y.close_price, volume = y.volume"
    " FROM stock_price_daily y"
    " WHERE y.ticker = t.ticker AND y.trade_date = '2026-11-17' AND t.trade_date = '2026-11-18'",
    "prices.duplicates": "ALTER TABLE stock_price_daily DROP CONSTRAINT stock_price_daily_pkey;"
    " INSERT INTO stock_price_daily SELECT * FROM stock_price_daily WHERE trade_date = '2026-11-18' LIMIT 1",
    "prices.trading": "UPDATE stock_price_daily SET volume = volume / 1000"
    " WHERE trade_date = '2026-11-18' AND ticker = '005930'",
    "prices.values": "UPDATE stock_price_daily SET name = '' WHERE trade_date = '2026-11-18' AND ticker = '005930'",
    "prices.labels": "UPDATE stock_price_daily SET is_halted = true"
    " WHERE trade_date = '2026-11-18' AND ticker = '005930'",
    "prices.frozen": "UPDATE stock_price_daily t SET open_price = y.open_price, high_price = y.high_price,"
    " low_price = y.low_price, close_price = y.close_price, volume = y.volume FROM stock_price_daily y WHERE"
    " y.ticker = t.ticker AND t.ticker = '005930' AND y.trade_date = '2026-11-16' AND t.trade_date > '2026-11-16'",
    "prices.shares": "UPDATE stock_price_daily SET shares_outstanding = shares_outstanding + 1"
    " WHERE trade_date = '2026-11-18' AND ticker = '005930'",
    "prices.market": "UPDATE stock_price_daily SET market = 'KOSDAQ'"
    " WHERE trade_date = '2026-11-18' AND ticker = '005930'",
    "prices.base": "UPDATE stock_price_daily SET open_price = 10 * open_price, high_price = 10 * high_price,"
    " low_price = 10 * low_price, close_price = 10 * close_price, prev_close = 10 * prev_close,"
    " price_change = 10 * price_change, market_cap = 10 * market_cap, trading_value = 10 * trading_value,"
    " adj_close_price = 10 * adj_close_price WHERE trade_date = '2026-11-18' AND ticker = '000660'",
    "prices.events": "UPDATE stock_price_daily SET adj_event = 'SPLIT', adj_factor = 0.5"
    " WHERE trade_date = '2026-11-18' AND ticker = '005930'",
    "prices.overrides": "INSERT INTO adjustment_override (ticker, trade_date, factor, event)"
    " VALUES ('999990', '2026-11-18', 0.5, 'SPLIT')",
    "prices.scale": "UPDATE stock_price_daily SET volume = volume / 1000, trading_value = trading_value / 1000"
    " WHERE trade_date = '2026-11-18'",
    "prices.counted": "UPDATE price_sessions SET row_count = row_count - 1 WHERE trade_date = '2026-11-18'",
    "prices.ledger": "DELETE FROM unit_ledger WHERE dataset = 'prices.day' AND unit = '2026-11-18'",
    "prices.unpriced": f"DELETE FROM stock_price_daily WHERE trade_date = '{LAST}' AND ticker = '000660'",
    "prices.unlisted": "DELETE FROM fdr_stock_listing WHERE ticker = '000660'",
    "calendar.notes": "INSERT INTO market_closure VALUES ('2026-11-18', true, 'x', now())",
    "prices.closed_days": "UPDATE stock_price_daily SET trade_date = '2026-11-15' WHERE trade_date = '2026-11-18'",
    "index.order": "UPDATE index_price_daily SET high_price = low_price - 1"
    " WHERE index_code = 'KOSPI' AND trade_date = '2026-11-18'",
    "index.continuity": "UPDATE index_price_daily SET close_price = close_price + 50, high_price = high_price + 50"
    " WHERE index_code = 'KOSPI' AND trade_date = '2026-11-18'",
    "index.values": "UPDATE index_price_daily SET trading_value = trading_value * 1000"
    " WHERE index_code = 'KOSPI' AND trade_date = '2026-11-18'",
    "index.missing": "DELETE FROM index_price_daily WHERE index_code = 'KOSPI' AND trade_date = '2026-11-18'",
    "index.listing": "DELETE FROM index_listing WHERE index_code = 'KOSPI'",
    "index.last": f"DELETE FROM index_price_daily WHERE trade_date = '{LAST}'",
    "ledger.unsettled": "UPDATE unit_ledger SET status = 'failed', reason = 'x' WHERE unit = '2026-11-17'",
    "ledger.unreadable": "UPDATE unit_ledger SET refusal = 'x', refused_version = '0' WHERE unit = '2026-11-17'",
    "runs.closed": "INSERT INTO data_collection_log (job_name, job_label, status, started_at, heartbeat_at, host,"
    " process_id) VALUES ('x', 'x', 'running', '2026-11-20', '2026-11-20', 'elsewhere', 1)",
    "jobs.missed": "INSERT INTO scheduled_job VALUES ('weekday', 'cron', 'here', '2026-11-19')",
    "data.late": "UPDATE fdr_stock_listing SET as_of_date = '2026-11-01'",
    "score.fresh": "INSERT INTO compass_score_run (run_id, score_date, formula_version, config_sha256, code_version,"
    " inputs_sha256, started_at, completed_at, is_provisional, price_max_date, price_rows, n_universe, n_ref, n_scored,"
    " n_partial, n_not_scored, dq) VALUES (1, '2026-11-18', '1.0.0', '', '', '', now(), now(), false, '2026-11-18',"
    " 1, 1, 1, 1, 0, 0, '{}')",
    "score.coverage": SCORED + "10",
    "score.missing": SCORED + "1000",
    "dart.filing_days": "INSERT INTO unit_ledger (dataset, unit, status, row_count, attempts, run_id, asked_at)"
    " SELECT 'dart.filings', unit, 'done', 0, 1, 1, '2026-11-20'"
    " FROM unnest(ARRAY['2026-11-16', '2026-11-19']) u (unit)",
    **filed.PLANTED,
    **lists.PLANTED,
    **others.PLANTED,
}


def test_a_good_database_has_no_finding(loaded):
    result = verification.verify_daily(loaded.app)
    assert result.findings == []
    assert (result.outcome, result.exit_code) == ("done", 0)
    assert result.checks == len(PLANTED) + len(described_checks.checks(data_sets.every())), (
        "each has a planted fault below"
    )


@pytest.mark.long
@pytest.mark.parametrize("check", PLANTED)
def test_a_planted_fault_is_found_named_and_alerted(loaded, check):
    for statement in PLANTED[check].split(";"):
        loaded.execute(statement)
    result = verification.verify_daily(loaded.app)
    found = {finding.check: finding for finding in result.findings}
    assert check in found
    finding = found[check]
    assert finding.found >= 1
    assert finding.sample
    assert finding.repair
    grave = finding.severity == "critical"
    assert result.exit_code == (65 if any(f.severity == "critical" for f in result.findings) else 0)
    assert grave or check in {
        "dart.filing_days",
        "prices.counted",
        "prices.trading",
        "prices.values",
        "prices.labels",
        "prices.frozen",
        "prices.shares",
        "prices.market",
        "prices.events",
        "prices.overrides",
        "prices.ledger",
        "prices.unpriced",
        "prices.unlisted",
        "index.values",
        "index.missing",
        "index.listing",
        "prices.holes",
        "prices.limit",
        "prices.review",
        "prices.adjusted",
        "prices.unadjusted",
        "index.last",
        "index.order",
        "index.continuity",
        "ledger.unsettled",
        "ledger.unreadable",
        "runs.closed",
        "jobs.missed",
        "data.late",
        "score.fresh",
        "score.coverage",
        "score.missing",
        *filed.PLANTED,
        *lists.PLANTED,
        *others.PLANTED,
    }
    logged = loaded.rows("SELECT rule_id, severity FROM data_quality_log WHERE rule_id = :check", check=check)
    assert logged == [(check, finding.severity)]
    told = loaded.scalar("SELECT count(*) FROM ops_alert WHERE alert_type = 'verify' AND subject = :check", check=check)
    if check == "prices.sessions":
        titles = [title for (title,) in loaded.rows("SELECT alert_title FROM ops_alert")]
        assert [title for title in titles if title.startswith("11-17 시세 없음")], "told as a day without prices"
    else:
        assert told == (check not in verification.OWN_INCIDENT)


def test_a_finding_that_is_gone_resolves_its_alert(loaded):
    loaded.execute("DELETE FROM stock_price_daily WHERE trade_date = '2026-11-17'")
    verification.verify_daily(loaded.app)
    assert loaded.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") > 0
    load_prices.load_prices_incremental(loaded.app, 1825, 2, QUICK)
    assert verification.verify_daily(loaded.app).findings == []
    assert loaded.scalar("SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == 0


def test_an_empty_database_fails_verification(open_world):
    with open_world() as world:
        result = verification.verify_daily(world.app)
        assert result.exit_code == 65
        assert {"prices.empty", "prices.coverage"} <= {finding.check for finding in result.findings}


SEED_QUERIES = [
    "SELECT COUNT(*) FROM stock_price_daily WHERE trade_date = CURRENT_DATE;",
    "SELECT * FROM stock_price_daily WHERE ticker = '005930' ORDER BY trade_date DESC LIMIT 3;",
    "SELECT pg_size_pretty(pg_total_relation_size('stock_price_daily'));",
]


@pytest.mark.parametrize("query", SEED_QUERIES)
def test_the_operators_sql_runs_unchanged(loaded, query):
    assert loaded.rows(query)


def test_the_servers_current_date_is_the_korean_one(loaded):
    assert loaded.scalar("SHOW timezone") == "Asia/Seoul"


@pytest.mark.parametrize(
    "check", ["prices.sessions", "prices.lost_rows", "prices.arithmetic", "prices.market_cap", "prices.adjusted"]
)
def test_repair_mends_what_asking_again_can_mend(loaded, check):
    query = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM (SELECT ticker, trade_date, open_price,"
    query += " high_price, low_price, close_price, volume, market_cap, adj_close_price FROM stock_price_daily) t"
    before = loaded.scalar(query)
    loaded.execute(PLANTED[check])
    # The day itself, and sometimes the next one, whose base prices had no close before them.
    result = verification.with_repair(loaded.app, verification.verify_daily, job.Options())
    assert result.findings == []
    assert result.exit_code == 0
    assert result.repair.units.done - DERIVED in ({0} if check == "prices.adjusted" else {1, 2, 3})
    assert loaded.scalar(query) == before


@pytest.mark.long
def test_the_whole_history_is_verified_monthly(loaded):
    loaded.execute("DELETE FROM stock_price_daily WHERE trade_date = '2026-11-09'")
    assert verification.verify_monthly(loaded.app).sessions == 12
    found = {finding.check: finding for finding in verification.verify_monthly(loaded.app).findings}
    assert found["prices.sessions"].days == ["2026-11-09"]
