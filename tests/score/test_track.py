"""The track record counts what was stored in time, whoever left the market, and bad months like good ones."""

import json
import math
from datetime import datetime, time, timedelta
from itertools import pairwise

import numpy as np
import pytest
from score.stored import everything, rows
from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.console import Console
from foresto_cli.score import batch, score_versions, track
from foresto_cli.store.tables import (
    compass_score_earlier,
    compass_score_history,
    compass_score_run,
    stock_price_daily,
)
from foresto_cli.views import score_track
from foresto_cli.views.score_track import LEAST_PERIODS

GRADES = "SABCDF"
SPLIT_AND_NEW = 8
"""Of the first stocks: those with events and newcomers are left to the tests of prices."""


@pytest.fixture
def months(market):
    """The last session of every month but the last, with the place of it among the sessions."""
    found = [place for place, (day, after) in enumerate(pairwise(market.sessions)) if day.month != after.month]
    return [place for place in found if place + 1 + 21 < len(market.sessions)]


@pytest.fixture
def chosen(market):
    """Numbers of plain stocks with prices on every session."""
    return [n for n, kind in enumerate(market.kinds) if kind == "common" and n > SPLIT_AND_NEW][:60]


def give(app, market, place, numbers, *, stored=None, grade_of=lambda at: GRADES[at % 6], number=1):
    """Store scores of the session at ``place``, the first of ``numbers`` the best; as of its evening."""
    day = market.sessions[place]
    stored = stored or datetime.combine(day, time(17))
    with app.engine.begin() as connection:
        connection.execute(compass_score_run.insert().values(_run(day, number, stored)))
        for at, one in enumerate(numbers):
            connection.execute(
                compass_score_history.insert().values(_score(market.tickers[one], day, at, grade_of(at), number))
            )


def _run(day, number, stored):
    counts = dict.fromkeys(("n_universe", "n_ref", "n_scored", "n_partial", "n_not_scored", "price_rows"), 1)
    times = {"started_at": stored, "completed_at": stored}
    words = {"config_sha256": "c", "code_version": "1", "inputs_sha256": "i", "formula_version": "2.0.0"}
    own = {"run_id": number, "score_date": day, "price_max_date": day, "is_provisional": False, "dq": []}
    return {**counts, **times, **words, **own}


def _score(ticker, day, at, grade, number):
    coverage = {f"{axis}_coverage": 100 for axis in ("financial", "valuation", "technical", "risk")}
    own = {"score_date": day, "ticker": ticker, "formula_version": "2.0.0", "price_date": day, "run_id": number}
    return {**coverage, **own, "total_score": 100 - at, "grade": grade, "status": "SCORED", "reasons": [], "flags": []}


def earned(market, place, one, horizon):
    return market.close[place + 1 + horizon, one] / market.close[place + 1, one] - 1


def tracked(app):
    result = track.keep(app)
    with app.engine.connect() as connection:
        return result, {one.horizon: one for one in score_track.tracks(connection)}


def test_a_grade_came_to_what_its_stocks_earned_from_the_next_close_on(app, market, months, chosen):
    place = months[1]
    give(app, market, place, chosen)
    result, found = tracked(app)
    assert (result.outcome, result.units.done) == ("done", 1)
    assert found.keys() == {21, 63}
    for horizon, one in found.items():
        bought = [n for n in chosen if market.volume[place + 1, n] > 0]
        assert one.months[0].entry_date == market.sessions[place + 1]
        assert one.months[0].exit_date == market.sessions[place + 1 + horizon]
        for grade in one.grades[:-1]:
            own = [n for at, n in enumerate(chosen) if GRADES[at % 6] == grade.grade and n in bought]
            returns = [100 * earned(market, place, n, horizon) for n in own]
            assert (grade.given, grade.bought, grade.untradable) == (10, len(own), 10 - len(own))
            assert grade.mean == pytest.approx(np.mean(returns), abs=1e-5)
            assert grade.median == pytest.approx(np.median(returns), abs=1e-5)
            assert grade.lost == pytest.approx(100 * np.mean([one < -30 for one in returns]))
        assert one.grades[-1].grade == "*"
        assert one.grades[-1].bought == len(bought)
        assert -1 <= one.months[0].ic <= 1


def test_a_score_that_knew_the_future_has_a_rank_correlation_of_one_and_a_bad_one_of_minus_one(
    app, market, months, chosen
):
    for number, (place, sign) in enumerate(zip(months[:2], (-1, 1), strict=True), 1):
        bought = [n for n in chosen if market.volume[place + 1, n] > 0]
        order = sorted(bought, key=lambda n, place=place, sign=sign: sign * earned(market, place, n, 21))
        give(app, market, place, order, number=number)
    _, found = tracked(app)
    assert [month.ic for month in found[21].months] == pytest.approx([1, -1])


def test_scores_that_came_after_the_buying_do_not_count(app, market, months, chosen):
    late = datetime.combine(market.sessions[months[0] + 2], time(9))
    give(app, market, months[0], chosen, stored=late)
    result, found = tracked(app)
    assert (result.outcome, found) == ("nothing_to_do", {})


def test_the_version_counts_that_stood_when_one_could_buy(app, market, months, chosen):
    place = months[0]
    day = market.sessions[place]
    give(app, market, place, chosen, grade_of=lambda _: "F", number=2, stored=datetime.combine(day, time(23)))
    with app.engine.begin() as connection:
        later = datetime.combine(market.sessions[place + 5], time(9))
        connection.execute(text("UPDATE compass_score_run SET completed_at = :later"), {"later": later})
        connection.execute(compass_score_run.insert().values(_run(day, 1, datetime.combine(day, time(17)))))
        replaced = {"replaced_at": later, "replaced_by": 2, "replaced_because": ["PRICES"]}
        for at, one in enumerate(chosen[1:]):
            kept = _score(market.tickers[one], day, at, "S", 1) | replaced
            connection.execute(compass_score_earlier.insert().values(kept))
    _, found = tracked(app)
    assert [one.grade for one in found[21].grades] == ["S", "*"]
    assert found[21].grades[0].given == len(chosen) - 1
    assert found[21].months[0].unknown == 1


def test_the_last_day_of_a_month_counts_and_no_other(app, market, months, chosen):
    for number, place in enumerate((months[0] - 3, months[0], months[1] - 2), 1):
        give(app, market, place, chosen, number=number)
    _, found = tracked(app)
    wanted = [market.sessions[place] for place in (months[0], months[1] - 2)]
    assert [month.score_date for month in found[21].months] == wanted


def test_who_left_the_market_is_counted_at_the_last_price_and_who_could_not_be_bought_is_told(
    app, market, months, chosen
):
    place, gone = months[0], chosen[0]
    give(app, market, place, chosen, grade_of=lambda at: "S" if at == 0 else "F")
    ticker, last = market.tickers[gone], market.sessions[place + 10]
    with app.engine.begin() as connection:
        kept = connection.execute(
            text("SELECT * FROM stock_price_daily WHERE ticker = :ticker AND trade_date > :last"),
            {"ticker": ticker, "last": last},
        ).mappings().all()  # fmt: skip
        connection.execute(
            text("DELETE FROM stock_price_daily WHERE ticker = :ticker AND trade_date > :last"),
            {"ticker": ticker, "last": last},
        )
    try:
        _, found = tracked(app)
    finally:
        with app.engine.begin() as connection:
            connection.execute(stock_price_daily.insert(), [dict(row) for row in kept])
    traded = max(at for at in range(place + 1, place + 11) if market.volume[at, gone] > 0)
    best = found[21].grades[0]
    assert (best.grade, best.bought, best.ended) == ("S", 1, 1)
    expected = 100 * (market.close[traded, gone] / market.close[place + 1, gone] - 1)
    assert best.mean == pytest.approx(expected, abs=1e-5)


def test_twice_changes_nothing_and_a_month_that_was_measured_whole_is_not_thinned_out(app, market, months, chosen):
    give(app, market, months[0], chosen)
    tracked(app)
    before = everything(app)
    result, _ = tracked(app)
    assert result.outcome == "nothing_to_do"
    assert everything(app) == before
    with app.engine.begin() as connection:
        connection.execute(text("UPDATE compass_score_history SET run_id = 99 WHERE total_score < 90"))
    changed = rows(app, "SELECT * FROM compass_score_track ORDER BY 1, 2, 3")
    tracked(app)
    assert rows(app, "SELECT * FROM compass_score_track ORDER BY 1, 2, 3") == changed


def test_too_few_months_are_said_to_be_too_few(app, market, months, chosen, capsys):
    for number, place in enumerate(months, 1):
        give(app, market, place, chosen, number=number)
    _, found = tracked(app)
    for horizon, one in found.items():
        assert one.periods == math.ceil(len(one.months) / (horizon // 21))
        assert ("판단할 수 없습니다" in one.verdict) == (one.periods < LEAST_PERIODS)
        assert one.ic.low <= one.ic.mean <= one.ic.high
    assert found[63].periods < LEAST_PERIODS
    score_track.show(Console(), list(found.values()))
    out = capsys.readouterr().out
    assert "아직 판단할 수 없습니다" in out
    for month in found[63].months:
        assert f"{month.score_date}" in out
    assert json.loads(json.dumps(score_track.as_json(list(found.values()))))


def test_scores_of_a_batch_in_time_become_months_of_the_track(app, market, months):
    day = market.sessions[months[-1]]
    clock.pretend(datetime.combine(day, time(19)))
    batch.score_batch(app, batch.Options(as_of=day))
    clock.pretend(datetime.combine(market.sessions[-1], time(19)) + timedelta(hours=1))
    _, found = tracked(app)
    scored = rows(app, "SELECT count(*) FROM compass_score_history WHERE total_score IS NOT NULL")[0][0]
    assert found[21].grades[-1].given == scored > 50


def test_a_provisional_score_of_a_months_last_day_counts_long_after_it_was_replaced(app, market, months, chosen):
    place = months[0]
    day, evening = market.sessions[place], datetime.combine(market.sessions[place + 1], time(16, 40))
    give(app, market, place, chosen, grade_of=lambda _: "F", number=2, stored=evening)
    with app.engine.begin() as connection:
        connection.execute(compass_score_run.insert().values(_run(day, 1, datetime.combine(day, time(17)))))
        replaced = {"replaced_at": evening, "replaced_by": 2, "replaced_because": ["PROVISIONAL"]}
        for at, one in enumerate(chosen):
            kept = _score(market.tickers[one], day, at, "S", 1) | replaced
            connection.execute(compass_score_earlier.insert().values(kept))
        connection.execute(score_versions.FORGET, {"before": market.sessions[-1]})
    _, found = tracked(app)
    assert [one.grade for one in found[21].grades] == ["S", "*"]
    assert found[21].months[0].unknown == 0


def test_without_a_month_it_says_what_will_be_counted(app, capsys):
    _, found = tracked(app)
    score_track.show(Console(), list(found.values()))
    assert "아직 실적이 없습니다" in capsys.readouterr().out
