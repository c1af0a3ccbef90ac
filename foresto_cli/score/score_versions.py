"""Versions of stored scores: what a later run replaces is kept beside, with what had changed since."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection, text

from foresto_cli.score import score_rows
from foresto_cli.store.fragments import sql
from foresto_cli.store.tables import compass_score_earlier, compass_score_history

KEPT_DAYS = timedelta(days=30)
"""How long versions that were computed from provisional prices are kept; they are replaced every evening.

Those of the last scored session of a month are kept for good: the track record needs the scores known to a buyer.
"""
REPLACED = {
    "FORMULA": "산식이 달라졌습니다",
    "PROVISIONAL": "잠정 시세가 확정되었습니다",
    "PRICES": "시세가 고쳐졌거나 더해졌습니다",
    "STATEMENTS": "새 재무제표를 받았거나 고쳐졌습니다",
    "DIVIDENDS": "배당이 달라졌습니다",
    "OTHER": "주식 수 등 다른 자료가 달라졌습니다",
}
"""Code → why a version was replaced, in the order in which they are stored."""
KINDS = {"T": "PRICES", "R": "PRICES", "F": "STATEMENTS", "B": "STATEMENTS"}
"""First letter of a component → what differs when its raw value does. Those of V hang on several."""
COLUMNS = [column.name for column in compass_score_history.columns]
BEFORE = sql(
    "CREATE TEMPORARY TABLE foresto_replaced ON COMMIT DROP AS SELECT {columns} FROM compass_score_history"
    " WHERE score_date = :day AND formula_version = :version",
    columns=COLUMNS,
)
KEEP = sql(
    "INSERT INTO {table} ({columns}, replaced_at, replaced_by, replaced_because)"
    " SELECT {old}, :now, :run_id, CAST(:because AS text[]) FROM foresto_replaced r"
    " LEFT JOIN compass_score_history h USING (score_date, ticker, formula_version)"
    " WHERE h.run_id IS DISTINCT FROM r.run_id",
    table=compass_score_earlier.name,
    columns=COLUMNS,
    old=[f"r.{name}" for name in COLUMNS],
)
FORGET = text(
    "DELETE FROM compass_score_earlier e WHERE score_date < :before AND 'PROVISIONAL' = ANY(replaced_because)"
    " AND EXISTS (SELECT 1 FROM compass_score_run r WHERE r.score_date > e.score_date"
    " AND date_trunc('month', r.score_date) = date_trunc('month', e.score_date))"
)
STORED = text(
    "SELECT ticker, components FROM compass_score_component WHERE score_date = :day AND formula_version = :version"
)

Key = Mapping[str, object]
Raw = dict[str, dict[str, float | None]]
"""Raw values of the components of each stock."""


@contextmanager
def kept(connection: Connection, key: Key, run: score_rows.RunFacts, because: list[str]) -> Iterator[None]:
    """Keep, of the scores of the day and version that ``key`` names, those that are changed or taken away inside."""
    connection.execute(BEFORE, key)
    yield
    connection.execute(KEEP, {"now": run.now, "run_id": run.run_id, "because": because})
    connection.execute(text("DROP TABLE foresto_replaced"))


def differences(before: Raw, now: Raw, *, was_provisional: bool, is_same_formula: bool) -> list[str]:
    """Return the codes of what differs between the stored scores of a day and those computed now."""
    changed = {
        name
        for ticker in before.keys() & now.keys()
        for name in before[ticker].keys() | now[ticker].keys()
        if before[ticker].get(name, ...) != now[ticker].get(name, ...)
    }
    found = {KINDS[name[0]] for name in changed if name[0] in KINDS}
    if before and before.keys() != now.keys():
        found.add("PRICES")
    if "PRICES" in found and was_provisional:
        found = found - {"PRICES"} | {"PROVISIONAL"}
    # A price changes every yield.
    if "V6" in changed and not found & {"PRICES", "PROVISIONAL"}:
        found.add("DIVIDENDS")
    if not is_same_formula:
        found.add("FORMULA")
    return [code for code in REPLACED if code in found] or ["OTHER"]


def raw_stored(connection: Connection, key: Key) -> Raw:
    """Return the raw values that the stored scores of a day are made of; empty where they are not kept any more."""
    return {row.ticker: {part[0]: part[1] for part in row.components} for row in connection.execute(STORED, key)}
