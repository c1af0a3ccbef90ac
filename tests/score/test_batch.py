"""What a batch stores, replaces and leaves alone, and what it refuses."""

import dataclasses
import re
from collections import Counter
from datetime import date

import numpy as np
import pytest
import typer
from score.stored import LAST, SESSIONS, STOCKS, everything, rows
from sqlalchemy import text

from benchmarks import _market
from foresto_cli import cli, clock
from foresto_cli.cli import _command
from foresto_cli.console import Console
from foresto_cli.errors import UsageError, VerificationFailed
from foresto_cli.score import batch as job
from foresto_cli.score import explain, load
from foresto_cli.store.tables import stock_price_daily
from foresto_cli.store.upsert import upsert
from foresto_cli.views import score_card, score_history
from foresto_cli.views.top_scores import Wanted


@pytest.mark.long
def test_a_batch_twice_leaves_the_same_bytes_and_says_so(app):
    first = job.score_batch(app, job.Options())
    before = everything(app)
    clock.pretend(_market.NOW.replace(hour=21))
    second = job.score_batch(app, job.Options())
    assert (first.outcome, second.outcome) == ("done", "nothing_to_do")
    assert everything(app) == before
    assert first.scored + first.partial + first.not_scored == first.units.planned == STOCKS
    assert second.rows.unchanged == 2 * STOCKS


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
    assert result.score_date == f"{market.sessions[-20]}"
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
    assert (kept.outcome, everything(app) == before) == ("nothing_to_do", True)
    assert "--replace" in kept.notes[0]
    replaced = job.score_batch(app, job.Options(replace=True))
    assert replaced.rows.changed > 0
    assert rows(app, "SELECT count(*) FROM compass_score_run") == [(2,)]
    assert len(rows(app, "SELECT DISTINCT run_id FROM compass_score_history")) == 2
    assert job.score_batch(app, job.Options()).outcome == "nothing_to_do"


def by_hand(app, monkeypatch, *words):
    """What ``foresto score batch`` does and says, on the application of the test."""
    found = []

    def done(_common, _console, _word, work, **_):
        found.append(work(app))
        return found[0]

    monkeypatch.setattr(app, "console", Console())
    monkeypatch.setattr(_command, "_done", done)
    command = typer.main.get_command(cli.app("score"))
    command(["score", "batch", *words], obj=_command.Globals(sandbox=True), standalone_mode=False)
    return found[0]


def test_a_batch_by_hand_after_new_data_scores_what_changed_or_says_that_it_did_not(
    app, changed_price, monkeypatch, capsys
):
    job.score_batch(app, job.Options())
    changed_price()
    capsys.readouterr()
    left = by_hand(app, monkeypatch, "--as-of", f"{LAST}")
    told = "".join(capsys.readouterr())
    assert (left.kept, left.rows.changed) == (True, 0)
    assert "! 저장된 점수를 다시 매기지 않았습니다" in told
    assert "--replace" in told
    assert "✓" not in told
    assert by_hand(app, monkeypatch).rows.changed > 0
    assert "✓ 매겼습니다" in "".join(capsys.readouterr())
    assert by_hand(app, monkeypatch).outcome == "nothing_to_do"
    told = "".join(capsys.readouterr())
    assert "✓ 이미 매긴 그대로입니다" in told
    assert "--replace" not in told


def test_scores_of_provisional_prices_are_replaced_by_those_of_final_ones(app, changed_price):
    changed_price("PROVISIONAL")
    job.score_batch(app, job.Options())
    assert rows(app, "SELECT is_provisional FROM compass_score_run") == [(True,)]
    changed_price(won=20)
    assert job.score_batch(app, job.Options()).outcome == "done"
    assert rows(app, "SELECT is_provisional FROM compass_score_run ORDER BY run_id") == [(True,), (False,)]


def test_provisional_prices_that_turn_out_final_make_the_stored_scores_final(app, changed_price):
    changed_price("PROVISIONAL")
    job.score_batch(app, job.Options())
    changed_price()
    assert job.score_batch(app, job.Options()).outcome == "nothing_to_do"
    assert rows(app, "SELECT is_provisional FROM compass_score_run ORDER BY run_id") == [(True,), (False,)]
    changed_price(won=20)
    assert job.score_batch(app, job.Options()).notes


def test_a_limit_stores_the_largest_and_a_later_run_the_rest(app):
    assert job.score_batch(app, job.Options(limit=10)).tables["compass_score_history"].added == 10
    largest = rows(
        app, "SELECT ticker FROM stock_price_daily WHERE trade_date = :day ORDER BY market_cap DESC LIMIT 10", day=LAST
    )
    assert {one for (one,) in largest} == {one for (one,) in rows(app, "SELECT ticker FROM compass_score_history")}
    scored = "SELECT ticker FROM compass_score_history WHERE total_score IS NOT NULL ORDER BY 1"
    assert rows(app, "SELECT ticker FROM stocks WHERE compass_score IS NOT NULL ORDER BY 1") == rows(app, scored) != []
    rest = job.score_batch(app, job.Options()).tables["compass_score_history"]
    assert (rest.added, rest.changed) == (STOCKS - 10, 0)


def test_components_are_kept_for_thirty_days_and_for_the_last_session_of_each_month(app, market):
    for place in (-45, -44, -1):
        job.score_batch(app, job.Options(as_of=market.sessions[place]))
    kept = [day for (day,) in rows(app, "SELECT DISTINCT score_date FROM compass_score_component ORDER BY 1")]
    assert kept == [market.sessions[-44], LAST]
    assert rows(app, "SELECT count(DISTINCT score_date) FROM compass_score_history") == [(3,)]


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
        assert forced.units.planned == STOCKS - len(late)
        assert rows(app, "SELECT dq FROM compass_score_run") == [({"fired": ["DQ_LATE"]},)]
    finally:
        with app.engine.begin() as connection:
            upsert(connection, stock_price_daily, _market.price_rows(market, SESSIONS - 1), _market.PROVENANCE)
    assert job.score_batch(app, job.Options(replace=True)).exit_code == 0
    assert rows(app, "SELECT count(*) FROM ops_alert WHERE resolved_at IS NULL") == [(0,)]


def test_many_stocks_without_data_are_a_warning_and_no_statement_is_no_guess(app, inputs, monkeypatch):
    nothing = load.scored_reports.assembled(np.zeros(0, load.scored_reports.RECORD))
    monkeypatch.setattr(load.scored_reports, "read", lambda *_: nothing)
    result = job.score_batch(app, job.Options())
    assert (result.outcome, result.exit_code, result.scored) == ("partial", 3, 0)
    assert result.not_scored_because["NO_FS"] > STOCKS / 2
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


# --- versions --------------------------------------------------------------------------------------------------------


def earlier(app):
    return rows(
        app,
        "SELECT ticker, run_id, total_score, replaced_by, replaced_because FROM compass_score_earlier"
        " ORDER BY ticker, run_id",
    )


def test_what_a_later_batch_replaces_is_kept_with_its_reason(app, changed_price):
    job.score_batch(app, job.Options())
    before = {
        ticker: rest for ticker, *rest in rows(app, "SELECT ticker, run_id, total_score FROM compass_score_history")
    }
    changed_price()
    result = job.score_batch(app, job.Options(replace=True))
    assert result.replaced_because == ["PRICES"]
    assert "--versions" in result.notes[0]
    found = earlier(app)
    assert len(found) == result.tables["compass_score_history"].changed > 0
    assert all(before[ticker] == [run, total] for ticker, run, total, _, _ in found)
    assert {(by, *because) for *_, by, because in found} == {(result.run_id, "PRICES")}
    assert rows(app, "SELECT score_date, ticker, formula_version FROM compass_score_history GROUP BY 1, 2, 3"
                     " HAVING count(*) > 1") == []  # fmt: skip


def test_the_same_data_again_make_no_version(app):
    for _ in range(2):
        assert job.score_batch(app, job.Options(replace=True)).replaced_because == []
    assert earlier(app) == []


@pytest.mark.parametrize("is_last_of_month", [False, True])
def test_a_version_of_provisional_prices_is_kept_for_thirty_days_but_of_a_months_last_day(
    app, changed_price, market, is_last_of_month
):
    changed_price("PROVISIONAL")
    job.score_batch(app, job.Options())
    changed_price(won=20)
    assert job.score_batch(app, job.Options()).replaced_because == ["PROVISIONAL"]
    with app.engine.begin() as connection:
        old = max(day for day in market.sessions if day.month == market.sessions[-45].month)
        old = old if is_last_of_month else market.sessions[market.sessions.index(old) - 1]
        connection.execute(text("UPDATE compass_score_earlier SET score_date = :day"), {"day": old})
        if not is_last_of_month:
            later = market.sessions[market.sessions.index(old) + 1]
            connection.execute(text("UPDATE compass_score_run SET score_date = :day WHERE run_id ="
                                    " (SELECT min(run_id) FROM compass_score_run)"), {"day": later})  # fmt: skip
    changed_price(won=30)
    job.score_batch(app, job.Options(replace=True))
    kept = [(old, ["PROVISIONAL"])] if is_last_of_month else []
    stored = rows(app, "SELECT DISTINCT score_date, replaced_because FROM compass_score_earlier ORDER BY 1")
    assert stored == [*kept, (LAST, ["PRICES"])]


def test_new_statements_are_named_as_the_reason(app):
    job.score_batch(app, job.Options())
    with app.engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept_reports AS SELECT * FROM financial_report"))
        connection.execute(
            text("UPDATE financial_report SET operating_income = -operating_income WHERE corp_code LIKE '%1'")
        )
    try:
        assert job.score_batch(app, job.Options(replace=True)).replaced_because == ["STATEMENTS"]
    finally:
        with app.engine.begin() as connection:
            connection.execute(text("DELETE FROM financial_report"))
            connection.execute(text("INSERT INTO financial_report SELECT * FROM kept_reports"))
            connection.execute(text("DROP TABLE kept_reports"))
    job.score_batch(app, job.Options(replace=True))
    assert len({run for _, run, *_ in earlier(app)}) == 2, "back to the first numbers, and both versions are there"


def test_a_stored_day_shows_its_versions(app, changed_price, market, capsys):
    ticker = market.tickers[0]
    job.score_batch(app, job.Options())
    changed_price()
    job.score_batch(app, job.Options(replace=True))
    found = score_history.history_of(app, ticker, 20)
    (day,) = found["history"]
    assert [one["replaced_because"] for one in day["earlier"]] == [["PRICES"]]
    score_history.show_history(Console(), found, with_versions=False)
    told = capsys.readouterr().out
    assert "--versions" in told
    assert "앞선 판 1" in told
    score_history.show_history(Console(), found, with_versions=True)
    told = capsys.readouterr().out
    assert "시세가 고쳐졌거나 더해졌습니다" in told


def test_coverage_of_each_axis_is_told(app, capsys):
    result = job.score_batch(app, job.Options())
    assert set(result.coverage) == {"financial", "valuation", "technical", "risk"}
    job.show_batch(Console(), result)
    assert re.search(r"재무 \d+% · 밸류에이션 \d+% · 기술 \d+% · 리스크 \d+%", capsys.readouterr().out)


def test_without_a_key_of_dart_there_are_axes_of_prices_and_no_alarm(app, monkeypatch, capsys):
    nothing = load.scored_reports.assembled(np.zeros(0, load.scored_reports.RECORD))
    monkeypatch.setattr(load.scored_reports, "read", lambda *_: nothing)
    without = dataclasses.replace(app, settings=app.settings.model_copy(update={"dart_api_key": None}))
    result = job.score_batch(without, job.Options())
    assert (result.outcome, result.exit_code, result.alerts) == ("done", 0, [])
    assert "DART_API_KEY" in result.notes[0]
    assert rows(app, "SELECT count(*) FROM ops_alert") == [(0,)]
    assert rows(app, "SELECT count(*) > 50, max(total_score) FROM compass_score_history"
                     " WHERE technical_score IS NOT NULL AND risk_score IS NOT NULL") == [(True, None)]  # fmt: skip
    usual = score_card.ranking(without, Wanted(top=5))
    assert usual["axis"] in {"technical", "risk"}
    assert len(usual["stocks"]) == 5
    found = score_card.ranking(without, Wanted(top=5, axis="risk"))
    assert [one["risk_score"] for one in found["stocks"]] == sorted(
        (one["risk_score"] for one in found["stocks"]), reverse=True
    )
    assert "DART_API_KEY" in found["notes"][-1]
    score_card.show_ranking(Console(), found)
    shown = score_card.explained(without, found["stocks"][0]["ticker"], None)
    explain.show(Console(), shown)
    assert "점수 없음" in capsys.readouterr().out
