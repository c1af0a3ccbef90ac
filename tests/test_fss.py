"""Financial products: whole or not at all, closed when they vanish, every change of a rate kept, the best first."""

import io
import json
import re
import time
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from rich.cells import cell_len
from support import EVENING

from foresto_cli import clock
from foresto_cli.cli import fss as command
from foresto_cli.console import Console
from foresto_cli.errors import BadPayload, ConfigError, UsageError
from foresto_cli.loaders import Answer, Unit
from foresto_cli.loaders.fss import FssProducts
from foresto_cli.loaders.fss_changes import differences
from foresto_cli.loaders.fss_kinds import BY_NAME, KINDS
from foresto_cli.ops import best_products, job, products, state, verification
from foresto_cli.ops.best_products import Wish
from foresto_cli.sandbox.hosts.finlife import OPERATIONS
from foresto_cli.sandbox.products import records, shelf
from foresto_cli.settings import SANDBOX_KEYS
from foresto_cli.store import tables
from foresto_cli.upstream.finlife import GROUPS, Products

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_waiting")]

QUICK = job.Options()
HOST = "finlife.fss.or.kr"
NEXT_MONTH = EVENING + timedelta(days=31)
"""The disclosure after the one of :data:`EVENING`."""
TABLES = [table.name for kind in KINDS for table in (kind.products, kind.options)] + ["product_rate_history"]


def load(world, kind, groups=None):
    return products.load_products(world.app, kind, groups, QUICK)


def content(world):
    """Everything stored, to be compared."""
    return {
        table: world.scalar(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t") for table in TABLES
    }


def shelved(kind, group, today=EVENING):
    """What the sandbox has on offer: product key → option rows."""
    entries = records.disclosed(1, kind.division, group, shelf.disclosure(today.date()))
    return {tuple(base[name] for name in kind.product_key): (base, options) for base, options in entries}


def everything(kind, today=EVENING):
    return {key: found for group in GROUPS for key, found in shelved(kind, group, today).items()}


# --- what is stored -------------------------------------------------------------------------------------------------


def test_all_kinds_groups_and_pages_are_stored_once(open_world):
    with open_world() as world:
        started = time.process_time()
        result = load(world, "all")
        assert (result["outcome"], result["exit_code"], result["units"]["planned"]) == ("done", 0, 30)
        assert result["requests"]["finlife"] <= 60
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
        assert (again["outcome"], again["requests"]) == ("nothing_to_do", {"total": 0})
        assert len(world.sandbox.requests) == sent
    with open_world(EVENING + timedelta(days=1)) as world:
        another_day = load(world, "all")
        assert another_day["units"]["done"] == 30 - len(empty)
        assert another_day["rows"]["added"] == another_day["rows"]["changed"] == 0
        assert content(world) == before


def test_the_key_is_sent_and_told_to_nobody(open_world):
    with open_world(faults=f"fss010@{HOST}") as world:
        result = load(world, "deposits")
        key = SANDBOX_KEYS["fss_api_key"]
        assert world.asked("finlifeapi")[0].fields["auth"] == key
        told = json.dumps(result) + str(world.rows("SELECT detail::text, error_message FROM data_collection_log"))
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
        assert result["requests"]["finlife"] == 4
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
            " 7, 8, batch_id, created_at, last_updated FROM deposit_rate_options LIMIT 1"
        )
        world.execute("DELETE FROM unit_ledger")
        assert load(world, "deposits", "020000")["rows"]["changed"] == 1
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
        assert (result["exit_code"], result["outcome"], result["units"]["failed"]) == (3, "partial", 1)
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
        assert (result["exit_code"], len(result["rejected"])) == (0, 1)
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


# --- what goes wrong ------------------------------------------------------------------------------------------------

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
    world.app._transport = type(world.app._transport)(world.app._transport.limits, 0.001, patience)


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_failure_in_the_middle_ends_as_documented_and_leaves_everything_as_it_was(open_world, kind):
    with open_world() as world:
        load(world, "rent-house", "020000")
        world.execute("UPDATE rent_house_loan_options SET lend_rate_min = 1")
        before = content(world)
        start_anew(world, 0.006 if kind == "timeout" else 0.02)
        world.sandbox.faults.add(f"{kind}@{HOST}/pageNo=2")
        result = load(world, "rent-house", "020000")
        exit_code, outcome, unit = EXPECTED[kind]
        assert (result["exit_code"], result["outcome"]) == (exit_code, outcome), result["reasons"]
        assert result["units"][unit] == result["units"]["planned"] == 1
        assert content(world) == before
        assert SANDBOX_KEYS["fss_api_key"] not in json.dumps(result)
        world.sandbox.faults.clear()
        start_anew(world)
        if outcome == "blocked":
            assert load(world, "rent-house", "020000")["outcome"] == "blocked"
            return
        assert load(world, "rent-house", "020000")["units"]["done"] == 1, "the next run must fetch what failed"
        assert content(world) != before


@pytest.mark.parametrize("page", ["1", "2", "3"])
@pytest.mark.parametrize("kind", ["reset", "duplicate"])
def test_whichever_page_fails_the_group_is_not_touched(open_world, page, kind):
    with open_world(faults=f"{kind}@{HOST}/topFinGrpNo=020000&pageNo={page}") as world:
        result = load(world, "rent-house")
        assert (result["exit_code"], result["units"]["failed"]) == (3, 1)
        groups = world.rows("SELECT DISTINCT top_fin_grp_no FROM rent_house_loan_products ORDER BY 1")
        assert groups == [("030200",), ("030300",), ("050000",)]
        assert world.rows("SELECT unit FROM unit_ledger WHERE status = 'failed'") == [("020000",)]
        world.sandbox.faults.clear()
        again = load(world, "rent-house")
        assert (again["units"]["planned"], again["units"]["done"], again["requests"]["finlife"]) == (1, 1, 3)


def test_a_group_that_fails_does_not_stop_the_others(open_world):
    with open_world() as world:
        for group in GROUPS:
            start_anew(world)
            world.sandbox.faults.clear()
            world.sandbox.faults.add(f"404@{HOST}/topFinGrpNo={group}")
            result = load(world, "rent-house")
            assert (result["exit_code"], result["outcome"]) == (3, "partial")
            assert world.rows("SELECT unit FROM unit_ledger WHERE status = 'failed'") == [(group,)]


@pytest.mark.parametrize(("kind", "exit_code"), [("reset", 75), ("empty_list", 65)])
def test_when_nobody_answers_it_is_no_success(open_world, kind, exit_code):
    """The predecessor ended with SUCCESS and no row when all five groups failed."""
    with open_world(faults=f"{kind}@{HOST}") as world:
        result = load(world, "deposits", "020000,030300")
        assert (result["outcome"], result["exit_code"], result["units"]["done"]) == ("failed", exit_code, 0)
        assert result["alerts"]
        assert sum(world.scalar(f"SELECT count(*) FROM {table}") for table in TABLES) == 0
        assert world.rows("SELECT DISTINCT status FROM unit_ledger") == [("failed",)]


@pytest.mark.parametrize("kind", ["fss010", "fss020"])
def test_a_refusal_is_asked_about_once(open_world, kind):
    with open_world(faults=f"{kind}@{HOST}") as world:
        products.load_products(world.app, "all", None, job.Options(workers=1))
        assert len(world.asked("finlifeapi")) == 1


def test_without_a_key_it_says_which_one_and_where_to_get_it(open_world):
    with open_world(without=("fss_api_key",)) as world, pytest.raises(ConfigError, match=r"FSS_API_KEY.*finlife"):
        load(world, "deposits")


def test_an_unknown_group_is_refused_with_those_there_are(open_world):
    with open_world() as world, pytest.raises(UsageError, match=r"999999.*030300 저축은행"):
        load(world, "deposits", "020000,999999")


# --- what is believed -----------------------------------------------------------------------------------------------


def loader(kind="deposits", open_products=()):
    client = SimpleNamespace(sessions=[])
    return FssProducts(BY_NAME[kind], client, ["020000"], EVENING.date(), dict(open_products))


def parsed(base, options=(), group="020000", **facts):
    found = loader(**facts)
    unit = Unit(group, "정기예금 은행")
    result = found.parse(Answer(unit, "FSS", Products(list(base), list(options)), clock.wall()))
    return result, [found.check(row) for row in result.rows]


def product(code="a", **changes):
    [(base, _)] = list(shelved(BY_NAME["deposits"], "020000").values())[:1]
    return base | {"fin_prdt_cd": code} | changes


def option(code="a", **changes):
    base = product(code)
    return {
        "dcls_month": "202611", "fin_co_no": base["fin_co_no"], "fin_prdt_cd": code, "intr_rate_type": "S",
        "intr_rate_type_nm": "단리", "save_trm": "12", "intr_rate": 3.1, "intr_rate2": 3.5,
    } | changes  # fmt: skip


def test_an_option_said_twice_is_one_and_said_differently_is_none():
    result, problems = parsed([product()], [option(), option()])
    assert (len(result.rows[0]["options"]), problems) == (1, [None])
    _, [problem] = parsed([product()], [option(), option(intr_rate=9)])
    assert "다르게" in problem


def test_options_are_joined_over_pages_and_one_without_a_product_is_noted_or_refused():
    many = [product(f"{number}") for number in range(100)]
    result, _ = parsed(many, [option(f"{number}") for number in reversed(range(101))])
    assert [len(row["options"]) for row in result.rows] == [1] * 100
    assert "1개" in result.reason
    with pytest.raises(BadPayload, match="상품 없는 옵션"):
        parsed([product()], [option(), option("b")])


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"fin_co_no": "12"}, "금융회사"),
        ({"fin_prdt_cd": ""}, "상품 코드"),
        ({"dcls_month": "202613"}, "공시월"),
        ({"dcls_month": {}}, "dcls_month"),
        ({"fin_prdt_nm": " "}, "이름"),
        ({"fin_prdt_cd": "x" * 101}, "fin_prdt_cd"),
    ],
)
def test_an_impossible_product_is_named(changes, word):
    code = changes.get("fin_prdt_cd", "a")
    _, [problem] = parsed([product(code) | changes], [option(code) | {"fin_co_no": product()["fin_co_no"], **changes}])
    assert word in problem


@pytest.mark.parametrize("rate", ["N/A", "NaN", 1e9, "Infinity", True, [], "1e400", "１２"])
def test_what_is_no_rate_is_not_stored_as_one(rate):
    _, [problem] = parsed([product()], [option(intr_rate=rate)])
    assert "intr_rate" in problem


@pytest.mark.parametrize("months", ["x", "-1", 1e5, []])
def test_what_is_no_term_spoils_its_product(months):
    _, [problem] = parsed([product()], [option(), option(save_trm=months)])
    assert "save_trm" in problem


@pytest.mark.parametrize(("rate", "stored"), [(None, None), ("", None), ("-", None), ("3.10", Decimal("3.1")), (3, 3)])
def test_a_rate_is_text_or_number_or_missing(rate, stored):
    result, [problem] = parsed([product()], [option(intr_rate=rate)])
    assert (result.rows[0]["options"][0]["intr_rate"], problem) == (stored, None)


def test_what_nothing_hangs_on_is_null_when_it_cannot_be_read():
    odd = {
        "max_limit": "없음",
        "dcls_strt_day": "미정",
        "fin_co_subm_day": "2026",
        "join_deny": "x" * 21,
        "etc_note": "\0",
    }
    result, [problem] = parsed([product(**odd)], [option()])
    assert problem is None
    assert {result.rows[0]["product"][name] for name in odd} == {None}


def test_a_term_that_is_not_stated_and_a_code_that_is_null_are_kept_in_the_key():
    result, [problem] = parsed([product()], [option(save_trm=None, intr_rate_type=None), option()])
    assert problem is None
    assert {(row["save_trm"], row["intr_rate_type"]) for row in result.rows[0]["options"]} == {(0, ""), (12, "S")}


def test_half_an_answer_and_an_impossible_nothing_are_refused():
    with pytest.raises(BadPayload, match="top_fin_grp_no"):
        parsed([product()], open_products={"020000": 40})
    with pytest.raises(BadPayload, match="하나도 없다"):
        parsed([])
    assert parsed([], group="060000")[0].status == "no_data"
    with pytest.raises(BadPayload, match="두 번"):
        parsed([product(), product()], [option()])
    with pytest.raises(BadPayload, match="금리가 없습니다"):
        parsed([product(f"{number}") for number in range(10)], [option("3"), option("4")])
    with pytest.raises(BadPayload, match="읽을 수 없는"):
        parsed([product(fin_prdt_cd={"item": None})], [option()])


# --- who pays most --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shown():
    return {}


def test_the_best_come_first(open_world):
    with open_world() as world:
        load(world, "all")
        everyone = list(GROUPS)
        found = best_products.best(world.app, Wish(kind="deposits", groups=everyone, top=10))
        rates = [one["best"] for one in found["products"]]
        assert rates == sorted(rates, reverse=True)
        assert (len(rates), found["term"], found["as_of"]) == (10, 12, "2026-11-20")
        most = "SELECT max(coalesce(intr_rate2, intr_rate)) FROM deposit_rate_options WHERE save_trm = 12"
        assert rates[0] == float(world.scalar(most))
        by_base = best_products.best(world.app, Wish(kind="savings", groups=["020000"], term=24, base=True))
        rates = [one["other"] for one in by_base["products"]]
        assert rates == sorted(rates, reverse=True)
        assert {one["company"][-2:] for one in by_base["products"]} == {"은행"}
        for kind in ("mortgage", "rent-house", "credit"):
            found = best_products.best(world.app, Wish(kind=kind, groups=everyone, top=1_000))
            rates = [one["best"] for one in found["products"]]
            assert rates == sorted(rates)
            names = [(one["company"], one["name"], one["sort"]) for one in found["products"]]
            assert len(set(names)) == len(names) > 50
        top = "SELECT min(crdt_grad_avg) FROM credit_loan_options WHERE crdt_lend_rate_type = 'A'"
        assert rates[0] == float(world.scalar(top)), "margins alone are no rates"
        world.execute("UPDATE deposit_products SET is_active = false, closed_on = '2026-11-20'")
        nobody = best_products.best(world.app, Wish(kind="deposits", groups=everyone))
        assert nobody["products"] == []
        with pytest.raises(UsageError, match="--term"):
            best_products.best(world.app, Wish(kind="credit", groups=everyone, term=12))
        with pytest.raises(UsageError, match="annuity"):
            best_products.best(world.app, Wish(kind="annuity", groups=everyone))


def test_before_the_first_load_it_says_what_to_do(open_world):
    with open_world() as world, pytest.raises(ConfigError, match="foresto fss mortgage"):
        best_products.best(world.app, Wish(kind="mortgage", groups=list(GROUPS)))


def drawn(found):
    """What a terminal of eighty columns shows."""
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    console = Console()
    console._lines = terminal
    best_products.show(console, found)
    return re.sub(r"\x1b\[[0-9;]*m", "", terminal.getvalue()).splitlines()


def test_the_table_fits_into_eighty_columns(open_world, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    with open_world() as world:
        load(world, "all", "020000")
        for kind in best_products.RANKINGS:
            found = best_products.best(world.app, Wish(kind=kind, groups=list(GROUPS)))
            lines = drawn(found)
            assert len(lines) > 20
            assert max(map(cell_len, lines)) <= 80, kind
            assert any(found["products"][0]["company"] in line for line in lines)


def test_the_command_knows_every_kind():
    assert [*command.KINDS] == [kind.name for kind in KINDS] + [products.ALL]
    assert set(OPERATIONS.items()) == {(kind.operation, kind.division) for kind in KINDS}
    names = set(tables.metadata.tables)
    assert {kind.products.name for kind in KINDS} | {kind.options.name for kind in KINDS} <= names


# --- status and verification ----------------------------------------------------------------------------------------


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
    with open_world(NEXT_MONTH) as world:
        assert ages(world)["fss.deposits"]["current"] is True
    with open_world(EVENING + timedelta(days=50)) as world:
        assert ages(world)["fss.deposits"]["current"] is False


PLANTED = {
    "fss.counts": "UPDATE savings_products SET created_at = '2026-12-21' WHERE fin_co_no < '0010360'",
    "fss.vanished": "UPDATE deposit_products SET is_active = false, closed_on = '2026-12-20'"
    " WHERE fin_co_no BETWEEN '0010345' AND '0010370'",
    "fss.orphans": "DELETE FROM credit_loan_products WHERE fin_co_no = '0010002' AND crdt_prdt_type = '2'",
    "fss.rates": "UPDATE mortgage_loan_options SET lend_rate_max = 20.01 WHERE fin_co_no = '0010001'",
}


def products_found(world):
    findings = verification.verify_monthly(world.app)["findings"]
    return {finding["check"]: finding for finding in findings if finding["check"].startswith("fss.")}


def test_the_monthly_verification_looks_at_products_and_finds_what_was_planted(open_world):
    with open_world() as world:
        load(world, "all")
        assert products_found(world) == {}
    with open_world(NEXT_MONTH) as world:
        load(world, "all")
        assert products_found(world) == {}, "an ordinary month has no finding"
        assert "fss.counts" not in {f["check"] for f in verification.verify_daily(world.app)["findings"]}
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
