"""Verification ends with findings, whatever stands in whatever column: a check that fails says nothing of the rest."""

import os
import random
from datetime import date

import pytest
from everything import load_everything
from sqlalchemy import BigInteger, Date, DateTime, Integer, Numeric, String, Text, text
from sqlalchemy.exc import DBAPIError

from foresto_cli import clock, data_sets
from foresto_cli.collecting.checks import MONTHLY, Scope
from foresto_cli.score import batch
from foresto_cli.store.tables import metadata
from foresto_cli.verify import all_checks

pytestmark = pytest.mark.usefixtures("no_waiting")
SAMPLE = 6
SEED = int(os.environ.get("FORESTO_FUZZ_SEED", "1"))
VALUES = (
    ((Numeric, BigInteger, Integer), ("0", "-1")),
    (DateTime, ("'2099-01-01'",)),
    (Date, ("'1901-01-01'", "'2099-12-31'")),
    ((String, Text), ("''", "'x'")),
)
MET = (
    ("corporate_actions", "rcept_no", "'x'"),
    ("corporate_actions", "rcept_no", "'20261399000001'"),
    ("dart_answer", "reprt_code", "'x'"),
    ("dart_answer", "bsns_year", "0"),
    ("dividend_history", "rcept_no", "'x'"),
    ("stock_price_daily", "shares_outstanding", "0"),
)
"""What once made a check fail."""
NOT_OURS = {"batch_id", "run_id"}


def _plantable():
    for table in metadata.sorted_tables:
        for column in table.columns:
            if column.name not in NOT_OURS:
                values = next((found for kinds, found in VALUES if isinstance(column.type, kinds)), ())
                for value in (*values, *(("NULL",) if column.nullable else ())):
                    yield table.name, column.name, value


@pytest.fixture
def full(loaded):
    load_everything(loaded)
    batch.score_batch(loaded.app, batch.Options(force=True))
    return loaded.app


def _failures(app, planted):
    asked = all_checks.of(MONTHLY, data_sets.every())
    days = app.calendar.sessions(date(2026, 11, 2), date(2026, 11, 20))
    failed, count = {}, 0
    for table, column, value in planted:
        for row in (f"ctid = (SELECT max(ctid) FROM {table})", "true"):
            with app.engine.connect() as connection:
                try:
                    connection.execute(text(f"UPDATE {table} SET {column} = {value} WHERE {row}"))
                except DBAPIError:  # a rule of the table forbids it
                    continue
                count += 1
                scope = Scope(connection, app.calendar, clock.now(), days, days[-1])
                for check in asked:
                    with connection.begin_nested() as saved:
                        try:
                            rows = check.find(scope)
                            if rows and check.units:
                                check.units(scope, rows)
                            if rows and not isinstance(check.repair, str):
                                check.repair(rows)
                        except Exception as error:  # noqa: BLE001  # what is being looked for
                            failed[f"{table}.{column} = {value} ({row[:4]})", check.name] = f"{error!r}"[:200]
                            saved.rollback()
                connection.rollback()
    assert count > len(planted) // 2
    return failed


@pytest.mark.long
def test_no_check_fails_whatever_is_stored(full):
    sample = random.Random(SEED).sample(sorted(_plantable()), SAMPLE)
    assert _failures(full, [*MET, *sample]) == {}


@pytest.mark.slow
def test_no_check_fails_whatever_is_stored_in_any_column(full):
    assert _failures(full, sorted(_plantable())) == {}
