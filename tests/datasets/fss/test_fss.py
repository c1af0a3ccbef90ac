"""Financial products: whole or not at all, closed when they vanish, every change of a rate kept."""

import json
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from fss_products import HOST, NEXT_MONTH, content, everything, load, shelved
from support import EVENING

from foresto_cli.datasets.fss.kinds import BY_NAME, KINDS
from foresto_cli.datasets.fss.product_group import differences
from foresto_cli.sandbox.products import records
from foresto_cli.settings import SANDBOX_KEYS
from foresto_cli.upstream.finlife import GROUPS, Products

pytestmark = pytest.mark.usefixtures("no_waiting")


# --- what is stored -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_all_kinds_groups_and_pages_are_stored_once(open_world):
    with open_world() as world:
        started = time.process_time()
        result = load(world, "all")
        assert (result.outcome, result.exit_code, result.units.planned) == ("done", 0, 30)
        assert result.requests["finlife"] <= 60
        # Ten seconds on a machine that does nothing else; the sandbox is in this process too.
        assert time.process_time() - started <= 10
        for kind in KINDS:
            expected = everything(kind)
            key = ", ".join(kind.product_key)
            stored = world.rows(f"SELECT {key} FROM {kind.products.name} WHERE is_active AND closed_on IS NULL")
            assert set(stored) == set(expected), kind.name
            options = world.scalar(f"SELECT count(*) FROM {kind.options.name}")
            assert options == sum(len(options) for _, options in expected.values()) > 100
        assert world.scalar("SELECT count(*) FROM product_rate_history") == 0
        empty = [f"{kind.dataset} {group}" for kind in KINDS for group in GROUPS if not shelved(kind, group)]
        assert empty
        assert set(world.rows("SELECT dataset || ' ' || unit FROM unit_ledger WHERE status = 'no_data'")) == {
            (unit,) for unit in empty
        }
        sent, before = len(world.sandbox.requests), content(world)
        again = load(world, "all")
        assert (again.outcome, again.requests) == ("nothing_to_do", {"total": 0})
        assert len(world.sandbox.requests) == sent
    with open_world(EVENING + timedelta(days=1)) as world:
        another_day = load(world, "all")
        assert another_day.units.done == 30 - len(empty)
        assert another_day.rows.added == another_day.rows.changed == 0
        assert content(world) == before


def test_the_key_is_sent_and_told_to_nobody(open_world):
    with open_world(faults=f"fss010@{HOST}") as world:
        result = load(world, "deposits")
        key = SANDBOX_KEYS["fss_api_key"]
        assert world.asked("finlifeapi")[0].fields["auth"] == key
        told = json.dumps(result.as_json()) + str(
            world.rows("SELECT detail::text, error_message FROM data_collection_log")
        )
        assert key not in told + str(world.rows("SELECT alert_title, alert_message FROM ops_alert"))


def test_two_kinds_of_loan_under_one_code_are_two_products(open_world):
    """The predecessor kept the last one only, and every option under it."""
    with open_world() as world:
        load(world, "credit", "020000")
        twice = world.rows(
            "SELECT fin_co_no, fin_prdt_cd, array_agg(crdt_prdt_type ORDER BY 1) FROM credit_loan_products"
            " GROUP BY 1, 2 HAVING count(*) > 1"
        )
        assert len(twice) > 20
        counts = world.rows(
            "SELECT DISTINCT count(*) FROM credit_loan_options GROUP BY fin_co_no, fin_prdt_cd, crdt_prdt_type"
        )
        assert counts == [(4,)]


def test_deposits_beyond_the_first_page_are_stored(open_world):
    """The predecessor read the first page only."""
    with open_world() as world:
        result = load(world, "deposits", "030300")
        assert result.requests["finlife"] == 4
        assert [request.fields["pageNo"] for request in world.asked("deposit")] == ["1", "2", "3", "4"]
        assert (
            world.scalar("SELECT count(*) FROM deposit_products") == len(shelved(BY_NAME["deposits"], "030300")) > 300
        )


def test_one_code_of_many_companies_is_many_products(open_world):
    with open_world() as world:
        load(world, "savings", "030300")
        assert world.scalar("SELECT count(*) FROM savings_products WHERE fin_prdt_cd = '0'") > 50


def test_oddities_are_stored_as_what_they_mean(open_world):
    with open_world() as world:
        load(world, "deposits")
        one = "SELECT count(*) FROM deposit_products WHERE "
        assert world.scalar(one + "name ~ '[\n\r]' OR name <> btrim(name) OR name ~ '  '") == 0
        assert world.scalar(one + "name LIKE '%호 정기예금 (개인/만기'") > 10
        assert (
            world.rows("SELECT name FROM deposit_products WHERE name LIKE '%script%'") == [(records.SCRIPT_NAME,)] * 2
        )
        assert world.scalar(one + "dcls_end_day IS NOT NULL") == 0
        assert world.scalar(one + "max_limit = 999999999") > 10
        assert world.rows("SELECT DISTINCT fin_co_subm_day::text FROM deposit_products") == [("2026-11-20 10:54:00",)]
        null = "SELECT count(*) FROM deposit_rate_options WHERE intr_rate IS NULL AND intr_rate2 > 0"
        assert world.scalar(null) > 5


def test_a_product_shows_the_rate_of_twelve_months_or_of_the_nearest_term(open_world):
    with open_world() as world:
        load(world, "deposits", "020000")
        wrong = world.rows(
            "SELECT p.name FROM deposit_products p JOIN deposit_rate_options o USING (fin_co_no, fin_prdt_cd)"
            " WHERE o.save_trm = 12 AND o.intr_rate IS NOT NULL AND p.interest_rate IS DISTINCT FROM o.intr_rate"
        )
        assert wrong == []
        assert world.scalar("SELECT count(*) FROM deposit_products WHERE interest_rate IS NULL") == 0


# --- from month to month --------------------------------------------------------------------------------------------


@pytest.mark.long
def test_who_vanished_is_closed_who_came_back_is_open_and_every_rate_that_moved_is_kept(open_world):
    kind = BY_NAME["deposits"]
    moments = [EVENING, NEXT_MONTH, NEXT_MONTH + timedelta(days=31)]
    stocked = [set(everything(kind, moment)) for moment in moments]
    for moment in moments[:2]:
        with open_world(moment) as world:
            before = {
                (co, code, term, sort): (base, best)
                for co, code, term, sort, base, best in world.rows(
                    "SELECT fin_co_no, fin_prdt_cd, save_trm, intr_rate_type, intr_rate, intr_rate2"
                    " FROM deposit_rate_options"
                )
            }
            load(world, "deposits")
    with open_world(NEXT_MONTH) as world:
        closed = world.rows("SELECT fin_co_no, fin_prdt_cd, closed_on FROM deposit_products WHERE NOT is_active")
        assert {row[:2] for row in closed} == stocked[0] - stocked[1] != set()
        assert {row[2] for row in closed} == {NEXT_MONTH.date()}
        kept = world.scalar(
            "SELECT count(*) FROM deposit_rate_options JOIN deposit_products USING (fin_co_no, fin_prdt_cd)"
            " WHERE NOT is_active"
        )
        assert kept >= len(closed)
        history = world.rows(
            "SELECT kind, fin_co_no, fin_prdt_cd, crdt_prdt_type, option_codes, rate_name, old_rate, new_rate"
            " FROM product_rate_history"
        )
        expected = set()
        for co, code, term, sort, *rates in world.rows(
            "SELECT fin_co_no, fin_prdt_cd, save_trm, intr_rate_type, intr_rate, intr_rate2 FROM deposit_rate_options"
        ):
            old = before.get((co, code, term, sort))
            expected |= {
                ("deposits", co, code, "", f"{term}/{sort}", name, was, now)
                for name, was, now in zip(kind.option_rates, old or (), rates, strict=False)
                if was != now
            }
        assert set(history) == expected
        assert len(history) == len(expected) > 300
        changed_at = world.rows("SELECT DISTINCT changed_at::date FROM product_rate_history")
        assert changed_at == [(NEXT_MONTH.date(),)]
    with open_world(moments[2]) as world:
        load(world, "deposits")
        back = (stocked[0] - stocked[1]) & stocked[2]
        assert back, "the sandbox has nothing that came back"
        opened = world.rows("SELECT fin_co_no, fin_prdt_cd FROM deposit_products WHERE is_active")
        assert set(opened) == stocked[2]
        assert world.scalar("SELECT count(*) FROM deposit_products WHERE is_active AND closed_on IS NOT NULL") == 0


def test_an_option_that_is_gone_is_deleted_and_its_end_is_kept(open_world):
    with open_world() as world:
        load(world, "deposits", "020000")
        world.execute(
            "INSERT INTO deposit_rate_options SELECT fin_co_no, fin_prdt_cd, 99, intr_rate_type, intr_rate_type_nm,"
            " 7, 8, batch_id, created_at, updated_at FROM deposit_rate_options LIMIT 1"
        )
        world.execute("DELETE FROM unit_ledger")
        assert load(world, "deposits", "020000").rows.changed == 1
        assert world.scalar("SELECT count(*) FROM deposit_rate_options WHERE save_trm = 99") == 0
        history = world.rows("SELECT option_codes, rate_name, old_rate, new_rate FROM product_rate_history ORDER BY 2")
        assert [(name, old, new) for _, name, old, new in history] == [("intr_rate", 7, None), ("intr_rate2", 8, None)]
        assert history[0][0].startswith("99/")


def test_another_group_closes_nothing_and_an_incomplete_one_neither(open_world):
    with open_world() as world:
        load(world, "mortgage")
        active = world.rows("SELECT top_fin_grp_no, count(*) FROM mortgage_loan_products WHERE is_active GROUP BY 1")
        assert len(active) == 4
    with open_world(NEXT_MONTH, faults=f"500@{HOST}/topFinGrpNo=030300") as world:
        result = load(world, "mortgage")
        assert (result.exit_code, result.outcome, result.units.failed) == (3, "partial", 1)
        closed = world.rows("SELECT DISTINCT top_fin_grp_no FROM mortgage_loan_products WHERE NOT is_active")
        assert ("030300",) not in closed
        months = dict(world.rows("SELECT top_fin_grp_no, max(dcls_month) FROM mortgage_loan_products GROUP BY 1"))
        assert months == {"020000": "202612", "030200": "202612", "030300": "202611", "050000": "202612"}


def test_a_product_that_is_not_believed_is_left_as_it_was_and_noted(open_world, monkeypatch):
    with open_world() as world:
        load(world, "deposits", "030300")
        before = content(world)
        whole = world.app.finlife.products

        def contradicting(*question):
            found = whole(*question)
            return Products(found.base, [*found.options, found.options[0] | {"intr_rate2": 9.99}])

        monkeypatch.setattr(world.app.finlife, "products", contradicting)
        world.execute("DELETE FROM unit_ledger")
        result = load(world, "deposits", "030300")
        assert (result.exit_code, len(result.rejected)) == (0, 1)
        assert content(world) == before, "neither changed nor closed"
        assert "다르게" in world.scalar("SELECT reason FROM unit_ledger")


def test_an_annuitys_own_rates_are_watched_too(open_world):
    with open_world() as world:
        load(world, "annuity", "050000")
    with open_world(NEXT_MONTH) as world:
        load(world, "annuity", "050000")
        names = world.rows("SELECT DISTINCT rate_name FROM product_rate_history WHERE option_codes = '' ORDER BY 1")
        assert names == [("avg_prft_rate",), ("dcls_rate",)]


def test_a_first_sight_is_no_change_and_a_new_option_is_one():
    kind = BY_NAME["deposits"]
    known = {("1", "a"): {(): {}, (12, "S"): {"intr_rate": Decimal(3)}}}
    now = {
        ("1", "a"): {(): {}, (12, "S"): {"intr_rate": Decimal("3.00")}, (24, "S"): {"intr_rate": Decimal(4)}},
        ("2", "b"): {(): {}, (12, "S"): {"intr_rate": Decimal(9)}},
    }
    [change] = differences(kind, known, now)
    assert (change["fin_co_no"], change["option_codes"], change["old_rate"], change["new_rate"]) == (
        "1",
        "24/S",
        None,
        4,
    )
