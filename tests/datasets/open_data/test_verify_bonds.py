"""The verification finds what is wrong with the bonds, and nothing when nothing is."""

from datetime import date

import pytest

from foresto_cli import data_sets
from foresto_cli.collecting.checks import MONTHLY
from foresto_cli.datasets.open_data.bond_tables import bonds
from foresto_cli.loading import load_open_data
from foresto_cli.running import job
from foresto_cli.verify import all_checks, verification
from foresto_cli.views import state

pytestmark = pytest.mark.long

QUICK = job.Options()
ONE = "isin_cd = (SELECT min(isin_cd) FROM bonds WHERE is_active)"
UNKNOWN = "bond_expr_dt = NULL, maturity_years = NULL, remaining_days = NULL"
PLANTED = {
    "bonds.count": "UPDATE unit_ledger SET row_count = 600 WHERE dataset = 'bonds' AND unit = '2026-10-16'",
    "bonds.lost_rows": f"DELETE FROM bonds WHERE {ONE}",
    "bonds.maturity": f"UPDATE bonds SET {UNKNOWN} WHERE is_active AND name LIKE '%1%'",
    "bonds.rate": "UPDATE bonds SET interest_rate = 3 * interest_rate WHERE interest_rate < 6",
    "bonds.values": f"UPDATE bonds SET interest_rate = 20.5 WHERE {ONE}",
}
CONTRADICTIONS = {
    "표면금리": f"UPDATE bonds SET interest_rate = -1 WHERE {ONE}",
    "발행금액": f"UPDATE bonds SET bond_issu_amt = bond_issu_amt * 1000000 WHERE {ONE}",
    "발행잔액": "UPDATE bonds SET bond_bal = bond_bal * 10 WHERE isin_cd = (SELECT min(isin_cd) FROM bonds"
    " WHERE bond_type = 'corporate' AND bond_bal > 0)",
    "ISIN·이름·발행인": f"UPDATE bonds SET name = '' WHERE {ONE}",
    "법인등록번호·통화": f"UPDATE bonds SET bond_issu_cur_cd = '' WHERE {ONE}",
    "발행일·만기일·기준일의 순서": f"UPDATE bonds SET bond_issu_dt = bond_expr_dt + 1 WHERE {ONE}",
    "이표일": "UPDATE bonds SET nxtm_copn_dt = rbf_copn_dt WHERE isin_cd ="
    " (SELECT min(isin_cd) FROM bonds WHERE rbf_copn_dt IS NOT NULL AND nxtm_copn_dt IS NOT NULL)",
    "빈 글": f"UPDATE bonds SET bond_rnkn_dcd = '' WHERE {ONE}",
    "다음 이표일": f"UPDATE bonds SET nxtm_copn_dt = '2031-03-01' WHERE {ONE}",
    "만기 연수": f"UPDATE bonds SET maturity_years = maturity_years + 3 WHERE {ONE}",
    "남은 날": f"UPDATE bonds SET remaining_days = remaining_days + 1000 WHERE {ONE}",
    "신용등급": "UPDATE bonds SET credit_rating = 'AAA' WHERE isin_cd ="
    " (SELECT min(isin_cd) FROM bonds WHERE credit_rating LIKE 'BBB%')",
    "종류": "UPDATE bonds SET bond_type = 'corporate' WHERE isin_cd ="
    " (SELECT min(isin_cd) FROM bonds WHERE bond_type = 'government')",
    "만기가 지났는데 유효함": f"UPDATE bonds SET bond_expr_dt = bas_dt WHERE {ONE}",
    "마지막 목록에 있는데 유효하지 않음": "UPDATE bonds SET is_active = false, inactive_since = bas_dt + 1"
    f" WHERE {ONE}",
    "유효하지 않게 된 날": "UPDATE bonds SET inactive_since = bond_expr_dt - 40 WHERE isin_cd ="
    " (SELECT min(isin_cd) FROM bonds WHERE NOT is_active AND bond_expr_dt <= bas_dt"
    " AND bas_dt = '2026-11-19')",
}
"""What ``bonds.values`` says of a row → how it is planted."""


@pytest.fixture
def loaded(open_world):
    with open_world(sessions=60, patience=0.2) as world:
        assert load_open_data.load_bonds(world.app, "all", date(2026, 10, 16), QUICK).outcome == "done"
        assert load_open_data.load_bonds(world.app, "all", None, QUICK).outcome == "done"
        yield world


def of_bonds(result):
    return [finding for finding in result.findings if finding.check.startswith("bonds.")]


def test_good_bonds_have_no_finding_and_are_fresh(loaded):
    result = verification.verify_monthly(loaded.app)
    assert [f.sample for f in of_bonds(result)] == []
    assert result.checks == len(all_checks.of(MONTHLY, data_sets.every())) + 4
    fresh = {item["name"]: (item["newest"], item["current"]) for item in state.status(loaded.app)["data"]}
    assert fresh["bonds"] == ("2026-11-19", True)
    assert fresh["dividends.fsc"] == (None, False)
    loaded.execute("UPDATE unit_ledger SET asked_at = '2026-10-31 20:00' WHERE dataset = 'bonds'")
    loaded.execute("UPDATE data_collection_log SET started_at = '2026-10-31 20:00'")
    assert not next(item for item in state.status(loaded.app)["data"] if item["name"] == "bonds")["current"]


def test_every_check_of_the_products_is_tried(loaded):
    assert PLANTED.keys() == {check.name for check in all_checks.of(MONTHLY) if check.table == "bonds"}


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
    # Only the number of bonds is a question of months; the daily verification does not forget it either.
    assert [one.check for one in of_bonds(verification.verify_daily(loaded.app))] == [check] * (check != "bonds.count")
    assert loaded.scalar(open_alert, check=check) == 1
    loaded.execute("DELETE FROM bonds; INSERT INTO bonds SELECT * FROM kept")
    loaded.execute("DELETE FROM unit_ledger; INSERT INTO unit_ledger SELECT * FROM kept_ledger")
    assert of_bonds(verification.verify_monthly(loaded.app)) == []
    assert loaded.scalar(open_alert, check=check) == 0


def test_a_few_bonds_without_maturity_are_no_finding(loaded):
    loaded.execute(f"UPDATE bonds SET {UNKNOWN} WHERE {ONE}")
    assert of_bonds(verification.verify_monthly(loaded.app)) == []
    loaded.execute(f"UPDATE bonds SET {UNKNOWN}, prmnc_bond_yn = 'Y' WHERE is_active")
    assert of_bonds(verification.verify_monthly(loaded.app)) == []


def test_every_contradiction_of_a_row_is_named_and_the_newest_list_mends_it(loaded):
    query = "SELECT md5(string_agg(t::text, '|' ORDER BY isin_cd)) FROM (SELECT {names} FROM bonds) t"
    names = ", ".join(c.name for c in bonds.columns if c.name not in {"batch_id", "created_at", "updated_at"})
    before = loaded.scalar(query.format(names=names))
    for name, statement in CONTRADICTIONS.items():
        loaded.execute(statement)
        assert loaded.scalar(query.format(names=names)) != before, name
        [finding] = of_bonds(verification.verify_daily(loaded.app))
        assert (finding.check, finding.units) == ("bonds.values", {"bonds": ["2026-11-19"]})
        assert name in finding.sample[0]["어긋남"]
        verification.with_repair(loaded.app, verification.verify_daily, QUICK)
        assert loaded.scalar(query.format(names=names)) == before, name
