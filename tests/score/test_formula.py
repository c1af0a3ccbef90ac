"""The formula on a whole market: who is scored, what adds up, what changes nothing."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest
from score.stored import LAST

from benchmarks import _market
from foresto_cli.score import batch as job
from foresto_cli.score import compute, formula, mapping, score_checks, score_reasons


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


def test_verification_and_scoring_mean_the_same_by_unavoidable():
    assert set(score_checks.UNAVOIDABLE) == score_reasons.UNAVOIDABLE
    assert score_checks.MISSING_SHARE == job.FAILED_SHARE


def test_scoring_imports_neither_pandas_nor_scipy():
    code = (
        "import sys, foresto_cli.app, foresto_cli.score.batch; print(sorted({'pandas', 'scipy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
