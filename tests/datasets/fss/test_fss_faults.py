"""Financial products when something goes wrong: the documented end, and everything as it was."""

import json
from dataclasses import replace

import pytest
from fss_products import HOST, TABLES, content, load
from support import a_third

from foresto_cli.errors import ConfigError, UsageError
from foresto_cli.loading import load_products
from foresto_cli.running import job
from foresto_cli.settings import SANDBOX_KEYS
from foresto_cli.upstream.finlife import GROUPS

pytestmark = pytest.mark.usefixtures("no_waiting")


FAILED, PENDING = "failed", "pending"
TIMES_OUT, MISREAD = (75, "failed", FAILED), (65, "failed", FAILED)
REFUSED, LATER, BLOCKED = (78, "failed", PENDING), (75, "quota", PENDING), (75, "blocked", PENDING)
EXPECTED = {
    **dict.fromkeys(("timeout", "reset", "500", "html", "empty", "fss900"), TIMES_OUT),
    **dict.fromkeys(("404", "truncated", "encoding", "fss100"), MISREAD),
    **dict.fromkeys(("empty_list", "missing_field", "renamed_field", "text_number", "duplicate", "zero"), MISREAD),
    **dict.fromkeys(("429", "fss020"), LATER),
    "403": BLOCKED,
    **dict.fromkeys(("fss010", "fss021", "unauthorized"), REFUSED),
}


def start_anew(world, patience=0.02):
    """As the next command would: nothing asked today, another client."""
    world.execute("DELETE FROM unit_ledger")
    vars(world.app).pop("finlife", None)
    world.app._transport = replace(world.app._transport, haste=0.001, patience=patience)


@pytest.mark.parametrize("kind", a_third(EXPECTED, 0))
def test_a_failure_in_the_middle_ends_as_documented_and_leaves_everything_as_it_was(open_world, kind):
    with open_world() as world:
        load(world, "rent-house", "020000")
        world.execute("UPDATE rent_house_loan_options SET lend_rate_min = 1")
        before = content(world)
        start_anew(world, 0.006 if kind == "timeout" else 0.02)
        world.sandbox.faults.add(f"{kind}@{HOST}/pageNo=2")
        result = load(world, "rent-house", "020000")
        exit_code, outcome, unit = EXPECTED[kind]
        assert (result.exit_code, result.outcome) == (exit_code, outcome), result.reasons
        assert getattr(result.units, unit) == result.units.planned == 1
        assert content(world) == before
        assert SANDBOX_KEYS["fss_api_key"] not in json.dumps(result.as_json())
        world.sandbox.faults.clear()
        start_anew(world)
        if outcome == "blocked":
            assert load(world, "rent-house", "020000").outcome == "blocked"
            return
        world.begin_budgets_anew()
        assert load(world, "rent-house", "020000").units.done == 1, "the next run must fetch what failed"
        assert content(world) != before


@pytest.mark.parametrize("page", ["1", "2", "3"])
@pytest.mark.parametrize("kind", ["reset", "duplicate"])
def test_whichever_page_fails_the_group_is_not_touched(open_world, page, kind):
    with open_world(faults=f"{kind}@{HOST}/topFinGrpNo=020000&pageNo={page}") as world:
        result = load(world, "rent-house")
        assert (result.exit_code, result.units.failed) == (3, 1)
        groups = world.rows("SELECT DISTINCT top_fin_grp_no FROM rent_house_loan_products ORDER BY 1")
        assert groups == [("030200",), ("030300",), ("050000",)]
        assert world.rows("SELECT unit FROM unit_ledger WHERE status = 'failed'") == [("020000",)]
        world.sandbox.faults.clear()
        again = load(world, "rent-house")
        assert (again.units.planned, again.units.done, again.requests["finlife"]) == (1, 1, 3)


def test_a_group_that_fails_does_not_stop_the_others(open_world):
    with open_world() as world:
        for group in GROUPS:
            start_anew(world)
            world.sandbox.faults.clear()
            world.sandbox.faults.add(f"404@{HOST}/topFinGrpNo={group}")
            result = load(world, "rent-house")
            assert (result.exit_code, result.outcome) == (3, "partial")
            assert world.rows("SELECT unit FROM unit_ledger WHERE status = 'failed'") == [(group,)]


@pytest.mark.parametrize(("kind", "exit_code"), [("reset", 75), ("empty_list", 65)])
def test_when_nobody_answers_it_is_no_success(open_world, kind, exit_code):
    """The predecessor ended with SUCCESS and no row when all five groups failed."""
    with open_world(faults=f"{kind}@{HOST}") as world:
        result = load(world, "deposits", "020000,030300")
        assert (result.outcome, result.exit_code, result.units.done) == ("failed", exit_code, 0)
        assert result.alerts
        assert sum(world.scalar(f"SELECT count(*) FROM {table}") for table in TABLES) == 0
        assert world.rows("SELECT DISTINCT status FROM unit_ledger") == [("failed",)]


@pytest.mark.parametrize(("kind", "tries"), [("fss010", 1), ("fss020", 3)])
def test_a_refusal_is_asked_about_as_often_as_promised(open_world, kind, tries):
    with open_world(faults=f"{kind}@{HOST}") as world:
        load_products.load_products(world.app, "all", None, job.Options(workers=1))
        assert len(world.asked("finlifeapi")) == tries


@pytest.mark.slow
def test_an_odd_product_of_many_is_left_out_and_noted(open_world):
    with open_world(faults=f"text_number@{HOST}") as world:
        result = load(world, "savings")
        assert (result.outcome, result.exit_code, result.units.failed) == ("done", 0, 0)
        assert len(result.rejected) >= 1
        assert world.scalar("SELECT count(*) FROM savings_products") > 50 * len(result.rejected)


def test_without_a_key_it_says_which_one_and_where_to_get_it(open_world):
    with open_world(without=("fss_api_key",)) as world, pytest.raises(ConfigError, match=r"FSS_API_KEY.*finlife"):
        load(world, "deposits")


def test_an_unknown_group_is_refused_with_those_there_are(open_world):
    with open_world() as world, pytest.raises(UsageError, match=r"999999.*030300 저축은행"):
        load(world, "deposits", "020000,999999")
