"""The monthly verification finds what is wrong with the bonds, and nothing when nothing is."""

from datetime import date

import pytest

from foresto_cli import data_sets
from foresto_cli.collecting.checks import MONTHLY
from foresto_cli.loading import open_data
from foresto_cli.running import job
from foresto_cli.verify import checks, verification
from foresto_cli.views import state

QUICK = job.Options()
ONE = "isin_cd = (SELECT min(isin_cd) FROM bonds WHERE is_active)"
PLANTED = {
    "bonds.count": "UPDATE unit_ledger SET row_count = 600 WHERE dataset = 'bonds' AND unit = '2026-10-16'",
    "bonds.lost_rows": f"DELETE FROM bonds WHERE {ONE}",
    "bonds.maturity": "UPDATE bonds SET bond_expr_dt = NULL WHERE is_active AND name LIKE '%1%'",
    "bonds.rate": f"UPDATE bonds SET interest_rate = 20.5 WHERE {ONE}",
    "bonds.overdue": f"UPDATE bonds SET bond_expr_dt = bas_dt WHERE {ONE}",
}


@pytest.fixture
def loaded(open_world):
    with open_world(sessions=60, patience=0.2) as world:
        assert open_data.load_bonds(world.app, "all", date(2026, 10, 16), QUICK).outcome == "done"
        assert open_data.load_bonds(world.app, "all", None, QUICK).outcome == "done"
        yield world


def of_bonds(result):
    return [finding for finding in result.findings if finding.check.startswith("bonds.")]


def test_good_bonds_have_no_finding_and_are_fresh(loaded):
    result = verification.verify_monthly(loaded.app)
    assert of_bonds(result) == []
    assert result.checks == len(checks.of(MONTHLY, data_sets.every())) + 4
    fresh = {item["name"]: (item["newest"], item["current"]) for item in state.status(loaded.app)["data"]}
    assert fresh["bonds"] == ("2026-11-19", True)
    assert fresh["dividends.fsc"] == (None, False)
    loaded.execute("UPDATE unit_ledger SET asked_at = '2026-10-31 20:00' WHERE dataset = 'bonds'")
    loaded.execute("UPDATE data_collection_log SET started_at = '2026-10-31 20:00'")
    assert not next(item for item in state.status(loaded.app)["data"] if item["name"] == "bonds")["current"]


def test_every_check_of_the_products_is_tried(loaded):
    assert PLANTED.keys() == {check.name for check in checks.of(MONTHLY) if check.table == "bonds"}


@pytest.mark.parametrize("check", PLANTED)
def test_a_planted_fault_is_found_alerted_and_forgotten_when_it_is_mended(loaded, check):
    loaded.execute("CREATE TABLE kept AS SELECT * FROM bonds")
    loaded.execute("CREATE TABLE kept_ledger AS SELECT * FROM unit_ledger")
    loaded.execute(PLANTED[check])
    result = verification.verify_monthly(loaded.app)
    (finding,) = of_bonds(result)
    assert finding.check == check
    assert finding.sample
    assert finding.repair
    assert loaded.scalar("SELECT count(*) FROM data_quality_log WHERE rule_id = :check", check=check) == 1
    open_alert = "SELECT count(*) FROM ops_alert WHERE subject = :check AND resolved_at IS NULL"
    assert loaded.scalar(open_alert, check=check) == 1
    # The daily verification does not ask, and does not forget either.
    assert of_bonds(verification.verify_daily(loaded.app)) == []
    assert loaded.scalar(open_alert, check=check) == 1
    loaded.execute("DELETE FROM bonds; INSERT INTO bonds SELECT * FROM kept")
    loaded.execute("DELETE FROM unit_ledger; INSERT INTO unit_ledger SELECT * FROM kept_ledger")
    assert of_bonds(verification.verify_monthly(loaded.app)) == []
    assert loaded.scalar(open_alert, check=check) == 0


def test_a_few_bonds_without_maturity_are_no_finding(loaded):
    loaded.execute(f"UPDATE bonds SET bond_expr_dt = NULL WHERE {ONE}")
    assert of_bonds(verification.verify_monthly(loaded.app)) == []
    loaded.execute("UPDATE bonds SET bond_expr_dt = NULL, prmnc_bond_yn = 'Y'")
    assert of_bonds(verification.verify_monthly(loaded.app)) == []
