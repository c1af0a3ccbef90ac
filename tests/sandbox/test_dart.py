"""OpenDART in the sandbox: wire shapes, arithmetic, versions by the day, decisions that fit the market."""

import io
import re
import zipfile
from datetime import datetime

import numpy as np
import pytest

from foresto_cli.clock import KST
from foresto_cli.sandbox.dart import dart_actions, dart_companies, dart_filings, dart_periods, shares
from foresto_cli.sandbox.market import market_accounts

API = "https://opendart.fss.or.kr/api/"
KEY = "k" * 40
ANNUAL, Q1, HALF, Q3 = "11011", "11013", "11012", "11014"


@pytest.fixture
def dart(browser):
    """Ask an endpoint; returns the HTTP response."""

    def ask(sandbox, endpoint, **parameters):
        return browser(sandbox).get(API + endpoint, params={"crtfc_key": KEY, **parameters}, timeout=20)

    return ask


def everyone(sandbox):
    return dart_companies.of(sandbox.market).all


def amount(text):
    return int(text.replace(",", ""))


def main_accounts(dart, sandbox, companies_asked, year, code):
    asked = ",".join(company.corp_code for company in companies_asked)
    return dart(sandbox, "fnlttMultiAcnt.json", corp_code=asked, bsns_year=year, reprt_code=code).json()["list"]


def test_the_list_of_companies_is_a_zip_and_its_error_is_xml(served, dart):
    answer = dart(served, "corpCode.xml")
    assert answer.content[:2] == b"PK"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        (member,) = archive.infolist()
        text = archive.read(member).decode()
    assert (member.filename, member.date_time[0]) == ("CORPCODE.xml", 1980)
    listed = re.findall(r"<stock_code>([0-9A-Z]{6})</stock_code>", text)
    assert len(listed) == len(everyone(served))
    assert text.count("<stock_code> </stock_code>") > 50
    assert "&amp;" in text
    refused = dart(served, "corpCode.xml", crtfc_key="wrong")
    assert refused.status_code == 200
    assert refused.headers["content-type"] == "application/xml;charset=UTF-8"
    assert "<status>010</status>" in refused.text


@pytest.mark.parametrize(
    ("endpoint", "asked", "status"),
    [
        ("company.json", {"crtfc_key": ""}, "010"),
        ("company.json", {"crtfc_key": "wrong"}, "010"),
        ("company.json", {"corp_code": "99999999"}, "013"),
        ("nothing.json", {}, "101"),
        ("fnlttMultiAcnt.json", {"corp_code": ",".join(["00100003"] * 101), "bsns_year": "2025"}, "021"),
        ("fnlttMultiAcnt.json", {"corp_code": "00100003"}, "100"),
        ("fnlttMultiAcnt.json", {"corp_code": "00100003", "bsns_year": "2014", "reprt_code": ANNUAL}, "013"),
        ("fnlttMultiAcnt.json", {"corp_code": "00100003", "bsns_year": "2026", "reprt_code": ANNUAL}, "013"),
        ("list.json", {"bgn_de": "20260206", "end_de": "20260507"}, "100"),
        ("list.json", {"bgn_de": "20260206", "end_de": "20260506"}, "000"),
        ("list.json", {"bgn_de": "20260206", "end_de": "20260507", "corp_code": "00100003"}, "000"),
        ("list.json", {"page_count": "101"}, "100"),
    ],
)
def test_what_is_wrong_with_a_question_is_a_status_and_http_200(served, dart, endpoint, asked, status):
    answer = dart(served, endpoint, **asked)
    assert answer.status_code == 200
    assert answer.json()["status"] == status
    if status != "000":
        assert set(answer.json()) == {"status", "message"}


@pytest.mark.parametrize("status", ["010", "011", "012", "013", "020", "021", "100", "800", "900", "901"])
def test_every_status_can_be_ordered(start, dart, status):
    sandbox = start(faults=f"dart{status}@opendart.fss.or.kr*2")
    assert dart(sandbox, "company.json", corp_code="00100003").json()["status"] == status
    assert f"<status>{status}</status>" in dart(sandbox, "corpCode.xml").text
    assert dart(sandbox, "company.json", corp_code="00100003").json()["status"] == "000"


def test_main_accounts_have_commas_and_both_scopes(served, dart):
    rows = main_accounts(dart, served, everyone(served)[:100], 2025, ANNUAL)
    assert {row["fs_div"] for row in rows} == {"CFS", "OFS"}
    whole = [row for row in rows if row["corp_code"] == "00100003"]
    assert [row["ord"] for row in whole if row["fs_div"] == "CFS"] == [
        "1", "3", "5", "7", "9", "11", "13", "17", "21", "23", "25", "27", "29",
    ]  # fmt: skip
    assert all(re.fullmatch(r"-?\d{1,3}(,\d{3})*", row["thstrm_amount"]) for row in rows)
    assert whole[0]["thstrm_dt"] == "2025.12.31 현재"
    assert whole[9]["thstrm_dt"] == "2025.01.01 ~ 2025.12.31"
    assert not [row for row in rows if "thstrm_add_amount" in row]
    for company in everyone(served)[:100]:
        for scope in ("CFS", "OFS"):
            found = {r["account_nm"]: amount(r["thstrm_amount"]) for r in rows
                     if (r["corp_code"], r["fs_div"]) == (company.corp_code, scope)}  # fmt: skip
            if found:
                assert found["자산총계"] == found["부채총계"] + found["자본총계"]


def test_banks_and_insurers_have_no_revenue_and_brokers_have_none_in_the_main_accounts(served, dart):
    financial = [company for company in everyone(served) if company.kind in dart_companies.FINANCIAL]
    assert {company.kind for company in financial} == set(dart_companies.FINANCIAL)
    names = {row["account_nm"] for row in main_accounts(dart, served, financial, 2025, ANNUAL)}
    assert "영업이익" in names
    assert not names & {"매출액", "유동자산"}
    ordinary = next(company for company in everyone(served) if company.kind == dart_companies.HOLDING)
    assert "매출액" in {row["account_nm"] for row in main_accounts(dart, served, [ordinary], 2025, ANNUAL)}


def whole(dart, sandbox, company, year, code):
    answer = dart(
        sandbox, "fnlttSinglAcntAll.json", corp_code=company.corp_code, bsns_year=year, reprt_code=code, fs_div="OFS"
    )
    return answer.json()


def test_whole_statements_have_plain_integers_and_the_key_sets_of_their_report(served, dart):
    company = everyone(served)[1]
    annual, half = (whole(dart, served, company, 2025, code)["list"] for code in (ANNUAL, HALF))
    assert all(re.fullmatch(r"-?\d*", row["thstrm_amount"]) for row in annual + half)
    keys = {(code, row["sj_div"]): set(row) for code, rows in (("a", annual), ("h", half)) for row in rows}
    assert {"bfefrmtrm_amount", "frmtrm_amount"} <= keys["a", "BS"]
    assert "thstrm_add_amount" not in keys["a", "BS"]
    assert {row["thstrm_add_amount"] for row in annual if row["sj_div"] == "CIS"} == {""}
    assert {"thstrm_add_amount", "frmtrm_q_amount", "frmtrm_add_amount"} <= keys["h", "CIS"]
    assert "frmtrm_amount" not in keys["h", "CIS"]
    assert "bfefrmtrm_amount" not in keys["h", "BS"]
    assert "thstrm_add_amount" not in keys["h", "CF"]
    assert not {"fs_div", "stock_code", "rcept_dt"} & set.union(*keys.values())


def test_quarters_add_up(served, dart):
    for company in (everyone(served)[1], everyone(served)[2]):
        net = {}
        for code in (Q1, HALF, Q3, ANNUAL):
            rows = whole(dart, served, company, 2024, code)["list"]
            net[code] = next(
                r for r in rows if r["account_id"] == "ifrs-full_ProfitLoss" and r["sj_div"] in {"IS", "CIS"}
            )
        quarters = [int(net[code]["thstrm_amount"]) for code in (Q1, HALF, Q3)]
        assert quarters[0] + quarters[1] == int(net[HALF]["thstrm_add_amount"])
        assert sum(quarters) == int(net[Q3]["thstrm_add_amount"])
        assert int(net[Q3]["frmtrm_add_amount"]) != int(net[Q3]["thstrm_add_amount"])


def test_per_share_figures_are_those_that_krx_shows(served):
    from foresto_cli.sandbox.dart import dart_figures

    market = served.market
    day = datetime(2026, 4, 1, tzinfo=KST).date()
    checked = 0
    for company in everyone(served)[:60]:
        if company.stock.kind != "common":
            continue
        held = shares.listed(market, company.number, day)
        shown = market_accounts.per_share(market, [company.stock], np.array([held]), day)
        scope = "CFS" if company.consolidates else "OFS"
        filed = dart_figures.statement(market, company, 2025, 4, scope)
        unit = 1 if company.currency == "KRW" else dart_figures.WON_PER_DOLLAR
        if shown.book[0]:
            assert abs(filed.owners_equity * unit / held - shown.book[0]) <= 1 + unit / held
            checked += 1
        else:
            assert filed.owners_equity < 0
        assert (filed.owners_net_income > 0) or not shown.earnings[0]
    assert checked > 30


def test_a_march_company_keeps_its_quarters_under_the_year_they_end_in(served, dart):
    company = next(one for one in everyone(served) if one.closing_month == 3)
    (row, *_) = main_accounts(dart, served, [company], 2026, ANNUAL)
    assert (row["bsns_year"], row["thstrm_dt"]) == ("2026", "2026.03.31 현재")
    (row, *_) = main_accounts(dart, served, [company], 2025, Q1)
    assert row["thstrm_dt"] == "2025.06.30 현재"
    assert dart_periods.of(2025, Q1, 3).fiscal_year == dart_periods.of(2025, Q3, 3).fiscal_year == 2026


def test_a_correction_is_served_from_its_day_on_and_only_then(start, dart):
    corrected = next(
        versions
        for versions in dart_filings.of_year(start().market, 2025, ANNUAL)
        if len(versions) == 2 and versions[1].corrected
    )
    first, second = (version.filing for version in corrected)

    def net(day):
        sandbox = start(now=datetime(day.year, day.month, day.day, 9, tzinfo=KST))
        rows = main_accounts(dart, sandbox, [first.company], 2025, ANNUAL)
        listed = dart(sandbox, "list.json", corp_code=first.company.corp_code, bgn_de=f"{first.received:%Y%m%d}",
                      pblntf_ty="A", sort_mth="asc").json()["list"]  # fmt: skip
        newest = dart(sandbox, "list.json", corp_code=first.company.corp_code, bgn_de=f"{first.received:%Y%m%d}",
                      pblntf_ty="A", last_reprt_at="Y", sort_mth="asc").json()["list"]  # fmt: skip
        return rows[-1]["rcept_no"], amount(rows[-1]["thstrm_amount"]), listed, newest

    before = net(first.received)
    assert before[0] == first.number == before[2][0]["rcept_no"]
    assert "정" not in before[2][0]["rm"]
    after = net(second.received)
    assert after[0] == second.number
    assert after[1] < before[1]
    assert "정" in after[2][0]["rm"]
    assert first.number not in {row["rcept_no"] for row in after[3]}
    assert any(row["report_nm"].startswith("[기재정정]사업보고서 (2025.12)") for row in after[3])


def test_what_was_filed_stays_the_same_as_time_goes_by(start, dart):
    asked = {"bgn_de": "20260401", "end_de": "20260615", "sort_mth": "asc", "page_count": 100}

    def filed(now):
        pages = [dart(start(now=now), "list.json", **asked).json()]
        return [row["rcept_no"] for page in pages for row in page["list"]]

    first = filed(datetime(2026, 6, 16, 9, tzinfo=KST))
    assert len(first) > 80
    assert filed(datetime(2027, 8, 20, 9, tzinfo=KST)) == first


def test_konex_files_once_a_year_and_nobody_files_before_being_listed(served, dart):
    konex = [company for company in everyone(served) if company.is_konex and not company.gone]
    assert konex
    asked = ",".join(company.corp_code for company in konex)
    half = dart(served, "fnlttMultiAcnt.json", corp_code=asked, bsns_year="2026", reprt_code=HALF)
    assert half.json()["status"] == "013"
    assert main_accounts(dart, served, konex, 2025, ANNUAL)
    for versions in dart_filings.of_year(served.market, 2025, ANNUAL):
        for version in versions:
            assert version.filing.received >= version.filing.company.files_from


def test_pages_of_the_list_hold_every_filing_once(served, dart):
    asked = {"bgn_de": "20260301", "end_de": "20260430", "pblntf_ty": "A", "sort": "date", "sort_mth": "asc"}
    first = dart(served, "list.json", **asked, page_count=100).json()
    rows = list(first["list"])
    for page in range(2, first["total_page"] + 1):
        rows += dart(served, "list.json", **asked, page_count=100, page_no=page).json()["list"]
    assert len(rows) == first["total_count"] == len({row["rcept_no"] for row in rows})
    assert [row["rcept_no"] for row in rows] == sorted(row["rcept_no"] for row in rows)
    assert all(row["rcept_no"][:8] == row["rcept_dt"] for row in rows)
    assert dart(served, "list.json", **asked).json()["page_count"] == 10


def test_decisions_come_before_the_events_they_decide_and_fit_their_shares(served, dart):
    market = served.market
    changed = {(number, one.day): one for number, found in shares.changes(market).items() for one in found}
    seen = 0
    for action in dart_actions.of(market):
        if action.kind != dart_actions.REDUCTION or action.ex_date > market.now.date():
            continue
        (row,) = dart(served, "crDecsn.json", corp_code=action.company.corp_code,
                      bgn_de=f"{action.filings[0].received:%Y%m%d}",
                      end_de=f"{action.filings[0].received:%Y%m%d}").json()["list"]  # fmt: skip
        assert row["rcept_no"] == action.filings[-1].number
        assert action.filings[0].received < action.ex_date
        change = changed[action.company.number, action.ex_date]
        assert round(change.before / change.after) == round(
            amount(row["bfcr_tisstk_ostk"]) / amount(row["atcr_tisstk_ostk"])
        )
        seen += 1
    assert seen > 3


def test_every_split_and_bonus_of_the_market_has_been_announced(served, dart):
    market = served.market
    announced = {(one.kind, one.company.stock.code, one.ex_date) for one in dart_actions.of(market)}
    kinds = {"split": (dart_actions.SPLIT,), "bonus": (dart_actions.FREE,), "rights": (dart_actions.PAID,),
             "consolidation": (dart_actions.CONSOLIDATION, dart_actions.REDUCTION)}  # fmt: skip
    for kind, day, code in market.events:
        if kind in kinds:
            assert [1 for name in kinds[kind] if (name, code, day) in announced], (kind, day, code)


def test_dividends_are_those_that_krx_shows_and_name_the_class(served, dart):
    paying = None
    for company in everyone(served)[:60]:
        rows = dart(served, "alotMatter.json", corp_code=company.corp_code, bsns_year=2025, reprt_code=ANNUAL).json()
        for row in rows.get("list", []):
            assert row["stlm_dt"] in {f"{period.ends}" for period in company.periods(2025, ANNUAL)}
            if row["se"] == "주당 현금배당금(원)" and row["stock_knd"].startswith("우선"):
                paying = row
    assert paying, "no preferred share"
    assert dart(served, "irdsSttus.json", corp_code="00100003", bsns_year=2025, reprt_code=ANNUAL).json()["list"]


def test_a_hundred_companies_are_answered_at_once(served, dart):
    asked = everyone(served)[:100]
    main_accounts(dart, served, asked, 2024, ANNUAL)
    answer = dart(
        served,
        "fnlttMultiAcnt.json",
        corp_code=",".join(one.corp_code for one in asked),
        bsns_year=2024,
        reprt_code=ANNUAL,
    )
    assert answer.elapsed.total_seconds() < 1
