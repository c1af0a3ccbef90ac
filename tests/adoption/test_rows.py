"""What comes of the predecessor's rows: nothing lost, nothing guessed, and its queries still run."""

from decimal import Decimal

import pytest
from adoption.taking import legacy, rows, scalar, take_over
from conftest import opener
from sqlalchemy import text

from foresto_cli.adopt import telling
from foresto_cli.console import Console
from foresto_cli.loading.load_prices import load_prices_incremental
from foresto_cli.running.job import Options
from foresto_cli.store.engine import connected

ISINS = ("KR103501GD6", "KR103502GD6")


@pytest.mark.slow
def test_not_a_row_nor_a_column_is_lost(old):
    names = [
        row[0]
        for row in rows(
            old, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
    ]
    before = legacy(old, {name: name for name in names})
    report = take_over(old)
    kept = {one.old: one.kept for one in report.moved}
    assert legacy(old, {name: kept.get(name, name) for name in names}) == before
    assert len(names) == len(kept) + len(report.untouched)
    for one in report.moved:
        assert one.carried + one.doubled + sum(one.stayed.values()) in {0, one.rows}


def test_the_report_accounts_for_every_price(adopted):
    [prices] = [one for one in adopted.report.moved if one.old == "stock_price_daily"]
    assert (prices.rows, prices.carried, prices.doubled) == (8, 5, 1)
    assert prices.stayed == {"종목코드가 아님": 1, "아직 오지 않은 날": 1}


def test_prices_are_adjusted_of_one_source_a_day_and_not_in_the_ledger(adopted):
    assert rows(adopted, "SELECT trade_date::text, close_price, volume, source_id FROM stock_price_daily"
                " WHERE ticker = '005930' ORDER BY 1") == [
        ("2026-02-11", 70000, 3_000_000_000, "KRX_TS"),
        ("2026-02-12", 70500, 12_000_000, "PYKRX"),
    ]  # fmt: skip
    assert rows(adopted, "SELECT DISTINCT quality_flag, adj_close_price = close_price FROM stock_price_daily") == [
        ("ADJUSTED", True)
    ]
    assert rows(adopted, "SELECT ticker FROM stock_price_daily WHERE is_halted") == [("000660",)]
    assert scalar(adopted, "SELECT count(*) FROM unit_ledger") == 0
    assert rows(adopted, "SELECT index_code, close_price, source_id FROM index_price_daily") == [
        ("KOSPI", 2610.5, "PYKRX")
    ]


def test_stocks_keep_what_is_certain(adopted):
    found = rows(adopted, "SELECT ticker, market_cap, crno, sector, is_active, compass_score FROM stocks ORDER BY 1")
    assert found == [
        ("000660", None, None, "반도체", True, None),
        ("005930", 429_900_000_000_000, "1301110006246", "기타", True, None),
        ("005935", None, "1301110006246", "기타", True, None),
        ("035720", None, None, "기타", True, None),
    ]
    assert scalar(adopted, "SELECT compass_grade FROM legacy_stocks_2 WHERE ticker = '005930'") == "A+"
    assert rows(adopted, "SELECT ticker FROM fdr_stock_listing ORDER BY 1") == [("0001A0",), ("000660",), ("005930",)]
    assert rows(adopted, "SELECT ticker, category, current_price, aum FROM etfs") == [("069500", None, None, None)]


def test_statements_are_seen_with_ratios_of_any_size_but_are_no_reports(adopted):
    found = rows(adopted, "SELECT ticker, fiscal_year, report_type, revenue, roe, debt_ratio, dart_rcept_no"
                 " FROM financial_statement ORDER BY 1, 2")  # fmt: skip
    assert found == [
        ("000660", 2024, "Q2", None, None, 100, None),
        ("005930", 2024, "ANNUAL", 300000, 7.5, 25, "20250311001085"),
        ("005930", 2025, "Q3", None, None, Decimal("24.3902"), "20251114001234"),
        ("035720", 2024, "ANNUAL", 10, 1, 99900, None),
    ]
    assert scalar(adopted, "SELECT count(*) FROM financial_report") == 0
    [one] = [one for one in adopted.report.moved if one.old == "financial_statement"]
    assert one.stayed == {"분기와 보고서 종류가 어긋남": 1, "분기를 알 수 없음": 1}


@pytest.mark.slow
def test_darts_own_answer_takes_the_place_of_an_adopted_statement(old):
    take_over(old)
    with old.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO financial_report (ticker, fiscal_year, fiscal_quarter, fs_div, rcept_no, corp_code,"
                " rcept_dt, period_end, currency, is_financial, revenue, source_id, batch_id, created_at,"
                " updated_at) VALUES ('005930', 2024, 4, 'OFS', '20250311001085', '00126380', '2025-03-11',"
                " '2024-12-31', 'KRW', false, 7, 'DART', 1, now(), now())"
            )
        )
    query = "SELECT fs_div, revenue FROM financial_statement WHERE ticker = '005930' AND fiscal_year = 2024"
    assert rows(old, query) == [("OFS", 7)]


def test_dividends_belong_to_the_share_that_pays_them(adopted):
    found = rows(
        adopted, "SELECT isin_cd, ticker, scrs_itms_kcd, stck_genr_dvdn_amt, source_id FROM dividend_history ORDER BY 1"
    )
    assert found == [
        ("KR7000660001", "000660", "", 375, "FSC"),
        ("KR7005930003", "005930", "0101", 361, "FSC"),
        ("KR7005931001", None, "0201", 362, "FSC"),
    ]
    assert rows(adopted, "SELECT action_type, ratio FROM corporate_action") == [("SPLIT", None)]


def test_bonds_are_read_by_foresto_s_rules(adopted):
    found = rows(
        adopted,
        "SELECT left(isin_cd, 11), name, bond_type, interest_rate, credit_rating, rating_status, maturity_years,"
        " bas_dt::text FROM bonds ORDER BY 1",
    )
    assert found == [
        (ISINS[0], "국고02500-2806", "government", 2.5, "AAA", "RATED", 2, "2026-02-12"),
        (ISINS[1], "국고02500-2806", "government", None, None, "UNKNOWN", None, "2026-02-12"),
    ]
    [one] = [one for one in adopted.report.moved if one.old == "bonds"]
    assert one.stayed == {"ISIN이 아님": 1}


def test_products_get_the_disclosure_s_keys_and_wait_to_be_opened(adopted):
    assert rows(adopted, "SELECT fin_co_no, fin_prdt_cd, is_active FROM deposit_products") == [
        ("0010001", "WR0001", False)
    ]
    assert rows(adopted, "SELECT save_trm, intr_rate_type, intr_rate FROM deposit_rate_options ORDER BY 1, 2") == [
        (12, "S", 2.5),
        (24, "", Decimal("2.7")),
    ]
    assert rows(adopted, "SELECT fin_prdt_cd, sale_strt_day::text FROM annuity_savings_products ORDER BY 1") == [
        ("AN01", "2020-01-02"),
        ("AN02", None),
    ]
    assert rows(adopted, "SELECT pnsn_recp_amt FROM annuity_savings_options") == [(360000,)]
    for table in ("savings_rate_options", "mortgage_loan_options", "rent_house_loan_options"):
        assert scalar(adopted, f"SELECT count(*) FROM {table}") == 1
    assert rows(adopted, "SELECT fin_prdt_cd, crdt_prdt_type, crdt_grad_avg FROM credit_loan_options ORDER BY 1") == [
        ("C1", "1", 6),
        ("C2", "", 8),
    ]
    [one] = [one for one in adopted.report.moved if one.old == "deposit_rate_options"]
    assert (one.doubled, one.stayed) == (1, {"상품을 넘기지 못함": 1})


def test_runs_that_never_closed_are_unknown_and_their_moments_untouched(adopted):
    found = rows(adopted, "SELECT job_name, status, started_at::text FROM data_collection_log ORDER BY id")
    assert found[:4] == [
        ("incremental_prices", "unknown", "2026-02-12 16:30:00"),
        ("compass_batch", "unknown", "2026-02-12 08:00:00"),
        ("monthly_products", "done", "2025-12-01 13:00:00"),
        ("dart_financials", "failed", "2025-12-06 11:00:00"),
    ]
    assert found[4][:2] == ("db adopt", "done")
    assert rows(adopted, "SELECT batch_id, status FROM data_load_batch") == [(4, "SUCCESS")]
    assert rows(adopted, "SELECT status FROM legacy_data_load_batch ORDER BY 1") == [
        ("FAILED",),
        ("PENDING",),
        ("RUNNING",),
    ]


def test_the_watchlist_is_one_operator_s_and_the_us_rows_say_null_for_zero(adopted):
    assert rows(adopted, "SELECT ticker, last_notified_score, created_at::date::text FROM watchlist ORDER BY 1") == [
        ("000660", None, "2026-01-03"),
        ("005930", None, "2026-01-01"),
    ]
    assert rows(adopted, "SELECT pe_ratio, dividend_yield, current_price FROM alpha_vantage_stocks") == [
        (None, Decimal("0.45"), Decimal("230.5"))
    ]
    assert rows(adopted, "SELECT date::text, close FROM alpha_vantage_timeseries") == [("2026-02-12", 2.5)]
    assert rows(adopted, "SELECT report_type FROM alpha_vantage_financials") == [("ANNUAL",)]


def test_names_that_clash_step_aside_and_views_go_on(adopted):
    kept = {one.old: one.kept for one in adopted.report.moved}
    assert kept["stocks"] == "legacy_stocks_2"
    assert rows(adopted, "SELECT note FROM legacy_stocks") == [("from the year before",)]
    assert kept["unit_ledger"] == "legacy_unit_ledger"
    assert adopted.report.views == ("my_movers",)
    assert scalar(adopted, "SELECT count(*) FROM my_movers") == 3
    assert {"users", "corporate_action", "stock_info", "stock_financials"} <= adopted.report.untouched.keys()


SPEC_QUERIES = (
    "SELECT COUNT(*) FROM stock_price_daily WHERE trade_date = CURRENT_DATE",
    "SELECT * FROM stock_price_daily WHERE ticker = '005930' ORDER BY trade_date DESC LIMIT 3",
    "SELECT COUNT(*) FROM stocks WHERE compass_updated_at::date = CURRENT_DATE",
    "SELECT is_active, COUNT(*) FROM stocks GROUP BY is_active",
    "SELECT fiscal_year, COUNT(*) FROM financial_statement GROUP BY fiscal_year ORDER BY fiscal_year DESC",
    (
        "SELECT 'deposits' as type, COUNT(*) FROM deposit_products UNION ALL SELECT 'savings', COUNT(*)"
        " FROM savings_products UNION ALL SELECT 'bonds', COUNT(*) FROM bonds"
    ),
    "SELECT pg_size_pretty(pg_total_relation_size('stock_price_daily'))",
)
OLD_QUERIES = (
    "SELECT ticker, max(trade_date) FROM stock_price_daily WHERE source_id = 'PYKRX' GROUP BY ticker",
    (
        "SELECT open_price, high_price, low_price, close_price, volume, change_rate FROM stock_price_daily"
        " WHERE ticker = '005930' AND trade_date >= '2026-01-01' ORDER BY trade_date"
    ),
    (
        "SELECT ticker, name, market, current_price, compass_score, compass_grade, compass_updated_at FROM stocks"
        " WHERE is_active AND market_cap > 0 ORDER BY market_cap DESC"
    ),
    (
        "SELECT status, started_at, completed_at, duration_seconds FROM data_collection_log"
        " WHERE job_name = 'monthly_products' ORDER BY started_at DESC LIMIT 1"
    ),
    "SELECT roe, roa, debt_ratio FROM financial_statement WHERE ticker = '005930' AND report_type = 'ANNUAL'",
    "SELECT isin_cd, name, issuer, interest_rate, maturity_years, credit_rating FROM bonds WHERE is_active",
    "SELECT u.email FROM users u JOIN user_notification_setting s ON s.user_id = u.id WHERE s.daily_market_email",
    "SELECT ratio FROM corporate_action WHERE ticker = '035720'",
)


@pytest.mark.parametrize("query", [*SPEC_QUERIES, *OLD_QUERIES])
def test_the_operator_s_queries_still_run(adopted, query):
    assert rows(adopted, query)


@pytest.mark.slow
def test_foresto_opens_it_and_the_back_fill_replaces_the_old_prices(old, old_url, tmp_path):
    take_over(old)
    with old.begin() as connection:
        connection.execute(text("UPDATE foresto_meta SET value = 'sandbox' WHERE key = 'world'"))
        connection.execute(text("UPDATE stock_price_daily SET trade_date = '2026-11-20' WHERE source_id = 'PYKRX'"
                                " AND ticker = '005930'"))  # fmt: skip
    with connected(old_url, sandbox=True) as engine, opener(engine, tmp_path)() as world:
        assert scalar(engine, "SELECT count(*) FROM stock_price_daily WHERE quality_flag <> 'ADJUSTED'") == 0
        result = load_prices_incremental(world.app, 1825, 2, Options())
        assert result.outcome == "done"
        found = rows(engine, "SELECT quality_flag, source_id, prev_close IS NOT NULL FROM stock_price_daily"
                     " WHERE trade_date = '2026-11-20' AND ticker = '005930'")  # fmt: skip
        assert found == [("PROVISIONAL", "KRX", True)]


def test_the_report_fits_a_terminal(adopted, capsys):
    telling.outcome(Console(), adopted.report, dry_run=False)
    said = capsys.readouterr().out
    assert "stock_price_daily\t8\t5\t1\t2" in said
    assert "ADJUSTED" in said
    assert "legacy_stocks_2" in said
    assert "foresto prices incremental" in said
