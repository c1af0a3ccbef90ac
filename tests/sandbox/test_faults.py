"""Every kind of fault does what it says, as often as it says."""

import csv
import io
import json
import stat
import time
import zipfile
from datetime import datetime

import pytest
import requests

from foresto_cli.clock import KST
from foresto_cli.sandbox import Options, running
from foresto_cli.sandbox.fault_kinds import KINDS
from foresto_cli.sandbox.faults import FILE, Fault, load, parse, save
from foresto_cli.settings import SANDBOX_KEYS

STATISTICS = "https://data.krx.co.kr/comm/bldAttendant/getJsonData.cmd"
BUNDLE = "https://data.krx.co.kr/comm/bldAttendant/executeForResourceBundle.cmd"
LOGIN = "https://data.krx.co.kr/contents/MDC/COMS/client/MDCCOMS001D1.cmd"
CACHE = (
    "https://raw.githubusercontent.com/FinanceData/fdr_krx_data_cache/refs/heads/master/data/listing/krx/2026-11-20.csv"
)
CHART = "http://fchart.stock.naver.com/sise.nhn?symbol=005930&count=5"
DAY = {"bld": "dbms/MDC/STAT/standard/MDCSTAT01501", "mktId": "ALL", "trdDd": "20261119"}


@pytest.fixture
def ask(start, browser):
    """Ask for a market day while one fault is in force; returns the response."""

    def go(kind, timeout=5):
        sandbox = start(faults=f"{kind}@data.krx.co.kr/MDCSTAT01501")
        return browser(sandbox, login=True).post(STATISTICS, data=DAY, timeout=timeout, allow_redirects=False)

    return go


@pytest.mark.parametrize(
    "text",
    [
        "timeout@data.krx.co.kr/MDCSTAT01501*2",
        "block@data.krx.co.kr+5",
        "500@*%0.3",
        "html@*.naver.com/sise*1+2%0.5",
        "CD011@data.krx.co.kr*1",
        "missing_row=005930@data.krx.co.kr/20261118*1",
        "other_day=2026-11-16@data-dbg.krx.co.kr",
        "late_openapi=10:30@data-dbg.krx.co.kr/ksq",
    ],
)
def test_text_form_round_trips(text):
    assert [str(fault) for fault in parse(text)] == [text]


def test_several_faults_are_separated_by_commas():
    assert parse(" 500@*, empty@raw.githubusercontent.com/desc*3 ,") == [
        Fault("500", "*"),
        Fault("empty", "raw.githubusercontent.com", "desc", 3),
    ]
    assert parse("") == []


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("frozen_mirror@2026-11-06", "frozen_mirror=2026-11-06@raw.githubusercontent.com"),
        ("frozen_mirror@2026-11-20T15:03*2", "frozen_mirror=2026-11-20T15:03@raw.githubusercontent.com*2"),
        ("unapproved@knx_bydd_trd", "unapproved@data-dbg.krx.co.kr/knx_bydd_trd"),
        ("unapproved@sto/knx_bydd_trd*1", "unapproved@data-dbg.krx.co.kr/sto/knx_bydd_trd*1"),
        ("unapproved@idx/", "unapproved@data-dbg.krx.co.kr/idx"),
        ("unapproved@*", "unapproved@data-dbg.krx.co.kr"),
        ("late_openapi@10:30", "late_openapi=10:30@data-dbg.krx.co.kr"),
        ("late_openapi", "late_openapi@data-dbg.krx.co.kr"),
        ("late_openapi=10:30*2", "late_openapi=10:30@data-dbg.krx.co.kr*2"),
        ("unapproved", "unapproved@data-dbg.krx.co.kr"),
        ("missing_row", "missing_row@*"),
        ("missing_row=005930*1", "missing_row=005930@**1"),
        ("dash_row", "dash_row@*"),
        ("other_day=2026-11-17", "other_day=2026-11-17@*"),
    ],
)
def test_kinds_of_one_host_are_said_shortly(short, whole):
    assert [str(fault) for fault in parse(short)] == [whole]
    assert parse(short) == parse(whole)


@pytest.mark.parametrize(
    "text",
    [
        "frozen_mirror@raw.githubusercontent.com",
        "frozen_mirror@2026-13-01",
        "frozen_mirror@yesterday",
        "frozen_mirror",
        "late_openapi@25:00",
        "other_day=today@*",
        "500=005930@*",
        "missing_row=@*",
    ],
)
def test_a_detail_that_a_kind_does_not_know_is_refused(text):
    with pytest.raises(ValueError, match="이해하지 못했습니다"):
        parse(text)


@pytest.mark.parametrize("text", ["nonsense@*", "500", "500@", "500@*%2", "500@*%0", "500@host*x y"])
def test_bad_text_names_the_kinds_in_korean(text):
    with pytest.raises(ValueError, match="이해하지 못했습니다") as caught:
        parse(text)
    assert all(kind in str(caught.value) for kind in KINDS)


def test_timeout_never_answers(ask):
    with pytest.raises(requests.exceptions.ReadTimeout):
        ask("timeout", timeout=0.3)


def test_waiting_clients_do_not_delay_the_end(tmp_path, browser):
    with running(
        Options(now=datetime(2026, 11, 20, 19, tzinfo=KST), stocks=30), tmp_path, faults="timeout@*"
    ) as sandbox:
        with pytest.raises(requests.exceptions.ReadTimeout):
            browser(sandbox).get(BUNDLE, timeout=0.3)
        ending = time.perf_counter()
    assert time.perf_counter() - ending < 1


@pytest.mark.parametrize("kind", ["reset", "half"])
def test_connection_breaks_in_the_middle(ask, start, browser, kind):
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        ask(kind)
    # Without TLS in between, a client can tell a reset from an early end.
    sandbox = start(faults=f"{kind}@raw.githubusercontent.com")
    with pytest.raises(requests.exceptions.ChunkedEncodingError) as caught:
        browser(sandbox).get(CACHE.replace("https", "http"), timeout=5)
    assert ("ConnectionResetError" in str(caught.value)) is (kind == "reset")


def test_drip_sends_a_byte_every_half_second(start, browser):
    sandbox = start(faults="drip@data.krx.co.kr")
    started = time.perf_counter()
    with pytest.raises(requests.exceptions.RequestException):
        browser(sandbox).get(BUNDLE, timeout=0.4)
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize("kind", ["500", "502", "503", "404", "403", "429"])
def test_http_errors(ask, kind):
    response = ask(kind)
    assert response.status_code == int(kind)
    assert ("Retry-After" in response.headers) is (kind == "429")


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("html", 200, "서비스 제공 불가능"),
        ("block", 200, "<title>에러페이지 - 한국거래소</title>"),
        ("block403", 403, "에러페이지 - 한국거래소"),
        ("empty", 200, ""),
        ("logout", 400, "LOGOUT"),
    ],
)
def test_pages_in_place_of_data(ask, kind, status, text):
    response = ask(kind)
    assert response.status_code == status
    assert text in response.text
    assert not response.text.startswith("{")


def test_redirect_leads_to_a_page(ask):
    response = ask("redirect")
    assert response.status_code == 302
    assert response.headers["location"] == "/sandbox-error-page.html"


def test_redirect_ends_at_an_html_page(start, browser):
    response = browser(start(faults="redirect@*")).get(BUNDLE, timeout=5)
    assert (response.status_code, [first.status_code for first in response.history]) == (200, [302])
    assert "서비스 제공 불가능" in response.text


def test_unauthorized_speaks_like_the_open_api(start, browser):
    url = "https://data-dbg.krx.co.kr/svc/apis/sto/stk_bydd_trd?basDd=20261118"
    response = browser(start(faults="unauthorized@data-dbg.krx.co.kr")).get(url, headers={"AUTH_KEY": "key"}, timeout=5)
    assert (response.status_code, response.json()["respCode"]) == (401, "401")


def test_empty_list_keeps_the_shape(start, browser, ask):
    assert ask("empty_list").json()["OutBlock_1"] == []
    sandbox = start(faults="empty_list@*")
    assert browser(sandbox).get(CACHE, timeout=5).content.decode("utf-8-sig").count("\n") == 1
    chart = browser(sandbox).get(CHART, timeout=5).content
    assert b"<chartdata" in chart
    assert b"<item" not in chart


def test_truncated_is_valid_http_with_broken_json(ask):
    response = ask("truncated")
    assert response.status_code == 200
    with pytest.raises(ValueError, match=r".*"):
        response.json()


def test_encoding_is_wrong(ask):
    with pytest.raises(UnicodeDecodeError):
        ask("encoding").content.decode("utf-8")


def test_content_type_is_wrong(ask):
    response = ask("content_type")
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.json()["OutBlock_1"]


def test_all_dash_looks_like_a_holiday(ask, start, browser):
    rows = ask("all_dash").json()["OutBlock_1"]
    assert {row["TDD_CLSPRC"] for row in rows} == {row["ACC_TRDVOL"] for row in rows} == {"-"}
    assert all(row["LIST_SHRS"] != "-" and row["ISU_SRT_CD"] != "-" for row in rows)
    listing = browser(start(faults="all_dash@*")).get(CACHE, timeout=5).content.decode()
    assert listing.split("\n")[1].endswith(",-,3,,,,,,,,,5919637922,STK")


def test_zero_leaves_only_codes(ask):
    rows = ask("zero").json()["OutBlock_1"]
    assert {row["TDD_CLSPRC"] for row in rows} == {"0"}
    assert len({row["ISU_SRT_CD"] for row in rows}) == len(rows)


def test_fields_go_missing_or_change_names(ask):
    assert all("TDD_CLSPRC" not in row for row in ask("missing_field").json()["OutBlock_1"])
    assert all("TDD_CLSPRC_NEW" in row for row in ask("renamed_field").json()["OutBlock_1"])


def test_one_number_is_text(ask):
    values = [row["TDD_CLSPRC"] for row in ask("text_number").json()["OutBlock_1"]]
    assert values.count("N/A") == 1


def test_one_row_comes_twice(ask):
    names = [row["ISU_SRT_CD"] for row in ask("duplicate").json()["OutBlock_1"]]
    assert len(names) == len(set(names)) + 1


def test_huge_streams_more_than_80_megabytes(start, browser):
    sandbox = start(faults="huge@*")
    with browser(sandbox).get(BUNDLE, stream=True, timeout=20) as response:
        assert sum(len(chunk) for chunk in response.iter_content(1 << 20)) > 80_000_000


def test_stale_listing_shows_the_day_before(start, browser):
    right, old = (
        browser(start(faults=faults)).get(CACHE, timeout=5).text for faults in ("", "stale@raw.githubusercontent.com")
    )
    yesterday = browser(start()).get(CACHE.replace("11-20", "11-19"), timeout=5).text

    def prices(text):
        return {row["Code"]: row["Close"] for row in csv.DictReader(io.StringIO(text))}

    assert prices(old) == prices(yesterday) != prices(right)


@pytest.mark.parametrize("code", ["CD002", "CD010"])
def test_logins_are_refused(start, browser, code):
    session = browser(start(faults=f"{code}@data.krx.co.kr"), login=True)
    answer = session.post(LOGIN, data={"mbrId": "someone", "pw": "secret"}, timeout=5).json()
    assert answer["_error_code"] == code
    assert session.post(STATISTICS, data=DAY, timeout=5).status_code == 400


def test_double_login_is_resolved_by_skipping(start, browser):
    session = browser(start(faults="CD011@data.krx.co.kr"))
    form = {"mbrId": "someone", "pw": "secret"}
    assert session.post(LOGIN, data=form, timeout=5).json()["_error_code"] == "CD011"
    assert session.post(LOGIN, data=form | {"skipDup": "Y"}, timeout=5).json()["_error_code"] == "CD001"
    assert session.post(STATISTICS, data=DAY, timeout=5).ok


def test_logout_ends_the_session_until_the_next_login(start, browser):
    session = browser(start(faults="logout@data.krx.co.kr*1"), login=True)
    assert [session.post(STATISTICS, data=DAY, timeout=5).status_code for _ in range(2)] == [400, 400]
    session.post(LOGIN, data={"mbrId": "someone", "pw": "secret"}, timeout=5)
    assert session.post(STATISTICS, data=DAY, timeout=5).ok


def test_count_and_skip(start, browser):
    sandbox = start(faults="503@data.krx.co.kr*2+1")
    session = browser(sandbox)
    assert [session.get(BUNDLE, timeout=5).status_code for _ in range(5)] == [200, 503, 503, 200, 200]
    assert [received.fault for received in sandbox.requests] == [None, "503", "503", None, None]
    assert sandbox.faults.list() == []


def test_probability_is_seeded(start, browser):
    runs = []
    for _ in range(2):
        session = browser(start(faults="500@*%0.4"))
        runs.append([session.get(BUNDLE, timeout=5).status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert 2 < runs[0].count(500) < 15


def test_other_hosts_and_paths_are_spared(start, browser):
    session = browser(start(faults="500@data.krx.co.kr/MDCSTAT01501,404@*.naver.com"), login=True)
    assert session.get(BUNDLE, timeout=5).ok
    assert session.get(CACHE, timeout=5).ok
    assert session.post(STATISTICS, data=DAY, timeout=5).status_code == 500
    assert session.get(CHART, timeout=5).status_code == 404


def test_faults_can_change_while_running(start, browser):
    sandbox = start()
    session = browser(sandbox)
    sandbox.faults.add("500@*")
    assert session.get(BUNDLE, timeout=5).status_code == 500
    sandbox.faults.clear()
    assert session.get(BUNDLE, timeout=5).ok


def test_counts_outlive_the_process(start, browser, tmp_path):
    path = tmp_path / FILE
    save(path, parse("500@*/B128*3,404@raw.githubusercontent.com"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    url = BUNDLE + "?key=B128.bld"
    session = browser(start())
    assert session.get(url, timeout=5).status_code == 500
    assert [str(fault) for fault in load(path)] == ["500@*/B128*2", "404@raw.githubusercontent.com"]
    again = browser(start())
    assert [again.get(url, timeout=5).status_code for _ in range(3)] == [500, 500, 200]
    assert [str(fault) for fault in load(path)] == ["404@raw.githubusercontent.com"]
    assert json.loads(path.read_text())


def test_faults_of_this_run_are_not_stored(start, browser, tmp_path):
    browser(start(faults="500@*")).get(BUNDLE, timeout=5)
    assert load(tmp_path / FILE) == []


NAMES = {"nul": "\0", "surrogate": "\ud800", "escape": "\x1b]0;", "long_name": "가" * 9}


@pytest.mark.parametrize(("kind", "part"), NAMES.items())
def test_one_name_is_none(ask, kind, part):
    names = [row["ISU_ABBRV"] for row in ask(kind).json()["OutBlock_1"]]
    assert [part in name for name in names] == [True] + [False] * (len(names) - 1)
    assert kind != "long_name" or len(names[0]) == 1_000_000


def test_one_number_is_beyond_every_column(ask):
    volumes = [row["ACC_TRDVOL"] for row in ask("huge_number").json()["OutBlock_1"]]
    assert [int(volume.replace(",", "")) > 2**63 for volume in volumes] == [True] + [False] * (len(volumes) - 1)


def test_a_name_in_a_csv_or_a_zip_is_none_too(start, browser):
    text = browser(start(faults="escape@*")).get(CACHE, timeout=5).content.decode()
    assert "\x1b]0;" in text.splitlines()[1]
    packed = browser(start(faults="escape@*")).get("https://opendart.fss.or.kr/api/corpCode.xml", timeout=5,
                                                   params={"crtfc_key": SANDBOX_KEYS["dart_api_key"]})  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert b"\x1b]0;" in archive.read(archive.namelist()[0])


@pytest.mark.long
def test_a_bomb_is_small_on_the_wire(start, browser):
    with browser(start(faults="zip_bomb@*")).get(CACHE, timeout=20, stream=True) as response:
        assert response.headers["content-encoding"] == "gzip"
        assert len(response.raw.read(decode_content=False)) < 1_000_000


def test_what_keeps_a_pattern_busy_is_a_megabyte_of_json(ask):
    response = ask("redos")
    assert len(response.content) > 1_000_000
    assert "://:" in response.json()["rows"][0]
