"""Scores of past days, of shuffled rows and of a second run are the same bit for bit; what is missing is noticed."""

import dataclasses

import numpy as np
from score.stored import LAST, records_of

from foresto_cli.score import compute, gates, load, panel
from foresto_cli.score import score_rows as rows_of
from foresto_cli.score.validation import proofs


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


def test_the_missing_day_gate_fires_on_a_panel_without_one_day_and_on_no_other(inputs):
    assert gates.check(inputs.panel) == []
    days, blocks = list(inputs.panel.days), records_of(inputs.panel)
    del days[100], blocks[100]
    fired = gates.check(panel.assembled(days, blocks, inputs.panel.events))
    assert [one.code for one in fired] == ["DQ_MISSING_DAY"]
    assert f"{inputs.panel.days[101]}" in fired[0].message
