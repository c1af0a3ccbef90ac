"""Pieces of the score against plain one-stock arithmetic, and the rules of statements, dividends and shares to come."""

import math
import statistics as plain
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from foresto_cli.cli._measures import numbers, won
from foresto_cli.errors import UsageError
from foresto_cli.score import (
    fscore,
    mapping,
    panel,
    risk,
    scored_dividends,
    scored_reports,
    scored_statements,
    technical,
    valuation,
)
from foresto_cli.score.panel import Event, Panel
from foresto_cli.score.scored_dividends import DART, FSC, Payment
from foresto_cli.score.series import series
from foresto_cli.score.universe import beyond_limit, kind_of
from foresto_cli.score.validation import forward, measures, statistics
from foresto_cli.score.validation.validation_run import score_dates

NAN = float("nan")
DAY = date(2026, 11, 20)


def prices(length=300, seed=5):
    chance = np.random.default_rng(seed)
    return np.rint(10_000 * np.exp(np.cumsum(chance.normal(0, 0.02, length))))[:, None]


# --- indicators, one stock at a time ----------------------------------------------------------------------------------


def test_rsi_is_wilders():
    price = prices()
    closes = price[-251:, 0].tolist()
    changes = [b - a for a, b in pairwise(closes)]
    gain = sum(max(c, 0) for c in changes[:14]) / 14
    loss = sum(max(-c, 0) for c in changes[:14]) / 14
    for change in changes[14:]:
        gain, loss = (13 * gain + max(change, 0)) / 14, (13 * loss + max(-change, 0)) / 14
    assert technical.rsi(price, np.array([300]))[0] == pytest.approx(100 * gain / (gain + loss), rel=1e-12)
    assert technical.rsi(np.full((30, 1), 500.0), np.array([30])).tolist() == [50]
    assert np.isnan(technical.rsi(price[:14], np.array([14]))[0])


def average(values, days):
    found = plain.fmean(values[:days])
    yield found
    for value in values[days:]:
        found += (value - found) * 2 / (days + 1)
        yield found


def test_macd_seeds_both_means_on_the_same_day():
    price = prices()
    closes = price[-251:, 0].tolist()
    line = [f - s for f, s in zip(average(closes[14:], 12), average(closes, 26), strict=True)]
    signal = list(average(line, 9))
    found = technical.macd(price, np.array([300]))
    assert [one[0] for one in found] == pytest.approx([line[-1], signal[-1], line[-1] - signal[-1]], rel=1e-9)


def test_stocks_of_different_age_do_not_disturb_each_other():
    old, young = prices(), np.vstack([np.full((200, 1), NAN), prices(100, 6)])
    both, rows = np.hstack([old, young]), np.array([300, 100])
    for work in (technical.rsi, lambda *of: technical.macd(*of)[2]):
        assert work(both, rows)[0] == work(old, np.array([300]))[0]
        assert work(both, rows)[1] == work(young[200:], np.array([100]))[0]


def test_the_lowest_twentieth_of_returns_is_the_tail():
    returns = np.random.default_rng(2).normal(0, 0.02, (252, 2))
    returns[::9, 1] = NAN
    value_at_risk, expected = risk.tail(returns)
    for column in range(2):
        own = sorted(value for value in returns[:, column] if not math.isnan(value))
        count = int(0.05 * (len(own) - 1)) + 1
        assert expected[column] == pytest.approx(-plain.fmean(own[:count]), rel=1e-12)
        assert value_at_risk[column] == pytest.approx(-np.percentile(own, 5), rel=1e-12)


def test_volatility_drawdown_and_beta_by_their_definitions():
    chance = np.random.default_rng(3)
    market = chance.normal(0, 0.01, (252, 1))
    returns = 1.3 * market + chance.normal(0, 0.01, (252, 1))
    own, its = returns[:, 0].tolist(), market[:, 0].tolist()
    assert risk.volatility(returns)[0] == pytest.approx(plain.stdev(own) * math.sqrt(252), rel=1e-12)
    assert risk.beta(returns, market)[0] == pytest.approx(plain.covariance(own, its) / plain.variance(its), rel=1e-12)
    assert risk.drawdown(np.array([[100.0], [120], [90], [130], [104]]))[0] == pytest.approx(-0.25)


def test_percentiles_of_members_are_average_ranks_and_ties_survive_the_last_bit():
    values = np.array([3.0, 1, 3 * (1 + 1e-13), NAN, 7])
    assert mapping.percentile(values, values, 1)[[0, 1, 2, 4]].tolist() == [50, 12.5, 50, 87.5]
    assert np.isnan(mapping.percentile(values, values, 5)).all()
    assert mapping.rounded(np.array([123456789012.0, -0.00123456789012, 0, np.inf])).tolist() == [
        123456789000.0,
        -0.00123456789,
        0,
        np.inf,
    ]


def test_ranks_break_ties_by_size_then_ticker():
    totals, caps = np.array([50.0, 60, 50, NAN, 50]), np.array([1.0, 1, 2, 9, 1])
    assert mapping.ranks(totals, caps, ["b", "c", "d", "e", "a"]).tolist() == [4, 1, 2, 0, 3]


# --- series ----------------------------------------------------------------------------------------------------------


def small_panel(closes, volumes, events=(), **changed):
    """A panel of one stock ``000010`` beside a steady one; NaN closes are missing rows."""
    closes = np.array(closes, float)
    table = np.column_stack([closes, np.full(len(closes), 100.0)])
    traded = np.column_stack([np.array(volumes, float), np.ones(len(closes))])
    traded[np.isnan(table)] = NAN
    days = [date(2026, 1, 1) + timedelta(number) for number in range(len(closes))]
    flags = np.where(np.isnan(table), 0, panel.KOSPI).astype(np.uint8)
    fields = {"high": table, "close": table, "base": table, "volume": traded, "value": table * traded}
    fields |= {"shares": np.where(np.isnan(table), NAN, 1000.0)} | changed
    quality = np.where(flags > 0, ord("N"), 0).astype(np.uint8)
    events = [Event("000010", days[row], kind, factor, review=False) for row, kind, factor in events]
    return Panel(days, np.array(["000010", "000020"]), **fields, market=flags, quality=quality, events=events)


def test_a_halt_gives_one_return_from_the_last_traded_price_and_an_event_none():
    found = series(small_panel([100, 100, 95, 95, 60], [5, 5, 0, 0, 5], [(4, "SPLIT", 0.5)]))
    assert found.price[:, 0].tolist() == [50, 50, 50, 50, 60]
    assert found.returns[1:, 0].tolist()[0] == 0
    assert np.isnan(found.returns[[0, 2, 3], 0]).all()
    assert found.returns[4, 0] == pytest.approx(0.2)


def test_rows_are_counted_over_a_gap_and_idle_rows_from_the_end():
    found = series(small_panel([NAN, 80, NAN, 90, 99], [1, 1, 1, 1, 0]))
    assert found.rows.tolist() == [3, 5]
    assert found.price[-3:, 0].tolist() == [80, 90, 90]
    assert found.idle_rows.tolist() == [1, 0]


def test_prices_that_came_adjusted_are_not_adjusted_again():
    whole = small_panel([50, 50, 60], [5, 5, 5], [(2, "SPLIT", 0.5)])
    whole.quality[:2, 0] = panel.ADJUSTED
    assert series(whole).price[:, 0].tolist() == [50, 50, 60]


def test_shares_of_a_bonus_issue_count_before_they_are_listed():
    found = series(small_panel([100, 50, 50], [5, 5, 5], [(1, "EX_RIGHTS", 0.5)]))
    pending = valuation.pending_factors(found)
    assert pending.tolist() == [0.5, 1]
    assert valuation.issued_shares(found, pending, ["one", "one"]).tolist() == [3000, 3000]
    listed = np.column_stack([[1000.0, 1000, 2000], [1000.0] * 3])
    found = series(small_panel([100, 50, 50], [5, 5, 5], [(1, "EX_RIGHTS", 0.5)], shares=listed))
    assert valuation.pending_factors(found).tolist() == [1, 1]


def test_a_move_beyond_the_limit_is_liquidation_unless_an_event_or_the_first_day_explains_it():
    base = np.column_stack([[100.0, 100, 100], [100.0] * 3])
    far = small_panel([100, 100, 40], [5, 5, 5], base=base)
    assert beyond_limit(series(far), DAY).any(axis=0).tolist() == [True, False]
    explained = small_panel([100, 100, 40], [5, 5, 5], [(2, "AUCTION_RESUME", 1.0)], base=base)
    assert not beyond_limit(series(explained), DAY).any()
    first = small_panel([NAN, NAN, 400], [5, 5, 5], base=base)
    assert not beyond_limit(series(first), DAY).any()


@pytest.mark.parametrize(
    ("ticker", "name", "kind"),
    [
        ("000010", "메리츠금융지주", "COMMON"),
        ("000020", "신한알파리츠", "REIT"),
        ("000030", "맥쿼리인프라", "REIT"),
        ("000040", "가상12호스팩", "SPAC"),
        ("00088K", "한화3우B", "PREF"),
        ("900010", "외국기업", "FOREIGN"),
    ],
)
def test_the_class_of_security_follows_ticker_and_name(ticker, name, kind):
    assert kind_of(ticker, name, panel.KOSPI, is_financial=False) == kind


# --- statements ------------------------------------------------------------------------------------------------------


def report(year, quarter, received, *, basis=1, end=None, **amounts):
    record = np.zeros(1, scored_reports.RECORD)
    for name in scored_reports.AMOUNTS:
        record[name] = amounts.get(name, NAN)
    end = end or date(year, *((3, 31), (6, 30), (9, 30), (12, 31))[quarter - 1])
    record["ticker"], record["corp_code"] = b"000010  ", b"00000010"
    record["rcept_no"] = f"{received:%Y%m%d}000001".encode()
    record["quarter"], record["basis"], record["is_won"] = year * 4 + quarter - 1, basis, 1
    record["rcept_dt"], record["period_end"] = scored_reports.number_of(received), scored_reports.number_of(end)
    return record


def known(day, *records):
    return scored_statements.known_on(scored_reports.assembled(np.concatenate(records)), day)


ANNUAL = [
    report(year, 4, date(year + 1, 3, 20), net_income=100 + year - 2020, total_assets=1000)
    for year in range(2020, 2026)
]


def test_a_report_counts_from_the_day_it_was_received_and_its_correction_from_that_of_its_own():
    wrong, right = (
        report(2025, 4, day, net_income=value, total_assets=1)
        for day, value in ((date(2026, 3, 20), 7), (date(2026, 6, 1), 9))
    )
    flow = [known(day, wrong, right).flows["net_income"].now[0] for day in (date(2026, 5, 31), date(2026, 6, 1))]
    assert flow == [7, 9]
    assert known(date(2026, 3, 19), wrong).latest[0] == -1


def test_an_incomplete_year_falls_back_to_the_last_annual_report():
    found = known(date(2026, 5, 20), *ANNUAL, report(2026, 1, date(2026, 5, 15), net_income=30, total_assets=1100))
    flow = found.flows["net_income"]
    assert (flow.now[0], flow.fell_back[0], flow.reason[0]) == (105, True, "TTM_INCOMPLETE")
    assert found.position("total_assets")[0] == 1100
    assert not found.is_stale[0]


def test_an_annual_filer_has_longer_and_a_changed_year_is_not_summed():
    assert not known(date(2027, 3, 1), *ANNUAL).is_stale[0]
    assert known(date(2027, 5, 1), *ANNUAL).is_stale[0]
    short = report(2026, 4, date(2026, 9, 20), end=date(2026, 6, 30), net_income=50, total_assets=1000)
    flow = known(date(2026, 10, 1), *ANNUAL, short).flows["net_income"]
    assert (flow.reason[0], math.isnan(flow.now[0]), flow.fell_back[0]) == ("FY_CHANGE", True, False)


def told(months, *, before=None, **given):
    """A report of so many months; ``before`` is what it states of the same months a year earlier."""
    record = report(**given)
    record["months"] = months
    if before is not None:
        record["retells"] = 1
        for name in scored_reports.RETOLD:
            record[f"{name}_before"] = before.get(name, NAN)
    return record


def halves(first, last):
    """Reports of half years: 10 in each first half, 12 in each second."""
    return [
        told(6, year=year, quarter=4, received=end + timedelta(days=80), end=end, net_income=income, total_assets=1000)
        for year in range(first, last + 1)
        for end, income in ((date(year, 6, 30), 10), (date(year, 12, 31), 12))
    ]


def test_half_years_are_two_periods_and_add_up_to_a_year():
    found = known(date(2026, 5, 1), *halves(2023, 2025))
    flow = found.flows["net_income"]
    assert (flow.now[0], flow.before[0], flow.reason[0], flow.fell_back[0]) == (22, 22, "", False)
    assert not np.isnan(found.position("total_assets", 2)[0])
    alone = known(date(2025, 12, 1), halves(2025, 2025)[0]).flows["net_income"]
    assert (alone.reason[0], math.isnan(alone.now[0])) == ("FY_CHANGE", True)


def test_a_moved_year_end_is_summed_where_every_piece_is_known():
    short = told(6, year=2026, quarter=4, received=date(2026, 9, 20), end=date(2026, 6, 30), net_income=50)
    half = report(2025, 2, date(2025, 8, 14), net_income=45)
    flow = known(date(2026, 10, 1), *ANNUAL, half, short).flows["net_income"]
    assert (flow.now[0], flow.reason[0]) == (50 + 105 - 45, "")
    # The quarter after it rests on nine months since the year before: less what lies further back.
    third = report(2025, 3, date(2025, 11, 14), net_income=70)
    next_first = report(2027, 1, date(2026, 11, 14), end=date(2026, 9, 30), net_income=20)
    flow = known(date(2026, 12, 1), *ANNUAL, half, third, short, next_first).flows["net_income"]
    assert flow.now[0] == 20 + 50 + 105 - 70


def test_growth_is_seen_against_the_year_before_as_the_newest_report_states_it():
    newest = told(12, year=2026, quarter=4, received=date(2027, 3, 20), net_income=120, total_assets=1000,
                  before={"net_income": 90, "total_assets": 900})  # fmt: skip
    found = known(date(2027, 4, 1), *ANNUAL, newest)
    flow = found.flows["net_income"]
    assert (flow.now[0], flow.before[0], found.restated[0]) == (120, 90, True)
    assert (found.year_ago("total_assets")[0], found.position("total_assets", 4)[0]) == (900, 1000)
    assert flow.strict[0, found.latest[0] - 4] == 105, "what was filed stays as it was"
    earlier = known(date(2027, 3, 19), *ANNUAL, newest)
    assert (earlier.flows["net_income"].now[0], earlier.restated[0]) == (105, False), "not before it was received"


def test_twelve_months_of_interim_reports_never_take_a_restated_term():
    before = {"net_income": 15}
    now = told(3, year=2026, quarter=1, received=date(2026, 5, 15), net_income=30, before=before)
    last = report(2025, 1, date(2025, 5, 15), net_income=20)
    flow = known(date(2026, 6, 1), *ANNUAL, last, now).flows["net_income"]
    assert flow.now[0] == 30 + 105 - 20
    same = told(3, year=2026, quarter=1, received=date(2026, 5, 15), net_income=30, before={"net_income": 20})
    assert not known(date(2026, 6, 1), *ANNUAL, last, same).restated[0]


def test_unknown_signals_are_left_out_of_the_fscore_and_three_are_too_many():
    now, before = (
        fscore.Year(*(np.array([float(value)]) for value in values))
        for values in ((10, 12, 20, 100, 100, 40, 50, 20, 1000), (8, 9, 15, 90, 100, 45, 50, 25, 1000))
    )
    assert fscore.score(now, before)[0] == 9
    less = now._replace(current_assets=np.array([NAN]))
    assert fscore.score(less, before)[0] == 9
    assert np.isnan(fscore.score(less._replace(revenue=np.array([NAN])), before)[0])
    issued = now._replace(shares=np.array([1011.0]))
    assert fscore.score(issued, before)[0] == 8


# --- dividends -------------------------------------------------------------------------------------------------------

PAID = Payment(
    "000010", "00000010", DART, 2025, date(2025, 12, 31), date(2026, 3, 20), "20260320000001", 500.0, is_outlier=False
)
RECORDED = [
    Payment("000010", None, FSC, None, day, None, None, 100.0, is_outlier=False)
    for day in (date(2025, 6, 30), date(2025, 12, 30))
]


def dividend(payments, day=DAY, *, units=(), table=None, events=(), ticker="000010"):
    found = scored_dividends.assembled(payments, units, table)
    (answer,) = scored_dividends.paid(found, known(day, *ANNUAL), [(ticker, 0)], events, day)
    return answer.fiscal_year, answer.amount


def test_darts_filing_of_the_newest_year_wins_over_payments_by_record_date():
    assert dividend([PAID, *RECORDED]) == (2025, 500)
    assert dividend(RECORDED) == (2025, 200)


def test_a_dividend_counts_from_the_day_it_was_known():
    assert dividend([PAID, *RECORDED], date(2026, 3, 19), table=DAY) == (2024, 0)


def test_no_dividend_is_zero_only_when_somebody_was_asked():
    assert dividend([]) == (2025, None)
    assert dividend([], table=date(2026, 4, 1)) == (2025, 0)
    assert dividend([], table=date(2025, 4, 1)) == (2025, None)
    assert dividend([], units=["2025/00000010"]) == (2025, 0)
    assert dividend([], units=["2024/00000010", "2025/00000011"]) == (2025, None)


def test_what_dart_says_of_another_class_is_not_taken_for_this_one():
    other = PAID._replace(ticker=None)
    assert dividend([other], table=date(2026, 4, 1)) == (2025, None)
    assert dividend([other, *RECORDED]) == (2025, 200)


@pytest.mark.parametrize(
    ("filed", "recorded", "expected", "beside"),
    [
        # A whole year's amount beside record dates that leave out what is paid for the year afterwards.
        ((3174.0,), (784.0, 795.0, 791.0), 3174, 2370),
        ((300.0, 350.0), (350.0,), 350, 350), ((300.0, 350.0), (200.0,), 300, 200), ((100.0,), (150.0,), 150, 150),
        ((300.0, 350.0), (), None, None),
    ],
)  # fmt: skip
def test_where_dart_names_no_class_both_sources_are_weighed_by_rule_and_told(filed, recorded, expected, beside):
    said = [PAID._replace(ticker=None, amount=amount, kind="구분없음") for amount in filed]
    dates = [date(2025, month, 28) for month in (3, 6, 9)]
    told = [RECORDED[0]._replace(day=day, amount=amount) for day, amount in zip(dates, recorded, strict=False)]
    for rows in ([*said, *told], [*told, *reversed(said)]):
        (found,) = scored_dividends.paid(
            scored_dividends.assembled(rows, (), None), known(DAY, *ANNUAL), [("000010", 0)], (), DAY
        )
        assert (found.amount, found.by_record_date, list(found.unclear)) == (expected, beside, sorted(filed))
    (early,) = scored_dividends.paid(
        scored_dividends.assembled([*said, *told], (), None),
        known(DAY, *ANNUAL),
        [("000010", 0)],
        (),
        date(2026, 3, 19),
    )
    assert not early.unclear, "not before DART's report was received"


def test_another_class_is_no_candidate_and_a_preferred_share_has_its_own_record():
    preferred = PAID._replace(ticker=None, kind="종류주식")
    assert dividend([preferred, *RECORDED]) == (2025, 200)
    unclear = PAID._replace(ticker=None, kind="구분없음")
    mine = [one._replace(ticker="000015") for one in RECORDED]
    assert dividend([unclear, *mine], ticker="000015") == (2025, 200)


def test_an_amount_that_was_not_recorded_or_cannot_be_is_unknown():
    assert dividend([RECORDED[0], RECORDED[1]._replace(amount=None)]) == (2025, None)
    assert dividend([RECORDED[0]._replace(is_outlier=True)]) == (2025, None)


def test_a_dash_is_not_decided_until_the_next_report_or_fsc_says_so():
    dash = PAID._replace(amount=0.0, is_undecided=True)
    later = PAID._replace(amount=350.0, known_on=date(2026, 3, 25), is_afterwards=True)
    assert dividend([dash]) == (2025, None)
    assert dividend([dash, *RECORDED]) == (2025, 200)
    assert dividend([dash], table=date(2026, 4, 1)) == (2025, 0)
    assert dividend([dash, later]) == dividend([later, dash]) == (2025, 350)
    assert dividend([dash, later], date(2026, 3, 24)) == (2025, None)
    assert dividend([PAID, later]) == (2025, 500)
    split = Event("000010", date(2026, 1, 15), "SPLIT", 0.2, review=False)
    assert dividend([dash, later], events=[split]) == (2025, None)


def test_half_years_are_added_up_to_a_year_and_a_moved_year_end_is_not():
    first = PAID._replace(day=date(2025, 6, 30), amount=103.0, rcept_no="20250912000001", known_on=date(2025, 9, 12))
    assert dividend([first, PAID]) == (2025, 603)
    before = first._replace(day=date(2024, 12, 31), fiscal_year=2024, known_on=date(2025, 3, 12))
    assert dividend([before, first, PAID]) == (2025, 603)
    assert dividend([PAID._replace(day=date(2024, 12, 31), fiscal_year=2024), PAID]) == (2025, 500)
    assert dividend([first._replace(day=date(2025, 3, 31)), PAID]) == (2025, 500)


def test_a_dividend_is_put_into_todays_shares():
    split = Event("000010", date(2026, 5, 4), "SPLIT", 0.2, review=False)
    assert dividend([PAID], events=[split]) == (2025, 100)
    assert dividend([PAID], events=[split._replace(day=date(2025, 5, 4))]) == (2025, 500)


# --- validation ------------------------------------------------------------------------------------------------------


def test_a_position_is_opened_the_day_after_and_closed_at_the_last_traded_price():
    found = forward.prices(small_panel([100, 110, 121, NAN, NAN], [5, 5, 5, 5, 5]))
    came = forward.forward(found, 0, 3, np.array([True, True]))
    assert came.returns.tolist() == pytest.approx([0.1, 0])
    assert (came.untradable, came.ended) == (0, 1)
    halted = forward.forward(
        forward.prices(small_panel([100, 100, 100, 100], [5, 0, 5, 5])), 0, 1, np.array([True, True])
    )
    assert np.isnan(halted.returns[0])
    assert halted.untradable == 1
    assert forward.forward(found, 0, 4, np.array([True, True])) is None


def test_without_overlap_newey_west_is_the_plain_t_and_overlap_lowers_it():
    values = np.random.default_rng(1).normal(0.05, 0.1, 40)
    by_hand = plain.fmean(values) / (plain.stdev(values) / math.sqrt(40))
    assert statistics.newey_west_t(values, 0) == pytest.approx(by_hand, rel=1e-12)
    sluggish = np.repeat(values, 3)
    assert statistics.newey_west_t(sluggish, 2) < statistics.newey_west_t(sluggish, 0)


def test_an_interval_that_holds_zero_is_not_distinct_and_draws_are_the_same_every_time():
    nothing, something = (np.random.default_rng(1).normal(mean, 0.1, 40) for mean in (0, 0.1))
    assert not statistics.mean_of(nothing, 1).is_distinct
    assert statistics.mean_of(something, 3).is_distinct
    assert statistics.bootstrap(something, 3) == statistics.bootstrap(something, 3)


def test_quantiles_turnover_and_residuals():
    values = np.arange(20.0)
    assert np.bincount(statistics.quantile_numbers(values, 5)).tolist() == [0, 4, 4, 4, 4, 4]
    assert measures.turnover({"a", "b"}, {"b", "c"}) == 0.5
    left = statistics.residual(3 * values + 1, values[:, None])
    assert np.abs(left).max() < 1e-9


def test_score_dates_are_month_ends_or_every_so_many_sessions():
    days = [date(2026, 1, 28), date(2026, 1, 30), date(2026, 2, 2), date(2026, 2, 26), date(2026, 3, 2)]
    assert score_dates(days, "month") == [date(2026, 1, 30), date(2026, 2, 26)]
    assert score_dates(days, 2) == days[::2]


def test_amounts_and_lists_of_numbers_are_read_as_people_write_them():
    assert (won("300억"), won("1.5조"), won("30,000"), won("5만원")) == (3e10, 1.5e12, 30_000, 50_000)
    assert numbers("--horizons", "5, 21") == (5, 21)
    for wrong in ("삼백억", "", "억"):
        with pytest.raises(UsageError):
            won(wrong)
    with pytest.raises(UsageError):
        numbers("--horizons", "5;21")
