"""Recorded answers are served as they were received."""

import gzip
import json
from datetime import datetime

import pytest

from foresto_cli.clock import KST

BUNDLE = "http://data.krx.co.kr/comm/bldAttendant/executeForResourceBundle.cmd?key=B128.bld"
CACHE = "https://raw.githubusercontent.com/FinanceData/fdr_krx_data_cache/refs/heads/master/data/"
OPEN_API = "https://data-dbg.krx.co.kr/svc/apis/"
NOW = datetime(2026, 3, 12, 19, 0, tzinfo=KST)


@pytest.fixture
def replay(start, recordings):
    return start(NOW, recorded=recordings)


def test_a_recorded_day_is_served_byte_for_byte(replay, krx, recordings):
    response = krx(replay, "MDCSTAT01501", mktId="ALL", trdDd="20210104")
    assert response.content == gzip.decompress((recordings / "krx/all_20210104.body.gz").read_bytes())
    assert response.headers["x-foresto-sandbox"] == "recorded"


def test_every_recorded_answer_is_found(replay, krx, recordings):
    for path in (recordings / "krx").glob("*.request.json"):
        request = json.loads(path.read_text())
        if request["form"]:
            form = dict(request["form"])
            response = krx(replay, form.pop("bld").rpartition("/")[2], **form)
            assert response.content == gzip.decompress(
                path.with_name(path.name.replace("request.json", "body.gz")).read_bytes()
            )


def test_what_was_not_recorded_is_404(replay, krx, browser):
    response = krx(replay, "MDCSTAT01501", mktId="ALL", trdDd="20211231")
    assert response.status_code == 404
    assert response.text.startswith("not recorded")
    for url in (
        "https://finance.naver.com/api/sise/etfItemList.nhn",
        "http://fchart.stock.naver.com/sise.nhn?symbol=000660&count=5",
    ):
        assert browser(replay).get(url, timeout=5).status_code == 404


@pytest.mark.long
def test_whole_days_come_from_the_daily_table(replay, krx, browser):
    pytest.importorskip("pyarrow")
    rows = krx(replay, "MDCSTAT01501", mktId="ALL", trdDd="20250610").json()["OutBlock_1"]
    samsung = next(row for row in rows if row["ISU_SRT_CD"] == "005930")
    assert len(rows) > 2_000
    assert (samsung["ISU_CD"], samsung["MKT_ID"]) == ("KR7005930003", "STK")
    url = f"{OPEN_API}sto/stk_bydd_trd?basDd=20250610"
    official = browser(replay).get(url, headers={"AUTH_KEY": "key"}, timeout=10).json()["OutBlock_1"]
    assert {row["ISU_CD"] for row in official} == {row["ISU_SRT_CD"] for row in rows if row["MKT_ID"] == "STK"}


def test_open_api_days_and_cache_files(replay, browser, recordings):
    session = browser(replay)
    day = session.get(f"{OPEN_API}sto/ksq_bydd_trd?basDd=20240105", headers={"AUTH_KEY": "key"}, timeout=5)
    assert day.content == gzip.decompress((recordings / "krx_openapi/ksq_bydd_trd_20240105.json.gz").read_bytes())
    assert session.get(BUNDLE, timeout=5).json()["result"]["output"] == [{"max_work_dt": "20260312"}]
    for name, path in (
        ("listing/krx/2026-03-12", "listing_krx/2026-03-12"),
        ("listing/desc/2026-03-13", "desc/2026-03-13"),
        ("index/year_ks11/2026", "index/year_ks11_2026"),
    ):
        expected = gzip.decompress((recordings / f"fdr_cache/{path}.csv.gz").read_bytes())
        assert session.get(f"{CACHE}{name}.csv", timeout=5).content == expected
    assert session.get(f"{CACHE}listing/krx/2020-01-02.csv", timeout=5).status_code == 404
