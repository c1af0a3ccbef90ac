"""The score on three years of the exchange's own prices and second-hand statements: coverage, and what it was worth.

Minutes long: 1.9 million rows are stored as the loaders store them. So it runs when asked for:
``FORESTO_REAL_PANEL=1 pytest -n 0 -s tests/score/test_real.py`` prints the reports.
"""

import os
from datetime import date

import numpy as np
import pytest
import recorded_panel
from support import needs_shared

from foresto_cli import clock
from foresto_cli.console import Console
from foresto_cli.score import compute, load, universe
from foresto_cli.score.validation import validation_report, validation_run

asked_for = pytest.mark.skipif("FORESTO_REAL_PANEL" not in os.environ, reason="minutes long: FORESTO_REAL_PANEL=1")
pytestmark = [needs_shared, asked_for, pytest.mark.slow]

FOUND = {
    (date(2024, 1, 1), date(2025, 4, 30)): {21: 0.136, 63: 0.205},
    (date(2025, 6, 1), date(2026, 3, 31)): {21: 0.078, 63: 0.112},
}
"""Mean rank IC of the total that an independent implementation found before this one was built."""
TOLERANCE = 0.025
"""Its statements and its prices were others: this recording has no delisted stock on ordinary days, no current assets
and no dividends."""


@pytest.fixture(scope="module")
def recorded(shared_engine):
    recorded_panel.stored(shared_engine)
    return shared_engine


@pytest.mark.parametrize("day", [date(2024, 7, 31), date(2025, 4, 30), date(2025, 9, 30), date(2026, 3, 31)])
def test_four_of_five_common_stocks_have_a_total_and_all_others_a_reason(recorded, day):
    with recorded.connect() as connection:
        scores = compute.scored(load.inputs(connection, day), day)
    common = np.isin(scores.universe.kind, (universe.ORDINARY, universe.FINANCIAL))
    has_total = ~np.isnan(scores.total)
    print(f"\n{day}: {common.sum():,} common stocks, {(has_total & common).sum() / common.sum():.1%} with a total")  # noqa: T201  # what a reader of -s wants
    assert (has_total & common).sum() >= 0.8 * common.sum()
    assert all(codes for codes, has in zip(scores.reasons, has_total, strict=True) if not has)


@pytest.mark.parametrize("span", FOUND, ids=lambda span: f"{span[0]:%Y-%m}..{span[1]:%Y-%m}")
def test_the_order_was_worth_what_was_found_before_it_was_built(recorded, span):
    clock.pretend(recorded_panel.NOW)
    options = validation_run.Options(first=span[0], last=span[1], every=validation_run.MONTH)
    with recorded.connect() as connection:
        found = validation_run.validate(connection, options, lambda *_: None)
    validation_report.show(Console(), found)
    assert not any(found.look_ahead.values())
    assert found.machinery.future_ic == pytest.approx(1)
    ics = {one.horizon: one.ic.mean for one in found.results if one.score == "total"}
    for horizon, wanted in FOUND[span].items():
        assert ics[horizon] == pytest.approx(wanted, abs=TOLERANCE)
