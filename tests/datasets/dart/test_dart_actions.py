"""Decisions about shares: which filings are such, what their fields say, which price carries them out."""

import json
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from support import EVENING, SHARED, needs_shared

from foresto_cli import clock
from foresto_cli.collecting.loader import Answer, Unit
from foresto_cli.datasets.dart import action_links, capital_changes, capital_kinds, decision_kinds, free_text
from foresto_cli.datasets.dart import actions as filed_actions
from foresto_cli.datasets.dart import decisions as filed_decisions
from foresto_cli.errors import BadPayload, UsageError
from foresto_cli.loading import load_capital, load_listed, load_prices
from foresto_cli.running import job
from foresto_cli.sandbox.dart import dart_actions, decision_fields
from foresto_cli.verify import verification

pytestmark = pytest.mark.usefixtures("no_waiting")

QUICK = job.Options()
RECEIVED = date(2026, 3, 20)


@pytest.mark.parametrize("field", ["corp_code", "stock_code", "report_nm"])
@pytest.mark.parametrize("value", [True, None, [], 7])
def test_a_field_that_is_no_text_is_a_bad_payload(field, value):
    filing = {
        "rcept_no": "20260320000001", "corp_code": "00126380", "stock_code": "005930", "rm": "",
        "report_nm": "주요사항보고서(무상증자결정)", "rcept_dt": "20260320",
    }  # fmt: skip
    loader = filed_actions.Actions(None, RECEIVED, RECEIVED, datetime(2026, 4, 20, 19, 0, tzinfo=clock.KST))
    unit = Unit("2026-03", "2026-03")

    def parsed(record):
        return loader.parse(Answer(unit, "DART", [record], EVENING))

    assert [loader.check(row) for row in parsed(filing).rows] == [None]
    with pytest.raises(BadPayload):
        parsed(filing | {field: value})


# --- what a report's name says -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("주요사항보고서(유상증자결정)", "PAID_INCREASE"),
        ("[기재정정]주요사항보고서(무상증자결정)   ", "FREE_INCREASE"),
        ("[기재정정] [첨부추가]주요사항보고서 (유무상증자결정)", "PAID_FREE_INCREASE"),
        ("주요사항보고서(감자결정)", "REDUCTION"),
        ("주요사항보고서(회사합병결정)", "MERGER"),
        ("주요사항보고서(회사분할결정)", "DIVISION"),
        ("주요사항보고서(회사분할합병결정)", "DIVISION_MERGER"),
        ("주요사항보고서(주식교환ㆍ이전결정)", "EXCHANGE"),
        ("주요사항보고서(주식교환·이전결정)", "EXCHANGE"),
        ("주식분할결정", "SPLIT"),
        ("[기재정정]주식병합결정", "CONSOLIDATION"),
        # The old system took all of these for actions of the filer, or for the wrong ones.
        ("유상증자결정(종속회사의주요경영사항)", None),
        ("주식분할결정(자회사의 주요경영사항)", None),
        ("주요사항보고서(자기주식취득결정)", None),
        ("주요사항보고서(전환사채권발행결정)", None),
        ("증권신고서(합병)", None),
        ("회사합병결정 철회 신고서", None),
        ("임원ㆍ주요주주특정증권등소유상황보고서", None),
    ],
)
def test_a_name_announces_an_action_of_the_filer_or_nothing(name, action):
    assert decision_kinds.action_of(name) == action


def test_corrections_are_told_from_corrections_of_attachments():
    assert decision_kinds.is_correction("[기재정정]주요사항보고서(감자결정)")
    assert not decision_kinds.is_correction("주요사항보고서(감자결정)")
    assert decision_kinds.has_figures("[기재정정]주요사항보고서(감자결정)")
    assert not decision_kinds.has_figures("[첨부정정]주요사항보고서(감자결정)")


# --- what the fields say -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026년 06월 01일", date(2026, 6, 1)),
        ("2026년 6월 1일", date(2026, 6, 1)),
        ("2026.06.01", date(2026, 6, 1)),
        ("20260601", date(2026, 6, 1)),
        ("-", None),
        ("", None),
    ],
)
def test_days_are_read_in_every_spelling(text, day):
    assert free_text.day(text) == day


@pytest.mark.parametrize("text", ["2026년 13월 01일", "추후 결정", "2026년 06월", "2026-06-01 예정"])
def test_what_is_no_day_is_not_guessed(text):
    with pytest.raises(ValueError, match=text[:4]):
        free_text.day(text)


def fields(action, **given):
    return dict.fromkeys(decision_fields.FIELDS[decision_kinds.ENDPOINTS[action]], "-") | given


def read(action, **given):
    return decision_kinds.details_of(action, fields(action, **given), RECEIVED)


@pytest.mark.parametrize("percent", ["5.00", "95.00", "20:1", "-"])
def test_a_reduction_is_computed_from_shares_whatever_the_percentage_means(percent):
    found, _ = read("REDUCTION", bfcr_tisstk_ostk="281,338,640", atcr_tisstk_ostk="14,066,932", cr_rt_ostk=percent)
    assert found["ratio"] == Decimal("0.05")
    nothing, _ = read("REDUCTION", cr_rt_ostk=percent)
    assert nothing["ratio"] is None
    assert nothing["terms"] == (None if percent == "-" else percent)


def test_free_shares_count_as_allotted_not_as_issued():
    found, _ = read("FREE_INCREASE", nstk_ostk_cnt="450", bfic_tisstk_ostk="1,000", nstk_ascnt_ps_ostk="0.5",
                    nstk_asstd="2026년 04월 10일", nstk_lstprd="2026년 04월 30일")  # fmt: skip
    assert (found["ratio"], found["shares_after"]) == (Decimal("1.5"), 1450)
    assert (found["record_date"], found["effective_date"]) == (date(2026, 4, 10), date(2026, 4, 30))


def test_free_text_becomes_a_number_only_when_nothing_else_is_meant():
    for told, ratio in (("1:0.5", "0.5"), ("1.0000000 : 0.5", "0.5"), ("1.5 : 0.5", None),
                        ("1 : 0.7200000", "0.72"), ("가나 : 다라 = 1 : 0.5", None),
                        ("보통주식 1:0.5\n우선주식 1:0.4", None), ("0.7:0.3", None)):  # fmt: skip
        found, _ = read("MERGER", mg_rt=told)
        assert found["exchange_ratio"] == (ratio and Decimal(ratio)), told
        assert (found["terms"], found["ratio"]) == (told, None)


def test_what_cannot_be_read_stays_empty_and_is_told():
    found, notes = read("FREE_INCREASE", nstk_ascnt_ps_ostk="주당 0.5주", nstk_asstd="2926년 04월 10일",
                        nstk_lstprd="미정")  # fmt: skip
    assert (found["ratio"], found["record_date"], found["effective_date"]) == (None, None, None)
    assert notes == ["nstk_ascnt_ps_ostk 주당 0.5주", "nstk_asstd 2926년 04월 10일", "nstk_lstprd 미정"]
    without = {name: value for name, value in fields("REDUCTION").items() if name != "cr_std"}
    with pytest.raises(BadPayload, match="cr_std"):
        decision_kinds.details_of("REDUCTION", without, RECEIVED)


@pytest.mark.parametrize(("filed", "stored"), [("0", 0), ("-", None), ("", None)])
def test_a_merger_without_new_shares_is_a_merger(filed, stored):
    found, notes = read("MERGER", mgnstk_ostk_cnt=filed, mg_rt="1.0000000 : 0.0000000", mgsc_mgdt="2026년 11월 02일")
    assert (found["new_shares"], found["exchange_ratio"]) == (stored, 0)
    assert (found["effective_date"], notes) == (date(2026, 11, 2), [])
    decisions = filed_decisions.Decisions(None, EVENING, RECEIVED, RECEIVED, list)
    assert decisions.check(found) is None
    for impossible in ({"new_shares": -1}, {"shares_before": 0}, {"shares_after": 0}):
        assert decisions.check(found | impossible)


@needs_shared
@pytest.mark.parametrize(
    ("action", "name", "expected"),
    [
        ("REDUCTION", "crDecsn", {
            "shares_before": 281_338_637, "shares_after": 14_066_749, "record_date": date(2024, 5, 23),
            "method": "액면가 500원의 보통주식 20주를 1주로 주식병합", "terms": "5.00", "effective_date": None}),
        ("FREE_INCREASE", "fricDecsn", {
            "ratio": Decimal("1.5"), "record_date": date(2023, 6, 1), "effective_date": date(2023, 6, 16),
            "new_shares": 14_580_207, "shares_before": 30_470_749}),
        ("PAID_FREE_INCREASE", "pifricDecsn", {
            "shares_before": 14_558_800, "new_shares": 11_474_630, "shares_after": 26_033_430,
            "record_date": date(2022, 6, 14), "effective_date": date(2022, 7, 1), "terms": "0.3",
            "method": "주주배정후 실권주 일반공모"}),
        # Preferred shares alone: the common share's ratio is not known from it.
        ("PAID_INCREASE", "piicDecsn", {
            "shares_before": 720_000, "new_shares": None, "ratio": None, "method": "주주우선공모증자"}),
        ("MERGER", "synthetic/cmpMgDecsn", {
            "exchange_ratio": Decimal("0.5"), "effective_date": date(2023, 7, 15), "new_shares": 1_000_000,
            "record_date": date(2023, 5, 10)}),
        ("DIVISION", "synthetic/cmpDvDecsn", {
            "terms": "0.7:0.3", "exchange_ratio": None, "effective_date": date(2023, 7, 1), "method": "인적분할"}),
        ("DIVISION_MERGER", "synthetic/cmpDvmgDecsn", {
            "exchange_ratio": Decimal("0.8"), "effective_date": date(2023, 8, 1)}),
        ("EXCHANGE", "synthetic/stkExtrDecsn", {
            "exchange_ratio": Decimal("0.5"), "effective_date": date(2023, 7, 15)}),
    ],
)  # fmt: skip
def test_recorded_decisions_read_as_by_hand(action, name, expected):
    folder, _, endpoint = name.rpartition("/")
    file = SHARED / "recorded/dart/kenshin579" / folder / f"material__{endpoint}.json"
    (record,) = json.loads(file.read_text("utf-8"))["list"]
    received = free_text.day(record["rcept_no"][:8])
    found, notes = decision_kinds.details_of(action, record, received)
    assert {column: found[column] for column in expected} == expected
    assert notes == []
    if action == "REDUCTION":
        assert round(1 / found["ratio"]) == 20


CHANGE = {"corp_code": "00123456", "isu_dcrs_de": "2026.02.10", "isu_dcrs_stle": "주식분할",
          "isu_dcrs_stock_knd": "보통주", "isu_dcrs_qy": "3,240,000", "isu_dcrs_mstvdv_fval_amount": "500",
          "isu_dcrs_mstvdv_amount": "-"}  # fmt: skip


def test_capital_changes_are_read_and_a_slip_of_the_pen_is_left_out():
    nothing = dict.fromkeys(CHANGE, "-") | {"corp_code": "00123456"}
    assert capital_kinds.changes_of([nothing], "00123456", RECEIVED) == []
    slip = CHANGE | {"isu_dcrs_de": "2923.10.06"}
    assert capital_kinds.changes_of([slip, CHANGE], "00123456", RECEIVED) == [
        (date(2026, 2, 10), "주식분할", True, 3_240_000, 500)
    ]
    preferred = CHANGE | {"isu_dcrs_stock_knd": "우선주"}
    assert [change.is_common for change in capital_kinds.changes_of([preferred], "00123456", RECEIVED)] == [False]


@pytest.mark.parametrize("wrong", [{"corp_code": "00999999"}, {"isu_dcrs_qy": "많음"}, {"isu_dcrs_de": "작년"}])
def test_capital_changes_of_somebody_else_or_in_words_are_refused(wrong):
    with pytest.raises(BadPayload):
        capital_kinds.changes_of([CHANGE | wrong], "00123456", RECEIVED)
    with pytest.raises(BadPayload, match="isu_dcrs_stle"):
        capital_kinds.changes_of([{k: v for k, v in CHANGE.items() if k != "isu_dcrs_stle"}], "00123456", RECEIVED)


@pytest.mark.parametrize(
    ("worded", "is_common"),
    [
        ("보통주", True), ("보통", True), ("보통\n주식", True), ("보 통 주", True), ("기명식 보통주식", True),
        ("보퉁주", True),
        ("의결권 있는 주식", True), ("의결권이 있는 보통주", True), ("보통주(주1)", True), ("", True), ("-", True),
        ("우선주", False), ("상환전환우선주", False), ("종류주식(*)", False), ("의결권 없는 주식", False),
        ("RCPS", False), ("전환사채", False),
    ],
)  # fmt: skip
def test_the_class_of_a_capital_change_in_free_words(worded, is_common):
    (found,) = capital_kinds.changes_of([CHANGE | {"isu_dcrs_stock_knd": worded}], "00123456", RECEIVED)
    assert found.is_common is is_common


@pytest.mark.parametrize("ditto", ["〃", '"', " 〃 ", "상동"])
@pytest.mark.parametrize(("above", "is_common"), [("보통주", True), ("전환우선주", False)])
def test_a_ditto_mark_is_the_class_of_the_line_above(ditto, above, is_common):
    kinds = [above, ditto, ditto]
    found = capital_kinds.changes_of([CHANGE | {"isu_dcrs_stock_knd": kind} for kind in kinds], "00123456", RECEIVED)
    assert [one.is_common for one in found] == [is_common] * 3


@pytest.mark.slow
@needs_shared
def test_recorded_capital_changes_of_the_whole_market_are_never_refused():
    parquet = pytest.importorskip("pyarrow.parquet")
    wanted = ["corp_code", "year", "quarter", "collectStatus", *CHANGE]
    file = SHARED / "recorded/dart/market_wide/irdsSttus_2021_2023.parquet"
    answers, count = defaultdict(list), Counter()
    for record in parquet.read_table(file, columns=list(dict.fromkeys(wanted))).to_pylist():
        if record["collectStatus"] == 1:
            answers[record["corp_code"], record["year"], record["quarter"]].append(record)
    for (corp, _, _), records in answers.items():
        found = capital_kinds.changes_of(records, corp, date(2026, 1, 1))
        count.update({"answers": 1, "changes": len(found), "common": sum(one.is_common for one in found)})
    print(dict(count))  # noqa: T201  # the table that -s shows
    assert count["answers"] > 25_000
    assert 0.9 < count["common"] / count["changes"] < 1


@needs_shared
def test_recorded_capital_changes_read_as_by_hand():
    records = json.loads((SHARED / "recorded/dart/seyoungnam/irdsSttus.json").read_text("utf-8"))["list"]
    found = capital_kinds.changes_of(records, "00293886", date(2019, 8, 20))
    assert len(found) == 14
    assert found[0] == (date(1986, 9, 1), "현물출자", True, 40_000, 5_000)
    assert [one for one in found if one.kind == "주식분할"] == [(date(2000, 6, 2), "주식분할", True, 3_240_000, 500)]
    split = next(one for one in found if one.kind == "주식분할")
    before = sum(one.shares for one in found if one.day < split.day)
    assert (before, before + split.shares) == (360_000, 3_600_000), "5,000 to 500 won: ten for one"
    assert sum(one.kind == "무상증자" for one in found) == 2


PRICE = (
    "INSERT INTO stock_price_daily (ticker, trade_date, name, market, open_price, high_price, low_price, close_price,"
    " volume, shares_outstanding, adj_factor, adj_event, is_halted, quality_flag, source_id, batch_id, created_at,"
    " updated_at) VALUES ('012340', :day, 'x', 'KOSPI', 1, 1, 1, 1, 1, :shares, :factor, :event, false, 'NORMAL',"
    " 'KRX', 1, now(), now())"
)
NOTICE = (
    "INSERT INTO corporate_actions (rcept_no, corp_code, ticker, action_type, rcept_dt, is_correction, source_id,"
    " batch_id, created_at, updated_at) VALUES ('20260105000001', '00123456', '012340', :action, '2026-01-05', false,"
    " 'DART', 1, now(), now())"
)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (5_000_003, 1_000_000, (1_000_000 / 5_000_003, 5_000_003, 1_000_000, date(2026, 3, 10))),
        (5_000_000, 5_000_000, (None, None, None, None)),
        (5_000_000, 6_000_000, (None, None, None, None)),
        (5_000_000, 1_000, (None, None, None, None)),
        (None, 1_000_000, (None, None, None, None)),
        (5_000_000, None, (None, None, None, None)),
    ],
)
def test_a_consolidation_is_told_by_the_shares_listed_before_and_after(engine, before, after, expected):
    days = [(date(2026, 3, 3), before, None), (date(2026, 3, 9), before, None),
            (date(2026, 3, 10), after, "CONSOLIDATION"), (date(2026, 3, 11), after, None)]  # fmt: skip
    provenance = {"batch_id": 2, "updated_at": datetime(2026, 3, 11, 20, 0)}
    with engine.begin() as connection:
        for day, shares, event in days:
            connection.execute(text(PRICE), {"day": day, "shares": shares, "event": event, "factor": 5 if event else 1})
        connection.execute(text(NOTICE), {"action": "CONSOLIDATION"})
        action_links.write(connection, provenance)
        (found,) = connection.execute(
            text("SELECT ratio, shares_before, shares_after, effective_date, price_event_date FROM corporate_actions")
        )
        assert found[4] == date(2026, 3, 10)
        assert found[1:4] == expected[1:]
        assert (found[0] and float(found[0])) == (expected[0] and pytest.approx(expected[0]))
        assert action_links.write(connection, provenance).changed == 0
        assert capital_changes.read(connection) == [], "DART is not asked: its form has no such kind"


# --- against the sandbox -------------------------------------------------------------------------------------------


def load(world, start=date(2025, 6, 1), end=None):
    return load_capital.load_actions(world.app, start, end or clock.today(), QUICK)


@pytest.mark.slow
def test_every_decision_is_found_with_ratio_and_dates_and_the_price_that_carries_it_out(open_world):
    with open_world(patience=0.1, stocks=120, sessions=200) as world:
        load_listed.load_listing(world.app, QUICK)
        load_prices.load_prices_incremental(world.app, 400, 2, job.Options())
        result = load(world)
        assert (result.outcome, result.exit_code) == ("done", 0), result.reasons
        market, today = world.sandbox.market, clock.today()
        rows = {row[0]: row for row in world.rows(
            "SELECT rcept_no, action_type, ratio, record_date, price_event_date, price_event, corrected_by,"
                " is_withdrawn"
            " FROM corporate_actions")}  # fmt: skip
        seen = set()
        for action in dart_actions.of(market):
            filed = [one for one in action.filings if date(2025, 6, 1) <= one.received <= today]
            if not filed or filed[0] != action.filings[0]:
                continue
            newest = rows[filed[-1].number]
            assert newest[6] is None
            assert [rows[one.number][6] for one in filed[:-1]] == [filed[-1].number] * (len(filed) - 1)
            if action.kind == dart_actions.FREE:
                assert float(newest[2]) == pytest.approx(1 + action.ratio)
                assert newest[3] > action.ex_date
            if action.kind == dart_actions.REDUCTION:
                assert float(newest[2]) == pytest.approx(action.ratio, rel=1e-3)
            assert newest[7] == (action.withdrawn is not None and action.withdrawn <= today)
            expected = action.kind not in {dart_actions.MERGER, dart_actions.EXCHANGE, dart_actions.DIVISION}
            if expected and action.ex_date and market.sessions[0] < action.ex_date <= today:
                assert newest[4] == action.ex_date, (action.kind, action.company.stock.code)
                seen.add(newest[1])
        assert seen >= {"PAID_INCREASE", "FREE_INCREASE", "SPLIT"}
        assert seen & {"REDUCTION", "CONSOLIDATION"}

        told = world.rows("SELECT ratio, price_factor FROM corporate_actions WHERE corrected_by IS NULL AND"
                          " action_type IN ('SPLIT', 'CONSOLIDATION') AND price_event_date < '2026-09-01'")  # fmt: skip
        assert told
        assert [float(ratio * Decimal(factor)) for ratio, factor in told] == pytest.approx([1] * len(told), rel=1e-3)
        again = load(world)
        assert again.requests["total"] == 0
        assert again.rows.added == again.rows.changed == 0
        weekly = verification.verify_weekly(world.app)
        assert [f.check for f in weekly.findings if f.check.startswith("actions")] == []
        daily = verification.verify_daily(world.app)
        assert weekly.checks > daily.checks

        # An event that nobody announced, and a decision that nothing carries out.
        (number, ticker, day) = world.rows(
            "SELECT rcept_no, ticker, price_event_date FROM corporate_actions WHERE price_event = 'EX_RIGHTS'"
            " AND record_date IS NOT NULL AND price_event_date < '2026-10-15' ORDER BY price_event_date DESC LIMIT 1"
        )[0]
        world.execute("UPDATE corporate_actions SET price_event_date = NULL WHERE rcept_no = :no", no=number)
        found = {f.check: f for f in verification.verify_weekly(world.app).findings}
        assert found["actions.unexplained"].sample[0]["ticker"] == ticker
        assert found["actions.unexplained"].days == [f"{day}"]
        assert found["actions.unexecuted"].sample[0]["rcept_no"] == number
        assert {found[name].severity for name in ("actions.unexplained", "actions.unexecuted")} == {"warning"}
        world.execute(
            "DELETE FROM unit_ledger WHERE dataset = 'dart.actions' AND unit = to_char(CAST(:d AS date), 'YYYY-MM')",
            d=day,
        )
        found = {f.check for f in verification.verify_weekly(world.app).findings}
        assert "actions.unexplained" not in found, "months that were not read explain nothing"


def reduction_of(market, corrected):
    """A reduction whose ratio was corrected, or was not."""
    return next(
        one for one in dart_actions.of(market)
        if one.kind in {dart_actions.PAID, dart_actions.FREE, dart_actions.REDUCTION}
        and (len(one.filings) > 1) == corrected
        and one.filings[-1].received <= date(2026, 11, 1) and one.filings[0].received >= date(2026, 1, 10)
        and one.withdrawn is None
    )  # fmt: skip


@pytest.mark.long
def test_a_decision_is_known_from_its_filing_on_and_a_correction_from_its_own(open_world):
    with open_world(patience=0.1) as world:
        action = reduction_of(world.sandbox.market, corrected=True)
    first, second = action.filings[0], action.filings[-1]
    query = (
        "SELECT rcept_no, corrected_by, rcept_dt, ratio IS NULL FROM corporate_actions"
        " WHERE ticker = :t AND rcept_no >= :no ORDER BY 1"
    )
    where = {"t": action.company.stock.code, "no": first.number}
    start = first.received.replace(day=1)
    with open_world(patience=0.1, now=datetime.combine(first.received - timedelta(days=1), EVENING.timetz())) as world:
        load(world, start - timedelta(days=20))
        assert world.rows(query, **where) == []
    with open_world(patience=0.1, now=datetime.combine(first.received, EVENING.timetz())) as world:
        load(world, start)
        assert world.rows(query, **where)[0] == (first.number, None, first.received, False)
    with open_world(patience=0.1, now=datetime.combine(second.received, EVENING.timetz())) as world:
        load(world, start)
        assert world.rows(query, **where)[:2] == [
            (first.number, second.number, first.received, False),
            (second.number, None, second.received, False),
        ]


@pytest.mark.long
def test_a_budget_that_runs_out_leaves_the_rest_for_the_next_day(open_world):
    with open_world(patience=0.1) as world:
        world.app.settings = world.app.settings.model_copy(update={"foresto_dart_daily_budget": 40})
        result = load(world, date(2025, 1, 1))
        assert (result.outcome, result.exit_code, result.requests["dart"]) == ("quota", 75, 40)
        assert result.units.pending > 0
    with open_world(patience=0.1, now=datetime(2026, 11, 21, 9, 0, tzinfo=clock.KST)) as world:
        result = load(world, date(2025, 1, 1))
        assert (result.outcome, result.units.pending) == ("done", 0)


@pytest.mark.parametrize(
    ("quarter", "start", "end", "expected"),
    [
        ("2026Q3", None, None, (date(2026, 7, 1), date(2026, 9, 30))),
        ("2026q4", None, None, (date(2026, 10, 1), date(2026, 11, 20))),
        (None, None, None, (date(2026, 7, 1), date(2026, 11, 20))),
        (None, date(2026, 1, 5), None, (date(2026, 1, 5), date(2026, 11, 20))),
        (None, date(2026, 1, 5), date(2026, 2, 1), (date(2026, 1, 5), date(2026, 2, 1))),
    ],
)
def test_what_a_span_is(quarter, start, end, expected):
    clock.pretend(EVENING)
    assert load_capital.span(quarter, start, end) == expected


@pytest.mark.parametrize(
    ("quarter", "start", "end"),
    [
        ("2026Q5", None, None),
        ("2027Q1", None, None),
        ("2014Q1", None, None),
        ("2026Q1", date(2026, 1, 1), None),
        (None, date(2026, 12, 1), None),
        (None, date(2026, 3, 1), date(2026, 2, 1)),
    ],
)
def test_what_no_span_is(quarter, start, end):
    clock.pretend(EVENING)
    with pytest.raises(UsageError):
        load_capital.span(quarter, start, end)
