"""Checks of dividend yields: ``stocks`` shows what the stored dividends and the current price give."""

from sqlalchemy import text

from foresto_cli.collecting.checks import WARNING, WEEKLY, Rows, Scope, check, whole
from foresto_cli.datasets.open_data import dividend_yield
from foresto_cli.store.fragments import sql
from foresto_cli.upstream import fsc

# Derived by a later run than the dividends and the stocks, or by the same: until then they are only not yet brought up
# to date. By the numbers of the runs: the clock may have been ahead once.
DERIVED_ON = text(
    "SELECT max(asked_at)::date FROM unit_ledger WHERE dataset = :name AND status = 'done'"
    " HAVING max(run_id) >= coalesce((SELECT run_id FROM data_load_batch"
    " WHERE batch_id = (SELECT max(batch_id) FROM dividend_history)), max(run_id))"
    " AND max(run_id) >= (SELECT max(run_id) FROM unit_ledger WHERE dataset = 'stocks')"
)


@check(
    "stocks.yield",
    "배당수익률",
    WARNING,
    "stocks",
    "배당수익률은 저장된 배당과 현재가에서 계산한 그대로이다",
    "foresto stocks load --again",
    level=WEEKLY,
    units=whole(dividend_yield.DATASET.name, "all"),
)
def other_yields(scope: Scope) -> Rows:
    """Find yields that are not what the last year's dividends and the current price make them."""
    day = scope.connection.scalar(DERIVED_ON, {"name": dividend_yield.DATASET.name})
    if day is None:
        return []
    return scope.rows(
        sql(
            "{wanted} SELECT s.ticker, s.name, s.dividend_yield, w.percent AS 계산 FROM stocks s"
            " JOIN wanted w ON w.ticker = s.ticker WHERE s.dividend_yield IS DISTINCT FROM w.percent ORDER BY 1",
            wanted=dividend_yield.WANTED,
        ),
        today=day,
        since=day - dividend_yield.YEAR,
        source=fsc.SOURCE_ID,
    )
