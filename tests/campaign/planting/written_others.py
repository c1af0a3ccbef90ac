"""Kinds that somebody thought of: bonds, products, scores, US stocks, and the records of how foresto runs."""

# ruff: noqa: E501, ISC004  # a table: one kind a line, its SQL in one piece

from campaign.planting.kind import Kind

from foresto_cli.collecting.checks import DAILY, MONTHLY, WEEKLY

B, D, O, C, G, R, T = (  # noqa: E741  # the letters of these kinds
    "bonds", "deposit_products", "deposit_rate_options", "compass_score_history", "unit_ledger", "data_collection_log",
    "alpha_vantage_stocks",
)  # fmt: skip
LAST = "score_date = (SELECT max(score_date) FROM compass_score_history)"
SCORED = f"ctid = (SELECT ctid FROM {C} WHERE {LAST} AND total_score IS NOT NULL ORDER BY md5(ticker) LIMIT 1)"
A_BOND = f"ctid = (SELECT ctid FROM {B} WHERE is_active AND interest_rate > 0 AND bond_expr_dt IS NOT NULL ORDER BY md5(isin_cd) LIMIT 1)"
PRODUCT = f"ctid = (SELECT ctid FROM {D} WHERE is_active ORDER BY md5(fin_co_no || fin_prdt_cd) LIMIT 1)"
OPTION = f"ctid = (SELECT ctid FROM {O} WHERE intr_rate2 > 0 ORDER BY md5(fin_co_no || fin_prdt_cd), save_trm LIMIT 1)"
CODE = "abs(hashtext(fin_prdt_cd)) % 3 = 0"
CLOSED = "is_active = false, closed_on = '{d0}'"


def _set(table: str, what: str, where: str) -> str:
    return f"UPDATE {table} SET {what} WHERE {where}"


def _isin(share: int) -> str:
    return f"abs(hashtext(isin_cd)) % {share} = 0"


BONDS = (
    ("B01", "rate x100, one", _set(B, "interest_rate = interest_rate * 100", A_BOND)),
    ("B02", "rate x3 within 20 % for all", _set(B, "interest_rate = interest_rate * 3", "interest_rate < 6")),
    ("B03", "rate x3, one", _set(B, "interest_rate = interest_rate * 3", A_BOND)),
    ("B04", "maturity in the past, active", _set(B, "bond_expr_dt = '2026-01-05'", A_BOND)),
    ("B05", "30 % vanish", f"DELETE FROM {B} WHERE {_isin(3)}"),
    ("B06", "one vanishes", f"DELETE FROM {B} WHERE {A_BOND}"),
    ("B07", "maturity before the issue", _set(B, "bond_expr_dt = bond_issu_dt - 30", A_BOND)),
    ("B08", "rating AAA while the agencies say otherwise",
     _set(B, "credit_rating = 'AAA'", f"ctid = (SELECT min(ctid) FROM {B} WHERE credit_rating LIKE 'BBB%' OR credit_rating = 'A')")),
    ("B09", "maturity NULL for 5 %", _set(B, "bond_expr_dt = NULL", _isin(20))),
    ("B10", "amount x1e6", _set(B, "bond_issu_amt = bond_issu_amt * 1000000", A_BOND)),
    ("B11", "list half a year old (bas_dt and ledger)",
     _set(B, "bas_dt = bas_dt - 180", "true") + ";\n" + _set(G, "asked_at = asked_at - interval '180 days'", "dataset = 'bonds'")),
    ("B12", "a third called inactive", _set(B, "is_active = false, inactive_since = '{d5}'", _isin(3))),
    ("B13", "remaining days and years contradict the dates",
     _set(B, "remaining_days = remaining_days + 1000, maturity_years = maturity_years + 3", A_BOND)),
    ("B14", "one called inactive", _set(B, "is_active = false, inactive_since = '{d5}'", A_BOND)),
)  # fmt: skip
PRODUCTS = (
    ("X01", O, "deposit rate negative", _set(O, "intr_rate = -intr_rate", OPTION)),
    ("X02", D, "option without a product", f"DELETE FROM {D} WHERE {PRODUCT}"),
    ("X03", D, "one product closed wrongly", _set(D, CLOSED, PRODUCT)),
    ("X04", D, "30 % of the deposits closed wrongly", _set(D, CLOSED, CODE)),
    ("X05", O, "base rate above the maximum rate", _set(O, "intr_rate = intr_rate2 + 1", OPTION)),
    ("X06", O, "all options of a third of the deposits gone", f"DELETE FROM {O} WHERE {CODE}"),
    ("X07", "mortgage_loan_options", "mortgage min > max",
     "UPDATE mortgage_loan_options SET lend_rate_min = lend_rate_max + 1 WHERE ctid = (SELECT min(ctid) FROM"
     " mortgage_loan_options WHERE lend_rate_max > 0)"),
    ("X08", O, "rate x5 within 20 % for all deposits",
     _set(O, "intr_rate = intr_rate * 5, intr_rate2 = intr_rate2 * 5", "intr_rate2 < 4")),
    ("X09", D, "all deposits and options gone", f"DELETE FROM {O};\nDELETE FROM {D}"),
    ("X10", D, "disclosure month two years old for all", _set(D, "dcls_month = '202411'", "true")),
    ("X11", O, "rate x5 within 20 % in one option", _set(O, "intr_rate = intr_rate * 5, intr_rate2 = intr_rate2 * 5", OPTION)),
    ("X12", "annuity_savings_products", "annuity: 30 % closed wrongly", _set("annuity_savings_products", CLOSED, CODE)),
    ("X13", O, "rates all NULL", _set(O, "intr_rate = NULL, intr_rate2 = NULL", "true")),
    ("X14", D, "the product's rate is not its best option's", _set(D, "interest_rate = interest_rate + 2", PRODUCT)),
)  # fmt: skip
SCORES = (
    ("C01", C, "one total changed by 5", _set(C, "total_score = total_score + 5", SCORED)),
    ("C02", C, "one grade changed", _set(C, "grade = CASE grade WHEN 'A' THEN 'D' ELSE 'A' END", SCORED)),
    ("C03", C, "one axis 150", _set(C, "financial_score = 150", SCORED)),
    ("C04", C, "a third missing", f"DELETE FROM {C} WHERE {LAST} AND abs(hashtext(ticker)) % 3 = 0"),
    ("C05", C, "4 % missing", f"DELETE FROM {C} WHERE {LAST} AND ticker IN ('{{small}}', '{{small2}}')"),
    ("C06", C, "total not the mean of the axes (+20)", _set(C, "total_score = least(100, total_score + 20)", SCORED)),
    ("C07", C, "ranks doubled", _set(C, "rank = rank * 2", LAST)),
    ("C08", "compass_score_component", "components gone", f"DELETE FROM compass_score_component WHERE {LAST}"),
    ("C09", C, "total 50 for all, grade C", _set(C, "total_score = 50, grade = 'C'", f"{LAST} AND total_score IS NOT NULL")),
    ("C10", "compass_score_run", "the run of the newest scores gone", f"DELETE FROM compass_score_run WHERE {LAST}"),
    ("C11", C, "computed from prices of a week before", _set(C, "price_date = price_date - 7", LAST)),
    ("C12", C, "scores a week old", f"DELETE FROM {C} WHERE score_date > '{{d5}}';\nDELETE FROM compass_score_run WHERE score_date > '{{d5}}'"),
    ("C13", C, "40 % not scored for want of data",
     _set(C, "status = 'NOT_SCORED', total_score = NULL, grade = NULL, rank = NULL, total_percentile = NULL",
          f"{LAST} AND abs(hashtext(ticker)) % 5 < 2")),
    ("C14", C, "total 130 (impossible)", _set(C, "total_score = 130", SCORED)),
    ("C15", C, "a session's scores gone", f"DELETE FROM {C} WHERE score_date = '{{d3}}'"),
)  # fmt: skip
NOT_NEW = "ctid = (SELECT ctid FROM unit_ledger WHERE dataset = '{0}' AND status = 'done' ORDER BY unit DESC LIMIT 1)"
LEDGER = (
    ("G05", WEEKLY, "ETFs provisional for weeks",
     _set(G, "status = 'provisional', asked_at = asked_at - interval '30 days'", NOT_NEW.format("etfs"))),
    ("G06", DAILY, "a day of prices provisional for weeks",
     _set(G, "status = 'provisional', asked_at = asked_at - interval '30 days'", "dataset = 'prices.day' AND unit = '{d10}'")),
    ("G07", DAILY, "a unit failed", _set(G, "status = 'failed', reason = 'HTTP 500'", NOT_NEW.format("prices.day"))),
    ("G08", DAILY, "ledger row of a stored day gone", f"DELETE FROM {G} WHERE dataset = 'prices.day' AND unit = '{{d10}}'"),
    ("G09", DAILY, "a stored day called no data",
     _set(G, "status = 'no_data', row_count = 0, reason = 'planted'", "dataset = 'prices.day' AND unit = '{d10}'")),
    ("G10", MONTHLY, "the whole ledger gone", f"DELETE FROM {G}"),
    ("G11", WEEKLY, "dividends.fsc done, all rows gone", "DELETE FROM dividend_history WHERE source_id <> 'DART'"),
    ("G12", DAILY, "row_count of a day too low", _set(G, "row_count = row_count - 10", "dataset = 'prices.day' AND unit = '{d10}'")),
    ("G13", DAILY, "rows left out on loading, 5 days ago",
     _set(G, "reason = '1행을 뺐습니다: 있을 수 없는 값', asked_at = '{d5}'::timestamp", "dataset = 'prices.day' AND unit = '{d5}'")),
    ("G14", DAILY, "a data set nobody knows, failed",
     f"INSERT INTO {G} (dataset, unit, status, attempts, row_count, reason, run_id, asked_at)"
     " VALUES ('moon.phases', 'all', 'failed', 1, 0, 'planted', 1, '{d1}')"),
    ("G15", DAILY, "asked in the future", _set(G, "asked_at = '2027-06-01'", NOT_NEW.format("prices.day"))),
    ("G16", WEEKLY, "DART asked five months ago",
     _set(G, "asked_at = asked_at - interval '150 days'", "dataset LIKE 'dart.%'")
     + f";\nUPDATE {R} SET started_at = started_at - interval '150 days' WHERE job_name LIKE 'dart %'"),
)  # fmt: skip
CLOSURE = "INSERT INTO market_closure (trade_date, is_closed, reason, noted_at) VALUES ('{0}', {1}, 'planted', now())"
A_RUN = "(job_name, job_label, status, started_at, heartbeat_at, host, process_id)"
RUNNING = (
    ("R01", DAILY, R, "RUNNING for a week",
     f"INSERT INTO {R} {A_RUN} VALUES ('prices incremental', 'x', 'running', '{{d5}}', '{{d5}}', 'elsewhere', 1)"),
    ("R02", DAILY, R, "RUNNING, heartbeat in the future",
     f"INSERT INTO {R} {A_RUN} VALUES ('prices incremental', 'x', 'running', '{{d5}}', '2027-06-01', 'elsewhere', 1)"),
    ("R03", DAILY, R, "a run started in the future",
     f"UPDATE {R} SET started_at = '2027-06-01' WHERE id = (SELECT max(id) FROM {R} WHERE job_name LIKE 'run %')"),
    ("R05", DAILY, R, "the whole run history gone", f"DELETE FROM {R}"),
    ("R06", DAILY, R, "last run of every job failed with 70, two weeks",
     f"UPDATE {R} SET status = 'failed', exit_code = 70 WHERE started_at > timestamp '{{d0}}' - interval '14 days'"),
    ("O01", DAILY, "ops_alert", "a verify alert open without cause",
     "INSERT INTO ops_alert (alert_type, subject, alert_level, alert_title, alert_message, created_at, last_seen_at, occurrences)"
     " VALUES ('verify', 'prices.order', 'critical', 'x', 'x', '{d5}', '{d5}', 1)"),
    ("O02", DAILY, "ops_alert", "an alert of a retired check open for a month",
     "INSERT INTO ops_alert (alert_type, subject, alert_level, alert_title, alert_message, created_at, last_seen_at, occurrences)"
     " VALUES ('verify', 'moon.phases', 'critical', 'x', 'x', '{d20}', '{d20}', 1)"),
    ("U01", DAILY, "upstream_usage", "DART used 50,000 of 20,000 today",
     "INSERT INTO upstream_usage (upstream, usage_date, used) VALUES ('dart', '{d0}', 50000)"
     " ON CONFLICT (upstream, usage_date) DO UPDATE SET used = 50000"),
    ("U02", DAILY, "upstream_usage", "usage of a future day",
     "INSERT INTO upstream_usage (upstream, usage_date, used) VALUES ('dart', '2027-06-01', 5)"),
    ("U03", DAILY, "upstream_block", "a block until next year",
     "INSERT INTO upstream_block VALUES ('krx', '{d20}', '2027-11-01', 'planted')"),
    ("K01", DAILY, "market_closure", "a real session with rows marked closed", CLOSURE.format("{d10}", "true")),
    ("K02", DAILY, "market_closure", "last session marked closed", CLOSURE.format("{d0}", "true")),
    ("K03", DAILY, "market_closure", "a holiday marked open", CLOSURE.format("2026-10-05", "false")),
    ("K04", DAILY, "market_closure", "a real session deleted and marked closed",
     "DELETE FROM stock_price_daily WHERE trade_date = '{d10}';\n" + CLOSURE.format("{d10}", "true")),
    ("K05", DAILY, "market_closure", "next week all marked closed",
     "INSERT INTO market_closure SELECT date '{d0}' + n, true, 'planted', now() FROM generate_series(3, 7) n"),
    ("K06", DAILY, "price_sessions", "a session counted with a row too many",
     "UPDATE price_sessions SET row_count = row_count + 1 WHERE trade_date = '{d10}'"),
    ("K07", DAILY, "price_sessions", "the counts of all sessions but the newest five gone",
     "DELETE FROM price_sessions WHERE trade_date < '{d5}'"),
    ("K08", DAILY, "price_sessions", "a day before all prices counted",
     "INSERT INTO price_sessions VALUES ('1994-05-02', 7, 7)"),
    ("Z01", DAILY, "watchlist", "watches a ticker that never was",
     "INSERT INTO watchlist (ticker, created_at) VALUES ('999990', '{d5}')"),
    ("Z02", DAILY, "watchlist", "told score 500", "UPDATE watchlist SET last_notified_score = 500"),
    ("Y01", DAILY, "adjustment_override", "override for a day without a row",
     "INSERT INTO adjustment_override (ticker, trade_date, factor, event, created_at)"
     " VALUES ('{small}', '2026-11-15', 0.5, 'SPLIT', '{d1}')"),
    ("Y02", DAILY, "adjustment_override", "override with the factor 0",
     "INSERT INTO adjustment_override (ticker, trade_date, factor, event, created_at)"
     " VALUES ('{small}', '{d10}', 0, 'SPLIT', '{d1}')"),
    ("T01", WEEKLY, "alpha_vantage_financials", "statement assets x1000",
     "UPDATE alpha_vantage_financials SET total_assets = total_assets * 1000 WHERE ctid = (SELECT min(ctid) FROM alpha_vantage_financials)"),
    ("T02", WEEKLY, T, "half of the overviews gone", f"DELETE FROM {T} WHERE abs(hashtext(symbol)) % 2 = 0"),
    ("T03", WEEKLY, T, "pe negative, dividend yield x100", f"UPDATE {T} SET pe_ratio = -5, dividend_yield = dividend_yield * 100"),
    ("T04", DAILY, "market_email_log", "market mail sending for a week",
     "INSERT INTO market_email_log (sent_date, session_date, status, started_at, created_at)"
     " VALUES ('{d5}', '{d6}', 'sending', '{d5}', '{d5}')"),
    ("T05", WEEKLY, "data_source", "rows of sources gone", "DELETE FROM data_source WHERE source_id <> 'DART'"),
    ("T06", DAILY, "stock_price_daily", "primary key of prices dropped, 5 rows doubled",
     "ALTER TABLE stock_price_daily DROP CONSTRAINT stock_price_daily_pkey CASCADE;\nINSERT INTO stock_price_daily"
     " SELECT * FROM stock_price_daily WHERE trade_date = '{d10}' ORDER BY ticker LIMIT 5"),
    ("T07", WEEKLY, "alpha_vantage_timeseries", "a US price ten-fold",
     "UPDATE alpha_vantage_timeseries SET close = close * 10 WHERE ctid = (SELECT min(ctid) FROM alpha_vantage_timeseries)"),
    ("T08", DAILY, "gold_price_daily", "gold's close ten-fold, the row agrees with itself",
     "UPDATE gold_price_daily SET close_price = close_price * 10, open_price = open_price * 10, high_price = high_price * 10,"
     " low_price = low_price * 10, price_change = price_change * 10 WHERE trade_date = '{d5}'"),
)  # fmt: skip


def kinds() -> list[Kind]:
    """Return these kinds."""
    return [
        *(Kind(name, B, MONTHLY, told, sql) for name, told, sql in BONDS),
        *(Kind(name, table, MONTHLY, told, sql) for name, table, told, sql in PRODUCTS),
        *(Kind(name, table, DAILY, told, sql) for name, table, told, sql in SCORES),
        *(Kind(name, G, level, told, sql) for name, level, told, sql in LEDGER),
        *(Kind(name, table, level, told, sql) for name, level, table, told, sql in RUNNING),
    ]
