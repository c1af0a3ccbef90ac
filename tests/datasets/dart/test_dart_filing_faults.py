"""Every way DART fails, for dividends and decisions: the documented error, and never "no data"."""

import json
from dataclasses import replace
from datetime import date

import pytest

from foresto_cli.datasets.dart import companies as filed_companies
from foresto_cli.loading import load_capital
from foresto_cli.running import job
from foresto_cli.sandbox.dart import dart_actions, dart_companies
from foresto_cli.settings import SANDBOX_KEYS

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_waiting")]

QUICK = job.Options()
MONTH = date(2026, 10, 1), date(2026, 10, 31)

# (exit code of a command with this one unit, what becomes of the unit)
TIMES_OUT, MISREAD = (75, "failed"), (65, "failed")
BLOCKED, TOO_FAST, REFUSED = (75, "pending"), (75, "pending"), (78, "pending")
FINE, NOTHING = (0, "done"), (0, "no_data")

EVERYWHERE = {
    **dict.fromkeys(("timeout", "drip", "reset", "half", "500", "503", "html", "empty"), TIMES_OUT),
    **dict.fromkeys(("dart800", "dart900"), TIMES_OUT),
    **dict.fromkeys(("404", "redirect", "empty_list", "truncated", "encoding", "missing_field"), MISREAD),
    **dict.fromkeys(("renamed_field", "text_number", "dart021", "dart100", "dart101"), MISREAD),
    **dict.fromkeys(("429", "dart020"), TOO_FAST),
    **dict.fromkeys(("block", "block403", "403"), BLOCKED),
    **dict.fromkeys(("dart010", "dart011", "dart012", "dart901"), REFUSED),
    "content_type": FINE,
}
"""What holds for every question."""
DIVIDENDS = {"dart013": NOTHING, "duplicate": MISREAD, "all_dash": FINE, "zero": MISREAD}
# A filing that is listed twice is one filing; a whole month without any is not believed.
LISTS = {"dart013": MISREAD, "duplicate": FINE}
DECISIONS = {"dart013": NOTHING, "duplicate": MISREAD, "zero": MISREAD}


def renewed(world, patience):
    """The application as a new process would have it: nothing remembered but the database."""
    app = replace(world.app)
    app._transport = replace(app._transport, haste=0.001, patience=patience)
    return app


def forget(world):
    for table in ("unit_ledger", "ops_alert", "upstream_block", "upstream_usage", "dividend_history"):
        world.execute(f"DELETE FROM {table}")
    world.sandbox.faults.clear()


def ended(world, result, dataset):
    """(exit code, state) of the one unit of ``dataset``, as a command would end that had nothing else to do."""
    state = next(
        name for name in ("failed", "pending", "done", "no_data") if name == "done" or getattr(result.units, name)
    )
    kept = world.rows("SELECT status FROM unit_ledger WHERE dataset = :dataset", dataset=dataset)
    assert kept == ([] if state == "pending" else [(state,)] if state != "done" else kept)
    if state == "done" and kept == [("no_data",)]:
        state = "no_data"
    return result.exit_code, state


def run(world, kind, place, work, dataset):
    """Meet one fault everywhere in ``place``, check what everybody is promised, and return how it ended."""
    world.sandbox.faults.add(f"{kind}@opendart.fss.or.kr/{place}")
    result = work(renewed(world, 0.005 if kind in {"timeout", "drip"} else 0.1))
    told = json.dumps(result.as_json()) + str(world.rows("SELECT detail::text, error_message FROM data_collection_log"))
    assert SANDBOX_KEYS["dart_api_key"] not in told
    for file in world.app.folders.payloads.glob("*"):
        assert SANDBOX_KEYS["dart_api_key"] not in file.read_text("utf-8")
    return ended(world, result, dataset)


def test_dividends(open_world):
    with open_world(patience=0.1) as world:
        company = dart_companies.of(world.sandbox.market).all[2]
        batch = {"corp": company.corp_code, "ticker": company.stock.code}
        world.execute(
            "INSERT INTO fdr_stock_listing (ticker, name, market, is_listed, settle_month, as_of_date, source_id,"
            " batch_id, created_at, updated_at) VALUES"
            " (:ticker, '가상', 'KOSPI', true, '12월', '2026-11-20', 'FDR', 1, now(), now())",
            ticker=batch["ticker"],
        )
        world.execute(
            "INSERT INTO dart_company (corp_code, ticker, name, hundred, batch_id, created_at, updated_at)"
            " VALUES (:corp, :ticker, '가상', 0, 1, now(), now())", **batch,
        )  # fmt: skip
        found = {}
        for kind, expected in (EVERYWHERE | DIVIDENDS).items():
            forget(world)
            world.execute("INSERT INTO unit_ledger (dataset, unit, status, row_count, attempts, run_id, asked_at)"
                          " VALUES ('dart.companies', :unit, 'done', 1, 1, 1, '2026-11-20 18:00')",
                          unit=filed_companies.UNIT)  # fmt: skip
            how = run(
                world, kind, "alotMatter", lambda app: load_capital.load_dividends(app, 2025, QUICK), "dart.dividends"
            )
            stored = world.scalar("SELECT count(*) FROM dividend_history")
            if how != expected or bool(stored) != (expected == FINE):
                found[kind] = (how, stored)
        assert found == {}
        world.sandbox.faults.clear()
        world.execute("DELETE FROM unit_ledger WHERE dataset = 'dart.dividends'")
        world.execute("DELETE FROM upstream_block")
        assert load_capital.load_dividends(renewed(world, 0.1), 2025, QUICK).units.done == 2, "valuations rest on them"


def of_list(result):
    """The result without the links, which are brought up to date whatever happened before."""
    result.units.done -= 1
    return result


def the_month(app):
    return of_list(load_capital.load_actions(app, *MONTH, QUICK))


def test_the_list_of_decisions(open_world):
    with open_world(patience=0.1) as world:
        found = {}
        for kind, expected in (EVERYWHERE | LISTS).items():
            forget(world)
            world.execute("DELETE FROM corporate_actions")
            how = run(
                world,
                kind,
                "list.json",
                lambda app: of_list(load_capital.load_actions(app, *MONTH, QUICK)),
                "dart.actions",
            )
            if how != expected or (expected != FINE and world.scalar("SELECT count(*) FROM corporate_actions")):
                found[kind] = how
        assert found == {}


def test_what_a_decision_says(open_world):
    with open_world(patience=0.1) as world:
        action = next(
            one for one in reversed(dart_actions.of(world.sandbox.market))
            if one.kind in {dart_actions.FREE, dart_actions.PAID, dart_actions.REDUCTION}
            and one.filings[-1].received < date(2026, 11, 1)
        )  # fmt: skip
        first = action.filings[0]
        types = {
            dart_actions.FREE: "FREE_INCREASE",
            dart_actions.PAID: "PAID_INCREASE",
            dart_actions.REDUCTION: "REDUCTION",
        }
        month = first.received.replace(day=1)
        found = {}
        for kind, expected in (EVERYWHERE | DECISIONS).items():
            forget(world)
            world.execute("DELETE FROM corporate_actions")
            world.execute(
                "INSERT INTO corporate_actions (rcept_no, corp_code, ticker, action_type, report_name, rcept_dt,"
                " is_correction, source_id, batch_id, created_at, updated_at)"
                " VALUES (:no, :corp, :ticker, :type, :name, :day, false, 'DART', 1, now(), now())",
                no=first.number, corp=action.company.corp_code, ticker=action.company.stock.code,
                type=types[action.kind], name=first.name, day=first.received,
            )  # fmt: skip
            world.execute("INSERT INTO unit_ledger (dataset, unit, status, row_count, attempts, run_id, asked_at)"
                          " VALUES ('dart.actions', :unit, 'done', 1, 1, 1, '2026-11-20 20:00')",
                          unit=f"{month:%Y-%m}")  # fmt: skip

            def work(app):
                return of_list(load_capital.load_actions(app, month, first.received, QUICK))

            how = run(world, kind, "Decsn.json", work, "dart.decisions")
            known = world.scalar("SELECT count(*) FROM corporate_actions WHERE shares_before IS NOT NULL")
            if how != expected or bool(known) != (expected == FINE):
                found[kind] = (how, known)
        assert found == {}
