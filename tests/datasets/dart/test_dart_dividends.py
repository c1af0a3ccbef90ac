"""Dividends from annual reports: what a report says, whose it is, when it is asked for again."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal

import pytest
from pyarrow import parquet
from support import EVENING, SHARED, needs_shared

from foresto_cli import clock
from foresto_cli.datasets.dart import payouts
from foresto_cli.datasets.dart.payouts import Payer
from foresto_cli.errors import BadPayload, ConfigError, UsageError
from foresto_cli.loading import load_capital, load_listed
from foresto_cli.running import job
from foresto_cli.sandbox.dart import dart_companies, report_items
from foresto_cli.sandbox.dart import dart_filings as reports
from foresto_cli.sandbox.dart.dart_periods import of as period_of
from foresto_cli.settings import SANDBOX_KEYS

pytestmark = pytest.mark.usefixtures("no_waiting")

QUICK = job.Options()
END = date(2025, 12, 31)
PAYER = Payer("00123456", "012340", 12, ("012345",))


def line(item, value, kind="-", **other):
    return {"rcept_no": "20260320000123", "corp_code": "00123456", "se": item, "stock_knd": kind, "thstrm": value,
            "frmtrm": "1", "lwfr": "-", "stlm_dt": "2025-12-31"} | other  # fmt: skip


def report(*paid, par="500"):
    return [line("주당액면가액(원)", par), line("(연결)당기순이익(백만원)", "-116,862"), *paid]


def read(records, payer=PAYER):
    return {
        row["security_id"].removeprefix("00123456/"): (row["stck_genr_dvdn_amt"], row["ticker"])
        for row in payouts.rows_of(records, payer, END)
    }


@pytest.mark.parametrize("common", ["보통주", "보통주식", " 보통 주식 "])
def test_each_class_has_its_row_and_its_stock(common):
    records = report(line("주당 현금배당금(원)", "1,250", common), line("주당 현금배당금(원)", "1,300", "우선주식"))
    assert read(records) == {"보통주": (1250, "012340"), "우선주": (1300, "012345")}
    (row, _) = payouts.rows_of(records, PAYER, END)
    assert row["stck_par_prc"] == 500
    assert (row["dvdn_bas_dt"], row["fiscal_year"], row["rcept_dt"]) == (END, 2025, date(2026, 3, 20))


def test_a_dash_is_no_dividend_and_a_blank_says_nothing():
    records = report(line("주당 현금배당금(원)", "-", "보통주"), line("주당 현금배당금(원)", "", "우선주"))
    assert read(records) == {"보통주": (0, "012340")}


def test_a_line_without_class_is_the_common_shares_only_when_it_stands_alone():
    assert read(report(line("주당 현금배당금(원)", "100"))) == {"보통주": (100, "012340")}
    absent = line("주당 현금배당금(원)", "100")
    del absent["stock_knd"], absent["stlm_dt"]
    assert read(report(absent)) == {"보통주": (100, "012340")}
    with_empty = report(line("주당 현금배당금(원)", "100", "보통주"), line("주당 현금배당금(원)", "-"))
    assert read(with_empty) == {"보통주": (100, "012340")}
    unclear = report(line("주당 현금배당금(원)", "100", "보통주"), line("주당 현금배당금(원)", "150"))
    lone = report(line("주당 현금배당금(원)", "-"), line("주당 현금배당금(원)", "100"))
    assert read(lone) == read(lone[::-1]) == {"보통주": (100, "012340")}
    two = report(line("주당 현금배당금(원)", "300"), line("주당 현금배당금(원)", "350"))
    assert read(two) == {"구분없음": (300, None), "구분없음#2": (350, None)}
    beside = report(line("주당 현금배당금(원)", "100"), line("주당 현금배당금(원)", "150", "우선주"))
    assert read(beside) == {"보통주": (100, "012340"), "우선주": (150, "012345")}
    holders = report(line("주당 현금배당금(원)", "100"), line("주당 현금배당금(원)", "50", "대주주"))
    assert read(holders)["구분없음"] == (100, None)
    assert read(unclear) == {"보통주": (100, "012340"), "구분없음": (150, None)}


def test_preferred_shares_are_a_stock_only_where_there_is_one_of_them():
    paid = line("주당 현금배당금(원)", "150", "우선주")
    two = Payer("00123456", "012340", 12, ("012345", "01234K"))
    assert read(report(line("주당 현금배당금(원)", "100", "보통주"), paid), two)["우선주"] == (150, None)
    none = Payer("00123456", "012340", 12)
    assert read(report(paid), none) == {"우선주": (150, None)}
    twice = report(paid, line("주당 현금배당금(원)", "160", "우선주"))
    assert read(twice) == {"우선주": (150, None), "우선주#2": (160, None)}


@pytest.mark.parametrize(
    ("records", "said"),
    [
        (report(line("주당 현금배당금(원)", "100", corp_code="00999999")), "다른 회사"),
        (report(line("주당 현금배당금(원)", "100", rcept_no="2026-321")), "접수번호"),
        (report(line("주당 현금배당금(원)", "100", stlm_dt="2024-12-31")), "결산의 것이 아닙니다"),
        (report(line("주당 현금배당금(원)", "백원", "보통주")), "읽을 수 없습니다"),
        (report(), "주당 현금배당금이 없습니다"),
        (report() + report(line("주당 현금배당금(원)", "100")), "두 번"),
    ],
)
def test_what_is_not_this_companys_report_of_this_year_is_refused(records, said):
    with pytest.raises(BadPayload, match=said):
        payouts.rows_of(records, PAYER, END)


@pytest.mark.parametrize("worded", [
    "보통주*", "보통주(주1)", "보통주 주1)", "보동주", "보퉁주", "보통투", "보통부", "일반주", "기명식 보통주식",
    "의결권이 있는 보통주", "의결권 있는 주식", "의결권 있는 주식수",
])  # fmt: skip
def test_the_common_share_in_other_words(worded):
    other = line("주당 현금배당금(원)", "-", "의결권 없는 주식" if "의결권" in worded else "우선주")
    assert read(report(other, line("주당 현금배당금(원)", "200", worded)))["보통주"] == (200, "012340")


@pytest.mark.parametrize("worded", ["대주주", "소액주주", "중간배당", "기말배당금", "보통주(최대주주)", "종류주식",
                                    "전환주", "의결권이 있는 우선주", "제1우선주", "배당주"])  # fmt: skip
def test_other_words_are_no_stock(worded):
    assert [ticker for _, ticker in read(report(line("주당 현금배당금(원)", "200", worded))).values()] == [None]


@pytest.mark.parametrize(
    ("one", "other", "amount"),
    [
        (("대주주", "150"), ("소액주주", "150"), 150),
        (("보통주(소액주주)", "25"), ("보통주(최대주주)", "25"), 25),
        (("중간,분기배당금", "-"), ("기말배당금", "1,200"), 1200),
        (("대주주", "50"), ("소액주주", "100"), None),
        (("대주주", "-"), ("소액주주", "100"), None),
        (("중간배당", "100"), ("결산배당", "100"), None),
    ],
)
def test_words_for_whom_or_when_are_the_common_share_where_there_is_one_amount(one, other, amount):
    found = read(report(*(line("주당 현금배당금(원)", value, worded) for worded, value in (one, other))))
    assert {paid for paid, ticker in found.values() if ticker} == ({amount} if amount else set())


def test_of_a_class_named_twice_the_line_with_an_amount_counts():
    paid, dash = (line("주당 현금배당금(원)", value, "보통주") for value in ("200", "-"))
    assert read(report(paid, dash)) == read(report(dash, paid)) == {"보통주": (200, "012340")}
    assert {ticker for _, ticker in read(report(paid, paid | {"thstrm": "300"})).values()} == {None}


def test_several_reports_in_one_answer_are_several_and_a_correction_replaces():
    def half(amount, end, receipt):
        paid = report(line("주당 현금배당금(원)", amount, "보통주식"), line("주당 현금배당금(원)", "-"))
        return [record | {"stlm_dt": end, "rcept_no": receipt} for record in paid]

    first, second = half("103", "2025-06-30", "20250912000317"), half("112", "2025-12-31", "20260312000767")
    corrected = half("110", "2025-12-31", "20260401000001")
    rows = payouts.rows_of([*corrected, *second, *first], PAYER, END)
    assert [(f"{row['dvdn_bas_dt']}", row["stck_genr_dvdn_amt"], row["rcept_no"]) for row in rows] == [
        ("2025-06-30", 103, "20250912000317"), ("2025-12-31", 110, "20260401000001"),
    ]  # fmt: skip
    assert payouts.afterwards([*second, *first], PAYER, END) == []


def test_only_dashes_is_an_answer_and_a_dash_is_not_decided():
    dashes = [line("주당액면가액(원)", "-"), line("주당 현금배당금(원)", "-"), line("주당 현금배당금(원)", "-")]
    (row,) = payouts.rows_of(dashes, PAYER, END)
    assert (row["ticker"], row["stck_genr_dvdn_amt"], row["stck_dvdn_rcd_nm"]) == ("012340", 0, "미정")
    assert payouts.rows_of(dashes[:1], PAYER, END) == []
    (row,) = payouts.rows_of(report(line("주당 현금배당금(원)", "0", "보통주")), PAYER, END)
    assert (row["stck_genr_dvdn_amt"], row["stck_dvdn_rcd_nm"]) == (0, None)


def test_the_next_report_says_what_was_paid_after_all():
    records = report(line("주당 현금배당금(원)", "-", "보통주", frmtrm="350"))
    (row,) = payouts.afterwards(records, PAYER, END)
    told = {"dvdn_bas_dt": date(2024, 12, 31), "fiscal_year": 2024, "stck_genr_dvdn_amt": 350, "ticker": "012340",
            "rcept_dt": date(2026, 3, 20), "scrs_itms_kcd": "frmtrm", "stck_dvdn_rcd_nm": None}  # fmt: skip
    assert {name: row[name] for name in told} == told
    unclear = report(*(line("주당 현금배당금(원)", "-", frmtrm=amount) for amount in ("300", "350")))
    assert payouts.afterwards(unclear, PAYER, END) == []


@needs_shared
def test_a_recorded_report_reads_as_by_hand():
    records = json.loads((SHARED / "recorded/dart/seyoungnam/alotMatter.json").read_text("utf-8"))["list"]
    payer = Payer("00117212", "000150", 12, ("000155", "000157"))
    rows = payouts.rows_of(records, payer, date(2018, 12, 31))
    assert [(row["scrs_itms_kcd_nm"], row["stck_genr_dvdn_amt"], row["stck_par_prc"]) for row in rows] == [
        ("보통주", Decimal(5200), Decimal(5000)),
        ("우선주", Decimal(5250), Decimal(5000)),
    ]
    assert [row["ticker"] for row in rows] == ["000150", None]
    assert rows[0]["rcept_dt"] == date(2019, 3, 29)


@pytest.mark.slow
@needs_shared
def test_the_recorded_annual_reports_of_the_whole_market():
    """Every annual answer of 2021-2023: none refused, who pays on the common share is linked, the next year agrees."""
    table = parquet.read_table(SHARED / "recorded/dart/market_wide/alotMatter_2021_2023.parquet")
    answers = defaultdict(list)
    for record in table.to_pylist():
        if record["collectStatus"] == 1 and record["quarter"] == "4분기":
            answers[record["corp_code"], int(record["year"])].append(record)
    count, refused, own, beside, later = defaultdict(Counter), [], {}, {}, {}
    for (corp, year), records in answers.items():
        asked = (Payer(corp, records[0]["stockCode"], 12), date(year, 12, 31))
        count[year]["answers"] += 1
        try:
            rows, told = payouts.rows_of(records, *asked), payouts.afterwards(records, *asked)
        except BadPayload as error:
            refused.append(f"{corp} {year}: {error}")
            continue
        paying = [row for row in rows if row["stck_genr_dvdn_amt"]]
        mine = [row for row in rows if row["ticker"]]
        count[year]["paying"] += bool(paying)
        count[year]["linked"] += bool(paying and mine)
        for row in mine:
            key = corp, row["dvdn_bas_dt"]
            own[key] = row["stck_genr_dvdn_amt"]
            beside[key] = {_amount(record["thstrm"]) for record in records if "현금배당금" in record["se"]} - {own[key]}
        later |= {(corp, row["dvdn_bas_dt"]): row["stck_genr_dvdn_amt"] for row in told}
    pairs = [key for key in own.keys() & later.keys() if own[key]]
    # The link is wrong where the next report gives the common share what stood on another line.
    wrong = [(*key, own[key], later[key]) for key in pairs if own[key] != later[key] and later[key] in beside[key]]
    agree = sum(own[key] == later[key] for key in pairs)
    for year in sorted(count):
        print(year, dict(count[year]))  # noqa: T201  # the table that -s shows
    print(f"refused {len(refused)}, pairs {len(pairs)}, agree {agree}, wrong links {len(wrong)}")  # noqa: T201  # as above
    total = sum(count.values(), Counter())
    assert total["answers"] > 7000
    assert refused == []
    assert wrong == []
    assert total["linked"] >= 0.99 * total["paying"]
    assert agree >= 0.98 * len(pairs)


def _amount(filed):
    plain = (filed or "").replace(",", "").strip()
    return Decimal(plain) if plain.replace(".", "", 1).isdigit() else None


# --- against the sandbox -------------------------------------------------------------------------------------------


def load(world, year=None, **options):
    if not world.scalar("SELECT count(*) FROM fdr_stock_listing"):
        load_listed.load_listing(world.app, QUICK)
    return load_capital.load_dividends(world.app, year, job.Options(**options))


@pytest.mark.long
def test_a_year_is_loaded_once_and_says_what_was_filed(open_world):
    with open_world(patience=0.1) as world:
        result = load(world)
        assert (result.outcome, result.exit_code) == ("done", 0), result.reasons
        market = world.sandbox.market
        stored = {row[0]: row[1] for row in world.rows(
            "SELECT ticker, stck_genr_dvdn_amt FROM dividend_history"
            " WHERE ticker IS NOT NULL AND scrs_itms_kcd = ''")}  # fmt: skip
        everyone = dart_companies.of(market)
        checked = 0
        for company in everyone.all:
            if company.stock.code in stored and company.closing_month == 12:
                expected = report_items.per_share(market, company, period_of(2025, "11011", 12))
                assert stored[company.stock.code] == expected
                checked += 1
        assert checked > 40
        assert any(stored.values())
        assert any(ticker[-1] != "0" for ticker in stored), "no preferred share"
        assert (
            world.scalar("SELECT count(*) FROM dividend_history WHERE rcept_dt > '2026-11-20' OR rcept_no IS NULL") == 0
        )
        march = next(one for one in everyone.all if one.closing_month == 3)
        assert world.rows("SELECT dvdn_bas_dt, fiscal_year FROM dividend_history"
                          " WHERE ticker = :t AND scrs_itms_kcd = ''",
                          t=march.stock.code) == [(date(2026, 3, 31), 2026)]  # fmt: skip
        again = load(world)
        # What valuations rest on is looked at each time, and asks nobody.
        assert (again.outcome, again.requests["total"], again.units.done) == ("done", 0, 1)


@pytest.mark.long
def test_the_year_before_is_kept_apart_and_not_of_a_company_that_closes_twice_a_year(open_world):
    with open_world(patience=0.1) as world:
        load(world, 2025)
        said = "SELECT corp_code FROM dividend_history WHERE scrs_itms_kcd = 'frmtrm' AND fiscal_year = 2024"
        corp = world.rows(f"{said} ORDER BY 1 LIMIT 1")[0][0]
        world.execute("DELETE FROM unit_ledger WHERE dataset = 'dart.dividends' AND unit = :unit", unit=f"2025/{corp}")
        world.execute("DELETE FROM dividend_history WHERE corp_code = :corp AND scrs_itms_kcd = 'frmtrm'", corp=corp)
        world.execute("UPDATE dividend_history SET dvdn_bas_dt = dvdn_bas_dt - 183 WHERE corp_code = :corp", corp=corp)
        load(world, 2025)
        assert world.scalar("SELECT count(*) FROM dividend_history WHERE corp_code = :corp", corp=corp) > 1
        assert corp not in {row[0] for row in world.rows(said)}


@pytest.mark.long
def test_before_a_report_is_filed_nothing_is_known_and_it_is_asked_for_again(open_world):
    with open_world(patience=0.1, now=datetime(2026, 2, 20, 19, 0, tzinfo=clock.KST)) as world:
        result = load(world, 2025)
        assert result.units.no_data > 40
        assert world.scalar("SELECT count(*) FROM dividend_history WHERE fiscal_year = 2025 AND scrs_itms_kcd = ''") < 5
        assert load(world, 2025).requests["total"] == 0, "asked twice on one day"
    with open_world(patience=0.1, now=datetime(2026, 4, 20, 19, 0, tzinfo=clock.KST)) as world:
        result = load(world, 2025)
        assert result.units.done > 40
        assert world.scalar("SELECT max(rcept_dt) FROM dividend_history") <= date(2026, 4, 20)


@pytest.mark.long
def test_a_correction_that_says_the_same_does_not_make_the_dividend_younger(open_world):
    with open_world(patience=0.1) as world:
        market = world.sandbox.market
        first, second = next(
            (versions[0].filing, versions[1].filing)
            for versions in reports.of_year(market, 2025, "11011")
            if len(versions) == 2 and versions[1].corrected
        )
    code = first.company.stock.code
    query = "SELECT rcept_no, rcept_dt FROM dividend_history WHERE ticker = :t AND scrs_itms_kcd = ''"
    day_after = datetime.combine(first.received, EVENING.timetz())
    with open_world(patience=0.1, now=day_after) as world:
        load(world, 2025)
        assert world.rows(query, t=code) == [(first.number, first.received)]
    with open_world(patience=0.1, now=datetime.combine(second.received, EVENING.timetz())) as world:
        world.execute(
            "INSERT INTO dart_filing (rcept_no, corp_code, ticker, report_nm, rcept_dt, filing_type, batch_id,"
            " created_at, updated_at) VALUES (:no, :corp, :ticker, :name, :day, 'periodic', 1, now(), now())",
            no=second.number, corp=first.company.corp_code, ticker=code, name=second.name, day=second.received,
        )  # fmt: skip
        asked = len(world.asked("alotMatter"))
        load(world, 2025)
        mine = [r for r in world.asked("alotMatter")[asked:] if r.fields["corp_code"] == first.company.corp_code]
        assert mine, "a correction was not asked for"
        assert world.rows(query, t=code) == [(first.number, first.received)]


@pytest.mark.long
def test_with_a_small_budget_exactly_that_is_asked_and_the_next_day_goes_on(open_world):
    with open_world(patience=0.1) as world:
        world.app.settings = world.app.settings.model_copy(update={"foresto_dart_daily_budget": 21})
        result = load(world)
        assert (result.outcome, result.exit_code) == ("quota", 75)
        assert result.requests["dart"] == 21
        assert result.units.done + result.units.no_data == 22, "what follows from them asks nobody"
        assert result.units.pending > 20
        assert world.scalar("SELECT count(*) FROM unit_ledger WHERE dataset = 'dart.dividends'") == 20
    with open_world(patience=0.1, now=datetime(2026, 11, 21, 9, 0, tzinfo=clock.KST)) as world:
        result = load(world)
        assert result.outcome == "done"
        assert result.units.pending == 0


def test_without_a_key_or_a_listing_the_command_says_what_is_missing(open_world):
    with open_world(patience=0.1, without=("dart_api_key",)) as world, pytest.raises(ConfigError, match="DART_API_KEY"):
        load_capital.load_dividends(world.app, None, QUICK)
    with open_world(patience=0.1) as world:
        with pytest.raises(ConfigError, match="listing load"):
            load_capital.load_dividends(world.app, None, QUICK)
        load_listed.load_listing(world.app, QUICK)
        with pytest.raises(UsageError, match="2014"):
            load_capital.load_dividends(world.app, 2014, QUICK)


def test_the_key_is_nowhere(open_world, caplog):
    with open_world(patience=0.1, faults="dart010@opendart.fss.or.kr/alotMatter") as world:
        result = load(world)
        assert result.exit_code == 78
        told = (
            json.dumps(result.as_json())
            + caplog.text
            + str(world.rows("SELECT detail::text, error_message FROM data_collection_log"))
        )
        assert SANDBOX_KEYS["dart_api_key"] not in told
        assert world.rows("SELECT alert_type, subject, alert_level FROM ops_alert") == [("auth", "dart", "critical")]
