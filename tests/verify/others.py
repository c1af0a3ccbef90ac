"""Planted faults of what the verification asks of scores, bonds, products, US stocks and its own records."""

SCORED = (
    "INSERT INTO compass_score_history (score_date, ticker, formula_version, financial_coverage, valuation_coverage,"
    " technical_coverage, risk_coverage, status, reasons, flags, price_date, run_id)"
    " SELECT trade_date, ticker, '2.0.0', 0, 0, 0, 0, 'NOT_SCORED', ARRAY['NO_FS'], ARRAY[]::text[], trade_date, 1"
    " FROM stock_price_daily WHERE trade_date = '2026-11-20'"
)
LISTED = (
    "INSERT INTO unit_ledger (dataset, unit, status, row_count, run_id, asked_at)"
    " VALUES ('bonds', '2026-11-19', 'done', 2, 1, '2026-11-20')"
)
BOND = LISTED + (
    "; INSERT INTO bonds (isin_cd, name, rating_status, is_active, bas_dt, interest_rate, source_id, batch_id,"
    " created_at, updated_at) VALUES ('KR7005930003', 'x', 'NONE', true, '2026-11-18', 30, 'FSC', 1, now(), now())"
)
OPEN_ALERT = (
    "INSERT INTO ops_alert (alert_type, subject, alert_level, alert_title, alert_message, created_at, last_seen_at)"
    " VALUES ('verify', 'moon.phases', 'warning', 'x', 'x', '2026-11-01', '2026-11-01')"
)
FAILING = "; ".join(
    "INSERT INTO data_collection_log (job_name, job_label, status, started_at, heartbeat_at, completed_at, exit_code,"
    f" host, process_id) VALUES ('bonds load', 'x', 'failed', '2026-11-{day}', '2026-11-{day}', '2026-11-{day}', 70,"
    " 'x', 1)"
    for day in (16, 17, 18)
)
PRODUCT = (
    "INSERT INTO deposit_products (fin_co_no, fin_prdt_cd, top_fin_grp_no, name, bank, dcls_month, is_active,"
    " interest_rate, source_id, batch_id, created_at, updated_at) VALUES ('0000001', 'x', '020000', 'x', 'x', '202611',"
    " true, {rate}, 'FSS', 1, now(), now())"
)
OPTION = (
    "INSERT INTO deposit_rate_options (fin_co_no, fin_prdt_cd, save_trm, intr_rate_type, intr_rate, intr_rate2,"
    " batch_id, created_at, updated_at) VALUES ('0000001', 'x', 12, 'S', {low}, {high}, 1, now(), now())"
)
BAR = (
    "INSERT INTO alpha_vantage_timeseries (symbol, date, open, high, low, close, volume, source_id, batch_id,"
    " created_at, updated_at) VALUES ('AAPL', '2026-11-19', 5, 4, 3, 5, 1, 'ALPHAVANTAGE', 1, now(), now())"
)
OVERVIEW = (
    "INSERT INTO alpha_vantage_stocks (symbol, name, pe_ratio, is_active, source_id, batch_id, created_at, updated_at)"
    " VALUES ('AAPL', 'x', -5, true, 'ALPHAVANTAGE', 1, now(), now())"
)
PERIOD = (
    "INSERT INTO alpha_vantage_financials (symbol, fiscal_date, report_type, total_assets, total_liabilities,"
    " total_equity, source_id, batch_id, created_at, updated_at) VALUES ('AAPL', '2026-06-30', 'QUARTERLY', 100, 1, 1,"
    " 'ALPHAVANTAGE', 1, now(), now())"
)
PLANTED = {
    "score.values": SCORED + "; UPDATE compass_score_history SET price_date = price_date - 1",
    "score.beside": SCORED + "; UPDATE stocks SET compass_score = 50 WHERE ticker = '005930'",
    "bonds.lost_rows": LISTED,
    "bonds.maturity": BOND,
    "bonds.rate": BOND,
    "bonds.values": BOND,
    "fss.stored": "INSERT INTO unit_ledger (dataset, unit, status, row_count, run_id, asked_at)"
    " VALUES ('fss.deposits', '020000', 'done', 5, 1, '2026-11-19')",
    "fss.orphans": "; ".join(
        PRODUCT.format(rate="NULL").replace("'x', '020000'", f"'{code}', '020000'") for code in "abc"
    ),
    "fss.rates": PRODUCT.format(rate=3) + "; " + OPTION.format(low=3, high=99),
    "fss.values": PRODUCT.format(rate=3) + "; " + OPTION.format(low=3, high=2),
    "fss.level": PRODUCT.format(rate=9) + "; " + OPTION.format(low=9, high=10),
    "us.prices": BAR,
    "us.overviews": OVERVIEW,
    "us.statements": PERIOD,
    "us.missing": "INSERT INTO unit_ledger (dataset, unit, status, row_count, run_id, asked_at)"
    " VALUES ('us.overviews', 'AAPL', 'done', 1, 1, '2026-11-19')",
    "records.sound": OPEN_ALERT,
    "runs.history": FAILING,
    "fundamentals.day": "INSERT INTO krx_fundamental_daily (ticker, trade_date, market, close_price, price_change,"
    " change_rate, source_id, batch_id, created_at, updated_at) SELECT ticker, trade_date, 'STK', close_price,"
    " price_change + 5, change_rate, 'KRX', batch_id, created_at, updated_at FROM stock_price_daily"
    " WHERE trade_date = (SELECT max(trade_date) FROM stock_price_daily) AND prev_close IS NOT NULL",
    "watchlist.known": "INSERT INTO watchlist (ticker, created_at) VALUES ('999990', '2026-11-01')",
}
