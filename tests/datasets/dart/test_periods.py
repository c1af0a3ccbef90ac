"""A fiscal year has the months that its report says: ratios are of twelve months, or missing with a reason."""

import calendar
import json
import zlib
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from statement_lines import CORP, TICKER, report
from support import EVENING

from foresto_cli import clock
from foresto_cli.datasets.dart import comparatives, filed_reports, periods, ratios, reparse, report_checks, reports
from foresto_cli.datasets.dart.reports import Report

ONE_DATABASE = True
NOW = datetime(2026, 4, 10, 18)
PROVENANCE = {"batch_id": 1, "created_at": NOW, "updated_at": NOW}
BALANCE = {"assets": 2_000, "debt": 1_000, "equity": 1_000, "current": 10}


def day(year, month):
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def rows(*reports_of_one_answer):
    lines = [line for one in reports_of_one_answer for line in one]
    asked = Report(int(lines[0]["bsns_year"]), lines[0]["reprt_code"])
    return reports.main_rows(lines, asked, {CORP: TICKER})


def stored(engine, *found):
    """Write reports as the loader does, each an answer of its own; a stock of a hundred shares at 10 won."""
    clock.pretend(EVENING.replace(month=4, day=10))
    with engine.begin() as connection:
        for one in found:
            filed_reports.write(connection, rows(one), PROVENANCE)
        connection.execute(
            text(
                "INSERT INTO stocks (ticker, name, market, sector, is_active, current_price, shares, batch_id,"
                " updated_at, created_at) VALUES (:ticker, '가상', 'KOSPI', '기타', true, 10, 100, 1, :now, :now)"
            ),
            {"ticker": TICKER, "now": NOW},
        )
        ratios.write(connection, {**PROVENANCE})


def stock(engine):
    with engine.connect() as connection:
        (found,) = connection.execute(text("SELECT pe_ratio, roe, income_basis, ratio_reason FROM stocks"))
    return found._asdict()


def half(year, end_month, income, **more):
    first = date(year, end_month - 5, 1)
    return report(first, day(year, end_month), BALANCE | {"income": income, "revenue": 10 * income}, **more)


def year(which, income, **more):
    told = BALANCE | {"income": income, "revenue": 10 * income}
    return report(date(which, 1, 1), day(which, 12), told, **more)


def interim(which, quarter, income, **more):
    code = {1: "11013", 2: "11012", 3: "11014"}[quarter]
    told = BALANCE | {"income": income, "revenue": 10 * income}
    return report(date(which, 1, 1), day(which, 3 * quarter), told, code=code, received=45, **more)


# --- what is read ----------------------------------------------------------------------------------------------------


def test_two_half_years_in_one_answer_are_two_rows_with_both_days():
    found = rows(half(2025, 6, 10), half(2025, 12, 10))
    assert [(row["fiscal_year"], row["period_start"], row["period_end"], row["period_months"]) for row in found] == [
        (2025, date(2025, 1, 1), date(2025, 6, 30), 6),
        (2025, date(2025, 7, 1), date(2025, 12, 31), 6),
    ]


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), 12), (date(2024, 1, 1), date(2024, 12, 31), 12),
        (date(2024, 3, 1), date(2025, 2, 28), 12), (date(2024, 12, 30), date(2025, 12, 28), 12),
        (date(2025, 7, 1), date(2025, 12, 31), 6), (date(2025, 10, 1), date(2025, 12, 31), 3),
        (date(2025, 4, 1), date(2025, 12, 31), 9), (date(2025, 12, 1), date(2025, 12, 31), 1),
        (date(2025, 3, 15), date(2025, 12, 31), 10), (date(2024, 10, 1), date(2025, 12, 31), 15),
    ],
)  # fmt: skip
def test_the_months_of_a_period(first, last, months):
    (row,) = rows(report(first, last, BALANCE | {"income": 1}))
    assert (row["period_start"], row["period_end"], row["period_months"]) == (first, last, months)


def test_an_interim_report_that_names_its_three_months_counts_since_the_start_of_the_year():
    (row,) = rows(report(date(2025, 7, 1), day(2025, 9), BALANCE | {"income": 1}, code="11014"))
    assert (row["period_start"], row["period_months"]) == (date(2025, 1, 1), 9)


@pytest.mark.parametrize(("first", "end", "fiscal_year"), [
    (date(2025, 7, 1), 9, 2025), (date(2025, 1, 1), 3, 2025), (date(2025, 10, 1), 12, 2026),
])  # fmt: skip
def test_the_interim_report_of_a_half_year_company_has_three_months(first, end, fiscal_year):
    """DART keeps it as the half-year report; its year's amounts are those of the three months."""
    amounts = BALANCE | {"income": 5, "revenue": 50}
    lines = report(first, day(2025, end), amounts, code="11012", received=45)
    (row,) = rows(lines)
    assert (row["period_start"], row["period_months"], row["fiscal_year"]) == (first, 3, fiscal_year)
    grown = [line | {"thstrm_add_amount": "99"} if line["sj_div"] == "IS" else line for line in lines]
    (row,) = rows(grown)
    assert row["period_months"] == 6, "of a whole year's half, of which the three months are a part"


def test_three_months_more_than_two_half_years_are_twelve_months(engine):
    amounts = BALANCE | {"income": 6, "revenue": 60}
    before = (date(2024, 7, 1), day(2024, 9), amounts | {"income": 4})
    clock.pretend(EVENING.replace(month=11, day=20))
    stored(
        engine, report(date(2024, 7, 1), day(2024, 9), amounts | {"income": 4}, code="11012", received=45),
        half(2024, 12, 9), half(2025, 6, 10), half(2025, 12, 10),
        report(date(2025, 7, 1), day(2025, 9), amounts, code="11012", received=45, before=before),
    )  # fmt: skip
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT period_end, net_income FROM financial_twelve_months WHERE fiscal_quarter = 2 ORDER BY 1")
        ).all()
    assert [tuple(one) for one in found] == [(date(2024, 9, 30), None), (date(2025, 9, 30), 6 + 10 + 9 - 4)]


def test_a_period_that_is_not_told_is_not_guessed_for_a_year():
    lines = [line | {"thstrm_dt": f"{date(2025, 12, 31)} 현재"} for line in year(2025, 1)]
    (row,) = rows(lines)
    assert (row["period_end"], row["period_start"], row["period_months"]) == (date(2025, 12, 31), None, None)


def test_whole_statements_of_two_short_years_in_one_answer_are_two_rows():
    halves = [*half(2025, 6, 10), *half(2025, 12, 12)]
    main = rows(halves)
    lines = [{name: value for name, value in line.items() if not name.endswith("_dt")} for line in halves]
    company = {"ticker": TICKER, "corp_code": CORP, "fs_div": "CFS", "period_end": date(2025, 12, 31),
               "periods": filed_reports.periods(main)}  # fmt: skip
    found = reports.whole_rows(lines, Report(2025, "11011"), company)
    assert [(row["rcept_no"], row["period_end"], row["period_months"], row["net_income"]) for row in found] == [
        (row["rcept_no"], row["period_end"], 6, row["net_income"]) for row in main
    ]


def test_the_end_of_a_month_stays_the_end_of_a_month():
    for number in range(15 * 12):
        last = day(2016 + number // 12, number % 12 + 1)
        for count in (3, 6, 9, 12):
            assert periods.before(last, count) == day(2016 + (number - count) // 12, (number - count) % 12 + 1)


# --- twelve months ---------------------------------------------------------------------------------------------------


def test_a_half_year_reit_has_the_income_of_two_reports(engine):
    stored(engine, half(2025, 6, 10), half(2025, 12, 10))
    assert stock(engine) == {"pe_ratio": 50, "roe": 2, "income_basis": "TOTAL", "ratio_reason": None}
    with engine.connect() as connection:
        seen = connection.execute(
            text(
                "SELECT period_end, period_months, net_income, roe, roa, ratio_reason"
                " FROM financial_statement ORDER BY 1"
            )
        ).all()
    assert [tuple(one) for one in seen] == [
        (date(2025, 6, 30), 6, 10, None, None, "FY_CHANGE"),
        (date(2025, 12, 31), 6, 10, 2, 1, None),
    ]


def quarters(count, income):
    return [
        report(date(2025, month - 2, 1), day(2025, month), BALANCE | {"income": income}) for month in (3, 6, 9, 12)
    ][-count:]


STUB = report(date(2026, 1, 1), day(2026, 3), BALANCE | {"income": 30}, received=5)


@pytest.mark.parametrize(
    ("found", "income", "reason"),
    [
        ([year(2025, 100)], 100, None),
        ([half(2025, 12, 10)], None, "FY_CHANGE"),
        (quarters(4, 5), 20, None),
        (quarters(3, 5), None, "FY_CHANGE"),
        # A year end that moved: three months, the year before them, less its first three months.
        ([interim(2025, 1, 20), year(2025, 100), STUB], 110, None),
        ([year(2025, 100), STUB], None, "FY_CHANGE"),
        ([year(2024, 80), interim(2025, 3, 70), interim(2024, 3, 50)], 100, None),
        ([year(2024, 80), interim(2025, 3, 70)], 80, "ANNUAL_FALLBACK"),
        ([half(2024, 6, 7), half(2024, 12, 8), half(2025, 6, 9), half(2025, 12, 11)], 20, None),
    ],
)
def test_income_is_of_twelve_months_or_missing_with_a_reason(engine, found, income, reason):
    clock.pretend(EVENING.replace(month=4, day=10))
    stored(engine, *found)
    got = stock(engine)
    assert (got["roe"], got["ratio_reason"]) == (None if income is None else Decimal(income) / 10, reason)
    assert got["pe_ratio"] == (None if income is None else round(Decimal(1000) / income, 4))


def test_a_correction_replaces_its_own_period_only(engine):
    stored(engine, half(2025, 6, 10), half(2025, 12, 10), half(2025, 6, 14, received=250, number=2))
    assert stock(engine)["roe"] == Decimal("2.4")


def test_ratios_say_whose_income_they_rest_on(engine):
    separate = [line | {"fs_div": "OFS"} for line in year(2025, 100)]
    stored(engine, separate)
    assert stock(engine)["income_basis"] == "SEPARATE"
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE financial_report SET fs_div = 'CFS', owners_net_income = 90, owners_equity = 900")
        )
        ratios.write(connection, PROVENANCE)
    assert stock(engine) | {"pe_ratio": 0} == {
        "pe_ratio": 0, "roe": 10, "income_basis": "OWNERS", "ratio_reason": None,
    }  # fmt: skip


# --- what later reports say of earlier periods -----------------------------------------------------------------------


def again(engine):
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT fiscal_year, fiscal_quarter, period_end, revenue, net_income, total_assets, rcept_dt"
                " FROM financial_restated ORDER BY 1, 2"
            )
        )
        return [tuple(one) for one in found]


def test_what_a_later_report_restates_is_a_version_and_the_first_word_stays(engine):
    before = (date(2024, 1, 1), day(2024, 12), BALANCE | {"income": 70, "revenue": 600})
    stored(engine, year(2024, 80), year(2025, 100, before=before))
    assert again(engine) == [(2024, 4, date(2024, 12, 31), 600, 70, 2_000, date(2026, 3, 31))]
    with engine.connect() as connection:
        kept = connection.scalar(text("SELECT net_income FROM financial_statement WHERE fiscal_year = 2024"))
    assert kept == 80


def test_an_interim_report_restates_its_months_of_last_year_and_the_opening_balance(engine):
    before = (date(2024, 1, 1), day(2024, 6), BALANCE | {"income": 30, "revenue": 300})
    stored(engine, interim(2025, 2, 50, before=before))
    assert again(engine) == [
        (2024, 2, date(2024, 6, 30), 300, 30, None, date(2025, 8, 14)),
        (2024, 4, date(2024, 12, 31), None, None, 2_000, date(2025, 8, 14)),
    ]


def test_a_half_year_restates_the_half_year_before_it():
    before = (date(2025, 1, 1), day(2025, 6), BALANCE | {"income": 9})
    (row,) = rows(half(2025, 12, 10, before=before))
    assert [(one["period_start"], one["period_end"], one["period_months"], one["net_income"])
            for one in row["earlier"]] == [(date(2025, 1, 1), date(2025, 6, 30), 6, 9)]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"frmtrm_amount": "n/a"}, {"frmtrm_amount": ""}, {"frmtrm_amount": "-"},
        {"frmtrm_dt": "2025.01.01 ~ 2025.12.31"}, {"frmtrm_dt": "2027.02.30 현재"},
    ],
)  # fmt: skip
def test_an_odd_column_of_the_year_before_spoils_nothing(change):
    before = (date(2024, 1, 1), day(2024, 12), BALANCE | {"income": 70})
    lines = [line | change for line in year(2025, 100, before=before)]
    (row,) = rows(lines)
    assert row["net_income"] == 100
    assert all(one["period_end"] < row["period_end"] for one in row["earlier"])


def test_whole_statements_add_to_what_main_accounts_restated_and_take_nothing_away():
    main = {"has_details": False, "revenue": 1, "net_income": 5, "owners_net_income": None, "period_start": 1,
            "period_months": 12}  # fmt: skip
    main = dict.fromkeys(comparatives.RESTATED) | main
    whole = main | {"has_details": True, "revenue": 2, "net_income": None, "owners_net_income": 4, "period_start": None}
    for old, new in ((main, whole), (whole, main)):
        found = comparatives.together(old, new)
        told = [found[name] for name in ("revenue", "net_income", "owners_net_income", "period_start", "has_details")]
        assert told == [2, 5, 4, 1, True]


# --- what was stored before ------------------------------------------------------------------------------------------


def test_reports_stored_before_are_told_and_read_again(engine):
    before = (date(2025, 1, 1), day(2025, 6), BALANCE | {"income": 9})
    lines = [*half(2025, 6, 10), *half(2025, 12, 10, before=before)]
    body = json.dumps({"status": "000", "message": "정상", "list": lines}).encode()
    clock.pretend(EVENING.replace(month=4, day=10))
    with engine.begin() as connection:
        question = filed_reports.Question(endpoint=filed_reports.MAIN, subject="h0+1", report=Report(2025, "11011"))
        filed_reports.keep(connection, question, body, NOW)
        connection.execute(
            text("INSERT INTO dart_company (corp_code, ticker, name, batch_id, created_at, updated_at)"
                 " VALUES (:corp, :ticker, '가상', 1, now(), now())"), {"corp": CORP, "ticker": TICKER},
        )  # fmt: skip
        filed_reports.write(connection, rows(lines), PROVENANCE)
        connection.execute(text("UPDATE financial_report SET period_start = NULL, period_months = NULL"))
        connection.execute(text("DELETE FROM financial_restated"))
        scope = report_checks.Scope(connection, None, NOW, [], None)
        assert report_checks.unread_periods(scope) == [{"사업연도": 2025, "보고서": 2}]
        counts = reparse.write(connection, PROVENANCE)
        assert (counts.changed, counts.added) == (2, 1)
        assert report_checks.unread_periods(scope) == []
        assert zlib.decompress(connection.scalar(text("SELECT body FROM dart_answer"))) == body
        assert reparse.write(connection, PROVENANCE).unchanged == 3


# --- quarters -------------------------------------------------------------------------------------------------------


def quarters(engine):
    query = "SELECT fiscal_quarter, period_start, period_end, revenue, net_income, known_from FROM statement_quarter"
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"{query} ORDER BY period_end"))]


CODES = {3: "11013", 6: "11012", 9: "11014", 12: "11011"}


def cumulative(year, months, income):
    told = BALANCE | {"income": income, "revenue": 10 * income}
    return report(date(year, 1, 1), day(year, months), told, code=CODES[months], received=80 if months == 12 else 45)


def test_a_quarter_is_what_is_cumulative_less_what_was_before(engine):
    stored(engine, *(cumulative(2025, months, income) for months, income in ((3, 10), (6, 30), (9, 35), (12, 80))))
    with engine.begin() as connection:
        connection.execute(text("UPDATE financial_report SET revenue_quarter = NULL, net_income_quarter = NULL"))
    found = [(quarter, start, revenue, income) for quarter, start, _, revenue, income, _ in quarters(engine)]
    assert found == [
        (1, date(2025, 1, 1), 100, 10),
        (2, date(2025, 4, 1), 200, 20),
        (3, date(2025, 7, 1), 50, 5),
        (4, date(2025, 10, 1), 450, 45),
    ]


def test_a_quarter_without_the_one_before_is_what_the_report_says_or_not_known(engine):
    stored(engine, cumulative(2025, 6, 30), cumulative(2025, 12, 80))
    with engine.begin() as connection:
        connection.execute(text("UPDATE financial_report SET net_income_quarter = 21 WHERE fiscal_quarter = 2"))
        connection.execute(text("UPDATE financial_report SET revenue_quarter = NULL"))
    found = [(quarter, revenue, income) for quarter, _, _, revenue, income, _ in quarters(engine)]
    assert found == [(2, None, 21), (4, None, None)]


def test_a_fiscal_year_of_six_months_has_no_quarter_taken_from_another_year(engine):
    stored(engine, half(2025, 6, 60), half(2025, 12, 70))
    assert [row[3:5] for row in quarters(engine)] in ([], [(None, None), (None, None)])
