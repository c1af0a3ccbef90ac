"""The companies file as real ones do, in the shares met in 90,000 recorded answers, and are read all the same."""

from collections import Counter
from datetime import date, datetime

import pytest
from dart_loads import load

from foresto_cli import clock
from foresto_cli.loading import load_capital
from foresto_cli.loading import load_listed as roster
from foresto_cli.running import job
from foresto_cli.sandbox.dart import dart_companies, dart_versions, main_accounts, report_items, slips
from foresto_cli.sandbox.dart import dart_filings as received
from foresto_cli.sandbox.market import Market

pytestmark = pytest.mark.usefixtures("no_waiting")
ANNUAL = "11011"
NOW = datetime(2026, 11, 20, 20, 30, tzinfo=clock.KST)
TODAY = NOW.date()
QUICK = job.Options()
PER_SHARE = "주당 현금배당금(원)"


def answers(market):
    """Every annual answer of alotMatter for 2025: the company, its reports' periods, its rows."""
    for company in dart_companies.of(market).all:
        periods = company.periods(2025, ANNUAL)
        rows = [row for period in periods for row in report_items.dividends(market, company, period, TODAY)]
        if rows:
            yield company, periods, rows


@pytest.mark.long
def test_the_shares_are_those_of_the_real_market():
    market = Market(NOW, 2_900, 12, 1)
    count = Counter()
    for company, periods, rows in answers(market):
        count["answers"] += 1
        pays = any(report_items.per_share(market, company, one) for one in periods)
        lines = [row for row in rows if row["se"] == PER_SHARE]
        count["dashes"] += all(row["thstrm"] == "-" for row in rows)
        count["several"] += len({row["rcept_no"] for row in rows}) > 1
        count["halves"] += len({row["stlm_dt"] for row in rows}) > 1
        if pays:
            count["paying"] += 1
            count["nameless"] += {row["stock_knd"] for row in lines} == {"-"} and len(lines) > 1
            count["odd"] += any(row["stock_knd"] in slips.ODD_WORDS for row in lines)
            count["later"] += all(row["thstrm"] == "-" for row in lines)
    restated = [
        slips.restated(market, company, period, 1_000_000) != 1_000_000
        for company in dart_companies.of(market).all
        for period in company.periods(2025, ANNUAL)
    ]
    groups = [one for one in dart_companies.of(market).all if one.consolidates]
    share = {
        "dashes": count["dashes"] / count["answers"],
        "nameless": count["nameless"] / count["paying"],
        "odd": count["odd"] / count["paying"],
        "later": count["later"] / count["paying"],
        "restated": sum(restated) / len(restated),
        "own labels": sum(slips.has_own_labels(market, one) for one in groups) / len(groups),
    }
    between = {
        "dashes": (0.003, 0.02), "nameless": (0.09, 0.18), "odd": (0.015, 0.05), "later": (0.003, 0.025),
        "restated": (0.12, 0.18), "own labels": (0.01, 0.035),
    }  # fmt: skip
    assert {name: least < share[name] < most for name, (least, most) in between.items()} == dict.fromkeys(between, True)
    assert count["halves"] > 5
    assert count["several"] > count["halves"], "corrections stand beside what they correct"


def test_the_smallest_market_has_each(open_world):
    market = Market(NOW, 60, 12, 1)
    everyone = dart_companies.of(market)
    assert any(one.closes_twice for one in everyone.all)
    kinds = {row["stock_knd"] for _, _, rows in answers(market) for row in rows if row["se"] == PER_SHARE}
    assert "-" in kinds
    assert kinds & {*slips.ODD_WORDS}
    assert any(slips.has_own_labels(market, one) for one in everyone.all if one.consolidates)


# --- and read ----------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_dividends_are_what_the_company_decided_however_they_are_filed(open_world):
    """Of every company and fiscal year: linked to the common share, in the amount of the report, one row a year."""
    with open_world(patience=0.1) as world:
        roster.load_listing(world.app, QUICK)
        for year in (2024, 2025):
            result = load_capital.load_dividends(world.app, year, QUICK)
            assert (result.outcome, result.units.failed) == ("done", 0), result.reasons
        market = world.sandbox.market
        stored, later = (
            {(row[0], row[1]): row[2] for row in world.rows(
                "SELECT ticker, dvdn_bas_dt, stck_genr_dvdn_amt FROM dividend_history WHERE source_id = 'DART'"
                " AND ticker IS NOT NULL AND scrs_itms_kcd = :kind", kind=kind)}
            for kind in ("", "frmtrm")
        )  # fmt: skip
        listed = {row[0] for row in world.rows("SELECT ticker FROM fdr_stock_listing WHERE is_listed")}
        seen = Counter()
        for company in dart_companies.of(market).all:
            if company.stock.code not in listed:
                continue
            for period in [one for year in (2024, 2025) for one in company.periods(year, ANNUAL)]:
                if received.current(market, company, period, TODAY) is None:
                    continue
                truth = report_items.per_share(market, company, period)
                undecided = slips.is_decided_later(market, company, period)
                key = (company.stock.code, period.ends)
                assert stored[key] == (0 if undecided else truth), key
                if period.year == 2024 and key in later:
                    assert later[key] == truth, key
                    seen["later"] += 1
                seen["halves"] += company.closes_twice and truth > 0
                seen["nameless"] += bool(truth) and slips.worded(market, company, "", alone=True) == slips.NAMELESS
        assert all(seen[name] for name in ("later", "nameless")), seen
        assert {key for key in stored if key[0][-1] == "0"} == {
            key for key in stored if key[0][-1] == "0" and key[1] <= date(2026, 9, 30)
        }


@pytest.mark.long
def test_statements_are_those_of_the_books_however_they_are_filed(open_world):
    """Every version of 2025: amounts of its own period and months, and the owners' share under any label."""
    with open_world(patience=0.1) as world:
        roster.load_listing(world.app, QUICK)
        result = load(world, 2025, full=True)
        assert (result.outcome, result.units.failed) == ("done", 0), result.reasons
        market = world.sandbox.market
        rows = {(row[0], row[1], row[2]): row[3:] for row in world.rows(
            "SELECT rcept_no, fs_div, period_end, net_income, total_assets, owners_net_income, period_months"
            " FROM financial_report WHERE fiscal_quarter = 4")}  # fmt: skip
        by_ticker = {one.stock.code: one for one in dart_companies.of(market).all}
        listed = [by_ticker[row[0]] for row in world.rows("SELECT DISTINCT ticker FROM financial_report")]
        checked = Counter()
        for company in listed:
            for period in company.periods(2025, ANNUAL):
                version = received.current(market, company, period, TODAY)
                for scope in main_accounts.SCOPES:
                    if version is None or (scope == "CFS" and not company.consolidates):
                        continue
                    truth = dart_versions.statement(market, company, period, scope, TODAY)
                    net, assets, owners, months = rows[version.filing.number, scope, period.ends]
                    assert (net, assets) == (truth.net_income, truth.total_assets)
                    assert months == period.months
                    if scope == "CFS":
                        assert owners == truth.owners_net_income, company.number
                        checked["own labels"] += slips.has_own_labels(market, company)
                    checked["halves"] += company.closes_twice
        assert checked["own labels"]
        assert checked["halves"] > 1
        # What the report states anew of the year before stands beside that year's own report.
        anew = {(row[0], row[1], row[2]): row[3] for row in world.rows(
            "SELECT rcept_no, fs_div, period_end, revenue FROM financial_restated"
            " WHERE fiscal_quarter = 4 AND revenue IS NOT NULL")}  # fmt: skip
        for company in listed:
            for period in company.periods(2025, ANNUAL):
                version = received.current(market, company, period, TODAY)
                key = (version.filing.number, "OFS", period.before.ends) if version else None
                if key not in anew:
                    continue
                books = dart_versions.statement(market, company, period.before, "OFS", TODAY).revenue
                assert anew[key] == slips.restated(market, company, period.before, books)
                checked["restated"] += anew[key] != books
        assert checked["restated"] > 1
