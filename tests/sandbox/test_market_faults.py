"""Faults of the market of 2026: a mirror that stands still, services refused one by one, rows of one stock."""

import csv
import io
from datetime import datetime

import pytest

from foresto_cli.clock import KST
from foresto_cli.errors import UsageError
from foresto_cli.sandbox import variables

DATA = "https://raw.githubusercontent.com/FinanceData/fdr_krx_data_cache/refs/heads/master/data/"
OPEN_API = "https://data-dbg.krx.co.kr/svc/apis/"
FSC = "https://apis.data.go.kr/1160100/GetStockSecuritiesInfoService_V2/getStockPriceInfo_V2"
DAY = {"mktId": "ALL", "trdDd": "20261119"}


def at(hour, minute=0, day=20):
    return datetime(2026, 11, day, hour, minute, tzinfo=KST)


@pytest.fixture
def mirror(start, browser):
    """Ask for a file of the mirror while something is wrong with it; the response."""

    def ask(name, faults="", now=None, **options):
        sandbox = start(now or at(19), faults=faults, **options)
        return browser(sandbox).get(f"{DATA}{name}.csv", timeout=5)

    return ask


@pytest.fixture
def official(start, browser):
    """Ask the OPEN API for a service on a day while something is wrong with it; the response."""

    def ask(service, faults="", day="20261119", now=None):
        url = f"{OPEN_API}{service}?basDd={day}"
        return browser(start(now or at(12), faults=faults)).get(url, headers={"AUTH_KEY": "key"}, timeout=5)

    return ask


def closes(response):
    return {row["Code"]: row["Close"] for row in csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))}


@pytest.mark.long
@pytest.mark.parametrize("how", ["fault", "option"])
def test_a_frozen_mirror_has_nothing_newer_for_ever(mirror, how):
    given = {"faults": "frozen_mirror@2026-11-06"}
    if how == "option":
        given = {"mirror_stopped": datetime(2026, 11, 6, 23, tzinfo=KST)}
    for kind in ("listing/krx", "listing/desc", "listing/delisting"):
        for day in ("2026-11-07", "2026-11-09", "2026-11-20"):
            assert mirror(f"{kind}/{day}", **given).status_code == 404
        assert mirror(f"{kind}/2026-11-06", **given).ok
    assert closes(mirror("listing/krx/2026-11-06", **given)) == closes(mirror("listing/krx/2026-11-06"))
    year = mirror("index/year_ks11/2026", **given).text
    assert year.strip().split("\n")[-1].startswith("2026-11-06,")
    assert mirror("index/year_ks11/2026").text.startswith(year)


def test_a_mirror_that_stopped_during_the_day_keeps_the_picture_of_that_moment(mirror):
    frozen = mirror("listing/krx/2026-11-20", "frozen_mirror@2026-11-20T15:03")
    assert frozen.text == mirror("listing/krx/2026-11-20", now=at(15, 3)).text
    different = [
        code for code, close in closes(mirror("listing/krx/2026-11-20")).items() if closes(frozen)[code] != close
    ]
    assert len(different) > len(closes(frozen)) / 2
    assert "2026-11-20," not in mirror("index/year_kq11/2026", "frozen_mirror@2026-11-20T15:03").text
    assert mirror("listing/krx/2026-11-21", "frozen_mirror@2026-11-20T15:03", at(12, 0, 21)).status_code == 404


def test_before_it_stops_a_mirror_is_as_always(mirror):
    assert mirror("listing/krx/2026-11-20", "frozen_mirror@2026-11-20").text == mirror("listing/krx/2026-11-20").text


@pytest.mark.parametrize(("given", "stopped"), [("2026-09-17", at(0).replace(month=9, day=17).date()), ("", None)])
def test_the_environment_says_whether_the_mirror_stands_still(monkeypatch, given, stopped):
    monkeypatch.setenv("FORESTO_SANDBOX_MIRROR_STOPPED", given)
    found = variables.options().mirror_stopped
    assert (found and found.date()) == stopped


def test_a_day_that_is_none_is_refused(monkeypatch):
    monkeypatch.setenv("FORESTO_SANDBOX_MIRROR_STOPPED", "September")
    with pytest.raises(UsageError, match="FORESTO_SANDBOX_MIRROR_STOPPED"):
        variables.options()


def test_each_service_is_applied_for_by_itself(official):
    fault = "unapproved@knx_bydd_trd"
    refused = official("sto/knx_bydd_trd", fault)
    assert (refused.status_code, refused.json()) == (401, {"respMsg": "Unauthorized API Call", "respCode": "401"})
    for service in ("sto/stk_bydd_trd", "sto/knx_isu_base_info", "idx/kospi_dd_trd"):
        assert official(service, fault).json()["OutBlock_1"]
    assert official("idx/krx_dd_trd", "unapproved@idx/").status_code == 401


@pytest.mark.parametrize(
    ("fault", "now", "empty"),
    [
        ("late_openapi@10:30", at(10, 29), True),
        ("late_openapi@10:30", at(10, 30), False),
        ("late_openapi@data-dbg.krx.co.kr", at(12, 59), True),
        ("late_openapi@data-dbg.krx.co.kr", at(13), False),
        ("late_openapi=10:30@data-dbg.krx.co.kr/ksq", at(9), False),
    ],
)
def test_the_open_api_may_be_late(official, fault, now, empty):
    answer = official("sto/stk_bydd_trd", fault, now=now)
    assert answer.status_code == 200
    assert (answer.json()["OutBlock_1"] == []) is empty
    assert official("sto/stk_bydd_trd", fault, day="20261118", now=now).json()["OutBlock_1"]


def page(krx, sandbox):
    return krx(sandbox, "MDCSTAT01501", **DAY).json()["OutBlock_1"]


@pytest.mark.parametrize("detail", ["", "=005930"])
def test_one_stock_that_traded_is_missing(start, krx, official, mirror, detail):
    whole, less = (
        page(krx, start(at(19))),
        page(krx, start(at(19), faults=f"missing_row{detail}@data.krx.co.kr/MDCSTAT01501")),
    )
    gone = [row for row in whole if row not in less]
    assert (len(gone), len(whole) - len(less)) == (1, 1)
    assert gone[0]["ACC_TRDVOL"] not in {"0", "-"}
    assert not detail or gone[0]["ISU_SRT_CD"] == "005930"
    rows, fewer = (official("sto/stk_bydd_trd", fault).json()["OutBlock_1"] for fault in ("", f"missing_row{detail}@*"))
    assert [row["ISU_CD"] for row in rows if row not in fewer] == (
        ["005930"] if detail else [rows[len(rows) // 2]["ISU_CD"]]
    )
    name = "listing/krx/2026-11-20"
    assert len(closes(mirror(name))) - len(closes(mirror(name, f"missing_row{detail}@*"))) == 1


def test_one_stock_has_only_dashes(start, krx):
    whole, dashed = (
        page(krx, start(at(19))),
        page(krx, start(at(19), faults="dash_row=005930@data.krx.co.kr/MDCSTAT01501")),
    )
    changed = [(old, new) for old, new in zip(whole, dashed, strict=True) if old != new]
    [(old, new)] = changed
    assert new["ISU_SRT_CD"] == "005930"
    assert {new["TDD_CLSPRC"], new["ACC_TRDVOL"], new["MKTCAP"]} == {"-"}
    assert new["LIST_SHRS"] == old["LIST_SHRS"]


@pytest.mark.parametrize(("detail", "whose"), [("", "20261118"), ("=2026-11-16", "20261116")])
def test_the_rows_of_another_day_come_under_the_day_that_was_asked_for(start, krx, official, detail, whose):
    fault = f"other_day{detail}@*"
    shown = page(krx, start(at(19), faults=f"other_day{detail}@data.krx.co.kr/20261119"))
    assert shown == krx(start(at(19)), "MDCSTAT01501", mktId="ALL", trdDd=whose).json()["OutBlock_1"]
    assert shown != page(krx, start(at(19)))
    for service in ("sto/stk_bydd_trd", "idx/kospi_dd_trd", "etp/etf_bydd_trd"):
        rows = official(service, fault).json()["OutBlock_1"]
        assert {row["BAS_DD"] for row in rows} == {"20261119"}
        assert [row | {"BAS_DD": whose} for row in rows] == official(service, day=whose).json()["OutBlock_1"]


def test_open_data_has_the_rows_of_another_day_too(start, browser):
    def priced(day, faults=""):
        question = {"serviceKey": "key", "numOfRows": "100", "resultType": "json", "basDt": day}
        answer = browser(start(at(14), faults=faults)).get(FSC, params=question, timeout=5).json()
        return [row | {"basDt": ""} for row in answer["response"]["body"]["items"]["item"]]

    assert priced("20261119", "other_day@*") == priced("20261118") != priced("20261119")


def test_another_day_is_none_on_a_holiday(start, krx):
    rows = krx(start(at(19), faults="other_day@data.krx.co.kr"), "MDCSTAT01501", mktId="ALL", trdDd="20261115").json()
    assert {row["TDD_CLSPRC"] for row in rows["OutBlock_1"]} == {"-"}


def test_a_stock_nobody_has_changes_nothing(start, krx):
    sandbox = start(at(19), faults="missing_row=999999@*")
    assert page(krx, sandbox) == page(krx, start(at(19)))
