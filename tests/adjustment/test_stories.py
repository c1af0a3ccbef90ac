"""Halts, auctions, spin-offs, holes and corrections of one ticker: which event each is, and at what factor."""

import pytest
from adjustment.settling import TRADED, found, put, quiet, scalar, sessions_from, story

from foresto_cli.adjustment import pending
from foresto_cli.adjustment.apply import settle
from foresto_cli.adjustment.closes import follow_source
from foresto_cli.calendar import Calendar


def test_an_unknown_closure_is_no_hole_once_it_is_known(engine, calendar):
    days = sessions_from(calendar, 8)
    for place, day in enumerate(days):
        if place != 4:
            put(engine, quiet(day))
            close = 8_000 if place > 4 else 10_000
            put(engine, [{"ticker": "A00001", "trade_date": day, "close_price": close}])
    settle(engine, calendar)
    assert found(engine) == {}
    with engine.begin() as connection:
        pending.note_pending(connection, days[4])
    settle(engine, Calendar(calendar.closed | {days[4]}))
    assert found(engine) == {("A00001", days[5]): ("EX_RIGHTS", 0.8)}


HALTED = {"close_price": 10_000, "volume": 0, "open_price": 0, "high_price": 0, "low_price": 0, "is_halted": True}


def test_an_auction_after_a_long_halt_is_a_return(engine, calendar):
    resumed = {"close_price": 13_000, "open_price": 12_000, "prev_close": 12_000}
    assert story(engine, calendar, [TRADED, HALTED, HALTED, HALTED, resumed]) == {4: ("AUCTION_RESUME", 1)}


def test_after_a_short_halt_the_same_is_an_event(engine, calendar):
    resumed = {"close_price": 13_000, "open_price": 12_000, "prev_close": 12_000}
    assert story(engine, calendar, [TRADED, TRADED, HALTED, HALTED, resumed]) == {4: ("BASE_UP", 1.2)}


def test_a_halt_that_is_completed_later_is_seen_three_rows_on(engine, calendar):
    days = sessions_from(calendar, 6)
    rows = [TRADED, HALTED, HALTED, HALTED, {"close_price": 13_000, "open_price": 12_000, "prev_close": 12_000}]
    rows.append({"close_price": 13_000})
    for place in (4, 5, 3, 2, 0):
        put(engine, [*quiet(days[place]), {"ticker": "A00001", "trade_date": days[place], **rows[place]}])
    settle(engine, calendar)
    assert found(engine) == {("A00001", days[4]): ("BASE_UP", 1.2)}
    put(engine, [*quiet(days[1]), {"ticker": "A00001", "trade_date": days[1], **rows[1]}])
    settle(engine, calendar)
    assert found(engine) == {("A00001", days[4]): ("AUCTION_RESUME", 1)}


def test_a_spin_off_is_known_by_the_company_listed_the_same_day(engine, calendar):
    days = sessions_from(calendar, 6)
    resumed = {"close_price": 13_000, "open_price": 12_000, "prev_close": 12_000, "shares_outstanding": 600_000}
    put(engine, [{"ticker": "B00001", "trade_date": days[4], "close_price": 20_000, "prev_close": 18_000,
                  "shares_outstanding": 400_000}])  # fmt: skip
    assert story(engine, calendar, [TRADED, HALTED, HALTED, HALTED, resumed]) == {4: ("SPINOFF", 1.2)}
    # Was it there before, it is not new: far rows of one ticker change the day of another.
    put(engine, [{"ticker": "B00001", "trade_date": days[0], "close_price": 20_000, "shares_outstanding": 400_000}])
    settle(engine, calendar)
    assert found(engine)["A00001", days[4]][0] == "CONSOLIDATION_AUCTION"


def test_a_transfer_rights_and_rehabilitation(engine, calendar):
    konex = {"close_price": 10_000, "market": "KONEX"}
    moved = {"close_price": 9_500, "prev_close": 9_000}
    rights = {"close_price": 9_100, "prev_close": 8_835}
    reorganised = {**HALTED, "close_price": 4_000, "prev_close": 4_000, "shares_outstanding": 2_000_000}
    assert story(engine, calendar, [konex, moved, rights, reorganised]) == {
        1: ("TRANSFER", 1),
        2: ("EX_RIGHTS", 0.93),
        3: ("REORG", pytest.approx(4_000 / 9_100)),
    }


def test_a_split_during_a_hole_of_one_ticker_is_told_by_its_shares(engine, calendar):
    after = {"close_price": 2_050, "prev_close": 2_000, "shares_outstanding": 5_000_000}
    assert story(engine, calendar, [TRADED, TRADED, None, None, after, after | {"prev_close": 2_050}]) == {
        4: ("GAP", 0.2)
    }


def test_a_ticker_that_was_away_for_long_is_looked_at_when_its_past_arrives(engine, calendar):
    days = sessions_from(calendar, 12)
    for day in days:
        put(engine, quiet(day))
    late = {"ticker": "A00001", "trade_date": days[10], "close_price": 2_050, "prev_close": 2_000,
            "shares_outstanding": 5_000_000}  # fmt: skip
    put(engine, [late])
    settle(engine, calendar)
    assert found(engine) == {}
    put(engine, [{"ticker": "A00001", "trade_date": days[1], "close_price": 10_000}])
    assert settle(engine, calendar).sessions == 2
    assert found(engine) == {("A00001", days[10]): ("GAP", 0.2)}


def test_prices_that_come_adjusted_are_no_rows(engine, calendar):
    days = sessions_from(calendar, 3)
    unknown = {"shares_outstanding": None, "prev_close": None, "market": None, "quality_flag": "ADJUSTED"}
    for day in days:
        put(engine, quiet(day))
    put(engine, [{"ticker": "A00001", "trade_date": day, "close_price": 100, **unknown} for day in days[:2]])
    put(engine, [{"ticker": "A00001", "trade_date": days[2], "close_price": 9_000, "prev_close": 8_900}])
    settle(engine, calendar)
    assert found(engine) == {}
    assert scalar(engine, "SELECT count(*) FROM stock_price_daily WHERE adj_close_price <> close_price") == 0


def test_a_rebased_source_moves_its_own_adjusted_closes(engine, calendar):
    days = sessions_from(calendar, 2)
    for close in (100, 50):
        put(engine, [{"ticker": "A00001", "trade_date": day, "close_price": close, "quality_flag": "ADJUSTED",
                      "adj_close_price": close} for day in days])  # fmt: skip
    put(engine, [{"ticker": "A00002", "trade_date": days[0], "close_price": 10, "adj_close_price": 9}])
    with engine.begin() as connection:
        assert follow_source(connection, "A00001") == 2
        assert follow_source(connection, "A00001") == follow_source(connection, "A00002") == 0
    assert scalar(engine, "SELECT sum(adj_close_price) FROM stock_price_daily WHERE ticker = 'A00001'") == 100


def test_a_close_read_again_moves_its_adjusted_close(engine, calendar):
    days = sessions_from(calendar, 3)
    split = {"close_price": 2_050, "prev_close": 2_000, "shares_outstanding": 5_000_000}
    story(engine, calendar, [TRADED, TRADED, split])
    query = "SELECT adj_close_price FROM stock_price_daily WHERE ticker = :ticker AND trade_date = :day"
    assert scalar(engine, query, ticker="A00001", day=days[0]) == 2_000
    put(engine, [{"ticker": "A00001", "trade_date": days[0], "close_price": 10_005},
                 {"ticker": "Q00000", "trade_date": days[0], "close_price": 5_004}])  # fmt: skip
    result = settle(engine, calendar)
    assert (result.rows, result.events) == (2, 0)
    assert scalar(engine, query, ticker="A00001", day=days[0]) == 2_001
    assert scalar(engine, query, ticker="Q00000", day=days[0]) == 5_004


def test_an_event_that_is_corrected_is_taken_back(engine, calendar):
    days = sessions_from(calendar, 3)
    assert story(engine, calendar, [TRADED, {"close_price": 8_900, "prev_close": 9_000}, {"close_price": 8_900}])
    put(engine, [{"ticker": "A00001", "trade_date": days[1], "close_price": 8_900, "prev_close": 10_000}])
    result = settle(engine, calendar)
    assert (result.events, result.rows) == (1, 1)
    assert found(engine) == {}
    assert scalar(engine, "SELECT count(*) FROM stock_price_daily WHERE adj_close_price <> close_price") == 0
