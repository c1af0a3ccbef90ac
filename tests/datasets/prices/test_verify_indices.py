"""What is wrong with an index level is found: by its own day, by the day before, by another source."""

import pytest
from support import EVENING

from foresto_cli.loading import load_indices
from foresto_cli.running import job
from foresto_cli.verify import verification

pytestmark = pytest.mark.usefixtures("no_waiting")

QUICK = job.Options()
OF_AN_INDEX = ("index.order", "index.continuity", "index.second_source")
DAMAGE = {
    "index.order": "UPDATE index_price_daily SET low_price = close_price + 1 WHERE {}",
    "index.continuity": "UPDATE index_price_daily SET price_change = price_change + 0.5 WHERE {}",
}
ONE = "index_code = '{}' AND trade_date = '2026-11-19'"


def found(result):
    return {finding.check for finding in result.findings} & set(OF_AN_INDEX)


@pytest.mark.long
def test_every_index_of_a_good_day_passes_and_each_damage_is_found_and_mended(open_loaded):
    with open_loaded(patience=1) as world:
        load_indices.load_index_history(world.app, None, None, QUICK)
        assert found(verification.verify_weekly(world.app)) == set()
        for check, statement in DAMAGE.items():
            for code in ("KOSPI", "KQ_CHEM"):
                world.execute(statement.format(ONE.format(code)))
                result = verification.verify_daily(world.app)
                assert found(result) == {check}, code
                (finding,) = [one for one in result.findings if one.check == check]
                assert finding.repair.startswith("foresto retry --data prices.index")
                assert found(verification.with_repair(world.app, verification.verify_daily, QUICK)) == set(), code


@pytest.mark.long
def test_a_shifted_kospi_is_found_by_another_source(open_loaded):
    with open_loaded(patience=1) as world:
        world.execute(
            "UPDATE index_price_daily SET open_price = open_price + 9, high_price = high_price + 9,"
            " low_price = low_price + 9, close_price = close_price + 9 WHERE index_code = 'KOSPI'"
        )
        assert found(verification.verify_weekly(world.app)) == {"index.second_source"}
    with open_loaded(EVENING, patience=1, faults="500@fchart.stock.naver.com") as world:
        result = verification.verify_weekly(world.app)
        assert "index.second_source" not in found(result)
        assert result.notes, "who could not be asked is said"
