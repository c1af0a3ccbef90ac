"""The synthetic market behaves like one, and its past never changes."""

import time
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from foresto_cli.clock import KST
from foresto_cli.sandbox.market import Market, codes, market_calendar, market_ticks, path
from foresto_cli.sandbox.market.adjusted import factors, sessions_of
from foresto_cli.sandbox.market.plan import RATES

NOW = datetime(2026, 11, 20, 19, 0, tzinfo=KST)
RESTATING = {"off_tick", "split", "consolidation", "bonus", "rights", "listing"}


@pytest.fixture(scope="module")
def market():
    return Market(NOW, 300, 300, 1)


def test_history_does_not_depend_on_the_time_it_is_looked_at(market):
    for later in (timedelta(days=3), timedelta(days=45)):
        after = Market(NOW + later, 300, 300, 1)
        known, n = len(market.all_sessions), len(market.roster)
        assert after.all_sessions[:known] == market.all_sessions
        assert after.roster[:n] == market.roster
        assert np.array_equal(after.path.close[:known, :n], market.path.close)
        assert np.array_equal(after.path.status[:known, :n], market.path.status)
        assert np.array_equal(after.path.levels[:known], market.path.levels)
        for day in (market.sessions[0], market.sessions[150], market.sessions[-1]):
            assert after.listed(day).names == market.listed(day).names
            for column in ("open", "high", "low", "volume", "value", "shares"):
                ours, theirs = getattr(market.quotes(day), column), getattr(after.quotes(day), column)
                assert np.array_equal(ours[:n], theirs[:n])


def test_other_seeds_give_other_markets():
    assert not np.array_equal(Market(NOW, 30, 10, 1).path.close, Market(NOW, 30, 10, 2).path.close)


def test_sessions_follow_the_calendar_except_on_one_sudden_closure_a_year(market):
    assert len(market.sessions) == 300
    assert any(day >= market.sessions[0] for day in market.closures)
    for year in range(2020, 2027):
        closed = [day for day in market.closures if day.year == year]
        assert len(closed) == 1
        assert closed[0] in market_calendar.announced_sessions(year)
        assert closed[0] not in market.all_sessions
    assert date(2026, 6, 3) not in market.all_sessions


@pytest.mark.parametrize(("clock", "begun"), [((8, 59), False), ((9, 0), True)])
def test_today_is_a_session_from_nine(clock, begun):
    market = Market(datetime(2026, 11, 20, *clock, tzinfo=KST), 20, 10, 1)
    assert (market.sessions[-1] == date(2026, 11, 20)) is begun
    assert market.newest == date(2026, 11, 20)


def test_every_kind_of_event_happens_within_300_sessions(market):
    kinds = {kind for kind, _, _ in market.events}
    assert kinds >= {*RATES, "listing", "delisting", "merger", "huge_volume"}
    direction = np.concatenate([market.quotes(day).direction[market.listed(day).tickers] for day in market.sessions])
    assert set(direction.tolist()) == {0, 1, 2, 3, 4, 5}


def test_every_kind_of_event_happens_in_any_300_sessions():
    for now in (datetime(2022, 3, 4, 19, tzinfo=KST), datetime(2024, 9, 30, 19, tzinfo=KST)):
        kinds = {kind for kind, _, _ in Market(now, 300, 300, 5).events}
        assert kinds >= {*RATES, "listing", "delisting", "merger", "huge_volume"}


def test_base_prices_are_previous_closes_except_on_event_days(market):
    restated = {(day, code) for kind, day, code in market.events if kind in RESTATING}
    differing = set()
    for day in market.sessions[1:]:
        listed, quotes = market.listed(day), market.quotes(day)
        before = market.path.close[market.position(day) - 1]
        for ticker, stock in zip(listed.tickers, listed.stocks, strict=True):
            if quotes.base[ticker] != before[ticker]:
                differing.add((day, stock.code))
    assert differing <= restated
    assert len(differing) > 25


def test_prices_lie_on_the_grid_and_within_the_limits(market):
    kospi = market.markets == "STK"
    konex = market.markets == "KNX"
    for day in market.sessions[::7]:
        quotes = market.quotes(day)
        status = market.path.status[market.position(day)]
        between = market.plan.midpoints.get(market.position(day), [])
        usual = np.setdiff1d(np.flatnonzero(status == path.TRADED), between)
        for prices in (quotes.open, quotes.high, quotes.low, quotes.close):
            assert not (prices[usual] % market_ticks.tick(prices[usual], day, kospi[usual])).any()
        assert (quotes.low <= np.minimum(quotes.open, quotes.close))[usual].all()
        assert (quotes.high >= np.maximum(quotes.open, quotes.close))[usual].all()
        reach = np.where(konex, 0.15, 0.30)[usual]
        assert (np.abs(quotes.close - quotes.base)[usual] <= reach * quotes.base[usual] + 1e-6).all()
        assert np.array_equal(quotes.cap, quotes.close * quotes.shares)
        assert (quotes.value[usual] >= quotes.volume[usual] * quotes.low[usual]).all()
        assert (quotes.value[usual] <= quotes.volume[usual] * quotes.high[usual]).all()


def test_halted_stocks_carry_their_close(market):
    seen = 0
    for day in market.sessions[1:60]:
        t = market.position(day)
        halted = np.flatnonzero(market.path.status[t] == path.HALTED)
        quotes = market.quotes(day)
        seen += len(halted)
        for column in (
            quotes.open,
            quotes.high,
            quotes.low,
            quotes.volume,
            quotes.value,
            quotes.direction,
            quotes.change,
        ):
            assert not column[halted].any()
        assert np.array_equal(market.path.close[t, halted], market.path.close[t - 1, halted])
    assert seen > 50


def test_splits_change_shares_and_base_on_the_same_day_after_a_halt(market):
    numbers = {stock.code: stock.number for stock in market.roster}
    for kind, factor in (("split", 1 / 10), ("consolidation", 2)):
        day, code = next((day, code) for known, day, code in market.events if known == kind)
        ticker, t = numbers[code], market.position(day)
        assert (market.path.status[t - 3 : t, ticker] == path.HALTED).all()
        ratio = market.tape.shares(t - 1)[ticker] / market.tape.shares(t)[ticker]
        base = market.quotes(day).base[ticker] / market.path.close[t - 1, ticker]
        assert base == pytest.approx(ratio, rel=0.02)
        assert ratio >= factor if kind == "consolidation" else ratio <= 1 / 2


def test_bonus_issues_lower_the_base_weeks_before_the_shares_come(market):
    numbers = {stock.code: stock.number for stock in market.roster}
    day, code = next((day, code) for kind, day, code in market.events if kind == "bonus" and day < market.sessions[-30])
    ticker, t = numbers[code], market.position(day)
    ratio = market.quotes(day).base[ticker] / market.path.close[t - 1, ticker]
    assert 0.49 < ratio < 0.86
    assert market.tape.shares(t)[ticker] == market.tape.shares(t - 1)[ticker]
    assert market.tape.shares(t + 15)[ticker] == pytest.approx(market.tape.shares(t)[ticker] / ratio, rel=0.02)


def test_indices_move_with_the_market_factor(market):
    levels, factor = market.path.levels, market.path.factor
    for column in range(3):
        moved = np.diff(levels[:, column]) / levels[:-1, column]
        clear = np.abs(factor[1:]) > 0.002
        assert (np.sign(moved[clear]) == np.sign(factor[1:][clear])).all()


def test_one_stock_over_time_equals_all_stocks_of_each_day(market):
    listed = market.listed(market.sessions[-1]).tickers
    for ticker in (0, *listed[::40].tolist()):
        days = sessions_of(market, ticker)
        history = market.history(ticker, days)
        for row in (0, len(days) // 2, -1):
            whole = market.quotes(days[row])
            for column in ("base", "close", "open", "high", "low", "volume", "value", "shares", "direction"):
                assert getattr(history, column)[row] == getattr(whole, column)[ticker]


def test_adjusted_prices_have_no_jumps(market):
    numbers = {stock.code: stock.number for stock in market.roster}
    code = next(code for kind, day, code in market.events if kind == "split")
    ticker = numbers[code]
    days = sessions_of(market, ticker)
    adjusted = market.history(ticker, days).close * factors(market, ticker, days)
    assert (np.abs(np.diff(adjusted) / adjusted[:-1]) < 0.31).all()


@pytest.mark.long
def test_names_and_codes_are_unique_and_writable():
    market = Market(NOW, 3000, 20, 1)
    listed = market.listed(market.sessions[-1])
    assert 2_900 <= len(listed.stocks) <= 3_100
    assert len({stock.code for stock in market.roster}) == len(market.roster)
    assert len({codes.isin(stock.code) for stock in market.roster}) == len(market.roster)
    assert len(set(listed.names)) == len(listed.names)
    assert listed.names == sorted(listed.names)
    "".join(listed.names).encode("euc-kr")
    boards = [stock.board for stock in listed.stocks]
    assert 0.28 < boards.count("KOSPI") / len(boards) < 0.38
    assert 0.03 < boards.count("KONEX") / len(boards) < 0.05
    assert boards.count("KOSDAQ GLOBAL") > 5
    kinds = [stock.kind for stock in listed.stocks]
    assert {"common", "preferred", "spac", "reit", "foreign"} == set(kinds)
    assert any(not stock.code.isdigit() for stock in listed.stocks)
    assert {stock.code[5] for stock in listed.stocks if stock.kind != "preferred"} == {"0"}, "as on the exchange"


@pytest.mark.parametrize(
    ("code", "expected"),
    [("005930", "KR7005930003"), ("005935", "KR7005931001"), ("00104K", "KR700104K010"), ("0001A0", "KR70001A0001")],
)
def test_isins_carry_their_check_digit(code, expected):
    assert codes.isin(code) == expected


def test_a_close_between_two_ticks_is_rounded_up_for_the_next_base(market):
    numbers = {stock.code: stock.number for stock in market.roster}
    moved = []
    for kind, day, code in market.events:
        if kind == "off_tick":
            before = int(market.path.close[market.position(day) - 1, numbers[code]])
            base = int(market.quotes(day).base[numbers[code]])
            size = int(market_ticks.tick(np.array([before]), day, np.array([True]))[0])
            assert base == -(-before // size) * size
            moved.append(base - before)
    assert 3 in moved


def test_some_volume_needs_more_than_31_bits(market):
    day, code = next((day, code) for kind, day, code in market.events if kind == "huge_volume")
    ticker = next(stock.number for stock in market.roster if stock.code == code)
    assert market.quotes(day).volume[ticker] > 2**31


@pytest.mark.long
def test_a_big_market_is_drawn_quickly():
    started = time.process_time()
    market = Market(NOW, 3000, 1300, 3)
    state = market.path
    assert time.process_time() - started < 6
    assert state.close.nbytes + state.status.nbytes < 60_000_000
