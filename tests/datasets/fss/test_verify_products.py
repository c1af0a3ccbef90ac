"""How old the financial products are, and what the monthly verification finds in them."""

from datetime import timedelta

import pytest
from fss_products import NEXT_MONTH, QUICK, load
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


def products_found(world, verify=verification.verify_monthly):
    findings = verify(world.app).findings
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
            assert found[check].sample
            assert found[check].units
            before[check] = found[check]
        assert before["fss.vanished"].sample[0]["top_fin_grp_no"] == "030300"
        assert before["fss.rates"].sample[0]["금리"] == "lend_rate_max"
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE alert_type = 'verify' AND subject LIKE 'fss.%'") >= 4


def test_an_adjustment_below_zero_is_no_odd_rate_and_a_margin_is_one(open_world):
    with open_world() as world:
        load(world, "credit", "020000")
        assert world.scalar("SELECT count(*) FROM credit_loan_options WHERE crdt_grad_1 < 0") > 10
        assert products_found(world) == {}
        world.execute("UPDATE credit_loan_options SET crdt_grad_1 = -1 WHERE crdt_lend_rate_type = 'C'")
        assert products_found(world).keys() == {"fss.rates"}


ONE = "(fin_co_no, fin_prdt_cd) = (SELECT fin_co_no, fin_prdt_cd FROM deposit_products ORDER BY 1, 2 LIMIT 1)"
CONTRADICTIONS = {
    "fss.values": {
        "낮은 금리 > 높은 금리": f"UPDATE deposit_rate_options SET intr_rate = intr_rate2 + 1 WHERE {ONE}",
        "다른 상품보다 너무 높은 금리": f"UPDATE deposit_rate_options SET intr_rate = 12, intr_rate2 = 13 WHERE {ONE}",
        "기간": f"UPDATE deposit_rate_options SET save_trm = 240 WHERE {ONE} AND save_trm = 24",
        "대표 금리": f"UPDATE deposit_products SET interest_rate = interest_rate + 2 WHERE {ONE}",
        "공시월": f"UPDATE deposit_products SET dcls_month = '203001' WHERE {ONE}",
        "공시일": f"UPDATE deposit_products SET dcls_end_day = dcls_strt_day - 1 WHERE {ONE}",
        "이름·회사·상품 코드": f"UPDATE deposit_products SET bank = '' WHERE {ONE}",
        "빈 글": f"UPDATE deposit_products SET join_way = '' WHERE {ONE}",
        "가입 제한·최고 한도": f"UPDATE deposit_products SET join_deny = '9' WHERE {ONE}",
    },
    "fss.level": {
        "intr_rate 가운데 값": "UPDATE deposit_rate_options SET intr_rate = 4 * intr_rate, intr_rate2 = 4 * intr_rate2",
        "intr_rate 없음": "UPDATE deposit_rate_options SET intr_rate = NULL",
        "공시월": "UPDATE deposit_products SET dcls_month = '202411'",
    },
    "fss.stored": {"": f"UPDATE deposit_products SET is_active = false, closed_on = '2026-11-20' WHERE {ONE}"},
    "fss.orphans": {
        "": "DELETE FROM deposit_rate_options WHERE fin_co_no IN"
        " (SELECT fin_co_no FROM deposit_products ORDER BY fin_co_no LIMIT 10)",
    },
}


@pytest.mark.long
def test_every_contradiction_of_products_is_named_and_their_groups_mend_it(open_world):
    with open_world() as world:
        load(world, "deposits")
        before = held(world)
        for check, kinds in CONTRADICTIONS.items():
            for name, statement in kinds.items():
                world.execute(statement)
                assert held(world) != before, name
                found = products_found(world, verification.verify_daily)
                assert check in found, name
                assert any(name in row.get("어긋남", "") for row in found[check].sample), (name, found[check].sample)
                assert set(found[check].units) == {"fss.deposits"}
                result = verification.with_repair(world.app, verification.verify_daily, QUICK)
                assert not [one for one in result.findings if one.check.startswith("fss.")], name
                assert held(world) == before, name


def held(world):
    told = "to_jsonb(t) - 'batch_id' - 'updated_at' - 'created_at'"
    return [
        world.rows(f"SELECT {told} FROM {table} t ORDER BY 1") for table in ("deposit_products", "deposit_rate_options")
    ]
