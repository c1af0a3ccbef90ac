"""How old the financial products are, and what the monthly verification finds in them."""

from datetime import timedelta

import pytest
from fss_products import NEXT_MONTH, load
from support import EVENING

from foresto_cli.datasets.fss.kinds import KINDS
from foresto_cli.verify import verification
from foresto_cli.views import state

pytestmark = pytest.mark.usefixtures("no_waiting")


def ages(world):
    return {item["name"]: item for item in state.status(world.app)["data"] if item["name"].startswith("fss.")}


def test_the_status_knows_how_old_the_products_are(open_world):
    with open_world() as world:
        load(world, "deposits")
        load(world, "savings", "020000")
        found = ages(world)
        assert found.keys() == {kind.dataset for kind in KINDS}
        assert (found["fss.deposits"]["newest"], found["fss.deposits"]["current"]) == ("2026-11-20", True)
        assert (found["fss.savings"]["newest"], found["fss.savings"]["current"]) == (None, False), "groups are missing"
        assert found["fss.savings"]["command"] == "foresto fss savings"
    with open_world(EVENING + timedelta(days=11)) as world:
        assert ages(world)["fss.deposits"]["current"] is True, "the job of the first is still within its grace"
    with open_world(EVENING + timedelta(days=12)) as world:
        assert ages(world)["fss.deposits"]["current"] is False


PLANTED = {
    "fss.counts": "UPDATE savings_products SET created_at = '2026-12-21' WHERE fin_co_no < '0010360'",
    "fss.vanished": "UPDATE deposit_products SET is_active = false, closed_on = '2026-12-20'"
    " WHERE fin_co_no BETWEEN '0010345' AND '0010370'",
    "fss.orphans": "DELETE FROM credit_loan_products WHERE fin_co_no = '0010002' AND crdt_prdt_type = '2'",
    "fss.rates": "UPDATE mortgage_loan_options SET lend_rate_max = 20.01 WHERE fin_co_no = '0010001'",
}


def products_found(world):
    findings = verification.verify_monthly(world.app).findings
    return {finding.check: finding for finding in findings if finding.check.startswith("fss.")}


@pytest.mark.slow
def test_the_monthly_verification_looks_at_products_and_finds_what_was_planted(open_world):
    with open_world() as world:
        load(world, "all")
        assert products_found(world) == {}
    with open_world(NEXT_MONTH) as world:
        load(world, "all")
        assert products_found(world) == {}, "an ordinary month has no finding"
        assert "fss.counts" not in {f.check for f in verification.verify_daily(world.app).findings}
        before = {}
        for check, statement in PLANTED.items():
            world.execute(statement)
            found = products_found(world)
            assert check in found, check
            assert found[check]["sample"]
            assert "foresto fss all" in found[check]["repair"]
            before[check] = found[check]
        assert before["fss.vanished"]["sample"][0]["top_fin_grp_no"] == "030300"
        assert before["fss.rates"]["sample"][0]["금리"] == "lend_rate_max"
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE alert_type = 'verify' AND subject LIKE 'fss.%'") >= 4


def test_an_adjustment_below_zero_is_no_odd_rate_and_a_margin_is_one(open_world):
    with open_world() as world:
        load(world, "credit", "020000")
        assert world.scalar("SELECT count(*) FROM credit_loan_options WHERE crdt_grad_1 < 0") > 10
        assert products_found(world) == {}
        world.execute("UPDATE credit_loan_options SET crdt_grad_1 = -1 WHERE crdt_lend_rate_type = 'C'")
        assert products_found(world).keys() == {"fss.rates"}
