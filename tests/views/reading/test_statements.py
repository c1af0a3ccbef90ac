"""Statements: quarters are differences, twelve months are the ratios' own, and nothing is known before it is filed."""

from datetime import date

import pytest
from sqlalchemy import text

from foresto_cli.errors import ConfigError
from foresto_cli.views.reading import show_statements
from foresto_cli.views.reading.show_statements import ANNUAL, QUARTER, TTM, VERSIONS, Wish


def show(world, given="005930", form=QUARTER, **wish):
    return show_statements.show(world.app, Wish(given=given, form=form, **wish)).rows


def as_filed(world, ticker):
    """Return (year, quarter) → the newest version of the consolidated report, else the separate one."""
    found = world.rows(
        "SELECT fiscal_year, fiscal_quarter, fs_div, rcept_no, revenue, net_income, total_equity FROM financial_report"
        " WHERE ticker = :ticker ORDER BY rcept_no",
        ticker=ticker,
    )
    basis = "CFS" if any(row[2] == "CFS" for row in found) else "OFS"
    return {row[:2]: row[3:] for row in found if row[2] == basis}


def companies(world):
    """Return companies that file quarters in won, of years of twelve months."""
    return [
        ticker
        for (ticker,) in world.rows(
            "SELECT ticker FROM financial_report GROUP BY 1 HAVING min(coalesce(period_months, 12)) >= 3"
            " AND count(DISTINCT currency) = 1 AND count(DISTINCT fs_div) = 1 AND bool_and(net_income IS NOT NULL)"
            " AND count(*) FILTER (WHERE fiscal_quarter = 1) > 1 ORDER BY 1 LIMIT 8"
        )
    ]


@pytest.mark.long
def test_a_quarter_is_the_difference_of_what_was_filed_since_the_year_began(everything):
    compared = 0
    for ticker in companies(everything):
        filed = as_filed(everything, ticker)
        for row in show(everything, ticker, years=4):
            now = filed[row["fiscal_year"], row["fiscal_quarter"]]
            before = filed.get((row["fiscal_year"], row["fiscal_quarter"] - 1))
            assert row["rcept_no"] == now[0]
            if row["fiscal_quarter"] == 1:
                assert row["net_income"] == now[2]
                assert row["how"] == "보고서 그대로"
            elif before is not None and row["how"] == "누적 금액의 차이":
                compared += 1
                assert row["net_income"] == now[2] - before[2]
                if None not in {now[1], before[1]}:
                    assert row["revenue"] == now[1] - before[1]
            assert row["total_equity"] == now[3]
    assert compared > 40


def test_four_quarters_are_the_twelve_months_of_the_ratios(everything):
    with everything.app.engine.connect() as connection:
        known = {
            (row.ticker, row.fiscal_year, row.fiscal_quarter): row
            for row in connection.execute(text("SELECT * FROM financial_twelve_months WHERE reason IS NULL"))
        }
    compared = 0
    for ticker in companies(everything):
        quarters = {(row["fiscal_year"], row["fiscal_quarter"]): row for row in show(everything, ticker, years=4)}
        for row in show(everything, ticker, TTM, years=2):
            theirs = known.get((ticker, row["fiscal_year"], row["fiscal_quarter"]))
            if theirs is None:
                continue
            assert (row["net_income"], row["revenue"]) == (theirs.net_income, theirs.revenue)
            place = row["fiscal_year"] * 4 + row["fiscal_quarter"] - 1
            parts = [quarters.get(((place - back) // 4, (place - back) % 4 + 1)) for back in range(4)]
            if all(part is not None and part["net_income"] is not None for part in parts):
                compared += 1
                assert sum(part["net_income"] for part in parts) == row["net_income"]
    assert compared > 20


def test_a_report_counts_from_the_day_it_was_received(everything):
    newest = show(everything)[-1]
    eve = newest["rcept_dt"].replace(day=max(1, newest["rcept_dt"].day - 1))
    earlier = show(everything, as_of=eve)
    assert all(row["rcept_dt"] <= eve for row in earlier)
    assert newest["rcept_no"] not in {row["rcept_no"] for row in earlier}
    assert show(everything, as_of=newest["rcept_dt"])[-1]["rcept_no"] == newest["rcept_no"]
    for form in (QUARTER, TTM, ANNUAL, VERSIONS):
        assert show(everything, form=form, as_of=date(1999, 1, 1)) == []


def test_every_version_is_shown_and_what_later_reports_say(everything):
    ticker, year, quarter, basis = everything.rows(
        "SELECT ticker, fiscal_year, fiscal_quarter, fs_div FROM financial_report GROUP BY 1, 2, 3, 4"
        " HAVING count(*) > 1 ORDER BY fs_div, fiscal_year DESC LIMIT 1"
    )[0]
    found = show(everything, ticker, VERSIONS, years=9)
    own = [row for row in found if (row["fiscal_year"], row["fiscal_quarter"], row["how"]) == (year, quarter, "보고서")]
    assert len({row["rcept_no"] for row in own}) == len(own) > 1
    assert {row["fs_div"] for row in found} == {basis}
    assert "나중 보고서" in {row["how"] for row in found}


def test_a_preferred_share_has_the_statements_of_its_company(everything):
    preferred, name = everything.rows(
        "SELECT ticker, name FROM fdr_stock_listing l WHERE ticker NOT LIKE '%0' AND is_listed AND EXISTS (SELECT FROM"
        " financial_report r WHERE r.ticker = left(l.ticker, 5) || '0') ORDER BY ticker LIMIT 1"
    )[0]
    assert show(everything, preferred) == show(everything, f"{preferred[:5]}0") != []
    assert show(everything, name) == show(everything, preferred)


def test_a_missing_report_is_no_zero(open_loaded):
    with open_loaded() as world:
        world.execute(
            "INSERT INTO financial_report (ticker, fiscal_year, fiscal_quarter, fs_div, rcept_no, corp_code, rcept_dt,"
            " period_end, period_start, currency, is_financial, net_income, source_id, batch_id, created_at,"
            " updated_at) VALUES ('005930', 2026, 3, 'CFS', '20261101000001', '00126380', '2026-11-01', '2026-09-30',"
            " '2026-01-01', 'KRW', false, 900, 'DART', 1, now(), now())"
        )
        (alone,) = show(world)
        assert (alone["net_income"], alone["reason"]) == (None, "QUARTER_INCOMPLETE")
        (year,) = show(world, form=TTM)
        assert (year["net_income"], year["reason"]) == (None, "TTM_INCOMPLETE")
        world.execute("UPDATE financial_report SET net_income_quarter = 300")
        (told,) = show(world)
        assert (told["net_income"], told["how"], told["reason"]) == (300, "보고서의 석 달 금액", None)


def test_without_any_statement_the_command_that_brings_them_is_named(loaded):
    with pytest.raises(ConfigError, match="foresto dart financials"):
        show(loaded)


def test_the_view_of_quarters_says_the_same(everything):
    flows = ("revenue", "operating_income", "net_income", "owners_net_income", "operating_cash_flow", "total_equity")
    compared = 0
    for (ticker,) in everything.rows("SELECT DISTINCT ticker FROM financial_report ORDER BY 1"):
        view = {
            row[:2]: row[2:]
            for row in everything.rows(
                f"SELECT fs_div, period_end, {', '.join(flows)} FROM statement_quarter WHERE ticker = :ticker",
                ticker=ticker,
            )
        }
        for row in show(everything, ticker, years=9):
            if (row["fs_div"], row["period_end"]) in view and row["reason"] is None:
                compared += 1
                assert view[row["fs_div"], row["period_end"]] == tuple(row[name] for name in flows), (ticker, row)
    assert compared > 100
