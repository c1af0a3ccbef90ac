"""Decisions about shares that are lost, or contradict themselves and the prices, are found and asked for again."""

from datetime import date

import pytest

from foresto_cli import clock
from foresto_cli.collecting.checks import DECLARED, MONTHLY, Scope, run_checks
from foresto_cli.loading import load_capital, load_statements
from foresto_cli.running import job
from foresto_cli.verify import all_checks, mending

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 2
QUICK = job.Options()
COLUMNS = (
    "rcept_no, corp_code, ticker, action_type, report_name, rcept_dt, is_correction, is_withdrawn, corrected_by, ratio,"
    " record_date, effective_date, shares_before, shares_after, new_shares, method, price_event_date, price_event"
)
FREE = "rcept_no = (SELECT max(rcept_no) FROM corporate_actions WHERE action_type = 'FREE_INCREASE' AND ratio > 1)"
PLANTED = (
    ("actions.lost", "DELETE FROM corporate_actions WHERE ratio IS NOT NULL"),
    ("actions.lost", "DELETE FROM corporate_actions"),
    ("actions.values", f"UPDATE corporate_actions SET ratio = ratio * 10 WHERE {FREE}"),
    ("actions.values", f"UPDATE corporate_actions SET ticker = '999990' WHERE {FREE}"),
    ("actions.values", f"UPDATE corporate_actions SET rcept_dt = '2027-01-01' WHERE {FREE}"),
    ("actions.values", f"UPDATE corporate_actions SET shares_after = shares_after * 1000 WHERE {FREE}"),
    ("actions.values", f"UPDATE corporate_actions SET effective_date = record_date - 90 WHERE {FREE}"),
    ("actions.names", f"UPDATE corporate_actions SET action_type = 'MERGER' WHERE {FREE}"),
    ("actions.names", f"UPDATE corporate_actions SET is_withdrawn = NOT is_withdrawn WHERE {FREE}"),
    (
        "actions.links",
        f"UPDATE corporate_actions SET price_event_date = '2026-11-09' WHERE {FREE}",
    ),
)


def findings(world):
    all_checks.of(MONTHLY)
    ours = [check for name, check in DECLARED.items() if name.startswith("actions.")]
    days = world.app.calendar.sessions(date(2026, 11, 5), date(2026, 11, 20))
    with world.app.engine.connect() as connection:
        scope = Scope(connection, world.app.calendar, clock.now(), days, days[-1])
        return {finding.check: finding for finding in run_checks(ours, scope)}


@pytest.mark.long
def test_what_is_wrong_with_decisions_is_found_and_mended(open_loaded):
    query = f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM (SELECT {COLUMNS} FROM corporate_actions) t"
    with open_loaded() as world:
        load_statements.load_companies(world.app, QUICK)
        load_capital.load_actions(world.app, date(2026, 1, 1), date(2026, 11, 20), QUICK)
        world.execute("UPDATE unit_ledger SET asked_at = '2026-11-30' WHERE dataset = 'dart.action_links'")
        assert findings(world) == {}
        before = world.scalar(query)
        for check, planted in PLANTED:
            world.execute(planted)
            found = findings(world)
            assert check in found, (planted, found.keys())
            mending.mend(world.app, [one.units for one in found.values() if one.units], QUICK)
            assert findings(world) == {}, planted
            assert world.scalar(query) == before, planted
