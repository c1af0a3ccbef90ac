"""What is checked of derived tables is asked only after they were derived: by the runs, whatever a clock said."""

import pytest

from foresto_cli import clock
from foresto_cli.collecting.checks import Scope, run_checks
from foresto_cli.verify import all_checks

WRONG = {
    "stocks.yield": "UPDATE stocks SET dividend_yield = 999 WHERE ticker = '005930'",
    "stocks.ratios": "UPDATE stocks SET pe_ratio = 999 WHERE ticker = '005930'",
    "stocks.valuation": "INSERT INTO valuation_known (ticker, known_from, known_to, other_shares, inputs, source_id,"
    " batch_id, created_at, updated_at) VALUES ('005930', '2026-01-02', '9000-01-01', 0, 'x', 'KRX', 1, now(), now())",
    "history.spans": "DELETE FROM stock_history WHERE ticker = '005930'",
}
DERIVED = "('stocks.valuation', 'stocks.ratios', 'stocks.dividend_yield', 'stocks.history')"


def found(world):
    asked = [check for check in all_checks.of(all_checks.WEEKLY) if check.name in WRONG]
    day = world.sandbox.market.sessions[-1]
    with world.app.engine.connect() as connection:
        return {one.check for one in run_checks(asked, Scope(connection, world.app.calendar, clock.now(), [day], day))}


@pytest.mark.parametrize("told", ["2026-01-01", "2027-01-01"])
def test_what_was_derived_last_is_told_by_the_runs(loaded, told):
    loaded.execute(f"UPDATE unit_ledger SET asked_at = '{told}' WHERE dataset IN {DERIVED}")
    assert found(loaded) == set()
    for statement in WRONG.values():
        loaded.execute(statement)
    assert found(loaded) == {*WRONG}
    loaded.execute("UPDATE unit_ledger SET run_id = run_id + 1000 WHERE dataset = 'stocks'")
    loaded.execute(
        "UPDATE data_load_batch SET run_id = run_id + 1000 WHERE batch_id IN (SELECT batch_id FROM fdr_stock_listing)"
    )
    assert found(loaded) == set(), "news that wait to be derived are no mistake"
