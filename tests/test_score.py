"""The score of a whole market: reproducible, blind to the future, re-computable by hand, refused when unsafe."""

import dataclasses
import json
import re
import subprocess
import sys
from collections import Counter
from datetime import date

import numpy as np
import pytest
from sqlalchemy import text

from benchmarks import _market
from foresto_cli import app as application
from foresto_cli import clock, settings
from foresto_cli.console import Console
from foresto_cli.errors import UsageError, VerificationFailed
from foresto_cli.logs import Redactor
from foresto_cli.ops import score_card
from foresto_cli.ops import scores as job
from foresto_cli.score import compute, explain, formula, gates, load, mapping, panel, reasons
from foresto_cli.score import rows as rows_of
from foresto_cli.score.panel import RECORD
from foresto_cli.score.validation import proofs, report, run
from foresto_cli.store.tables import stock_price_daily, stocks
from foresto_cli.store.upsert import upsert
from foresto_cli.verify import scored

STOCKS, SESSIONS = 147, 310
LAST = _market.LAST
TABLES = ("compass_score_history", "compass_score_component", "compass_score_run")


@pytest.fixture(scope="module")
def market():
    return _market.made(STOCKS, SESSIONS)


@pytest.fixture(scope="module")
def filled(shared_engine, market):
    """An engine on a database with the whole market; tests put back what they change."""
    _market.stored(shared_engine, market, 6)
    with shared_engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO stocks (ticker, name, market, sector, is_active, batch_id, last_updated, created_at)"
                " SELECT ticker, name, market, '기타', true, 1, now(), now() FROM stock_price_daily"
                " WHERE trade_date = :day"
            ),
            {"day": LAST},
        )
    return shared_engine


@pytest.fixture(scope="module")
def inputs(filled):
    with filled.connect() as connection:
        return load.inputs(connection, LAST)


@pytest.fixture(scope="module")
def scores(inputs):
    return compute.scored(inputs, LAST)


@pytest.fixture
def app(filled, tmp_path):
    """The application on that database, without any score at first."""
    clock.pretend(_market.NOW)
    with filled.begin() as connection:
        for table in (*TABLES, "ops_alert"):
            connection.execute(text(f"DELETE FROM {table}"))
        cleared = ", ".join(f"{name} = NULL" for name in stocks.columns.keys() if name.startswith("compass_"))  # noqa: SIM118  # a collection of columns
        connection.execute(text(f"UPDATE stocks SET {cleared}"))
    found = settings.load_sandbox()
    folders = settings.Paths(tmp_path / "config", tmp_path / "data", tmp_path / "state")
    return application.App(found, folders, filled, Console(as_json=True), Redactor(found.secrets()))


def rows(app, query, **parameters):
    with app.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), parameters)]


def everything(app):
    """All that a batch stores, as bytes."""
    tables = {table: rows(app, f"SELECT * FROM {table} ORDER BY 1, 2") for table in TABLES}
    return repr((tables, rows(app, "SELECT * FROM stocks ORDER BY ticker"))).encode()


# --- the formula on a whole market -----------------------------------------------------------------------------------


def test_every_stock_with_a_price_has_a_row_and_a_status_or_a_reason(scores, market):
    priced = set(np.array(market.tickers)[~np.isnan(market.close[-1])].tolist())
    assert set(scores.tickers.tolist()) == priced
    for status, total, codes in zip(scores.status, scores.total, scores.reasons, strict=True):
        assert (status == "NOT_SCORED") == np.isnan(total)
        assert status != "NOT_SCORED" or codes


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("common", "SCORED", None),
        ("preferred", "SCORED", None),
        ("konex", "SCORED", None),
        ("financial", "SCORED", None),
        ("reit", "PARTIAL", "REIT_LIMITED"),
        ("foreign", "SCORED", None),
        ("spac", "NOT_SCORED", "SPAC"),
        ("newcomer", "NOT_SCORED", "NEW_LISTING"),
        ("suspended", "NOT_SCORED", "SUSPENDED"),
    ],
)
def test_classes_of_security_are_treated_as_they_should(scores, market, kind, status, code):
    places = [place for place, one in enumerate(market.kinds) if one == kind]
    mine = [scores.tickers.tolist().index(market.tickers[place]) for place in places]
    assert {scores.status[place] for place in mine} == {status}
    assert all(code in scores.reasons[place] for place in mine if code)


def test_a_preferred_share_has_the_fundamentals_of_its_issuer_and_its_own_price(scores, market):
    preferred = market.tickers[market.kinds.index("preferred")]
    issuer = preferred[:-1] + "0"
    mine, its = (scores.tickers.tolist().index(ticker) for ticker in (preferred, issuer))
    assert scores.raw["F1"][mine] == scores.raw["F1"][its]
    assert scores.issued[mine] == scores.issued[its] > scores.series.shares[-1, its]
    assert scores.raw["R1"][mine] != scores.raw["R1"][its]


def test_a_split_leaves_no_trace_and_a_bonus_issue_counts_the_shares_to_come(scores, market):
    split, rights = (scores.tickers.tolist().index(market.tickers[n]) for n in (_market.SPLIT, _market.RIGHTS))
    assert scores.raw["R3"][split] > -0.7
    assert scores.flags[rights] == ["PENDING_SHARES"]
    assert scores.issued[rights] == 2 * scores.series.shares[-1, rights]


def test_contributions_add_up_and_the_median_of_each_axis_is_the_middle(scores):
    for axis in formula.AXES:
        result = scores.axes[axis]
        parts = sum(scores.contribution(axis, name) for name in result.weights)
        there = ~np.isnan(result.raw)
        np.testing.assert_allclose(parts[there], result.raw[there], atol=1e-9, rtol=0)
        members = scores.axis_scores[axis][scores.universe.member]
        members = members[~np.isnan(members)]
        assert np.median(members) == pytest.approx(50, abs=100 / len(members))
    told = [sum(formula.AXIS_WEIGHTS.values()), sum(sum(t[a].values()) for t in formula.TEMPLATES[:2] for a in "FVTR")]
    assert told == [100, 800]


def test_improving_a_component_never_lowers_the_axis(scores):
    place = int(np.flatnonzero(scores.universe.member)[0])
    for axis in formula.AXES:
        for name, weights in scores.axes[axis].weights.items():
            if weights[place] == 0:
                continue
            better = dict(scores.percentiles)
            better[name] = better[name].copy()
            better[name][place] = min(100.0, better[name][place] + 7)
            templates = [template[axis] for template in formula.TEMPLATES]
            table = mapping.template_weights(templates, scores.universe.template)
            assert mapping.axis(better, table, len(scores.total)).raw[place] >= scores.axes[axis].raw[place]


def test_percentiles_do_not_depend_on_units(scores):
    member = scores.universe.member
    for name, values in scores.raw.items():
        if name in formula.COMPONENTS and formula.COMPONENTS[name].direction != "absolute":
            before = mapping.component_percentile(name, values, values[member], 1)
            for changed in (values * 1_000, np.arcsinh(values * 1e6)):
                after = mapping.component_percentile(name, changed, changed[member], 1)
                assert before.tobytes() == after.tobytes(), name


def test_a_price_fifty_times_as_high_on_a_fiftieth_of_the_shares_changes_no_price_component(inputs, scores):
    column = 0
    arrays = {}
    for name in ("high", "close", "base", "shares", "volume"):
        array = getattr(inputs.panel, name).copy()
        array[:, column] = array[:, column] / 50 if name in {"shares", "volume"} else array[:, column] * 50
        arrays[name] = array
    again = compute.scored(dataclasses.replace(inputs, panel=dataclasses.replace(inputs.panel, **arrays)), LAST)
    for name in scores.raw:
        if name[0] in "TR":
            assert again.raw[name][column] == pytest.approx(scores.raw[name][column], rel=1e-9), name


# --- reproducible ----------------------------------------------------------------------------------------------------


def test_scores_of_past_days_are_the_same_bit_for_bit_from_a_database_that_ends_there(filled, market):
    days = [market.sessions[place] for place in (-1, -9, -25)][::-1]
    with filled.connect() as connection:
        whole = load.history(connection, days, LAST)
        for day in days:
            cut = load.inputs(connection, day)
            assert cut.panel.days[-1] == day
            assert proofs.differences(compute.scored(cut, day), compute.scored(whole, day)) == []


def test_a_difference_is_seen(inputs, scores):
    close = inputs.panel.close.copy()
    close[-1, 0] += 1
    other = compute.scored(dataclasses.replace(inputs, panel=dataclasses.replace(inputs.panel, close=close)), LAST)
    assert "raw T3" in proofs.differences(scores, other) or "raw V1" in proofs.differences(scores, other)


def records_of(found):
    """A panel's records, a block a day."""
    codes = np.char.ljust(found.tickers, panel.CODE_WIDTH).astype(f"S{panel.CODE_WIDTH}").view(">i8")
    blocks = []
    for row in range(len(found.days)):
        there = ~np.isnan(found.close[row])
        block = np.zeros(int(there.sum()), RECORD)
        block["ticker"] = codes[there]
        for name in panel.AMOUNTS:
            block[name] = np.nan_to_num(getattr(found, name)[row, there], nan=panel.UNKNOWN)
        block["market"], block["quality"] = found.market[row, there], found.quality[row, there]
        blocks.append(block)
    return blocks


def test_the_order_and_the_portions_in_which_rows_arrive_change_nothing(inputs, scores):
    chance = np.random.default_rng(3)
    days, blocks = [], []
    for day, block in zip(inputs.panel.days, records_of(inputs.panel), strict=True):
        shuffled = chance.permutation(block)
        for part in np.array_split(shuffled, 3):
            days.append(day)
            blocks.append(part)
    order = chance.permutation(len(days))
    events = [inputs.panel.events[place] for place in chance.permutation(len(inputs.panel.events))]
    mixed = panel.assembled([days[place] for place in order], [blocks[place] for place in order], events)
    assert mixed.doubles == 0
    again = compute.scored(dataclasses.replace(inputs, panel=mixed), LAST)
    assert proofs.differences(scores, again) == []
    assert rows_of.inputs_sha256(again) == rows_of.inputs_sha256(scores)


def test_a_row_that_is_there_twice_is_noticed(inputs):
    blocks = records_of(inputs.panel)
    blocks[5] = np.concatenate([blocks[5], blocks[5][:2]])
    found = panel.assembled(list(inputs.panel.days), blocks, ())
    assert [one.code for one in gates.check(found)] == ["DQ_DUP"]


def test_a_batch_twice_leaves_the_same_bytes_and_says_so(app):
    first = job.score_batch(app, job.Options())
    before = everything(app)
    clock.pretend(_market.NOW.replace(hour=21))
    second = job.score_batch(app, job.Options())
    assert (first["outcome"], second["outcome"]) == ("done", "nothing_to_do")
    assert everything(app) == before
    assert first["scored"] + first["partial"] + first["not_scored"] == first["units"]["planned"] == STOCKS
    assert second["rows"]["unchanged"] == 2 * STOCKS


# --- what is stored --------------------------------------------------------------------------------------------------


def test_the_history_has_every_stock_and_its_components_add_up(app):
    job.score_batch(app, job.Options())
    stored = rows(
        app,
        "SELECT h.ticker, h.status, h.reasons, h.financial_raw, h.technical_raw, c.components"
        " FROM compass_score_history h JOIN compass_score_component c USING (score_date, ticker, formula_version)",
    )
    assert len(stored) == STOCKS
    for _, status, codes, financial, technical, parts in stored:
        assert status != "NOT_SCORED" or codes
        for letters, raw in (("FB", financial), ("T", technical)):
            if raw is not None:
                assert sum(part[4] for part in parts if part[0][0] in letters) == pytest.approx(float(raw), abs=1e-4)
    (run,) = rows(
        app, "SELECT n_universe, n_ref, n_scored, n_partial, n_not_scored, is_provisional FROM compass_score_run"
    )
    assert run[0] == STOCKS == sum(run[2:5])
    assert run[5] is False


def test_the_newest_scores_stand_beside_the_stocks_and_who_has_none_has_null(app):
    job.score_batch(app, job.Options())
    differing = rows(
        app,
        "SELECT s.ticker FROM stocks s LEFT JOIN compass_score_history h ON h.ticker = s.ticker"
        " WHERE s.compass_score IS DISTINCT FROM h.total_score OR s.compass_grade IS DISTINCT FROM h.grade"
        " OR (h.total_score IS NULL) <> (s.compass_updated_at IS NULL)"
        " OR (h.total_score IS NULL) <> (s.compass_commentary IS NULL)",
    )
    assert differing == []
    counted = rows(app, "SELECT count(*) FROM stocks WHERE compass_updated_at::date = :day", day=LAST)
    assert counted[0][0] == sum(
        n
        for status, n in Counter(s for (s,) in rows(app, "SELECT status FROM compass_score_history")).items()
        if status != "NOT_SCORED"
    )
    words = " ".join(
        f"{one} {more}" for one, more in rows(app, "SELECT compass_summary, compass_commentary FROM stocks")
    )
    assert not re.search("매수|매도|추천|사세요|파세요", words)


def test_a_past_day_does_not_replace_the_newest_beside_the_stocks(app, market):
    job.score_batch(app, job.Options())
    before = rows(app, "SELECT ticker, compass_score FROM stocks ORDER BY 1")
    result = job.score_batch(app, job.Options(as_of=market.sessions[-20]))
    assert result["score_date"] == f"{market.sessions[-20]}"
    assert rows(app, "SELECT ticker, compass_score FROM stocks ORDER BY 1") == before
    assert rows(app, "SELECT count(DISTINCT score_date) FROM compass_score_history") == [(2,)]


@pytest.fixture
def changed_price(app, market):
    """A way to change the last close of one stock, put back afterwards."""
    day = SESSIONS - 1
    whole = _market.price_rows(market, day)

    def change(flag="NORMAL", won=10):
        one = dict(whole[0])
        one |= {
            "close_price": one["close_price"] + won,
            "price_change": one["price_change"] + won,
            "quality_flag": flag,
        }
        with app.engine.begin() as connection:
            upsert(connection, stock_price_daily, [one], _market.PROVENANCE)

    yield change
    with app.engine.begin() as connection:
        upsert(connection, stock_price_daily, whole, _market.PROVENANCE)


def test_other_inputs_leave_the_stored_scores_until_they_are_told_to_replace_them(app, changed_price):
    job.score_batch(app, job.Options())
    before = everything(app)
    changed_price()
    kept = job.score_batch(app, job.Options())
    assert (kept["outcome"], everything(app) == before) == ("nothing_to_do", True)
    assert "--replace" in kept["notes"][0]
    replaced = job.score_batch(app, job.Options(replace=True))
    assert replaced["rows"]["changed"] > 0
    assert rows(app, "SELECT count(*) FROM compass_score_run") == [(2,)]
    assert len(rows(app, "SELECT DISTINCT run_id FROM compass_score_history")) == 2
    assert job.score_batch(app, job.Options())["outcome"] == "nothing_to_do"


def test_scores_of_provisional_prices_are_replaced_by_those_of_final_ones(app, changed_price):
    changed_price("PROVISIONAL")
    job.score_batch(app, job.Options())
    assert rows(app, "SELECT is_provisional FROM compass_score_run") == [(True,)]
    changed_price(won=20)
    assert job.score_batch(app, job.Options())["outcome"] == "done"
    assert rows(app, "SELECT is_provisional FROM compass_score_run ORDER BY run_id") == [(True,), (False,)]


def test_provisional_prices_that_turn_out_final_make_the_stored_scores_final(app, changed_price):
    changed_price("PROVISIONAL")
    job.score_batch(app, job.Options())
    changed_price()
    assert job.score_batch(app, job.Options())["outcome"] == "nothing_to_do"
    assert rows(app, "SELECT is_provisional FROM compass_score_run ORDER BY run_id") == [(True,), (False,)]
    changed_price(won=20)
    assert "notes" in job.score_batch(app, job.Options())


def test_a_limit_stores_the_largest_and_a_later_run_the_rest(app):
    assert job.score_batch(app, job.Options(limit=10))["tables"]["compass_score_history"]["added"] == 10
    largest = rows(
        app, "SELECT ticker FROM stock_price_daily WHERE trade_date = :day ORDER BY market_cap DESC LIMIT 10", day=LAST
    )
    assert {one for (one,) in largest} == {one for (one,) in rows(app, "SELECT ticker FROM compass_score_history")}
    scored = "SELECT ticker FROM compass_score_history WHERE total_score IS NOT NULL ORDER BY 1"
    assert rows(app, "SELECT ticker FROM stocks WHERE compass_score IS NOT NULL ORDER BY 1") == rows(app, scored) != []
    rest = job.score_batch(app, job.Options())["tables"]["compass_score_history"]
    assert (rest["added"], rest["changed"]) == (STOCKS - 10, 0)


def test_components_are_kept_for_thirty_days_and_for_the_last_session_of_each_month(app, market):
    for place in (-45, -44, -1):
        job.score_batch(app, job.Options(as_of=market.sessions[place]))
    kept = [day for (day,) in rows(app, "SELECT DISTINCT score_date FROM compass_score_component ORDER BY 1")]
    assert kept == [market.sessions[-44], LAST]
    assert rows(app, "SELECT count(DISTINCT score_date) FROM compass_score_history") == [(3,)]


# --- gates and alerts ------------------------------------------------------------------------------------------------


def test_the_missing_day_gate_fires_on_a_panel_without_one_day_and_on_no_other(inputs):
    assert gates.check(inputs.panel) == []
    days, blocks = list(inputs.panel.days), records_of(inputs.panel)
    del days[100], blocks[100]
    fired = gates.check(panel.assembled(days, blocks, inputs.panel.events))
    assert [one.code for one in fired] == ["DQ_MISSING_DAY"]
    assert f"{inputs.panel.days[101]}" in fired[0].message


def test_a_gate_that_fires_writes_nothing_says_why_and_is_an_alert_until_it_is_over(app, market):
    late = [row["ticker"] for row in _market.price_rows(market, SESSIONS - 1)][: STOCKS // 4]
    with app.engine.begin() as connection:
        connection.execute(
            text("DELETE FROM stock_price_daily WHERE trade_date = :day AND ticker = ANY(:tickers)"),
            {"day": LAST, "tickers": late},
        )
    before = everything(app)
    try:
        with pytest.raises(VerificationFailed, match="DQ_LATE") as refused:
            job.score_batch(app, job.Options())
        assert refused.value.exit_code == 65
        assert everything(app) == before
        assert rows(app, "SELECT alert_type, alert_level FROM ops_alert WHERE resolved_at IS NULL") == [
            ("score_gate", "warning")
        ]
        last = "SELECT status, exit_code FROM data_collection_log ORDER BY id DESC LIMIT 1"
        assert rows(app, last) == [("failed", 65)]
        forced = job.score_batch(app, job.Options(force=True))
        assert forced["units"]["planned"] == STOCKS - len(late)
        assert rows(app, "SELECT dq FROM compass_score_run") == [({"fired": ["DQ_LATE"]},)]
    finally:
        with app.engine.begin() as connection:
            upsert(connection, stock_price_daily, _market.price_rows(market, SESSIONS - 1), _market.PROVENANCE)
    assert job.score_batch(app, job.Options(replace=True))["exit_code"] == 0
    assert rows(app, "SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == [(0,)]


def test_many_stocks_without_data_are_a_warning_and_no_statement_is_no_guess(app, inputs, monkeypatch):
    nothing = load.reports.assembled(np.zeros(0, load.reports.RECORD))
    monkeypatch.setattr(load.reports, "read", lambda *_: nothing)
    result = job.score_batch(app, job.Options())
    assert (result["outcome"], result["exit_code"], result["scored"]) == ("partial", 3, 0)
    assert result["not_scored_because"]["NO_FS"] > STOCKS / 2
    assert rows(app, "SELECT alert_level FROM ops_alert WHERE alert_type = 'score_failed'") == [("warning",)]
    monkeypatch.undo()
    job.score_batch(app, job.Options(replace=True))
    assert rows(app, "SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == [(0,)]


@pytest.mark.parametrize(
    "options", [job.Options(as_of=date(2026, 11, 21)), job.Options(limit=0)], ids=["not a session", "no stock"]
)
def test_impossible_options_are_refused(app, options):
    with pytest.raises(UsageError):
        job.score_batch(app, options)


# --- looking ---------------------------------------------------------------------------------------------------------


def test_a_shown_score_can_be_computed_again_by_hand(app, market, capsys):
    ticker = market.tickers[0]
    found = score_card.explained(app, ticker, None)
    explain.show(Console(), found)
    out = capsys.readouterr().out
    number = r"(-?[0-9.]+)"
    total = float(re.search(rf"총점 {number} ·", out)[1])
    axes = re.findall(rf"\[(\S+): 가중평균 {number} → 백분위 {number} \(총점에서 {number}/100", out)
    assert [name for name, *_ in axes] == list(formula.AXIS_LABELS.values())
    assert sum(float(weight) * float(score) for _, _, score, weight in axes) / 100 == pytest.approx(total, abs=0.1)
    sections = re.split(r"\[\S+: 가중평균", out)[1:]
    for (_, raw, _, _), section in zip(axes, sections, strict=True):
        parts = re.findall(rf"백분위={number}  가중={number}  기여={number}", section)
        weights = sum(float(weight) for _, weight, _ in parts)
        by_hand = sum(float(placed) * float(weight) for placed, weight, _ in parts) / weights
        assert by_hand == pytest.approx(float(raw), abs=0.1)
        assert sum(float(part) for *_, part in parts) == pytest.approx(float(raw), abs=0.1)
    assert "투자 권유가 아닙니다" in out


def test_the_yield_shown_is_the_dividend_shown_over_the_price_shown(app, market):
    found = score_card.explained(app, market.tickers[0], None)
    (part,) = [one for axis in found["axes"] for one in axis["components"] if one["id"] == "V6"]
    assert part["raw"] == pytest.approx(found["basis"]["dividend_per_share"] / found["basis"]["close"], rel=1e-9)


def test_what_is_stored_is_what_is_computed_and_what_changed_since_is_named(app, market):
    for place in (-2, -1):
        job.score_batch(app, job.Options(as_of=market.sessions[place]))
    ticker = market.tickers[0]
    now, then = score_card.explained(app, ticker, None), score_card.recalled(app, ticker, LAST)
    for name in ("total", "percentile", "grade", "rank", "changes", "previous_date", "reasons"):
        assert then[name] == (pytest.approx(now[name], abs=1e-6) if name in {"total", "percentile"} else now[name]), (
            name
        )
    assert then["previous_date"] == f"{market.sessions[-2]}"
    assert 0 < len(then["changes"]) <= 3
    moved = sum(abs(one["points"]) for one in then["changes"])
    assert moved > 0


def test_verification_and_scoring_mean_the_same_by_unavoidable():
    assert set(scored.UNAVOIDABLE) == reasons.UNAVOIDABLE
    assert scored.MISSING_SHARE == job.FAILED_SHARE


def test_ranking_and_history_answer_from_what_is_stored(app, market):
    job.score_batch(app, job.Options())
    best = score_card.ranking(app, "KOSPI", None, "total", 5)["stocks"]
    totals = [one["total_score"] for one in best]
    assert len(best) == 5
    assert totals == sorted(totals, reverse=True)
    by_risk = [one["risk_score"] for one in score_card.ranking(app, None, "기타", "risk", 7)["stocks"]]
    assert by_risk == sorted(by_risk, reverse=True)
    assert [one["score_date"] for one in score_card.history_of(app, best[0]["ticker"], 20)["history"]] == [f"{LAST}"]
    with pytest.raises(UsageError, match="axis"):
        score_card.ranking(app, None, None, "luck", 5)


@pytest.mark.parametrize(
    "look", [lambda app: score_card.explained(app, "999999", None), lambda app: score_card.history_of(app, "999999", 5)]
)
def test_an_unknown_stock_is_said_to_be_unknown(app, look):
    with pytest.raises(UsageError, match="999999"):
        look(app)


# --- validation ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def validated(filled, market):
    options = run.Options(
        first=market.sessions[-80], last=market.sessions[-25], every=10, horizons=(5, 21), quantiles=5, least_cap=0
    )
    with filled.connect() as connection:
        return run.validate(connection, options, lambda *_: None)


def test_a_validation_proves_that_it_saw_nothing_ahead_and_doubts_a_market_that_nobody_leaves(validated):
    assert len(validated["look_ahead"]) == 3
    assert not any(validated["look_ahead"].values())
    assert validated["survivorship"]["suspect"]
    assert any(one.startswith("SURVIVORSHIP_SUSPECT") for one in validated["warnings"])
    assert validated["machinery"]["future_ic"] == pytest.approx(1)
    assert validated["machinery"]["shuffled_is_nothing"]


def test_a_validation_measures_every_score_at_every_horizon_and_tells_what_it_cannot_tell(validated):
    told = {(one["score"], one["horizon"]): one for one in validated["results"]}
    assert told.keys() == {(name, horizon) for name in (*formula.AXES, "total") for horizon in (5, 21)}
    for one in told.values():
        ic = one["ic"]
        assert ic["dates"] == 6
        assert -1 <= ic["low"] <= ic["mean"] <= ic["high"] <= 1
        assert len(one["deciles"]["means"]) == 5
    unsure = {(one["score"], one["horizon"]) for one in validated["results"] if not one["ic"]["distinct_from_0"]}
    assert sum("구별되지 않습니다" in one for one in validated["warnings"]) == len(unsure)
    lost = {one["grade"]: one["count"] for one in validated["grades"] if one["horizon"] == 5}
    assert lost.keys() == {letter for _, letter in formula.GRADES}
    names = {one["score"] for one in validated["components"]}
    assert {"F1", "V6", "T8", "R9", "total-F"} <= names
    assert json.loads(json.dumps(validated)) == validated


def test_a_validation_is_printed_with_its_doubts_first_and_the_disclaimer_last(validated, capsys):
    report.show(Console(), validated)
    out = capsys.readouterr().out
    assert out.index("비트 단위") < out.index("SURVIVORSHIP_SUSPECT") < out.index("[재무]") < out.index("[총점]")
    assert out.rstrip().endswith("쓰세요.")


def test_a_validation_is_recorded_and_changes_nothing(app, market):
    before = everything(app)
    options = run.Options(first=market.sessions[-60], last=market.sessions[-30], every=10, horizons=(5,))
    result = job.validated(app, options)
    assert (result["outcome"], result["exit_code"], result["units"]["done"]) == ("done", 0, 4)
    assert everything(app) == before
    last = "SELECT job_name, status FROM data_collection_log ORDER BY id DESC LIMIT 1"
    assert rows(app, last) == [("score validate", "done")]


@pytest.mark.parametrize(
    "changed", [{"market": "nasdaq"}, {"every": 0}, {"quantiles": 1}, {"last": date(2026, 1, 2)}, {"horizons": (0,)}]
)
def test_an_impossible_validation_is_refused(filled, market, changed):
    options = run.Options(**{"first": market.sessions[-60], "last": market.sessions[-30], **changed})
    with filled.connect() as connection, pytest.raises(UsageError):
        run.validate(connection, options, lambda *_: None)


def test_scoring_imports_neither_pandas_nor_scipy():
    code = (
        "import sys, foresto_cli.app, foresto_cli.ops.scores; print(sorted({'pandas', 'scipy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
