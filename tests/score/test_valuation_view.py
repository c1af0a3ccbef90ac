"""``valuation_daily`` and the views of statements say what the score says: of the same day, by what was known then."""

import numpy as np
import pytest
from score.stored import LAST
from sqlalchemy import text

from benchmarks import _market
from foresto_cli.datasets.dart import ratios, valuations
from foresto_cli.score import panel, scored_dividends, scored_reports, scored_statements

PROVENANCE = _market.PROVENANCE
HAS_SHARES = "UPDATE stocks s SET current_price = p.close_price, shares = p.shares_outstanding"


@pytest.fixture(scope="module")
def valued(filled):
    """A connection in which valuations are computed; afterwards all is as it was."""
    with filled.connect() as connection:
        connection.execute(
            text(f"{HAS_SHARES} FROM stock_price_daily p WHERE p.ticker = s.ticker AND p.trade_date = :day"),
            {"day": LAST},
        )
        valuations.write(connection, PROVENANCE)
        yield connection
        connection.rollback()


@pytest.fixture(scope="module", params=[0, 40, 41, 90, 130, 200, 275, 309])
def day(request, market):
    return market.sessions[request.param]


@pytest.fixture(scope="module")
def seen(valued, day):
    """The view's rows of a day by ticker, each with the table's row behind it."""
    query = """
    SELECT v.*, p.shares_outstanding AS shares, k.income, k.net_income, k.revenue, k.equity, k.other_shares,
      k.dividend, k.fresh_until, k.income_until
    FROM valuation_daily v JOIN stock_price_daily p USING (ticker, trade_date)
    LEFT JOIN valuation_known k ON k.ticker = v.ticker AND v.trade_date BETWEEN k.known_from AND k.known_to
    WHERE v.trade_date = :day
    """
    return {row.ticker: row for row in valued.execute(text(query), {"day": day})}


@pytest.fixture(scope="module")
def told(valued, day):
    return scored_statements.known_on(scored_reports.read(valued, day), day)


def issuer_of(told, ticker):
    """The row of a stock's issuer among the score's companies, None without one."""
    found = np.flatnonzero(told.tickers == f"{ticker[:5]}0")
    return int(found[0]) if len(found) else None


def close_to(value, expected):
    return value is not None and float(value) == pytest.approx(float(expected), rel=1e-6, abs=1e-4)


def test_twelve_months_are_the_scores_own_as_known_on_the_day(seen, told):
    compared = 0
    for ticker, row in seen.items():
        place = issuer_of(told, ticker)
        if place is None or told.latest[place] < 0:
            assert row.income is None
            continue
        assert row.period_end is not None
        assert bool(told.is_stale[place]) == (row.trade_date > row.fresh_until)
        for name in ("net_income", "revenue"):
            flow, ours = told.flows[name], getattr(row, name)
            strict = flow.strict[place, told.latest[place]]
            assert np.isnan(strict) == (ours is None), (ticker, name)
            if ours is not None:
                assert float(ours) == strict
                compared += 1
        now = told.flows["net_income"].now[place]
        if row.income is not None and row.trade_date <= row.income_until and not np.isnan(now):
            assert float(row.income) == now
    assert compared > 100


def test_ratios_are_price_by_what_was_known(seen, told):
    together = 0
    for ticker, row in seen.items():
        place = issuer_of(told, ticker)
        others = sum(other.shares for code, other in seen.items() if code[:5] == ticker[:5] and code != ticker)
        assert row.other_shares in {None, others}
        together += others > 0
        if place is None or told.latest[place] < 0 or told.is_stale[place]:
            assert (row.per, row.pbr, row.psr) == (None, None, None)
            continue
        worth = float(row.close_price) * (row.shares + others)
        income, equity = told.flows["net_income"].now[place], told.position("total_equity")[place]
        revenue = told.flows["revenue"].strict[place, told.latest[place]]
        assert close_to(row.per, worth / income) if income > 0 else row.per is None
        assert close_to(row.pbr, worth / equity) if equity > 0 else row.pbr is None
        assert close_to(row.psr, worth / revenue) if revenue > 0 else row.psr is None
    assert together >= 2


def test_dividends_are_the_scores_own(valued, seen, told, day):
    found = scored_dividends.read(valued, day)
    sessions = panel.sessions_until(valued, day)
    events = panel.read(valued, sessions[0], sessions[-1]).events
    tickers = sorted(seen)
    places = [-1 if issuer_of(told, ticker) is None else issuer_of(told, ticker) for ticker in tickers]
    paid = scored_dividends.paid(found, told, list(zip(tickers, places, strict=True)), events, day)
    known = 0
    for ticker, theirs in zip(tickers, paid, strict=True):
        row = seen[ticker]
        if row.dividend is None:
            assert row.dividend_yield is None
            continue
        assert theirs.amount is not None
        assert (float(row.dividend), row.dividend_year) == (pytest.approx(theirs.amount, abs=1e-5), theirs.fiscal_year)
        assert close_to(row.dividend_yield, 100 * theirs.amount / float(row.close_price))
        known += 1
    assert known > 80


def test_the_newest_day_says_what_stocks_say(valued, monkeypatch):
    from foresto_cli import clock

    clock.pretend(_market.NOW.replace(tzinfo=clock.KST))
    ratios.write(valued, PROVENANCE)
    query = """
    SELECT ticker, s.pe_ratio, v.per, s.pb_ratio, v.pbr FROM stocks s JOIN valuation_daily v USING (ticker)
    WHERE v.trade_date = :day AND (s.pe_ratio, s.pb_ratio) IS DISTINCT FROM (v.per, v.pbr)
    """
    assert valued.execute(text(query), {"day": LAST}).all() == []
    assert valued.execute(text("SELECT count(*) FROM stocks WHERE pe_ratio IS NOT NULL")).scalar_one() > 60


def test_a_day_never_changes_by_what_is_received_later(valued, market):
    day = market.sessions[200]
    values = "ticker, per, pbr, psr, dividend_yield, period_end"
    query = text(f"SELECT {values} FROM valuation_daily WHERE trade_date = :day ORDER BY 1")
    before = valued.execute(query, {"day": day}).all()
    nested = valued.begin_nested()
    valued.execute(text("DELETE FROM financial_report WHERE rcept_dt > :day"), {"day": day})
    valued.execute(text("DELETE FROM dividend_history WHERE rcept_dt > :day"), {"day": day})
    assert valuations.write(valued, PROVENANCE).changed > 100
    assert valued.execute(query, {"day": day}).all() == before
    nested.rollback()


def test_a_second_time_nothing_is_computed_and_one_issuers_news_touches_it_alone(valued):
    assert valuations.write(valued, PROVENANCE).changed == 0
    nested = valued.begin_nested()
    valued.execute(text("UPDATE financial_report SET batch_id = batch_id + 1 WHERE ticker = '000020'"))
    count = "SELECT count(*) FROM valuation_known WHERE left(ticker, 5) = '00002'"
    assert valuations.write(valued, PROVENANCE).changed == valued.execute(text(count)).scalar_one() > 0
    valued.execute(text("DELETE FROM financial_report WHERE ticker = '000020'"))
    valued.execute(text("DELETE FROM dividend_history WHERE ticker = '000020'"))
    valuations.write(valued, PROVENANCE)
    assert valued.execute(text(count)).scalar_one() == 0
    nested.rollback()


def test_what_gives_no_row_is_not_wanted_for_ever(valued):
    nested = valued.begin_nested()
    for statement in (
        "UPDATE financial_report SET ticker = '000023' WHERE ticker = '000020'",
        "UPDATE dividend_history SET rcept_dt = NULL WHERE ticker = '000020'",
    ):
        valued.execute(text(statement))
    valuations.write(valued, PROVENANCE)
    assert valued.execute(valuations.INPUTS).all() == []
    nested.rollback()


# --- the other views ------------------------------------------------------------------------------------------------


def test_sums_of_twelve_months_are_the_scores_own(valued):
    told = scored_statements.known_on(scored_reports.read(valued, LAST), LAST)
    rows = valued.execute(text("SELECT * FROM statement_ttm")).all()
    compared = 0
    for row in rows:
        place = int(np.flatnonzero(told.tickers == row.ticker)[0])
        quarter = told.latest[place] - _quarters(row.period_end, told.period_end[place])
        if quarter < 0:
            continue
        strict = told.flows["net_income"].strict[place, quarter]
        if not np.isnan(strict):
            assert float(row.net_income) == strict
            compared += 1
    assert compared > 500


def _quarters(day, newest):
    last = scored_reports.day_of(int(newest))
    return (last.year - day.year) * 4 + (last.month - day.month) // 3


def test_four_quarters_are_the_twelve_months(valued):
    query = """
    SELECT t.ticker, t.period_end, t.{name}, q.total FROM statement_ttm t
    JOIN LATERAL (SELECT sum({name}) AS total, count({name}) AS quarters FROM statement_quarter q
      WHERE q.ticker = t.ticker AND q.fs_div = t.fs_div
        AND q.period_end <= t.period_end AND q.period_end > t.period_end - 360) q ON q.quarters = 4
    WHERE t.{name} IS NOT NULL
    """
    rows = valued.execute(text(query.format(name="revenue"))).all()
    assert len(rows) > 400
    # Amounts of the market are rounded each by itself; its margins are those of a report, not of a quarter.
    assert [row for row in rows if abs(row[2] - row[3]) > 4] == []


def test_a_fourth_quarter_is_known_with_the_later_report(valued):
    query = """
    SELECT q.known_from = greatest(a.rcept_dt, t.rcept_dt) FROM statement_quarter q
    JOIN financial_report a USING (ticker, fs_div, period_end)
    JOIN financial_report t ON t.ticker = q.ticker AND t.fs_div = q.fs_div AND t.fiscal_year = q.fiscal_year
      AND t.fiscal_quarter = 3
    WHERE q.fiscal_quarter = 4
    """
    rows = valued.execute(text(query)).all()
    assert len(rows) > 100
    assert {row[0] for row in rows} == {True}


def test_adjusted_prices_are_the_closes_by_the_factor_of_later_days(valued, market):
    number = _market.SPLIT
    query = "SELECT * FROM price_adjusted WHERE ticker = :ticker ORDER BY trade_date"
    nested = valued.begin_nested()
    valued.execute(
        text(
            "UPDATE stock_price_daily p SET adj_close_price = round(close_price * CASE WHEN trade_date < :day THEN 0.2"
            " ELSE 1 END, 4) WHERE ticker = :ticker"
        ),
        {"ticker": market.tickers[number], "day": market.sessions[-60]},
    )
    rows = valued.execute(text(query), {"ticker": market.tickers[number]}).all()
    assert len(rows) == len(market.sessions)
    for place, row in enumerate(rows):
        factor = 0.2 if place < len(rows) - 60 else 1
        traded = market.volume[place, number] > 0
        assert float(row.close_price) == pytest.approx(market.close[place, number] * factor)
        assert float(row.open_price) == pytest.approx(market.base[place, number] * factor * traded, abs=1e-4)
        assert row.volume == round(market.volume[place, number] / factor)
        assert row.low_price <= row.close_price or not traded
    nested.rollback()
