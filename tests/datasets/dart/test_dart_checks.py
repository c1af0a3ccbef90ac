"""What is wrong with what DART told is found by what it told beside it, and asking or reading again mends it."""

import hashlib
import zlib
from datetime import timedelta

import pytest
from dart_loads import load
from support import EVENING

from foresto_cli import clock
from foresto_cli.collecting.checks import DECLARED, MONTHLY, Scope, run_checks
from foresto_cli.loading import load_capital, load_listed, load_open_data
from foresto_cli.running import job
from foresto_cli.verify import all_checks, mending

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 2
QUICK = job.Options()
ROOM = ("statements.", "dart.", "dividends.", "payouts.", "actions.")


def findings(world):
    """Ask every check of this room; return what each finds."""
    all_checks.of(MONTHLY)
    ours = [check for name, check in DECLARED.items() if name.startswith(ROOM)]
    last = world.app.calendar.latest_ended(clock.now())
    with world.app.engine.connect() as connection:
        scope = Scope(connection, world.app.calendar, clock.now(), [world.app.calendar.previous(last), last], last)
        return {finding.check: finding for finding in run_checks(ours, scope)}


def digest(world, table, columns="*"):
    return world.scalar(f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM (SELECT {columns} FROM {table}) t")


def is_mended(world, planted, check, table, columns):
    """Plant, find it by ``check``, repair, and say whether the rows are as they were; findings are gone."""
    before = digest(world, table, columns)
    world.execute(planted)
    assert digest(world, table, columns) != before, planted
    found = findings(world)
    assert check in found, (planted, found.keys())
    assert found[check].sample
    mending.mend(world.app, [one.units for one in found.values() if one.units], QUICK)
    assert findings(world) == {}, planted
    return digest(world, table, columns) == before


REPORT = (
    "ticker, fiscal_year, fiscal_quarter, fs_div, rcept_no, corp_code, rcept_dt, period_end, currency, revenue,"
    " total_assets, total_equity, owners_equity, net_income, eps, has_details"
)
ONE = "ticker = '005930' AND fs_div = 'CFS'"
STATEMENTS = (
    ("statements.reread", f"UPDATE financial_report SET total_assets = total_assets * 1.5 WHERE {ONE}"),
    ("statements.reread", f"UPDATE financial_report SET total_equity = NULL WHERE {ONE}"),
    ("statements.reread", "UPDATE financial_report SET currency = 'USD' WHERE ticker < '1'"),
    ("statements.reread", "UPDATE financial_report SET corp_code = '00000001' WHERE ticker = '000660'"),
    ("statements.reread", "UPDATE financial_report SET ticker = '999990' WHERE ticker = '000660'"),
    ("statements.reread", "UPDATE financial_report SET rcept_dt = '2027-06-01' WHERE ticker = '000660'"),
    ("statements.reread", "DELETE FROM financial_report WHERE ticker < '1'"),
    ("statements.reread_whole", f"UPDATE financial_report SET owners_equity = owners_equity * 1.2 WHERE {ONE}"),
)


@pytest.mark.long
def test_a_statement_that_differs_from_what_dart_answered_is_found_and_read_anew(listed_world):
    with listed_world() as world:
        load(world, 2025, full=True)
        assert findings(world) == {}
        for check, planted in STATEMENTS:
            assert is_mended(world, planted, check, "financial_report", REPORT), planted
        restated = "UPDATE financial_restated SET total_assets = total_assets * 4 WHERE ticker = '005930'"
        assert is_mended(world, restated, "statements.reread", "financial_restated", "ticker, rcept_no, total_assets")


@pytest.mark.long
def test_what_answers_say_of_older_reports_is_asked_monthly(listed_world):
    with listed_world() as world:
        load(world, 2023)
        planted = "DELETE FROM financial_report WHERE ticker < '1'"
        assert is_mended(world, planted, "statements.reread_past", "financial_report", REPORT)
        world.execute("UPDATE financial_report SET rcept_no = '20240320999999' WHERE ticker = '005930'")
        found = findings(world)
        assert found.keys() == {"statements.reread_past", "statements.sourceless"}
        assert {row["접수번호"] for row in found["statements.sourceless"].sample} == {"20240320999999"}
        assert not found["statements.sourceless"].units, (
            "whether that report was ever filed is for a person to find out"
        )


@pytest.mark.long
def test_answers_that_are_lost_or_damaged_are_asked_for_again(listed_world):
    columns = "endpoint, subject, bsns_year, reprt_code, fs_div, sha256, period_end, body"
    with listed_world() as world:
        load(world, 2025)
        load(world, 2025, ticker="005930", full=True)
        lost = "DELETE FROM dart_answer WHERE endpoint = '{}'"
        for endpoint in ("fnlttMultiAcnt", "fnlttSinglAcntAll"):
            assert is_mended(world, lost.format(endpoint), "statements.kept", "dart_answer", columns)
            damaged = f"UPDATE dart_answer SET body = '\\x00' WHERE endpoint = '{endpoint}'"
            assert is_mended(world, damaged, "statements.damaged", "dart_answer", columns)
        assert world.scalar("SELECT count(*) FROM financial_report WHERE has_details AND eps IS NOT NULL") > 0


def test_an_answer_that_nobody_can_read_is_found(listed_world):
    with listed_world() as world:
        load(world, 2025)
        body = b'{"status": "000", "list": []}'
        world.execute(
            "INSERT INTO dart_answer VALUES ('fnlttMultiAcnt', 'h9+1', 2025, '11014', '*', :sha256, NULL, now(),"
            " :body)",
            sha256=hashlib.sha256(body).hexdigest(),
            body=zlib.compress(body),
        )
        (row,) = findings(world)["statements.reread"].sample
        assert (row["보고서"], row["항목"]) == ("2025/11014", "읽을 수 없는 응답")


SUMS = {
    "자산 = 부채 + 자본": "total_assets = total_assets * 1.5",
    "빠진 합계": "total_equity = NULL",
    "음수": "total_liabilities = -1, total_assets = total_equity - 1",
    "유동자산": "current_assets = total_assets * 5",
    "유동부채": "current_liabilities = total_liabilities * 5",
    "지배주주 지분": "owners_equity = total_assets * 3",
    "접수일": "rcept_dt = '2027-06-01'",
    "금액의 단위": "total_assets = total_assets * 1000, total_liabilities = total_liabilities * 1000,"
    " total_equity = total_equity * 1000",
}


@pytest.mark.long
@pytest.mark.parametrize("wrong", SUMS)
def test_where_no_answer_is_kept_a_report_is_measured_by_itself_and_by_its_neighbours(listed_world, wrong):
    with listed_world() as world:
        load(world, 2026, "q3")
        load(world, 2026, "half")
        world.execute("DELETE FROM dart_answer")
        world.execute("UPDATE financial_report SET rcept_dt = '2026-11-20' WHERE fiscal_quarter = 3")
        assert "statements.sums" not in findings(world)
        world.execute(f"UPDATE financial_report SET {SUMS[wrong]} WHERE fiscal_quarter = 3 AND {ONE}")
        (row,) = findings(world)["statements.sums"].sample
        assert (row["ticker"], row["어긋난_것"]) == ("005930", wrong)


@pytest.mark.long
def test_a_hundred_that_was_not_asked_about_a_report_is_found_and_asked(open_world):
    with open_world(stocks=150) as world:
        load_listed.load_listing(world.app, QUICK)
        load(world, 2024)
        load(world, 2025)
        assert findings(world) == {}
        for table in ("unit_ledger WHERE unit LIKE '2024/11011/h1+%'", "dart_answer WHERE subject LIKE 'h1+%'"):
            world.execute(f"DELETE FROM {table}")
        found = findings(world)
        assert [row["단위"][:13] for row in found["statements.unasked"].sample] == ["2024/11011/h1"]
        mending.mend(world.app, [one.units for one in found.values() if one.units], QUICK)
        assert findings(world) == {}
        # A year that nobody was asked about counts between two that were asked for.
        load(world, 2022)
        found = findings(world)
        assert {row["단위"][:10] for row in found["statements.unasked"].sample} == {"2023/11011"}


@pytest.mark.long
def test_lost_and_mistaken_companies_are_found_and_asked_for_again(listed_world):
    with listed_world() as world:
        load(world, 2025)
        columns = "corp_code, ticker, name, modify_date"
        for check, planted in (
            ("dart.companies_lost", "DELETE FROM dart_company WHERE ticker < '05'"),
            ("dart.companies", "UPDATE dart_company SET ticker = '999990' WHERE ticker = '000660'"),
            ("dart.companies", "UPDATE dart_company SET name = ' ' WHERE ticker = '000660'"),
            ("dart.companies", "UPDATE dart_company SET modify_date = '2030-01-01' WHERE ticker = '000660'"),
        ):
            assert is_mended(world, planted, check, "dart_company", columns), planted


@pytest.mark.long
def test_a_filing_that_is_lost_or_mistaken_is_found_and_its_list_read_from_that_day(open_loaded):
    with open_loaded(EVENING - timedelta(days=7)) as world:
        load(world)
    with open_loaded() as world:
        load(world)
        assert findings(world) == {}
        columns = "rcept_no, corp_code, ticker, report_nm, rcept_dt, rm"
        newest = "rcept_no = (SELECT max(rcept_no) FROM dart_filing WHERE ticker IS NOT NULL)"
        for check, planted in (
            ("dart.filings_lost", "DELETE FROM dart_filing WHERE rcept_dt > '2026-11-12'"),
            ("dart.filings", f"UPDATE dart_filing SET rcept_dt = '2026-10-02' WHERE {newest}"),
            ("dart.filings", f"UPDATE dart_filing SET ticker = '999990' WHERE {newest}"),
        ):
            assert is_mended(world, planted, check, "dart_filing", columns), planted


PAID = (
    "(security_id, dvdn_bas_dt) = (SELECT security_id, dvdn_bas_dt FROM dividend_history WHERE source_id = '{}'"
    " AND scrs_itms_kcd <> 'frmtrm' AND stck_genr_dvdn_amt > 0 AND dvdn_bas_dt < '2026-11-01'"
    " ORDER BY dvdn_bas_dt DESC, security_id LIMIT 1)"
)
FSC, DART = PAID.format("FSC"), PAID.format("DART") + " AND scrs_itms_kcd = ''"
DIVIDENDS = (
    ("dividends.values", f"UPDATE dividend_history SET stck_genr_dvdn_amt = stck_genr_dvdn_amt * 10 WHERE {FSC}"),
    ("dividends.values", f"UPDATE dividend_history SET stck_genr_dvdn_amt = -stck_genr_dvdn_amt WHERE {FSC}"),
    ("dividends.values", f"UPDATE dividend_history SET stck_par_prc = stck_par_prc * 10 WHERE {FSC}"),
    ("dividends.values", f"UPDATE dividend_history SET cash_dvdn_pay_dt = dvdn_bas_dt - 30 WHERE {FSC}"),
    ("dividends.values", f"UPDATE dividend_history SET scrs_itms_kcd_nm = '종류주' WHERE {FSC}"),
    ("dividends.values", f"UPDATE dividend_history SET ticker = '999990' WHERE {FSC}"),
    ("dividends.values", f"UPDATE dividend_history SET dvdn_bas_dt = '2030-12-31' WHERE {FSC}"),
    ("dividends.lost", "DELETE FROM dividend_history WHERE source_id = 'FSC' AND ticker < '1'"),
    ("payouts.values", f"UPDATE dividend_history SET stck_genr_dvdn_amt = -stck_genr_dvdn_amt WHERE {DART}"),
    ("payouts.values", f"UPDATE dividend_history SET scrs_itms_kcd_nm = '종류주' WHERE {DART}"),
    ("payouts.values", f"UPDATE dividend_history SET ticker = '999990' WHERE {DART}"),
    ("payouts.values", f"UPDATE dividend_history SET rcept_dt = '2027-12-31' WHERE {DART}"),
    ("payouts.lost", "DELETE FROM dividend_history WHERE source_id = 'DART' AND ticker < '1'"),
    ("payouts.sources", "UPDATE dividend_history SET stck_genr_dvdn_amt = 20 * stck_genr_dvdn_amt WHERE rcept_no > ''"),
)  # fmt: skip


@pytest.mark.long
def test_dividends_that_their_neighbours_contradict_are_found_and_asked_for_again(open_loaded):
    columns = (
        "security_id, dvdn_bas_dt, source_id, ticker, corp_code, fiscal_year, rcept_dt, cash_dvdn_pay_dt,"
        " scrs_itms_kcd_nm, stck_genr_dvdn_amt, stck_par_prc, is_outlier"
    )
    with open_loaded() as world:
        load_open_data.load_dividends(world.app, QUICK)
        for year in (2024, 2025):
            load_capital.load_dividends(world.app, year, QUICK)
        assert findings(world) == {}
        for check, planted in DIVIDENDS:
            assert is_mended(world, planted, check, "dividend_history", columns), planted
