"""Real filings: every number of every recorded answer equals an independent reading, and names alone would not do."""

import gzip
import lzma
import zipfile
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from support import SHARED, needs_shared

from foresto_cli.datasets.dart import reports
from foresto_cli.datasets.dart.reports import Report
from foresto_cli.upstream import dart

pytestmark = needs_shared

RECORDED = SHARED / "recorded" / "dart"
WHOLE = sorted((RECORDED / "fnlttSinglAcntAll").glob("*.json.gz"))
COSMECCA, KOLMAR_2020 = "raw_q__00763473", "raw__한국콜마_2020"
INDEPENDENT = {
    "operating_income": ("IS CIS", "dart_OperatingIncomeLoss"),
    "net_income": ("IS CIS", "ifrs-full_ProfitLoss"),
    "owners_net_income": ("IS CIS", "ifrs-full_ProfitLossAttributableToOwnersOfParent"),
    "eps": ("IS CIS", "ifrs-full_BasicEarningsLossPerShare"),
    "total_assets": ("BS", "ifrs-full_Assets"),
    "total_liabilities": ("BS", "ifrs-full_Liabilities"),
    "total_equity": ("BS", "ifrs-full_Equity"),
    "owners_equity": ("BS", "ifrs-full_EquityAttributableToOwnersOfParent"),
    "current_assets": ("BS", "ifrs-full_CurrentAssets"),
    "current_liabilities": ("BS", "ifrs-full_CurrentLiabilities"),
    "retained_earnings": ("BS", "ifrs-full_RetainedEarnings"),
    "operating_cash_flow": ("CF", "ifrs-full_CashFlowsFromUsedInOperatingActivities"),
    "investing_cash_flow": ("CF", "ifrs-full_CashFlowsFromUsedInInvestingActivities"),
    "financing_cash_flow": ("CF", "ifrs-full_CashFlowsFromUsedInFinancingActivities"),
}
"""Where each number stands in these files, by eye; revenue is told apart below."""


def whole(file):
    lines = dart.rows_of(dart.read(gzip.decompress(file.read_bytes())))
    report = Report(int(lines[0]["bsns_year"]), lines[0]["reprt_code"])
    company = {
        "ticker": "000000",
        "corp_code": lines[0]["corp_code"],
        "fs_div": "OFS" if "OFS" in file.name else "CFS",
        "period_end": report.period_end(12),
    }
    (row,) = reports.whole_rows(lines, report, company)
    return lines, report, row


def number(given):
    return Decimal(given) if given else None


def by_eye(lines, report, places, identity):
    """The first line of that statement with that id and an amount: cumulative if the report says so."""
    for line in lines:
        if line["sj_div"] in places.split() and line["account_id"] == identity and line["thstrm_amount"]:
            if places != "IS CIS" or report.code == "11011":
                return number(line["thstrm_amount"])
            return number(line["thstrm_add_amount"] or (line["thstrm_amount"] if report.code == "11013" else ""))
    return None


def test_there_are_as_many_as_expected():
    assert len(WHOLE) == 24


@pytest.mark.parametrize("file", WHOLE, ids=lambda file: file.name.removesuffix(".json.gz"))
def test_every_number_equals_an_independent_reading(file):
    lines, report, row = whole(file)
    expected = {name: by_eye(lines, report, *where) for name, where in INDEPENDENT.items()}
    labelled = [
        line for line in lines if line["sj_div"] in {"IS", "CIS"} and line["account_nm"] in {"매출액", "수익(매출액)"}
    ]
    assert len(labelled) == 1
    column = "thstrm_amount" if report.code == "11011" else "thstrm_add_amount"
    expected["revenue"] = number(labelled[0][column])
    assert {name: row[name] for name in expected} == expected
    assert not [name for name in ("revenue", "operating_income", "net_income", "total_equity") if row[name] is None]
    if row["fs_div"] == "CFS":
        assert row["owners_net_income"] is not None
        assert row["owners_equity"] is not None
    assert row["total_assets"] == row["total_liabilities"] + row["total_equity"]
    assert (row["is_financial"], row["currency"], reports.impossible(row)) == (False, "KRW", None)
    assert row["rcept_no"].startswith(f"{row['rcept_dt']:%Y%m%d}")


def test_numbers_read_by_hand():
    _, _, row = whole(RECORDED / "fnlttSinglAcntAll" / f"{KOLMAR_2020}_CFS.json.gz")
    assert (row["revenue"], row["operating_income"]) == (1_322_081_317_656, 121_679_126_846)
    assert (row["net_income"], row["owners_net_income"], row["eps"]) == (160_566_240_905, 160_269_947_477, 7_005)
    assert (row["operating_cash_flow"], row["owners_equity"]) == (121_463_641_010, 623_679_400_597)
    assert (row["fiscal_year"], row["fiscal_quarter"], row["rcept_dt"]) == (2020, 4, date(2021, 3, 18))


def test_quarters_add_up():
    q1, half, q3, annual = (
        whole(RECORDED / "fnlttSinglAcntAll" / f"{COSMECCA}_2024_{code}.json.gz")[2]
        for code in ("11013", "11012", "11014", "11011")
    )
    for name in ("revenue", "operating_income", "net_income", "owners_net_income"):
        assert q1[name] == q1[f"{name}_quarter"]
        assert q1[name] + half[f"{name}_quarter"] == half[name], name
        assert half[name] + q3[f"{name}_quarter"] == q3[name], name
        assert annual[f"{name}_quarter"] is None
    assert annual["revenue"] - q3["revenue"] == 128_343_391_695
    assert q3["operating_cash_flow"] != q3["operating_cash_flow"] - half["operating_cash_flow"]


def test_a_company_that_drops_the_standard_id_for_a_quarter_keeps_its_revenue():
    lines, _, row = whole(RECORDED / "fnlttSinglAcntAll" / f"{COSMECCA}_2025_11013.json.gz")
    assert not [line for line in lines if line["account_id"] == "ifrs-full_Revenue"]
    assert row["revenue"] == 118_366_010_963


def test_main_accounts_of_two_companies():
    answer = dart.read((RECORDED / "seyoungnam" / "fnlttMultiAcnt_005930_044340_2018_11011.json").read_bytes())
    tickers = {"00126380": "005930", "00293886": "044340"}
    rows = reports.main_rows(dart.rows_of(answer), Report(2018, "11011"), tickers)
    assert [(row["ticker"], row["fs_div"], row["revenue"], row["net_income"], row["rcept_dt"]) for row in rows] == [
        ("005930", "CFS", 243_771_415_000_000, 44_344_857_000_000, date(2019, 4, 1)),
        ("005930", "OFS", 170_381_870_000_000, 32_815_127_000_000, date(2019, 4, 1)),
        # A correction of August: the version that DART has is the newest one.
        ("044340", "CFS", 330_556_897_475, 18_876_525_531, date(2019, 8, 20)),
        ("044340", "OFS", 281_970_690_693, 19_166_042_668, date(2019, 8, 20)),
    ]
    assert {row["period_end"] for row in rows} == {date(2018, 12, 31)}
    assert all(row["current_assets"] > 0 and row["retained_earnings"] > 0 for row in rows)
    assert {row["owners_net_income"] for row in rows} == {None}, "the main accounts do not tell"
    single = dart.read((RECORDED / "seyoungnam" / "fnlttSinglAcnt_044340_2018_11011.json").read_bytes())
    assert reports.main_rows(dart.rows_of(single), Report(2018, "11011"), tickers) == rows[2:]


def test_the_list_of_companies():
    with zipfile.ZipFile(RECORDED / "corpCode" / "corpCode_trimmed_listed3857_plus330.zip") as archive:
        (name,) = archive.namelist()
        found = dart.companies_of(archive.read(name))
    assert len(found) == 3_857
    assert {"corp_code": "00126380", "stock_code": "005930"}.items() <= next(
        company for company in found if company["stock_code"] == "005930"
    ).items()
    newer = dart.companies_of((RECORDED / "corpCode" / "CORPCODE_alphanumeric_tickers_20250724.xml").read_bytes())
    assert any(not company["stock_code"].isdigit() for company in newer), "tickers may hold letters"


# --- the supervisor's bulk text: every general filer, every bank ----------------------------------------------------


def bulk(part, statement):
    (file,) = (RECORDED / "bulk_2025Q1").glob(f"2025_1분기보고서_{part}_20250606.txt.xz")
    header, *rows = (line.split("\t") for line in lzma.decompress(file.read_bytes()).decode("utf-8").splitlines())
    alone = next(i for i, name in enumerate(header) if name.startswith("당기 1분기"))
    added = next((i for i, name in enumerate(header) if name.startswith("당기 1분기 누적")), alone)
    found = defaultdict(list)
    for order, cells in enumerate(rows):
        found[cells[1], cells[2]].append(
            {
                "bsns_year": "2025",
                "reprt_code": "11013",
                "corp_code": "00000000",
                "rcept_no": "20250515000001",
                "sj_div": statement,
                "account_id": cells[10],
                "account_nm": cells[11],
                "account_detail": "-",
                "ord": f"{order}",
                "currency": cells[9],
                "thstrm_amount": cells[alone],
                "thstrm_add_amount": cells[added],
            }
        )
    return found


def read(lines):
    company = {"ticker": "000000", "corp_code": "00000000", "fs_div": "OFS", "period_end": date(2025, 3, 31)}
    return reports.whole_rows(lines, Report(2025, "11013"), company)[0]


def test_every_general_filer_has_operating_income_and_nearly_every_one_revenue():
    rows = {company: read(lines) for company, lines in bulk("02_손익계산서", "IS").items()}
    assert len(rows) == 216
    without = [company for company, row in rows.items() if row["revenue"] is None]
    assert len(without) <= 0.01 * len(rows), without
    for name in ("operating_income", "net_income"):
        assert [company for company, row in rows.items() if row[name] is None] == [], name
    # Two who use no standard id, and one who files its revenue as gross profit.
    assert rows["[006370]", "대구백화점"]["revenue"] == 12_677_231_506
    assert rows["[000320]", "노루홀딩스"]["revenue"] == 16_620_631_273
    assert rows["[053210]", "케이티스카이라이프"]["revenue"] == 169_596_696_165


@pytest.mark.parametrize("basis", ["", "_연결"])
def test_banks_have_no_revenue_and_are_marked(basis):
    balances, incomes = bulk(f"01_재무상태표_은행{basis}", "BS"), bulk(f"03_포괄손익계산서_은행{basis}", "CIS")
    assert len(balances) >= 12
    for company, lines in balances.items():
        row = read([*lines, *incomes[company]])
        assert (row["is_financial"], row["revenue"], row["revenue_quarter"]) == (True, None, None), company
        assert None not in {row["operating_income"], row["net_income"], row["total_assets"], row["total_equity"]}


def test_insurers_brokers_and_financial_groups_are_marked():
    rows = {company: read(lines) for company, lines in bulk("01_재무상태표_금융기타", "BS").items()}
    assert len(rows) == 78
    ordinary = {name for (_, name), row in rows.items() if not row["is_financial"]}
    # Shells and venture capital companies tell current items apart, as ordinary companies do.
    assert {name for name in ordinary if "스팩" not in name} == {
        "SBI인베스트먼트", "TS인베스트먼트", "스틱인베스트먼트", "우리기술투자", "컴퍼니케이",
    }  # fmt: skip
    assert {"KB금융", "신한지주", "BNK금융지주"} <= {name for _, name in rows} - ordinary


def told_by_id(lines, report, places, identity):
    """Every amount that the answer has under an id in its statements; income as the report's year to date."""
    column = "thstrm_add_amount" if places == "IS CIS" and report.code != "11011" else "thstrm_amount"
    spellings = {identity, identity.replace("ifrs-full_", "ifrs_")}
    return {
        number(line[column] or (line["thstrm_amount"] if report.code == "11013" else ""))
        for line in lines
        if line["sj_div"] in places.split() and line["account_id"] in spellings
    } - {None}


@pytest.mark.slow
def test_eleven_years_of_eight_groups_are_read_as_their_standard_ids_say():
    parquet = pytest.importorskip("pyarrow.parquet")
    seen = missing = checked = 0
    for file in sorted((RECORDED / "whole_statements").glob("*.parquet")):
        answers = defaultdict(list)
        for one in parquet.read_table(file).to_pylist():
            if one["reprt_code"]:
                answers[one["bsns_year"], one["reprt_code"], one["fs_div"]].append(
                    {name: "" if value is None else value for name, value in one.items()}
                )
        for (year, code, fs_div), lines in answers.items():
            report = Report(int(year), code)
            lines.sort(key=lambda line: int(line["ord"] or 0))
            company = {"ticker": file.stem[-6:], "corp_code": lines[0]["corp_code"], "fs_div": fs_div,
                       "period_end": report.period_end(12)}  # fmt: skip
            (row,) = reports.whole_rows(lines, report, company)
            seen += 1
            for column in INDEPENDENT.keys() - {"eps"}:
                told = told_by_id(lines, report, *INDEPENDENT[column])
                assert not told or row[column] in told, (file.stem, year, code, fs_div, column)
                checked += bool(told)
            missing += row["net_income"] is None or (fs_div == "CFS" and row["owners_net_income"] is None)
            if row["eps"] is not None:
                assert abs(row["eps"]) < 1_000_000, (file.stem, year, code, fs_div)
            if file.stem.endswith("003550") and int(year) >= 2018:
                assert row["eps"] is not None, (year, code, fs_div)
    print(f"answers {seen}, numbers by id {checked}, incomes missing {missing}")  # noqa: T201  # the table that -s shows
    assert seen > 500
    assert checked > 6_000
    assert missing == 0
