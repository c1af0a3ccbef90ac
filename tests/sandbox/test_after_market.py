"""What each source shows of a session since shares are traded until 20:00."""

import csv
import io
import re
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from foresto_cli.clock import KST
from foresto_cli.errors import UsageError
from foresto_cli.sandbox import variables
from foresto_cli.sandbox.market import Market, market_ticks
from foresto_cli.sandbox.market.path import UNLIMITED
from foresto_cli.sandbox.world import Options

CACHE = "https://raw.githubusercontent.com/FinanceData/fdr_krx_data_cache/refs/heads/master/data/listing/krx/"
DAY = date(2026, 11, 20)
SHARE = 0.6


def at(hour, minute=0, day=20):
    return datetime(2026, 11, day, hour, minute, tzinfo=KST)


def number(text):
    return int(text.replace(",", ""))


@pytest.fixture
def shown(start, krx, browser):
    """Ask one source for the closes (or another column) of 2026-11-20 at a moment."""

    def ask(source, now, column="close", share=SHARE, **options):
        sandbox = start(now, after_market=share, sessions=12, **options)
        if source == "page":
            rows = krx(sandbox, "MDCSTAT01501", mktId="ALL", trdDd="20261120").json()["OutBlock_1"]
            name = {"close": "TDD_CLSPRC", "volume": "ACC_TRDVOL", "change": "CMPPREVDD_PRC", "cap": "MKTCAP"}[column]
            return {row["ISU_SRT_CD"]: number(row[name]) for row in rows}
        if source == "openapi":
            found = {}
            for service in ("stk", "ksq", "knx"):
                url = f"https://data-dbg.krx.co.kr/svc/apis/sto/{service}_bydd_trd?basDd=20261120"
                answer = browser(sandbox).get(url, headers={"AUTH_KEY": "key"}, timeout=5).json()
                name = {"close": "TDD_CLSPRC", "volume": "ACC_TRDVOL"}[column]
                found |= {row["ISU_CD"]: int(row[name]) for row in answer["OutBlock_1"]}
            return found
        text = browser(sandbox).get(f"{CACHE}{source}.csv", timeout=5).content.decode("utf-8-sig")
        name = {"close": "Close", "volume": "Volume", "change": "Changes"}[column]
        return {row["Code"]: int(row[name]) for row in csv.DictReader(io.StringIO(text))}

    return ask


def differing(one, other):
    return {code for code in one if one[code] != other[code]}


def test_pages_show_the_regular_close_until_four_and_the_last_price_from_then_on(shown):
    official = shown("openapi", at(8, 0, 23))
    early, seven, late = (shown("page", at(*clock)) for clock in ((15, 45), (19, 0), (20, 20)))
    assert early == shown("page", at(16, 19)) == official
    moved = differing(late, official)
    assert 0.4 * len(official) < len(moved) < 0.75 * len(official)
    assert {*differing(seven, official)} <= moved
    assert differing(seven, late)
    assert late == shown("page", at(9, 0, 26))
    assert all(abs(late[code] - official[code]) <= max(0.0125 * official[code] + 1, 1_000) for code in moved)


def test_changes_stay_against_the_regular_close_of_the_day_before(shown):
    close, change, caps = (shown("page", at(21), column) for column in ("close", "change", "cap"))
    market = Market(at(21), 60, 12, 1, SHARE)
    quotes = market.quotes(DAY)
    base = {stock.code: int(quotes.base[stock.number]) for stock in market.listed(DAY).stocks}
    shares = {stock.code: int(quotes.shares[stock.number]) for stock in market.listed(DAY).stocks}
    assert {code: close[code] - change[code] for code in close} == base
    assert caps == {code: close[code] * shares[code] for code in close}


def test_volumes_grow_until_eight_and_the_official_ones_do_not(shown):
    volumes = [sum(shown("page", at(*clock), "volume").values()) for clock in ((15, 45), (18, 0), (20, 20), (23, 0))]
    assert volumes[0] < volumes[1] < volumes[2] == volumes[3]
    assert 1.005 < volumes[2] / volumes[0] < 1.06
    assert sum(shown("openapi", at(8, 0, 23), "volume").values()) == volumes[0]


def test_the_mirror_keeps_the_look_of_its_last_round_and_the_night_has_the_last_prices(shown):
    final, six = shown("page", at(23)), shown("page", at(17, 56))
    assert shown("2026-11-20", at(15, 45)) == shown("openapi", at(8, 0, 23))
    assert shown("2026-11-20", at(22)) == shown("2026-11-20", at(12, 0, 24)) == six != final
    assert shown("2026-11-21", at(1, 0, 21)) == final


def test_charts_carry_the_last_price_and_the_regular_opening(shown, start, browser):
    final, market = shown("page", at(23)), Market(at(23), 60, 12, 1, SHARE)
    quotes = market.quotes(DAY)
    for code in ("005930", "000660"):
        url = f"http://fchart.stock.naver.com/sise.nhn?symbol={code}&count=3"
        text = browser(start(at(23), after_market=SHARE, sessions=12)).get(url, timeout=5).content.decode("euc-kr")
        _, opened, _, _, close, _ = re.findall(r'data="(.*?)"', text)[-1].split("|")
        ticker = next(stock.number for stock in market.roster if stock.code == code)
        assert (int(opened), int(close)) == (int(quotes.open[ticker]), final[code])


def test_one_stock_over_time_equals_the_pages_by_date(start, krx):
    sandbox = start(at(21), after_market=SHARE)
    rows = krx(
        sandbox, "MDCSTAT01701", isuCd="KR7005930003", strtDd="20261001", endDd="20261120", adjStkPrc="1"
    ).json()["output"]
    for row in rows[:8]:
        day = krx(sandbox, "MDCSTAT01501", mktId="STK", trdDd=row["TRD_DD"].replace("/", "")).json()["OutBlock_1"]
        whole = next(one for one in day if one["ISU_SRT_CD"] == "005930")
        shared = row.keys() & whole.keys()
        assert len(shared) > 10
        assert {name: row[name] for name in shared} == {name: whole[name] for name in shared}


def test_what_is_shown_is_on_the_grid_and_within_the_limits():
    market = Market(at(21), 300, 60, 1, 1.0)
    kospi, konex = market.markets == "STK", market.markets == "KNX"
    reach = np.where(konex, 0.15, 0.30)
    for day in market.sessions[::6]:
        regular, shown = market.quotes(day), market.shown(day)
        traded = (regular.volume > 0) & (market.path.status[market.position(day)] != UNLIMITED)
        moved = traded & (shown.close != regular.close)
        if day < date(2026, 9, 14):
            assert shown is regular
            continue
        assert moved[traded & ~konex].mean() > 0.95
        assert not moved[konex].any()
        assert not (shown.close % market_ticks.tick(shown.close, day, kospi))[moved].any()
        lowest, highest = market_ticks.limits(regular.base, day, kospi, reach)
        assert ((lowest <= shown.close) & (shown.close <= highest))[moved].all()
        assert (shown.low <= np.minimum(shown.close, regular.low))[traded].all()
        assert (shown.high >= np.maximum(shown.close, regular.high))[traded].all()
        assert (shown.value <= shown.volume * shown.high)[traded].all()
        for name in ("base", "open", "shares"):
            assert np.array_equal(getattr(shown, name), getattr(regular, name))
        idle = regular.volume == 0
        assert np.array_equal(shown.close[idle], regular.close[idle])
        assert not shown.volume[idle].any()


def test_nothing_moves_where_nobody_is_asked_to(shown):
    assert shown("page", at(21), share=0.0) == shown("openapi", at(8, 0, 23), share=0.0)


def test_on_the_day_of_the_entrance_exam_everything_is_an_hour_later(start):
    def market(hour, minute):
        return start(at(hour, minute, 19), after_market=1.0, sessions=12).market

    exam = date(2026, 11, 19)
    assert [market(*clock).state(exam) for clock in ((10, 19), (10, 20), (16, 39), (16, 40))] == [
        "waiting",
        "open",
        "open",
        "final",
    ]
    for clock, same in (((17, 20), True), ((18, 0), False)):
        found = market(*clock)
        assert np.array_equal(found.shown(exam).close, found.quotes(exam).close) is same
    late = market(20, 20)
    assert np.array_equal(late.shown(exam).close, late.shown(exam, late.now + timedelta(days=3)).close)


@pytest.mark.parametrize(("given", "share"), [("0", 0.0), ("0.25", 0.25), ("1", 1.0)])
def test_the_share_comes_from_the_environment(monkeypatch, given, share):
    monkeypatch.setenv("FORESTO_SANDBOX_AFTER_MARKET", given)
    assert variables.options().after_market == share


@pytest.mark.parametrize("given", ["2", "-0.1", "viel", "nan"])
def test_a_share_that_is_none_is_refused(monkeypatch, given):
    monkeypatch.setenv("FORESTO_SANDBOX_AFTER_MARKET", given)
    with pytest.raises(UsageError, match="FORESTO_SANDBOX_AFTER_MARKET"):
        variables.options()


def test_the_environment_asks_for_nothing_by_default(monkeypatch):
    monkeypatch.delenv("FORESTO_SANDBOX_AFTER_MARKET", raising=False)
    assert variables.options().after_market == Options(now=at(9)).after_market
