"""Which line is which number: ids before labels, each in its statement, missing never zero, signs never guessed."""

import itertools
from datetime import date
from decimal import Decimal

import pytest

from foresto_cli.datasets.dart import accounts, expected_reports, filed_reports, reports
from foresto_cli.datasets.dart.expected_reports import Company
from foresto_cli.datasets.dart.reports import Report
from foresto_cli.errors import BadPayload

ANNUAL, HALF, Q1 = Report(2025, "11011"), Report(2025, "11012"), Report(2025, "11013")
COMPANY = {"ticker": "000000", "corp_code": "00000001", "fs_div": "CFS", "period_end": date(2025, 12, 31)}
CUSTOM = "-표준계정코드 미사용-"
ORDER = itertools.count(1)


def line(statement, label, amount, identity=CUSTOM, added=None):
    found = {
        "rcept_no": "20260318000001", "reprt_code": "11011", "bsns_year": "2025", "corp_code": "00000001",
        "sj_div": statement, "account_id": identity, "account_nm": label, "account_detail": "-",
        "thstrm_amount": amount, "ord": f"{next(ORDER)}", "currency": "KRW",
    }  # fmt: skip
    return found if added is None else found | {"thstrm_add_amount": added}


BALANCE = [
    line("BS", "자산총계", "100", "ifrs-full_Assets"),
    line("BS", "유동자산", "40", "ifrs-full_CurrentAssets"),
    line("BS", "부채총계", "60", "ifrs-full_Liabilities"),
    line("BS", "자본총계", "40", "ifrs-full_Equity"),
]


def row(*lines, report=ANNUAL, balance=BALANCE):
    found = [one | {"reprt_code": report.code} for one in (*balance, *lines)]
    return reports.whole_rows(found, report, COMPANY)[0]


@pytest.mark.parametrize(
    "label",
    [
        "매출액",
        "수익(매출액)",
        "영업수익",
        "Ⅰ. 매출액",
        "I.매출액",
        "1. 영업수익(매출액)",
        "매출액 (주41,42)",
        "매 출 액",
        "매출",
    ],
)
def test_revenue_by_its_labels(label):
    assert row(line("CIS", label, "7"))["revenue"] == 7


@pytest.mark.parametrize(
    "label", ["매출원가", "매출총이익", "매출채권", "기타영업수익", "금융수익", "이자수익", "매출액증가율"]
)
def test_what_only_begins_or_ends_like_revenue_is_not_revenue(label):
    assert row(line("CIS", label, "7"))["revenue"] is None


@pytest.mark.parametrize(
    ("label", "column"),
    [
        ("영업이익(손실)", "operating_income"), ("영업손익", "operating_income"), ("Ⅴ. 영업이익", "operating_income"),
        ("당기순이익(손실)", "net_income"), ("연결당기순이익", "net_income"), ("분기순이익", "net_income"),
        ("반기순이익(손실)", "net_income"), ("당(분)기순이익", "net_income"), ("당기순손익", "net_income"),
        ("당기순이익(당기순손실)", "net_income"),
        ("지배기업의 소유주에게 귀속되는 당기순이익(손실)", "owners_net_income"),
        ("지배기업소유주지분 순이익", None), ("계속영업 당기순이익", None), ("중단영업당기순이익", None),
        ("총포괄이익", None), ("포괄손익, 지배기업의 소유주에게 귀속되는 지분", None), ("법인세비용차감전순이익", None),
        ("영업외이익", None), ("당기순이익조정을 위한 가감", None),
    ],
)  # fmt: skip
def test_incomes_by_their_labels(label, column):
    found = row(line("IS", label, "7"))
    assert {name for name in reports.FLOWS if found[name] is not None} == ({column} if column else set())


@pytest.mark.parametrize("label", ["반기(당기)순이익", "분기(당기)순이익", "당기(반기)순이익", "3분기순이익"])
def test_interim_income_by_its_labels(label):
    found = row(line("IS", label, "3", added="7"), report=HALF)
    assert (found["net_income"], found["net_income_quarter"]) == (7, 3)


INCOME = ("CIS", "당기순이익", "90", "ifrs-full_ProfitLoss")
"""Net income of a group that files the shares in it under names of its own."""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # The same names below net income and below comprehensive income, in either order.
        ([("지배기업의 소유주지분", "95"), ("비지배지분", "-5"), ("지배기업의 소유지분", "92")], 95),
        ([("지배주주지분", "80"), ("소수주주지분", "20"), ("지배주주지분", "70"), ("소수주주지분", "20")], 70),
        ([("지배기업소유주지분순이익", "60"), ("비지배지분순이익", "30"), ("지배기업소유주지분순이익", "61")], 60),
        # Nobody else has a share.
        ([("지배회사소유주지분순이익", "90"), ("지배회사소유주지분", "84")], 90),
        ([("지배회사소유주지분", "90"), ("비지배지분", "-")], 90),
        # What does not add up, or adds up in two ways, is not known.
        ([("지배기업소유주지분", "80"), ("비지배지분", "20")], None),
        ([("지배기업소유주지분", "90"), ("비지배지분", "20")], None),
        ([("지배주주지분", "60"), ("비지배지분", "30"), ("지배주주지분", "50"), ("비지배지분", "40")], None),
        # Names of something else, though the sum fits.
        ([("지배기업소유주지분포괄이익", "60"), ("비지배지분포괄이익", "30")], None),
    ],
)  # fmt: skip
def test_the_owners_income_is_what_adds_up_to_net_income(lines, expected):
    told = [line("CIS", label, amount) for label, amount in lines]
    for order in (told, told[::-1]):
        assert row(*order, line(*INCOME))["owners_net_income"] == expected
        assert row(line(*INCOME), *order)["owners_net_income"] == expected


def test_the_owners_income_stands_where_net_income_stands():
    shares = [line(place, label, f"{amount}") for place, pair in (("CIS", (100, 20)), ("IS", (70, 20)))
              for label, amount in zip(("지배기업소유주지분", "비지배지분"), pair, strict=True)]  # fmt: skip
    income = line("IS", "당기순이익", "90", "ifrs-full_ProfitLoss")
    assert row(*shares, income)["owners_net_income"] == 70
    standard = line("CIS", "지배", "1", "ifrs-full_ProfitLossAttributableToOwnersOfParent")
    assert row(*shares, income, standard)["owners_net_income"] == 1, "a standard id comes first"
    whose = "ifrs_ComprehensiveIncomeAttributableTo"
    other = [line("IS", "지배지분", "80", f"{whose}OwnersOfParent"), line("IS", "비지배", "10", f"{whose}Other")]
    assert row(income, *other)["owners_net_income"] is None, "a standard id says that it is something else"


def test_the_owners_income_of_an_interim_report_adds_up_in_both_columns():
    half = [line("CIS", "반기순이익", "90", added="200"), line("CIS", "비지배지분", "30", added="50")]
    fits = line("CIS", "지배기업소유주지분", "60", added="150")
    found = row(*half, line("CIS", "지배기업소유주지분", "60", added="140"), fits, report=HALF)
    assert (found["owners_net_income"], found["owners_net_income_quarter"]) == (150, 60)


def test_rounded_shares_of_income_may_be_one_unit_off():
    def owners(*amounts):
        labels = ("당기순이익", "지배기업소유주지분", "비지배지분")
        return row(*(line("CIS", *one) for one in zip(labels, amounts, strict=True)))["owners_net_income"]

    assert owners("90000000", "60000000", "31000000") == 60_000_000
    assert owners("90000000", "60000000", "32000000") is None
    assert owners("90000001", "60000000", "31000000") is None


@pytest.mark.parametrize(
    ("label", "is_basic"),
    [
        ("기본주당이익", True), ("보통주 기본/희석주당순이익", True), ("보통주 기본 및 희석주당이익", True),
        ("기본및희석보통주당순이익", True), ("보통주기본주당이익 (단위:원)", True), ("기본주당순이익(원)", True),
        ("기본보통주당순이익", True), ("기본주당순이익(손실)(단위: 원)", True), ("주당순이익", True),
        ("희석주당순이익", False), ("구형우선주 기본/희석주당순이익", False), ("보통주 기본주당계속영업이익", False),
        ("우선주 기본 및 희석주당이익 (단위: 원)", False), ("주당순자산", False), ("주당배당금", False),
    ],
)  # fmt: skip
def test_earnings_per_share_by_their_labels(label, is_basic):
    income = line("CIS", "당기순이익", "10000000000", "ifrs-full_ProfitLoss")
    assert row(income, line("CIS", label, "5371"))["eps"] == (5371 if is_basic else None)


def test_earnings_per_share_in_millions_are_not_believed():
    income = line("CIS", "당기순이익", "945000000000", "ifrs-full_ProfitLoss")
    assert row(income, line("CIS", "기본주당순이익(원)", "5371000000"))["eps"] is None
    assert row(income, line("CIS", "기본주당순이익(원)", "5371"))["eps"] == 5371
    assert row(line("CIS", "기본주당순이익(원)", "-12"))["eps"] == -12, "without income nothing speaks against it"


def test_the_id_comes_before_the_label_and_the_fitting_label_before_the_first_line():
    found = row(
        line("CIS", "매출액", "1"),
        line("CIS", "제품매출", "2", "ifrs-full_Revenue"),
        line("CIS", "수익(매출액)", "3", "ifrs-full_Revenue"),
    )
    assert found["revenue"] == 3
    assert row(line("CIS", "매출액", "1"), line("CIS", "무엇이든", "2", "ifrs_Revenue"))["revenue"] == 2


def test_an_id_counts_only_in_its_statement():
    found = row(
        line("SCE", "당기순이익(손실)", "1", "ifrs-full_ProfitLoss"),
        line("CF", "당기순이익(손실)", "2", "ifrs-full_ProfitLoss"),
        line("CIS", "당기순이익(손실)", "3", "ifrs-full_ProfitLoss"),
        line("IS", "당기순이익(손실)", "4", "ifrs-full_ProfitLoss"),
    )
    assert found["net_income"] == 4, "the income statement is better than the statement of comprehensive income"


def test_zero_is_a_number_and_nothing_is_not_zero():
    for given, stored in (("0", 0), ("", None), ("-", None), (None, None)):
        assert row(line("CIS", "매출액", given, "ifrs-full_Revenue"))["revenue"] == stored
    # A heading without an amount does not hide the line below it.
    assert row(line("CIS", "매출액", "", "ifrs-full_Revenue"), line("CIS", "매출액", "5"))["revenue"] == 5


@pytest.mark.parametrize(
    ("given", "stored"),
    [("1,234", 1234), ("-1234", -1234), ("(1,234)", -1234), ("△5", -5), ("12.5", Decimal("12.5")), ("−3", -3)],
)
def test_amounts_in_every_form(given, stored):
    assert row(line("CIS", "영업이익", given))["operating_income"] == stored


@pytest.mark.parametrize("given", ["N/A", "1,23", "NaN", "1e5", "Infinity", "12원", "1 2"])
def test_what_is_no_amount_is_refused(given):
    with pytest.raises(BadPayload, match="금액"):
        row(line("CIS", "영업이익", given))


def test_a_label_of_losses_is_not_taken_for_a_positive_amount():
    assert row(line("IS", "영업손실", "7"))["operating_income"] is None
    assert row(line("IS", "영업손실", "-7"))["operating_income"] == -7
    assert row(line("IS", "영업손실", "-7", "dart_OperatingIncomeLoss"))["operating_income"] == -7


def test_cumulative_and_three_months():
    flow = line("IS", "매출액", "10", "ifrs-full_Revenue", added="25")
    assert [row(flow, report=HALF)[name] for name in ("revenue", "revenue_quarter")] == [25, 10]
    assert [row(flow, report=ANNUAL)[name] for name in ("revenue", "revenue_quarter")] == [10, None]
    blank = flow | {"thstrm_add_amount": ""}
    assert [row(blank, report=Q1)[name] for name in ("revenue", "revenue_quarter")] == [10, 10]
    assert [row(blank, report=HALF)[name] for name in ("revenue", "revenue_quarter")] == [None, 10]
    cash = line("CF", "영업활동으로 인한 현금흐름", "9")
    assert row(cash, report=HALF)["operating_cash_flow"] == 9


def test_who_tells_current_items_nowhere_is_financial_and_has_no_revenue():
    bank = [one for one in BALANCE if "Current" not in one["account_id"]]
    found = row(line("IS", "영업수익", "7"), balance=bank)
    assert (found["is_financial"], found["revenue"]) == (True, None)
    assert row(line("IS", "영업수익", "7"))["is_financial"] is False
    assert row(line("IS", "영업수익", "7"), balance=[])["is_financial"] is False


def test_the_currency_is_the_balance_sheets():
    found = row(line("IS", "매출액", "7") | {"currency": "KRW"}, balance=[one | {"currency": "USD"} for one in BALANCE])
    assert found["currency"] == "USD"


@pytest.mark.parametrize(
    "damage",
    [{"bsns_year": "2024"}, {"reprt_code": "11013"}, {"corp_code": "00000002"}, {"rcept_no": "20260318000009"}],
)
def test_lines_of_another_report_are_refused(damage):
    with pytest.raises(BadPayload):
        reports.whole_rows([*BALANCE, BALANCE[0] | damage], ANNUAL, COMPANY)


def test_a_line_told_twice_is_one_line_but_not_with_another_amount():
    sales = line("IS", "매출액", "7")
    assert row(sales, sales)["revenue"] == 7
    with pytest.raises(BadPayload, match="두 번"):
        row(sales, sales | {"thstrm_amount": "8"})


def test_one_odd_filer_does_not_spoil_the_hundred():
    def main(code, label, amount, order):
        return line("IS", label, amount) | {"corp_code": code, "fs_div": "OFS", "ord": f"{order}"}

    tickers = {"00000001": "000010", "00000002": "000020"}
    odd = [main("00000001", "매출액", "", 23), main("00000001", "당기순이익", "-", 29)]
    twice = [main("00000002", "당기순이익", "5", 29), main("00000002", "당기순이익", "6", 29)]
    (found,) = reports.main_rows([*odd, *twice], ANNUAL, tickers)
    assert (found["ticker"], found["net_income"]) == ("000020", 5)
    with pytest.raises(BadPayload, match="핵심"):
        reports.main_rows(odd, ANNUAL, tickers)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"period_end": None}, "기간"), ({"rcept_dt": None}, "접수번호"), ({"rcept_dt": date(2025, 12, 31)}, "전에"),
        ({"fs_div": "XFS"}, "연결"),
        (dict.fromkeys(("total_assets", "total_equity", "net_income", "operating_income")), "핵심"),
    ],
)  # fmt: skip
def test_impossible_rows_are_told(change, reason):
    assert reports.impossible(row()) is None
    assert reason in reports.impossible(row() | change)


def test_two_answers_about_one_version_complete_each_other():
    main = row(line("IS", "매출액", "7")) | {"has_details": False, "retained_earnings": 3}
    whole = row(line("IS", "매출액", "8"), line("CF", "영업활동현금흐름", "9"))
    for old, new in ((main, whole), (whole, main)):
        found = filed_reports.merged(old, new)
        assert [found[name] for name in ("revenue", "retained_earnings", "operating_cash_flow")] == [8, 3, 9]
        assert found["has_details"] is True
    assert filed_reports.merged(None, main) == main
    assert filed_reports.merged(main | {"revenue": 1}, main)["revenue"] == 7, "the later answer of one kind wins"


@pytest.mark.parametrize(
    ("report", "month", "ends", "fiscal_year"),
    [
        (Report(2025, "11011"), 12, date(2025, 12, 31), 2025),
        (Report(2025, "11013"), 12, date(2025, 3, 31), 2025),
        (Report(2025, "11013"), 3, date(2025, 6, 30), 2026),
        (Report(2025, "11012"), 3, date(2025, 9, 30), 2026),
        (Report(2025, "11014"), 3, date(2025, 12, 31), 2026),
        (Report(2026, "11011"), 3, date(2026, 3, 31), 2026),
        (Report(2024, "11012"), 8, date(2024, 2, 29), 2024),
        (Report(2025, "11014"), 6, date(2025, 3, 31), 2025),
    ],
)
def test_periods_and_fiscal_years(report, month, ends, fiscal_year):
    assert report.period_end(month) == ends
    assert reports.fiscal_year(ends, report.code) == fiscal_year


@pytest.mark.parametrize(
    ("today", "months", "expected"),
    [
        (date(2026, 11, 20), {12}, {(2026, "11014"), (2026, "11012")}),
        (date(2026, 4, 20), {12}, {(2025, "11011"), (2026, "11013")}),
        (date(2026, 7, 20), {12}, {(2026, "11012"), (2026, "11013")}),
        (date(2026, 7, 20), {3}, {(2026, "11011"), (2026, "11013")}),
    ],
)
def test_what_is_in_season(today, months, expected):
    expected = {Report(*one) for one in expected}
    found = expected_reports.in_season(months, today)
    newest_due = max((r for m in months for r in found if expected_reports.due(r, m) < today), default=None)
    assert found <= expected
    assert newest_due is not None


@pytest.mark.parametrize(
    ("ends", "lengths", "found", "closes"),
    [
        ([], [], (12, 12), (12,)), ([(2026, 3)], [12], (3, 12), (3,)), ([(2026, 3)], [None], (3, 12), (3,)),
        # A half-year company is one, whichever of its reports was read last; a moved year end is none.
        ([(2026, 6), (2025, 12)], [6, 6], (12, 6), (6, 12)), ([(2025, 12), (2025, 6)], [6, 6], (12, 6), (6, 12)),
        ([(2026, 5), (2025, 11)], [6, 6], (11, 6), (5, 11)), ([(2026, 6)], [6], (12, 6), (6, 12)),
        ([(2026, 6), (2026, 3)], [3, 3], (12, 3), (3, 6, 9, 12)), ([(2026, 6), (2025, 12)], [6, 12], (6, 12), (6,)),
        ([(2026, 9), (2025, 12)], [9, 12], (9, 12), (9,)), ([(2026, 12), (2026, 6)], [12, 6], (12, 12), (12,)),
    ],
)  # fmt: skip
def test_the_months_in_which_a_company_closes(ends, lengths, found, closes):
    days = [date(year, month, 28) for year, month in ends]
    assert expected_reports.year_of(days, lengths, None) == found
    assert expected_reports.closing_months(*found) == closes


@pytest.mark.parametrize(
    ("today", "season"),
    [
        (date(2026, 6, 30), {2025}), (date(2026, 7, 1), {2025, 2026}), (date(2026, 9, 28), {2025, 2026}),
        (date(2026, 9, 29), {2026}), (date(2026, 12, 31), {2026}), (date(2027, 1, 1), {2026}),
    ],
)  # fmt: skip
def test_half_years_are_asked_for_when_they_can_be_there(today, season):
    months = {12: Company("1", "1", 0, 12), 6: Company("2", "2", 0, 12, 6)}
    assert expected_reports.short_years([months[12]], today) == set()
    assert expected_reports.short_years([months[6]], today) == {Report(year, "11011") for year in season}


@pytest.mark.parametrize(
    ("label", "cleaned"),
    [
        ("Ⅰ. 매출액", "매출액"), ("(1) 자산", "자산"), ("자 산 총 계", "자산총계"), ("매출액(주석 5)", "매출액"),
        ("1분기순이익", "1분기순이익"), ("가. 유동자산", "유동자산"),
    ],
)  # fmt: skip
def test_labels_are_cleaned_without_losing_words(label, cleaned):
    assert accounts.clean(label) == cleaned
