"""What each host answers, seen on the wire."""

import csv
import io
import re
import socket
import struct
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
import requests

from foresto_cli.clock import KST
from foresto_cli.sandbox.market import codes

CACHE = "https://raw.githubusercontent.com/FinanceData/fdr_krx_data_cache/refs/heads/master/data/"
BUNDLE = "/comm/bldAttendant/executeForResourceBundle.cmd?baseName=krx.mdc.i18n.component&key=B128.bld"
OPEN_API = "https://data-dbg.krx.co.kr/svc/apis/"
STATISTICS = "https://data.krx.co.kr/comm/bldAttendant/getJsonData.cmd"


def at(hour, minute=0, day=20):
    return datetime(2026, 11, day, hour, minute, tzinfo=KST)


def table(response):
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_rows_look_like_krx(served, krx):
    response = krx(served, "MDCSTAT01501", mktId="ALL", trdDd="20261119")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["x-foresto-sandbox"] == "synthetic"
    value = response.json()
    assert value["CURRENT_DATETIME"] == "2026.11.20 PM 07:00:00"
    row = next(row for row in value["OutBlock_1"] if row["ISU_SRT_CD"] == "005930")
    assert list(row) == [
        "ISU_SRT_CD",
        "ISU_CD",
        "ISU_ABBRV",
        "MKT_NM",
        "SECT_TP_NM",
        "TDD_CLSPRC",
        "FLUC_TP_CD",
        "CMPPREVDD_PRC",
        "FLUC_RT",
        "TDD_OPNPRC",
        "TDD_HGPRC",
        "TDD_LWPRC",
        "ACC_TRDVOL",
        "ACC_TRDVAL",
        "MKTCAP",
        "LIST_SHRS",
        "MKT_ID",
    ]
    assert row["LIST_SHRS"] == "5,919,637,922"
    close, shares = (int(row[name].replace(",", "")) for name in ("TDD_CLSPRC", "LIST_SHRS"))
    assert int(row["MKTCAP"].replace(",", "")) == close * shares


def test_markets_add_up(served, krx):
    counts = [
        len(krx(served, "MDCSTAT01501", mktId=market, trdDd="20261119").json()["OutBlock_1"])
        for market in ("STK", "KSQ", "KNX")
    ]
    assert sum(counts) == len(served.market.listed(served.market.sessions[-2]).stocks)
    assert min(counts) > 5


@pytest.mark.parametrize("day", ["20261121", "20261123", "20200102"])
def test_a_day_without_a_session_is_all_dashes(served, krx, day):
    rows = krx(served, "MDCSTAT01501", mktId="ALL", trdDd=day).json()["OutBlock_1"]
    assert {row["TDD_CLSPRC"] for row in rows} == {row["ACC_TRDVOL"] for row in rows} == {"-"}
    assert {row["FLUC_TP_CD"] for row in rows} == {"3"}
    assert all(row["LIST_SHRS"] != "-" for row in rows)


def test_a_sudden_closure_is_all_dashes(served, krx):
    closed = max(served.market.closures)
    rows = krx(served, "MDCSTAT01501", mktId="STK", trdDd=f"{closed:%Y%m%d}").json()["OutBlock_1"]
    assert {row["TDD_CLSPRC"] for row in rows} == {"-"}


@pytest.mark.parametrize(("now", "known"), [(at(8, 30), False), (at(9, 10), False), (at(11), True), (at(15, 39), True)])
def test_today_is_known_twenty_minutes_after_the_opening(start, krx, now, known):
    rows = krx(start(now), "MDCSTAT01501", mktId="ALL", trdDd="20261120").json()["OutBlock_1"]
    assert ({row["TDD_CLSPRC"] for row in rows} != {"-"}) is known


def test_a_running_day_becomes_final(start, krx):
    def volume(now):
        rows = krx(start(now), "MDCSTAT01501", mktId="ALL", trdDd="20261120").json()["OutBlock_1"]
        return int(rows[0]["ACC_TRDVOL"].replace(",", "")), rows[0]["TDD_CLSPRC"]

    noon, closed, evening = volume(at(12)), volume(at(15, 40)), volume(at(20))
    assert 0 < noon[0] < closed[0]
    assert closed == evening


def test_statistics_need_a_login(start, browser):
    sandbox = start()
    stranger = browser(sandbox)
    refused = stranger.post(STATISTICS, data={"bld": "x/MDCSTAT01501"}, timeout=5)
    assert (refused.status_code, refused.text) == (400, "LOGOUT")
    wrong = browser(sandbox, login=True, right=False).post(STATISTICS, data={"bld": "x/MDCSTAT01501"}, timeout=5)
    assert wrong.status_code == 400
    assert all("secret" not in str(received) for received in sandbox.requests)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_newest_business_day_rolls_at_midnight(start, browser, scheme):
    for now, expected in ((at(23, 59, 19), "20261119"), (at(0, 1), "20261120"), (at(12, 0, 22), "20261120")):
        found = browser(start(now)).get(f"{scheme}://data.krx.co.kr{BUNDLE}", timeout=5).json()
        assert found["result"]["output"][0]["max_work_dt"] == expected


def test_finders_tell_listed_from_delisted(served, krx):
    listed = {row["short_code"] for row in krx(served, "finder_stkisu", mktsel="ALL").json()["block1"]}
    gone = krx(served, "finder_listdelisu", mktsel="ALL").json()["block1"]
    assert "005930" in listed
    assert gone
    assert not listed & {row["short_code"] for row in gone}


def test_names_are_those_of_the_day(served, krx):
    market = served.market
    day, code = next((day, code) for kind, day, code in market.events if kind == "rename")
    before = market.previous(day)
    names = []
    for when in (before, day):
        rows = krx(served, "MDCSTAT01501", mktId="ALL", trdDd=f"{when:%Y%m%d}").json()["OutBlock_1"]
        names += [row["ISU_ABBRV"] for row in rows if row["ISU_SRT_CD"] == code]
    assert len(set(names)) == 2


@pytest.mark.long
def test_the_open_api_publishes_next_morning_at_eight(start, browser):
    def rows(now, service="sto/stk_bydd_trd", day="20261119"):
        url = f"{OPEN_API}{service}?basDd={day}"
        return browser(start(now)).get(url, headers={"AUTH_KEY": "key"}, timeout=5).json()["OutBlock_1"]

    assert rows(at(7, 59)) == []
    assert rows(at(12), day="20261120") == []
    assert rows(at(12), day="20261115") == []
    published = rows(at(8))
    assert list(published[0]) == sorted(published[0])
    assert published[0]["BAS_DD"] == "20261119"
    assert all("," not in row["MKTCAP"] for row in published)
    for service in ("ksq_bydd_trd", "knx_bydd_trd", "stk_isu_base_info", "ksq_isu_base_info", "knx_isu_base_info"):
        assert rows(at(8), f"sto/{service}")
    assert {row["ISU_CD"] for row in rows(at(8), "sto/stk_isu_base_info")} == {
        codes.isin(row["ISU_CD"]) for row in published
    }
    assert rows(at(8), "etp/etf_bydd_trd")[0]["NAV"]
    names = [row["IDX_NM"] for service in ("krx", "kospi", "kosdaq") for row in rows(at(8), f"idx/{service}_dd_trd")]
    assert {"코스피", "코스닥", "코스피 200", "코스피 (외국주포함)"} <= set(names)


def test_the_open_api_wants_a_key_over_https(served, browser):
    session = browser(served)
    for headers in ({}, {"AUTH_KEY": "wrong"}):
        refused = session.get(OPEN_API + "sto/stk_bydd_trd?basDd=20261119", headers=headers, timeout=5)
        assert refused.status_code == 401
        assert refused.json() == {"respMsg": "Unauthorized API Call", "respCode": "401"}
    moved = session.get(
        "http://data-dbg.krx.co.kr/svc/apis/sto/stk_bydd_trd?basDd=20261119", allow_redirects=False, timeout=5
    )
    assert (moved.status_code, moved.headers["location"]) == (302, OPEN_API + "sto/stk_bydd_trd?basDd=20261119")


def test_the_listing_file_changes_over_the_day(start, browser):
    def rows(now, day="2026-11-20"):
        return table(browser(start(now)).get(f"{CACHE}listing/krx/{day}.csv", timeout=5))

    def volume(found):
        return sum(int(row["Volume"]) for row in found)

    def closes(found):
        return {row["Code"]: row["Close"] for row in found}

    before, yesterday = rows(at(8)), rows(at(8), "2026-11-19")
    assert closes(before) == closes(yesterday)
    assert volume(yesterday) < volume(before)
    assert {row["Close"] for row in rows(at(9, 30))} == {"-"}
    noon, closed, four, late = rows(at(12)), rows(at(15, 45)), rows(at(16, 5)), rows(at(19))
    assert volume(noon) < volume(closed) < volume(four) < volume(late)
    assert closes(noon) != closes(closed) == closes(four) == closes(late)
    first = next(row for row in closed if row["Code"] == "005930")
    assert int(first["Marcap"]) == (int(first["Close"]) - int(first["Changes"])) * int(first["Stocks"])
    assert int(four[0]["Marcap"]) == int(four[0]["Close"]) * int(four[0]["Stocks"])
    # The last look of the day is at 17:56: the file keeps it for ever, and the night's is called after the next day.
    assert late == rows(at(23, 59)) == rows(at(12, 0, 22))
    saturday = rows(at(12, 0, 22), "2026-11-21")
    assert closes(saturday) == closes(late)
    assert volume(saturday) > volume(late)
    assert 0.1 < sum(a["Volume"] != b["Volume"] for a, b in zip(saturday, late, strict=True)) / len(late) < 0.7
    assert saturday == rows(at(12, 0, 22), "2026-11-22")


def test_the_mirror_writes_the_file_of_a_day_from_one_in_the_night(start, browser):
    def status(hour, minute):
        return browser(start(at(hour, minute))).get(f"{CACHE}listing/krx/2026-11-20.csv", timeout=5).status_code

    assert [status(0, 59), status(1, 0)] == [404, 200]


def test_files_that_do_not_exist_are_github_404s(served, browser):
    for name in (
        "listing/krx/2026-11-21",
        "listing/krx/2019-01-02",
        "listing/nothing/2026-11-20",
        "index/year_ks11/2010",
    ):
        missing = browser(served).get(f"{CACHE}{name}.csv", timeout=5)
        assert (missing.status_code, missing.text) == (404, "404: Not Found")
        assert missing.headers["content-type"].startswith("text/plain")


def test_the_chart_is_euc_kr_and_has_no_delisted_stocks(served, browser):
    def chart(symbol, count=3000):
        return browser(served).get(
            f"http://fchart.stock.naver.com/sise.nhn?symbol={symbol}&timeframe=day&count={count}&requestType=0",
            timeout=5,
        )

    found = chart("005930", 5)
    assert "EUC-KR" in found.headers["content-type"]
    assert "가상전자".encode("euc-kr") in found.content
    items = [item.split("|") for item in re.findall(r'<item data="(.*?)" />', found.content.decode("euc-kr"))]
    assert [item[0] for item in items] == [f"{day:%Y%m%d}" for day in served.market.sessions[-5:]]
    gone = served.market.departures(served.market.now.date())[-1].stock.code
    assert b"<item" not in chart(gone).content
    assert b"<item" not in chart("999999").content
    assert chart("005930", 9999).content.count(b"<item") == 300


def test_unknown_hosts_get_502_and_nothing_leaves(served, browser):
    for scheme in ("http", "https"):
        answer = browser(served).get(f"{scheme}://example.com/", timeout=5)
        assert answer.status_code == 502
        assert "unknown host example.com" in answer.text


def test_one_connection_serves_many_requests(served, browser):
    session = browser(served)
    for _ in range(5):
        assert session.get(f"https://data.krx.co.kr{BUNDLE}", timeout=5).ok
    pool = session.get_adapter("https://").proxy_manager[f"http://127.0.0.1:{served.port}"].pools
    assert sum(connection.num_connections for connection in pool._container.values()) == 1  # nothing public counts them


def test_many_clients_at_once_get_the_same(served, browser):
    session = browser(served, login=True)
    cookies = session.cookies.get_dict()
    form = {"bld": "dbms/MDC/STAT/standard/MDCSTAT01501", "mktId": "STK", "trdDd": "20261116"}

    def ask(_):
        return browser(served).post(STATISTICS, data=form, cookies=cookies, timeout=10).text

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(16)))) == 1


# Python's ssl loses, unclosed, the socket of a client that is gone before the handshake; we cannot close what it lost.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
def test_clients_that_hang_up_leave_no_trace(served, capfd):
    for farewell in (
        b"",
        b"nonsense\r\n\r\n",
        b"CONNECT data.krx.co.kr:443 HTTP/1.1\r\n\r\nno tls",
        b"POST http://data.krx.co.kr/ HTT",
    ):
        with socket.create_connection(("127.0.0.1", served.port)) as connection:
            connection.sendall(farewell)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    time.sleep(0.2)
    assert capfd.readouterr().err == ""


def test_importing_and_starting_is_light(tmp_path):
    code = (
        "import sys, pathlib; from foresto_cli.sandbox import Options, running; from foresto_cli.clock import now\n"
        "with_sandbox = running(Options(now=now()), pathlib.Path(sys.argv[1]));\n"
        "with with_sandbox: print(sorted({'numpy', 'pandas', 'holidays', 'pyarrow', 'requests'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stdout.strip() == "[]"


def test_only_loopback_is_listened_on(served):
    assert served.proxy.server_address[0] == "127.0.0.1"
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(
            f"https://data.krx.co.kr{BUNDLE}",
            proxies={"https": f"http://127.0.0.1:{served.port}"},
            verify=True,
            timeout=5,
        )


def open_api(sandbox, browser, service, day="20261119"):
    url = f"{OPEN_API}{service}?basDd={day}"
    return browser(sandbox).get(url, headers={"AUTH_KEY": "key"}, timeout=10).json()["OutBlock_1"]


def test_the_open_api_has_all_119_indices(served, browser, krx):
    found = {family: open_api(served, browser, f"idx/{family}_dd_trd") for family in ("krx", "kospi", "kosdaq")}
    assert {family: len(rows) for family, rows in found.items()} == {"krx": 34, "kospi": 47, "kosdaq": 38}
    for family, rows in found.items():
        assert {row["IDX_CLSS"] for row in rows} == {family.upper()}
        assert len({row["IDX_NM"] for row in rows}) == len(rows)
    whole = {name for name in found["krx"][0] if name.endswith(("_IDX", "_RT"))} | {"ACC_TRDVOL", "MKTCAP"}
    by_name = {row["IDX_NM"]: row for row in [*found["krx"], *found["kospi"]]}
    assert {by_name["코스피 (외국주포함)"][name] for name in whole if name.endswith("IDX")} == {"-"}
    assert by_name["코스피 (외국주포함)"]["MKTCAP"].isdecimal()
    assert (
        by_name["KRX TMI"]["OPNPRC_IDX"] == by_name["KRX TMI"]["ACC_TRDVOL"] == "-" != by_name["KRX TMI"]["CLSPRC_IDX"]
    )
    assert not [row for row in found["kosdaq"][1:] if "-" in row.values()]
    page = krx(served, "MDCSTAT00301", indIdx="1", indIdx2="028", strtDd="20261119", endDd="20261119").json()["output"]
    assert page[0]["CLSPRC_IDX"].replace(",", "") == by_name["코스피 200"]["CLSPRC_IDX"]


def test_every_index_goes_on_from_its_close_of_the_day_before(served, browser):
    for service in ("krx", "kospi", "kosdaq"):
        before, now = (open_api(served, browser, f"idx/{service}_dd_trd", day) for day in ("20261118", "20261119"))
        for old, new in zip(before, now, strict=True):
            if new["CLSPRC_IDX"] == "-":
                continue
            close, change, rate = (float(new[name]) for name in ("CLSPRC_IDX", "CMPPREVDD_IDX", "FLUC_RT"))
            assert float(old["CLSPRC_IDX"]) + change == pytest.approx(close, abs=0.006), new["IDX_NM"]
            assert abs(rate) < 15
            if new["HGPRC_IDX"] != "-":
                assert float(new["LWPRC_IDX"]) <= close <= float(new["HGPRC_IDX"])


def test_base_information_is_that_of_the_day(served, browser, krx):
    market = served.market
    day, code = next((day, code) for kind, day, code in market.events if kind == "rename")
    stock = next(stock for stock in market.roster if stock.code == code)
    service = f"sto/{stock.market.lower()}_isu_base_info"
    names = []
    for when in (market.previous(day), day):
        row = next(r for r in open_api(served, browser, service, f"{when:%Y%m%d}") if r["ISU_SRT_CD"] == code)
        names.append(row["ISU_ABBRV"])
        assert row["ISU_CD"] == codes.isin(code)
        assert row["LIST_DD"] == f"{stock.listed:%Y%m%d}"
        assert row["LIST_SHRS"].isdecimal()
    assert len(set(names)) == 2
    rows = [row for market in ("stk", "ksq", "knx") for row in open_api(served, browser, f"sto/{market}_isu_base_info")]
    assert {row["MKT_TP_NM"] for row in rows} == {"KOSPI", "KOSDAQ", "KONEX"}
    assert {"보통주", "구형우선주"} <= {row["KIND_STKCERT_TP_NM"] for row in rows}
    assert {"주권", "부동산투자회사", "외국주권"} <= {row["SECUGRP_NM"] for row in rows}
    assert "무액면" in {row["PARVAL"] for row in rows}
    page = krx(served, "MDCSTAT01901", mktId="ALL").json()["OutBlock_1"]
    assert {*page[0]} == {*rows[0]}
    assert {row["ISU_SRT_CD"] for row in rows} - {row["ISU_SRT_CD"] for row in page} == set()
    assert "KOSDAQ GLOBAL" in {row["MKT_TP_NM"] for row in page}
    assert all("/" in row["LIST_DD"] for row in page)


def test_some_kosdaq_stocks_are_designated_and_not_always_the_same(served, krx, browser):
    words = ("관리종목(소속부없음)", "투자주의환기종목(소속부없음)")

    def designated(day):
        rows = krx(served, "MDCSTAT01501", mktId="ALL", trdDd=day).json()["OutBlock_1"]
        assert {row["SECT_TP_NM"] for row in rows if row["MKT_ID"] == "STK"} == {""}
        found = {word: {row["ISU_SRT_CD"] for row in rows if row["SECT_TP_NM"] == word} for word in words}
        share = [len(codes) / sum(row["MKT_ID"] == "KSQ" for row in rows) for codes in found.values()]
        assert all(0.005 < part < 0.1 for part in share)
        return found

    now = designated("20261119")
    assert now != designated("20260105")
    official = open_api(served, browser, "sto/ksq_bydd_trd")
    assert now == {word: {row["ISU_CD"] for row in official if row["SECT_TP_NM"] == word} for word in words}
    assert {row["MKT_NM"] for row in official} == {"KOSDAQ"}


@pytest.mark.parametrize(
    ("symbol", "index"), [("KOSPI", ("1", "001")), ("KOSDAQ", ("2", "001")), ("KPI200", ("1", "028"))]
)
def test_naver_knows_three_indices(served, browser, krx, symbol, index):
    page = krx(served, "MDCSTAT00301", indIdx=index[0], indIdx2=index[1], strtDd="20260101", endDd="20261120").json()
    levels = [(row["TRD_DD"].replace("/", "-"), row["CLSPRC_IDX"]) for row in page["output"]]
    session = browser(served)
    text = session.get(f"http://fchart.stock.naver.com/sise.nhn?symbol={symbol}&count=90", timeout=5).text
    bars = [item.split("|") for item in re.findall(r'data="(.*?)"', text)]
    assert [(f"{bar[0][:4]}-{bar[0][4:6]}-{bar[0][6:]}", f"{float(bar[4]):,.2f}") for bar in bars] == levels[:90][::-1]
    pages = [
        session.get(f"https://m.stock.naver.com/api/index/{symbol}/price?pageSize=60&page={page}", timeout=5).json()
        for page in (1, 2)
    ]
    assert [(row["localTradedAt"], row["closePrice"]) for page in pages for row in page] == levels[:120]


def test_naver_has_no_more_than_sixty_days_a_page(served, browser):
    for path in ("KOSPI/price?pageSize=61&page=1", "KOSPI/price?pageSize=x", "NASDAQ/price?pageSize=5", "KOSPI/other"):
        assert browser(served).get(f"https://m.stock.naver.com/api/index/{path}", timeout=5).status_code in {400, 404}
