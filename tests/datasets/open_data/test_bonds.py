"""Bonds: whole lists or nothing, ratings by rule, redeemed ones kept, and what becomes of every page that fails."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from support import EVENING, SHARED, a_third, needs_shared

from foresto_cli.datasets.open_data.bond_rows import bond_row, type_of
from foresto_cli.datasets.open_data.pages import is_isin
from foresto_cli.datasets.open_data.ratings import NONE, RATED, UNKNOWN, combined, passes, word_of
from foresto_cli.loading import load_open_data
from foresto_cli.running import job
from foresto_cli.sandbox.fsc import fsc_bonds as sandboxed
from foresto_cli.sandbox.hosts import data_go_kr
from foresto_cli.store.upsert import Counts

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 0.2
"""Requests are counted here: on a busy machine none may be asked twice."""

QUICK = job.Options()
HOST = "apis.data.go.kr"
SERVICE = f"{HOST}/getBondBasiInfo"
LISTED = 395
"""Bonds beside 60 stocks."""
COUNT = "SELECT count(*) FROM bonds"
WHOLE = "SELECT md5(string_agg(b::text, '' ORDER BY isin_cd)) FROM bonds b"


@pytest.fixture
def small_pages(monkeypatch):
    """A hundred bonds on a page: the list has four, and the first is asked for once more."""
    monkeypatch.setitem(data_go_kr.MOST_ROWS, "getBondBasiInfo", 100)


@pytest.fixture
def one_bond(monkeypatch):
    """Change one bond of the sandbox's list: ``one_bond(isinCdNm="…")``, or every bond for which ``where`` is true."""
    honest = sandboxed.rows

    def change(where=lambda record: record["isinCd"] == FIRST["isinCd"], **fields):
        def rows(*asked):
            return [{**record, **fields} if where(record) else record for record in honest(*asked)]

        monkeypatch.setattr(sandboxed, "rows", rows)

    return change


FIRST = sandboxed.rows(60, 1, date(2026, 11, 19), 1, 2)[0]


def load(world, quality="all", as_of=None):
    return load_open_data.load_bonds(world.app, quality, as_of, QUICK)


# --- what is stored -------------------------------------------------------------------------------------------------


def test_every_bond_is_stored_once_and_a_second_run_asks_nobody(open_world):
    with open_world() as world:
        result = load(world)
        assert (result.outcome, result.requests) == ("done", {"fsc": 1, "total": 1})
        assert result.rows == Counts(added=LISTED)
        asked = world.asked("getBondBasiInfo")
        # The predecessor sent no base date, and its monthly run failed every month.
        assert [request.fields["basDt"] for request in asked] == ["20261119"]
        before = world.scalar(WHOLE)
        assert load(world).outcome == "nothing_to_do"
        world.execute("DELETE FROM unit_ledger")
        again = load(world)
        assert again.rows == Counts(unchanged=LISTED)
        assert world.scalar(WHOLE) == before
        row = world.rows(
            "SELECT name, issuer, bond_type, bond_expr_dt, remaining_days, bas_dt, is_active FROM bonds"
            " WHERE isin_cd = :isin",
            isin=FIRST["isinCd"],
        )[0]
        expires = row[3]
        assert f"{expires:%Y%m%d}" == FIRST["bondExprDt"]
        assert row[4] == (expires - date(2026, 11, 19)).days
        assert (row[0], row[1]) == (FIRST["isinCdNm"], FIRST["bondIsurNm"])
        assert world.scalar("SELECT count(DISTINCT bond_type) FROM bonds") >= 5
        assert world.scalar("SELECT count(*) FROM bonds WHERE name LIKE '%' || chr(10) || '%'") == 0


def test_redeemed_bonds_stay_and_are_marked_and_those_that_vanish_too(open_world):
    with open_world(sessions=60) as world:
        load(world, as_of=date(2026, 9, 18))
        redeemed = world.rows("SELECT bond_expr_dt, inactive_since FROM bonds WHERE NOT is_active")
        assert redeemed
        assert all(expired == since <= date(2026, 9, 18) for expired, since in redeemed)
        load(world)
        gone = world.rows(
            "SELECT is_active, inactive_since FROM bonds WHERE bas_dt = '2026-09-18' ORDER BY inactive_since DESC"
        )
        assert gone
        assert {active for active, _ in gone} == {False}
        assert world.scalar(COUNT) == LISTED + len(gone)
        assert world.scalar("SELECT count(*) FROM bonds WHERE bas_dt = '2026-11-19'") == LISTED
        # An older list afterwards changes nothing of what a newer one said.
        before = world.scalar(WHOLE)
        world.execute("DELETE FROM unit_ledger")
        assert load(world, as_of=date(2026, 9, 18)).rows.changed == 0
        assert world.scalar(WHOLE) == before


def test_a_bond_that_is_not_in_the_next_list_is_kept_and_dated(open_world, one_bond):
    with open_world() as world:
        load(world, as_of=date(2026, 11, 17))
        world.execute("UPDATE bonds SET is_active = true, inactive_since = NULL")
        other = "KR6999999999"
        world.execute("UPDATE bonds SET isin_cd = :other WHERE isin_cd = :isin", other=other, isin=FIRST["isinCd"])
        result = load(world)
        assert result.rows.added >= 1
        assert world.rows("SELECT is_active, inactive_since FROM bonds WHERE isin_cd = :isin", isin=other) == [
            (False, date(2026, 11, 19))
        ]


@pytest.mark.long
def test_two_bonds_may_have_one_name_and_a_name_may_change_into_anothers(open_world, one_bond):
    with open_world() as world:
        load(world, as_of=date(2026, 11, 17))
        one_bond(where=lambda record: record["scrsItmsKcd"] == "1108", isinCdNm="같은 이름 1")
        result = load(world)
        assert result.outcome == "done"
        assert world.scalar("SELECT count(*) FROM bonds WHERE name = '같은 이름 1'") > 50
        assert world.scalar("SELECT count(*) FROM data_load_batch WHERE status <> 'SUCCESS'") == 0


def test_an_absurd_number_costs_no_other_row(open_world, one_bond):
    with open_world() as world:
        one_bond(bondSrfcInrt="123456789012.5", bondIssuAmt="9" * 25)
        assert load(world).outcome == "done"
        assert world.scalar(COUNT) == LISTED
        assert world.scalar("SELECT interest_rate FROM bonds WHERE interest_rate > 100") == Decimal("123456789012.5")
        assert world.rows("SELECT status FROM data_load_batch") == [("SUCCESS",)]


@pytest.mark.parametrize(("field", "value"), [("bondExprDt", "20269999"), ("bondSrfcInrt", "N/A"), ("isinCd", "KR1")])
def test_one_row_that_cannot_be_read_is_left_out_and_named(open_world, one_bond, field, value):
    with open_world() as world:
        one_bond(**{field: value})
        result = load(world)
        assert (result.outcome, len(result.rejected)) == ("done", 1)
        assert world.scalar(COUNT) == LISTED - 1
        assert world.scalar("SELECT reason FROM unit_ledger").startswith("1행을 뺐습니다")


def test_what_is_not_published_yet_is_taken_from_before_and_asked_for_again(open_world):
    with open_world() as world:
        client = load_open_data.client_of(world.app, "bonds")
        honest = client.bonds
        client.bonds = lambda day: [] if day > date(2026, 11, 17) else honest(day)
        assert load(world).outcome == "done"
        assert world.rows("SELECT unit, status, reason FROM unit_ledger") == [
            ("2026-11-19", "provisional", "2026-11-17의 목록")
        ]
        client.bonds = honest
        assert load(world).outcome == "done"
        assert world.rows("SELECT unit, status FROM unit_ledger") == [("2026-11-19", "done")]
        assert world.scalar("SELECT max(bas_dt) FROM bonds") == date(2026, 11, 19)


def test_a_day_without_trading_means_the_last_business_day_before(open_world):
    with open_world() as world:
        load(world, as_of=date(2026, 11, 15))
        assert world.rows("SELECT unit FROM unit_ledger") == [("2026-11-13",)]
    with open_world(EVENING + timedelta(days=2)) as world:
        load(world)
        assert world.asked("getBondBasiInfo")[-1].fields["basDt"] == "20261119"


# --- ratings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "code", "word"),
    [
        ("AAA", "110", "AAA"), ("A0", "170", "A"), ("BBB-", "1", "BBB-"), (" aa+ ", "", "AA+"), ("AAA0", "", "AAA"),
        ("", "110", "AAA"), ("NULL", "110", "AAA"), ("", "", None), ("NULL", "NULL", None),
        ("", "150", "150"), ("취소", "900", "취소"), ("A1", "510", "A1"),
    ],
)  # fmt: skip
def test_an_agencys_word_is_read_by_rule(name, code, word):
    assert word_of({"kisScrsItmsKcdNm": name, "kisScrsItmsKcd": code}, "kis") == word


@pytest.mark.parametrize(
    ("words", "rating"),
    [
        (("AAA", None, "AA+", None), ("AA+", RATED)),
        (("취소", "BBB", None, None), ("BBB", RATED)),
        (("150", None, None, None), (None, UNKNOWN)),
        ((None, None, None, None), (None, NONE)),
    ],
)
def test_the_lowest_known_rating_counts_and_unknown_is_not_none(words, rating):
    assert combined(words) == rating


def test_filters_take_in_what_is_known_to_be_good_enough():
    assert [passes(grade, "high_quality") for grade in ("AAA", "A-", "BBB+", None)] == [True, True, False, False]
    assert [passes(grade, "investment_grade") for grade in ("BBB-", "BB+", None)] == [True, False, False]
    assert passes(None, "all")


def test_a_filter_takes_in_fewer_and_marks_none_of_the_others(open_world):
    with open_world() as world:
        load(world, "high_quality")
        grades = {row[0] for row in world.rows("SELECT DISTINCT credit_rating FROM bonds")}
        assert grades <= {"AAA", "AA+", "AA", "AA-", "A+", "A", "A-"}
        few = world.scalar(COUNT)
        assert 0 < few < LISTED
        world.execute("UPDATE bonds SET credit_rating = 'AAA', is_active = true")
        load(world, "investment_grade")
        assert world.scalar(COUNT) > few
        load(world)
        assert world.scalar(COUNT) == LISTED
        assert world.scalar("SELECT count(*) FROM bonds WHERE rating_status = 'UNKNOWN'") > 0
        assert world.scalar("SELECT count(*) FROM bonds WHERE rating_status = 'NONE'") > 50
        assert {row[0] for row in world.rows("SELECT unit FROM unit_ledger")} == {
            "2026-11-19", "2026-11-19:high_quality", "2026-11-19:investment_grade",
        }  # fmt: skip


def test_a_kind_that_is_not_known_has_no_type():
    assert [type_of(kind) for kind in ("국채", "특수채", "일반회사채", "신종", None)] == [
        "government", "special", "corporate", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("isin", "good"),
    [("KR7005930003", True), ("KR350101G843", True), ("KR6010141911", True), ("HK0000065257", True),
     ("KR7005930004", False), ("KR700593000", False), ("kr7005930003", False), ("", False)],
)  # fmt: skip
def test_isins_are_told_by_their_check_digit(isin, good):
    assert is_isin(isin) is good


# --- what was recorded ----------------------------------------------------------------------------------------------


@needs_shared
def test_recorded_bonds_become_the_expected_rows():
    official = json.loads((SHARED / "recorded/fsc/getBondBasiInfo_V2_official_example_as_json.json").read_text())
    row = bond_row(official["response"]["body"]["items"]["item"][0])
    expected = {
        "isin_cd": "KR350101G843", "name": "한국전력공사채권 937", "issuer": "한국전력공사", "bond_type": "special",
        "credit_rating": "AAA", "rating_status": RATED, "interest_rate": Decimal("2.19"), "is_active": True,
        "bond_issu_dt": date(2018, 4, 10), "bond_expr_dt": date(2020, 4, 10), "maturity_years": Decimal("2.00"),
        "bond_bal": 200_000_000_000, "irt_chng_dcd": None, "nice_rating": "AAA", "fn_scrs_itms_kcd": "110",
        "prmnc_bond_yn": "N", "lstg_dt": date(2018, 5, 4), "bond_issu_cur_cd": "KRW",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    older = bond_row(json.loads((SHARED / "recorded/fsc/bond_row_삼성중공업_2020.json").read_text()))
    expected = {
        "isin_cd": "KR6010141911", "bond_type": "corporate", "rating_status": NONE, "credit_rating": None,
        "interest_rate": Decimal("4.2"), "bond_expr_dt": date(2020, 7, 16), "is_active": True, "bond_bal": None,
    }  # fmt: skip
    assert {name: older[name] for name in expected} == expected
    assert older.keys() == row.keys()


# --- what goes wrong ------------------------------------------------------------------------------------------------

FAILED, PENDING = "failed", "pending"
EXPECTED = {
    "timeout": (75, "failed", FAILED),
    "reset": (75, "failed", FAILED),
    "500": (75, "failed", FAILED),
    "html": (75, "failed", FAILED),
    "empty": (75, "failed", FAILED),
    "gateway04": (75, "failed", FAILED),
    "404": (65, "failed", FAILED),
    "gateway12": (65, "failed", FAILED),
    "truncated": (65, "failed", FAILED),
    "encoding": (65, "failed", FAILED),
    "empty_list": (65, "failed", FAILED),
    "missing_field": (65, "failed", FAILED),
    "renamed_field": (65, "failed", FAILED),
    "duplicate": (65, "failed", FAILED),
    "zero": (65, "failed", FAILED),
    "429": (75, "quota", PENDING),
    "gateway22": (75, "quota", PENDING),
    "gateway23": (75, "quota", PENDING),
    "block403": (75, "blocked", PENDING),
    "403": (78, "failed", PENDING),
    "unauthorized": (78, "failed", PENDING),
    "gateway20": (78, "failed", PENDING),
    "gateway30": (78, "failed", PENDING),
    "gateway30json": (78, "failed", PENDING),
    "gateway31": (78, "failed", PENDING),
}
PAGES = (1, 2, 4)
CELLS = [(kind, page) for kind in EXPECTED for page in (PAGES if kind in {"500", "truncated", "gateway22"} else (2,))]


@pytest.mark.long
@pytest.mark.parametrize(("kind", "page"), a_third(CELLS, 0))
def test_a_page_that_fails_leaves_everything_as_it_was(open_world, small_pages, kind, page):
    with open_world() as world:
        load(world, as_of=date(2026, 11, 17))
        before = world.scalar(WHOLE)
    with open_world(faults=f"{kind}@{HOST}/pageNo={page}", patience=0.01 if kind == "timeout" else 0.2) as world:
        result = load(world)
        exit_code, outcome, state = EXPECTED[kind]
        assert (result.exit_code, result.outcome) == (exit_code, outcome), result.reasons
        assert getattr(result.units, state) == 1
        assert world.scalar(WHOLE) == before
        status = world.rows("SELECT status FROM unit_ledger WHERE unit = '2026-11-19'")
        assert status == ([("failed",)] if state == FAILED else [])
        told = json.dumps(result, default=str)
        told += str(world.rows("SELECT detail::text, error_message FROM data_collection_log"))
        assert "fsc+key" not in told
        assert "fsc%2Bkey" not in told
        world.sandbox.faults.clear()
    if outcome == "blocked":
        return
    with open_world() as world:
        world.begin_budgets_anew()
        assert load(world).outcome == "done", "the next run must fetch what failed"
        assert world.scalar("SELECT count(*) FROM bonds WHERE bas_dt = '2026-11-19'") == LISTED


def test_nothing_at_all_is_no_success(open_world):
    with open_world(faults=f"empty_list@{HOST}") as world:
        result = load(world)
        assert (result.exit_code, result.units.failed) == (65, 1)
    with open_world() as world:
        client = load_open_data.client_of(world.app, "bonds")
        client.bonds = lambda _: []
        result = load(world)
        assert (result.outcome, result.exit_code) == ("failed", 75)
        assert "5거래일" in result.reasons[0]


def test_half_a_list_is_refused(open_world, monkeypatch):
    with open_world() as world:
        load(world, as_of=date(2026, 11, 17))
        monkeypatch.setattr(sandboxed, "BONDS", sandboxed.BONDS // 2)
        result = load(world)
        assert result.exit_code == 65
        assert "일부만" in result.reasons[0]
        assert world.scalar("SELECT count(*) FROM bonds WHERE is_active") > 300


def test_an_isin_twice_is_refused(open_world, one_bond):
    with open_world() as world:
        one_bond(where=lambda record: record["isinCd"][-5:-3] == "00", isinCd=FIRST["isinCd"])
        result = load(world)
        assert result.exit_code == 65
        assert "두 번" in result.reasons[0]


@pytest.mark.slow
def test_nineteen_thousand_bonds_take_few_requests_and_seconds(open_world):
    with open_world(stocks=2_886, patience=1) as world:
        result = load(world)
        assert result.rows.added == world.scalar(COUNT) == 19_000
        assert result.requests["total"] <= 25
        # Ten seconds are promised of a quiet machine.
        assert result.seconds < 30
