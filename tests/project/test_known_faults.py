"""Thirty faults that an earlier program for the same market was known for, and the tests that show each gone.

B1   a run's record is never closed
     chains/test_unattended.py::test_every_run_is_closed_in_korean_time_whatever_the_machines_zone
     running/test_runs.py::test_a_run_whose_process_is_gone_is_closed_as_interrupted
B2   the score does not read the statements
     score/test_looking.py::test_a_shown_score_can_be_computed_again_by_hand
     score/test_parts.py::test_a_report_counts_from_the_day_it_was_received_and_its_correction_from_that_of_its_own
B3   252 days of the calendar are taken for 252 sessions
     score/test_parts.py::test_rows_are_counted_over_a_gap_and_idle_rows_from_the_end
     score/test_parts.py::test_volatility_drawdown_and_beta_by_their_definitions
B4   constants of another country stand for a stock's peers
     project/test_known_faults.py::test_the_same_yield_is_cheap_among_dear_stocks_and_dear_among_cheap_ones
B5   bonds are asked for without a day, and never come
     datasets/open_data/test_bonds.py::test_every_bond_is_stored_once_and_a_second_run_asks_nobody
     datasets/open_data/test_bonds.py::test_what_is_not_published_yet_is_taken_from_before_and_asked_for_again
B6   one absurd ratio ends the whole run
     datasets/dart/test_dart_statements.py::test_the_operators_queries_run_and_ratios_never_overflow
     datasets/open_data/test_bonds.py::test_an_absurd_number_costs_no_other_row
B7   two bonds of one name end the load
     datasets/open_data/test_bonds.py::test_two_bonds_may_have_one_name_and_a_name_may_change_into_anothers
B8   a load that stored everything is recorded as failed
     project/test_known_faults.py::test_a_load_that_stored_everything_is_recorded_as_good
B9   an upstream that is away, empty or out of quota is a success
     collecting/test_collect.py::test_an_empty_answer_on_a_session_is_a_failure_never_a_holiday
     datasets/fss/test_fss_faults.py::test_when_nobody_answers_it_is_no_success
     datasets/dart/test_dart_actions.py::test_a_budget_that_runs_out_leaves_the_rest_for_the_next_day
     campaign/test_matrix.py::test_after_any_failure_the_next_run_makes_it_as_if_nothing_had_gone_wrong
B10  a split leaves two price bases in one series
     adjustment/test_market.py::test_adjusted_closes_carry_the_factors_of_later_days
     adjustment/test_stories.py::test_a_rebased_source_moves_its_own_adjusted_closes
     score/test_formula.py::test_a_split_leaves_no_trace_and_a_bonus_issue_counts_the_shares_to_come
B11  a price of the running session stays for ever
     collecting/test_collect.py::test_a_session_is_read_again_when_it_is_over_and_when_it_is_official
     score/test_batch.py::test_scores_of_provisional_prices_are_replaced_by_those_of_final_ones
B12  holidays fail, and the score does not wait for prices
     chains/test_unattended.py::test_a_holiday_is_an_ordinary_day_with_nothing_to_do
     views/test_market_mail.py::test_a_weekend_brings_one_mail_and_no_prices_none
     chains/test_chains.py::test_a_step_whose_need_failed_is_left_out_and_named_and_the_rest_runs
B13  a halt is a price of zero, and a flat price has no indicator
     score/test_parts.py::test_a_halt_gives_one_return_from_the_last_traded_price_and_an_event_none
     project/test_known_faults.py::test_a_price_that_stands_still_has_a_defined_result
B14  scores, names and listings of yesterday stay as they were
     score/test_batch.py::test_the_newest_scores_stand_beside_the_stocks_and_who_has_none_has_null
     datasets/listed/test_stocks.py::test_who_leaves_stays_inactive_and_the_past_can_still_be_asked
     datasets/listed/test_stocks.py::test_a_new_name_is_history
B15  one axis alone makes the best grade
     project/test_known_faults.py::test_a_total_needs_three_axes
B16  a day that two sources tell counts twice
     collecting/test_collect.py::test_snapshot_rows_are_replaced_by_the_exchange_within_the_refresh_days
     score/test_reproducible.py::test_a_row_that_is_there_twice_is_noticed
B17  a loss is cheap, points cannot be reached, letters make a ticker foreign
     project/test_known_faults.py::test_a_loss_is_never_cheap
     project/test_known_faults.py::test_every_order_of_the_averages_has_its_points
     project/test_known_faults.py::test_a_ticker_with_letters_is_a_korean_stock
     datasets/dart/test_dart_statement_faults.py::test_a_blank_ticker_is_none_and_letters_are_kept
B18  keys are told, in addresses and over http
     cli/test_cli.py::test_no_key_is_in_any_output_or_log
     upstream/test_http.py::test_no_message_holds_a_key_a_password_or_a_url
     datasets/open_data/test_open_data.py::test_only_https_is_spoken
     store/test_migrate.py::test_a_shown_url_hides_the_password_and_nothing_else
B19  a statement to the database for every stock
     project/test_known_faults.py::test_more_stocks_take_no_more_statements
B20  a computer asleep at the hour skips the day
     chains/test_unattended.py::test_after_a_week_asleep_one_run_does_what_is_missing
     chains/test_unattended.py::test_of_two_overlapping_starts_one_works
     running/test_lock.py::test_of_two_hosts_one_collects
B21  invented stocks and headlines are mailed
     views/test_market_mail.py::test_what_could_not_be_found_out_is_said_and_never_made_up
     views/test_market_mail.py::test_it_tells_the_session_from_our_own_prices_to_each_reader
B22  one failure repeats the whole job, and tells of it each time
     datasets/prices/test_fault_matrix.py::test_one_bad_day_does_not_stop_the_others
     upstream/test_http.py::test_each_failure_is_tried_again_as_often_and_as_late_as_promised
     telling/test_alerts.py::test_an_incident_is_told_once_reminded_each_day_and_ended
B23  what the verification finds is told nobody
     verify/test_verify.py::test_a_planted_fault_is_found_named_and_alerted
     telling/test_alerts.py::test_each_rule_fires_once_to_all_is_repeated_after_a_day_and_ends
B24  the first hit of a search is the company
     datasets/listed/test_crno.py::test_a_name_is_never_enough
     datasets/open_data/test_dividends.py::test_each_dividend_belongs_to_its_own_security_only
B25  accounts are taken by their words, from any statement, and nothing is zero
     datasets/dart/test_dart_accounts.py::test_the_id_comes_before_the_label_and_the_fitting_label_before_the_first_line
     datasets/dart/test_dart_accounts.py::test_an_id_counts_only_in_its_statement
     datasets/dart/test_dart_accounts.py::test_zero_is_a_number_and_nothing_is_not_zero
B26  kinds of loan overwrite each other, later pages and vanished products are lost
     datasets/fss/test_fss.py::test_two_kinds_of_loan_under_one_code_are_two_products
     datasets/fss/test_fss.py::test_deposits_beyond_the_first_page_are_stored
     datasets/fss/test_fss.py::test_who_vanished_is_closed_who_came_back_is_open_and_every_rate_that_moved_is_kept
B27  decisions about shares have neither ratio nor day
     datasets/dart/test_dart_actions.py::test_every_decision_is_found_with_ratio_and_dates_and_the_price_that_carries_it_out
B28  two starts send two mails
     views/test_market_mail.py::test_the_database_itself_refuses_a_second_mail_of_a_day
     views/test_market_mail.py::test_of_two_starts_at_once_one_sends
B29  market capitalisation in several units
     project/test_known_faults.py::test_market_capitalisation_is_won_wherever_it_stands
B30  times of several clocks
     project/test_known_faults.py::test_every_time_is_korean_whatever_the_servers_zone
"""

import ast
import re
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from conftest import opener
from sqlalchemy import event, text
from support import EVENING

from foresto_cli.loading import load_listed, load_prices
from foresto_cli.running import job
from foresto_cli.score import mapping, panel, technical
from foresto_cli.score.universe import kind_of

pytestmark = pytest.mark.usefixtures("no_waiting")

QUICK = job.Options()
TESTS = Path(__file__).parents[1]


def proofs():
    """The table above: number → tests."""
    found = {}
    for line in __doc__.splitlines():
        if begun := re.match(r"(B\d+)  +\S", line):
            number = begun[1]
            found[number] = []
        elif line.startswith("     ") and "::" in line:
            found[number].append(tuple(line.strip().split("::")))
    return found


def test_every_known_fault_has_a_proof():
    assert list(proofs()) == [f"B{number}" for number in range(1, 31)]


@pytest.mark.parametrize("number", proofs())
def test_the_proof_is_a_test_that_runs_everywhere(number):
    assert proofs()[number]
    for file, name in proofs()[number]:
        functions = {node.name: node for node in ast.parse((TESTS / file).read_text("utf-8")).body
                     if isinstance(node, ast.FunctionDef)}  # fmt: skip
        assert name in functions, f"{file}::{name}"
        marks = {ast.unparse(mark) for mark in functions[name].decorator_list}
        assert not [mark for mark in marks if "needs_shared" in mark or "skip" in mark or "xfail" in mark]
        assert any(isinstance(node, ast.Assert | ast.With) for node in ast.walk(functions[name]))


def test_the_same_yield_is_cheap_among_dear_stocks_and_dear_among_cheap_ones():
    mine = np.array([0.10])
    dear, cheap = np.linspace(0.01, 0.09, 50), np.linspace(0.11, 0.30, 50)
    assert mapping.component_percentile("V1", mine, dear, 30) == [100]
    assert mapping.component_percentile("V1", mine, cheap, 30) == [0]
    # Too few peers are none: nothing else steps in for them.
    assert np.isnan(mapping.component_percentile("V1", mine, dear[:29], 30)).all()


@pytest.mark.long
def test_a_load_that_stored_everything_is_recorded_as_good(open_world):
    with open_world(patience=1) as world:
        load_prices.load_prices_incremental(world.app, 30, 0, QUICK)
        load_prices.load_index(world.app, 30, QUICK)
        batches = world.rows("SELECT batch_type, status, total_records - success_records FROM data_load_batch")
        assert {kind for kind, _, _ in batches} >= {"PRICE", "INDEX"}
        assert {(status, rest) for _, status, rest in batches} == {("SUCCESS", 0)}
        assert world.scalar("SELECT count(*) FROM stock_price_daily") > 0
        assert world.scalar("SELECT count(*) FROM index_price_daily") > 0


def test_a_price_that_stands_still_has_a_defined_result():
    flat = np.full((260, 1), 100.0)
    rows = np.array([260])
    assert technical.rsi(flat, rows) == [50]
    assert [float(one[0]) for one in technical.macd(flat, rows)] == pytest.approx([0, 0, 0], abs=1e-9)


def test_a_total_needs_three_axes():
    nothing = np.array([np.nan])
    axes = dict.fromkeys(("F", "V", "T", "R"), nothing)
    best = np.array([100.0])
    assert np.isnan(mapping.total(axes | {"R": best}, 1)).all()
    assert np.isnan(mapping.total(axes | {"R": best, "T": best}, 1)).all()
    assert mapping.total(axes | {"R": best, "T": best, "F": best}, 1) == [100]


def test_a_loss_is_never_cheap():
    yields = np.array([-0.50, -0.01, *np.linspace(0.01, 0.20, 40)])
    placed = mapping.component_percentile("V1", yields, yields, 30)
    assert np.argsort(placed).tolist() == list(range(42))
    assert placed[0] < placed[1] < 5


def test_every_order_of_the_averages_has_its_points():
    rising = np.linspace(100, 200, 260)
    found = technical.order(np.column_stack([rising, rising[::-1]]))
    assert found.tolist() == [100, 0]


def test_a_ticker_with_letters_is_a_korean_stock():
    assert kind_of("0004Y0", "가상전자", panel.KOSPI, is_financial=False) == "COMMON"


def statements_of(world):
    """How many statements the listing, a market day and the stocks send to the database, each."""
    app, day = world.app, world.sandbox.market.sessions[-4]
    sent = []

    def count(*arguments):
        sent.append(arguments[2])

    event.listen(app.engine, "before_cursor_execute", count)
    try:
        load_listed.load_snapshot(app, QUICK)
        yield len(sent)
        load_prices.load_prices_between(app, day, day, None, QUICK)
        yield len(sent)
        load_listed.derive_stocks(app, QUICK)
        yield len(sent)
    finally:
        event.remove(app.engine, "before_cursor_execute", count)


@pytest.mark.long
def test_more_stocks_take_no_more_statements(engine, tmp_path):
    counted = []
    for stocks in (60, 240):
        with opener(engine, tmp_path / f"{stocks}")(stocks=stocks, patience=1) as world:
            counted.append(list(statements_of(world)))
            assert world.scalar("SELECT count(*) FROM stocks") >= stocks - 5
            for table in ("fdr_stock_listing", "stocks", "stock_history", "stock_price_daily", "unit_ledger"):
                world.execute(f"DELETE FROM {table}")
    few, many = counted
    assert many == pytest.approx(few, abs=3)


def test_market_capitalisation_is_won_wherever_it_stands(open_world):
    with open_world(patience=1) as world:
        load_listed.load_listing(world.app, QUICK)
        days = world.sandbox.market.sessions
        load_prices.load_prices_between(world.app, days[-3], days[-1], None, QUICK)
        load_listed.derive_stocks(world.app, QUICK)
        priced = "SELECT count(*) FROM stock_price_daily WHERE market_cap {} close_price * shares_outstanding"
        assert world.scalar(priced.format("=")) > 100
        assert world.scalar(priced.format("<>")) == 0
        ratios = world.rows(
            "SELECT min(l.marcap::numeric / p.market_cap), max(l.marcap::numeric / p.market_cap),"
            " min(s.market_cap::numeric / p.market_cap), max(s.market_cap::numeric / p.market_cap)"
            " FROM stock_price_daily p JOIN fdr_stock_listing l USING (ticker) JOIN stocks s USING (ticker)"
            " WHERE p.trade_date = :day AND l.is_listed AND p.market_cap > 0", day=days[-1],
        )  # fmt: skip
        assert all(0.5 < float(ratio) < 2 for ratio in ratios[0])


def test_every_time_is_korean_whatever_the_servers_zone(open_world, engine):
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET timezone TO 'America/New_York'"))
    engine.dispose()
    with open_world(patience=1) as world:
        load_listed.load_stocks(world.app, QUICK)
        day = world.sandbox.market.sessions[-4]
        load_prices.load_prices_between(world.app, day, day, None, QUICK)
        columns = world.rows(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND data_type LIKE 'timestamp%'"
        )
        assert {kind for _, _, kind in columns} == {"timestamp without time zone"}
        begun, filled = EVENING.replace(tzinfo=None), 0
        for table, column, _ in columns:
            if table in {"foresto_meta", "data_source", "upstream_block"}:
                continue
            first, last = world.rows(f"SELECT min({column}), max({column}) FROM {table}")[0]
            if first is not None:
                filled += 1
                assert begun <= first <= last <= begun + timedelta(minutes=5), f"{table}.{column}"
        assert filled > 8
