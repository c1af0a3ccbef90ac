"""Company numbers: from whom, matched by what, how often, and what becomes of every way the upstream fails."""

import json
from datetime import date, datetime, timedelta

import pytest
from support import EVENING, a_third

from foresto_cli import clock
from foresto_cli.calendar import Calendar
from foresto_cli.loading import load_listed
from foresto_cli.running import job

pytestmark = pytest.mark.usefixtures("no_waiting")

QUICK = job.Options()
HOST = "apis.data.go.kr"
NUMBERS = "SELECT count(*) FROM stocks WHERE crno IS NOT NULL"


def asked(world):
    return [request for request in world.sandbox.requests if request.host == HOST]


# --- what is stored -------------------------------------------------------------------------------------------------


def test_numbers_are_matched_by_isin_and_preferred_shares_have_their_issuers(open_world):
    with open_world(patience=0.2) as world:
        result = load_listed.load_stocks(world.app, QUICK)
        assert result.outcome == "done", result.reasons
        assert result.requests == {"fdr": 4, "fsc": 1, "total": 5}
        active, known = world.rows("SELECT count(*), count(crno) FROM stocks WHERE is_active")[0]
        assert f"활성 {active}종목 가운데 {known}종목({known / active:.1%})" in result.notes[0]
        assert world.rows("SELECT crno FROM stocks WHERE ticker = '005930'") == [("1101110000000",)]
        assert world.scalar("SELECT count(*) FROM stocks WHERE right(ticker, 1) <> '0'") > 0
        assert (
            world.scalar(
                "SELECT count(*) FROM stocks s JOIN stocks i ON i.ticker = left(s.ticker, 5) || '0'"
                " WHERE right(s.ticker, 1) <> '0' AND s.crno IS DISTINCT FROM i.crno"
            )
            == 0
        )
        assert world.rows("SELECT unit, status, source_id FROM unit_ledger WHERE dataset = 'stocks.crno'") == [
            ("2026-11-19", "done", "FSC")
        ]
        # Foreign companies have no number, and a preferred share may outlive its issuer.
        missing = world.rows(
            "SELECT s.ticker FROM stocks s WHERE s.crno IS NULL AND s.is_active AND left(s.ticker, 1) <> '9'"
            " AND EXISTS (SELECT FROM stocks i WHERE i.ticker = left(s.ticker, 5) || '0')"
        )
        assert missing == []


def test_a_name_is_never_enough(open_world):
    with open_world() as world:
        load_listed.load_listing(world.app, QUICK)
        world.execute("UPDATE fdr_stock_listing SET isin = 'KR7999999999' WHERE ticker = '005930'")
        load_listed.load_stocks(world.app, QUICK)
        assert world.rows("SELECT crno FROM stocks WHERE ticker = '005930'") == [(None,)]


@pytest.mark.long
def test_it_is_asked_once_a_week_and_the_same_again_changes_nothing(open_world):
    with open_world() as world:
        load_listed.load_stocks(world.app, QUICK)
        again = load_listed.load_stocks(world.app, QUICK)
        assert again.requests == {"total": 0}
        assert (again.rows.added, again.rows.changed) == (0, 0)
    with open_world(EVENING + timedelta(days=5)) as world:
        assert "fsc" not in load_listed.load_stocks(world.app, QUICK).requests
    with open_world(EVENING + timedelta(days=7)) as world:
        assert load_listed.load_stocks(world.app, QUICK).requests["fsc"] == 1


def test_a_missing_key_is_one_note_and_no_failure(open_world):
    with open_world(without=("fsc_api_key",)) as world:
        result = load_listed.load_stocks(world.app, QUICK)
        assert (result.outcome, result.exit_code) == ("done", 0)
        assert [note for note in result.notes if "FSC_API_KEY" in note]
        assert world.scalar("SELECT count(*) FROM stocks") > 50
        assert world.scalar(NUMBERS) == 0
        assert asked(world) == []


def test_what_is_not_published_yet_is_taken_from_the_session_before(open_world, monkeypatch):
    with open_world() as world:
        # As if the newest list were late: the sandbox publishes Friday's on Monday.
        monkeypatch.setattr(Calendar, "latest_in_open_data", lambda *_: date(2026, 11, 20))
        assert load_listed.load_stocks(world.app, QUICK).outcome == "done"
        assert [request.fields["basDt"] for request in asked(world)] == ["20261120", "20261119"]
        reason = world.scalar("SELECT reason FROM unit_ledger WHERE dataset = 'stocks.crno'")
        assert "2026-11-19" in reason


@pytest.mark.parametrize(
    ("now", "base"),
    [
        ("2026-11-20T12:59", "2026-11-18"),
        ("2026-11-20T13:00", "2026-11-19"),
        ("2026-11-22T13:00", "2026-11-19"),
        ("2026-11-23T13:00", "2026-11-20"),
    ],
)
def test_a_list_is_out_from_one_o_clock_of_the_next_session(now, base):
    moment = datetime.fromisoformat(now).replace(tzinfo=clock.KST)
    assert Calendar().latest_in_open_data(moment) == date.fromisoformat(base)


# --- what goes wrong ------------------------------------------------------------------------------------------------

FAILED, PENDING = "failed", "pending"
EXPECTED = {
    "timeout": (3, "partial", FAILED),
    "reset": (3, "partial", FAILED),
    "500": (3, "partial", FAILED),
    "html": (3, "partial", FAILED),
    "empty": (3, "partial", FAILED),
    "gateway04": (3, "partial", FAILED),
    "404": (3, "partial", FAILED),
    "truncated": (3, "partial", FAILED),
    "encoding": (3, "partial", FAILED),
    "empty_list": (3, "partial", FAILED),
    "missing_field": (3, "partial", FAILED),
    "renamed_field": (3, "partial", FAILED),
    "duplicate": (3, "partial", FAILED),
    "zero": (3, "partial", FAILED),
    "gateway12": (3, "partial", FAILED),
    "429": (75, "quota", PENDING),
    "gateway22": (75, "quota", PENDING),
    "gateway23": (75, "quota", PENDING),
    "block403": (75, "blocked", PENDING),
    "403": (78, "failed", PENDING),
    "unauthorized": (78, "failed", PENDING),
    "gateway20": (78, "failed", PENDING),
    "gateway30": (78, "failed", PENDING),
    "gateway30json": (78, "failed", PENDING),
    "gateway31": (78, "failed", PENDING),
}


@pytest.mark.parametrize("kind", a_third(EXPECTED, 2))
def test_a_failure_ends_as_documented_and_costs_no_stock(open_world, kind):
    with open_world(faults=f"{kind}@{HOST}", patience=0.006 if kind == "timeout" else 0.02) as world:
        result = load_listed.load_stocks(world.app, QUICK)
        exit_code, outcome, state = EXPECTED[kind]
        assert (result.exit_code, result.outcome) == (exit_code, outcome), result.reasons
        assert getattr(result.units, state) == 1
        assert world.scalar("SELECT count(*) FROM stocks WHERE is_active") > 50
        assert world.scalar(NUMBERS) == 0
        status = world.rows("SELECT status FROM unit_ledger WHERE dataset = 'stocks.crno'")
        assert status == ([("failed",)] if state == FAILED else [])
        told = json.dumps(result.as_json())
        told += str(world.rows("SELECT detail::text, error_message FROM data_collection_log"))
        assert "fsc+key" not in told
        assert "fsc%2Bkey" not in told
        world.sandbox.faults.clear()
        if outcome == "blocked":
            return
    with open_world() as world:
        world.begin_budgets_anew()
        assert load_listed.load_stocks(world.app, QUICK).exit_code == 0, "the next run must fetch what failed"
        assert world.scalar(NUMBERS) > 50


@pytest.mark.parametrize(("kind", "tries"), [("gateway22", 3), ("gateway20", 1), ("gateway31", 1), ("block403", 1)])
def test_a_refusal_is_asked_about_as_often_as_promised(open_world, kind, tries):
    with open_world(faults=f"{kind}@{HOST}") as world:
        load_listed.load_stocks(world.app, QUICK)
        assert len(asked(world)) == tries


def test_half_a_list_is_refused(open_world):
    with open_world() as world:
        load_listed.load_listing(world.app, QUICK)
        world.execute(
            "INSERT INTO fdr_stock_listing SELECT (jsonb_populate_record(l, jsonb_build_object('ticker',"
            " lpad(n::text, 5, '9') || '0'))).* FROM fdr_stock_listing l, generate_series(1, 40) n"
            " WHERE ticker = '005930'"
        )
        result = load_listed.load_stocks(world.app, QUICK)
        assert result.exit_code == 65
        assert "일부만" in result.reasons[0]
