"""Every filing of companies with a share: page by page, no hole and no twin, days read whole, decisions beside them."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from dart_loads import asked
from support import EVENING

from foresto_cli import clock
from foresto_cli.collecting.checks import DECLARED, Scope, run_checks
from foresto_cli.datasets.dart import filing_types, filings
from foresto_cli.errors import BadPayload, ConfigError, UsageError
from foresto_cli.loading import load_filings as loading
from foresto_cli.running import job
from foresto_cli.sandbox.dart import dart_actions, disclosures, everyday
from foresto_cli.upstream import dart
from foresto_cli.verify import all_checks, mending

pytestmark = pytest.mark.usefixtures("no_waiting")
PATIENCE = 2
QUICK = job.Options()


def load(world, since=None, **options):
    return loading.load_filings(world.app, since, job.Options(**options))


def at(day, hour):
    return datetime.combine(day, time.fromisoformat(hour), clock.KST)


def shown(world, first, last):
    """Return what the sandbox shows of a span, by receipt number."""
    return {row["rcept_no"]: row for row in world.app.dart.filings(first, last)}


def stored(world):
    return dict(world.rows("SELECT rcept_no, ticker FROM dart_filing"))


# --- whole days -----------------------------------------------------------------------------------------------------


def test_every_filing_of_a_company_with_a_share_is_stored_with_who_filed_it_and_of_what_type(open_world):
    with open_world(stocks=300) as world:
        result = load(world)
        assert (result.outcome, result.exit_code) == ("done", 0), result.reasons
        assert result.units.planned == 5  # four days, and the types
        wire = shown(world, date(2026, 11, 17), date(2026, 11, 20))
        listed = {number: row for number, row in wire.items() if row["stock_code"].strip()}
        assert stored(world) == {number: row["stock_code"] for number, row in listed.items()}
        assert 150 < len(listed) < 0.8 * len(wire), "funds and unlisted companies are left out"
        assert {row["corp_cls"] for row in listed.values()} >= {"Y", "K", "N"}
        rows = world.rows("SELECT rcept_no, report_nm, corp_cls, corp_name, flr_nm, filing_type FROM dart_filing")
        for number, *found in rows:
            row = listed[number]
            name = row["report_nm"].strip()
            assert found == [
                name, row["corp_cls"], row["corp_name"], row["flr_nm"].strip(), filing_types.code_of(name)
            ]  # fmt: skip
        assert any(row["report_nm"].endswith("  ") for row in listed.values())
        assert any(row["flr_nm"] != row["corp_name"] for row in listed.values())
        assert any(row["report_nm"].startswith("[기재정정]") for row in listed.values()), "corrections are rows"
        lists = asked(world, "list.json")[: result.requests["dart"]]
        assert all(request.fields["page_count"] == "100" for request in lists)
        assert all(request.fields["bgn_de"] == request.fields["end_de"] for request in lists)
        again = load(world)
        assert (again.rows.added, again.rows.changed) == (0, 0)
        assert again.requests["dart"] <= 3, "of a day that is not over, once more"


@pytest.mark.long
def test_pages_that_move_under_the_reader_leave_no_hole_and_no_twin(open_world, monkeypatch):
    """Between two pages an hour passes and filings arrive in the middle of the list."""
    day = date(2026, 11, 20)
    seen = []

    def moment(_market):
        seen.append(at(day, f"{min(13 + len(seen), 19)}:00"))
        return seen[-1]

    with open_world(stocks=1_500) as world:
        monkeypatch.setattr(disclosures, "moment", moment)
        numbers = [row["rcept_no"] for row in world.app.dart.filings(day, day)]
        assert len(numbers) == len(set(numbers))
        first, last = (
            {one.number for one in everyday.received(world.sandbox.market, day, day, moment)}
            for moment in (seen[0], seen[-1])
        )
        assert first < last <= set(numbers)
        assert len(seen) > -(-len(numbers) // 100), "the pages were read once more"
        # One reading alone would have left out what arrived on pages that lay behind it.
        monkeypatch.setattr(dart, "LIST_READINGS", 1)
        seen.clear()
        with pytest.raises(BadPayload, match="건만 왔습니다"):
            world.app.dart.filings(day, day)


def test_pages_that_never_agree_are_not_believed(open_world, monkeypatch):
    day = date(2026, 11, 20)
    with open_world(stocks=300) as world:
        body = world.app.dart.body
        monkeypatch.setattr(
            world.app.dart, "body", lambda *a, **k: body(*a, **k).replace(b'"total_count": ', b'"total_count": 9')
            .replace(b'"total_count":', b'"total_count":9'),
        )  # fmt: skip
        with pytest.raises(BadPayload, match="건만 왔습니다"):
            world.app.dart.filings(day, day)


def test_a_day_that_was_read_before_it_was_over_is_read_again_and_then_never(open_world):
    day = date(2026, 11, 19)
    with open_world(at(day, "10:00")) as world:
        load(world)
        early = len(stored(world))
    with open_world(at(day, "16:30")) as world:
        load(world)
        later = len(stored(world))
        assert later > early
    with open_world(at(day + timedelta(days=1), "08:10")) as world:
        load(world)
        kept = [f for f in everyday.of(world.sandbox.market, day) if f.company.ticker]
        assert {one.number for one in kept} <= set(stored(world))
        assert len(stored(world)) > later
        spans = Counter(request.fields["bgn_de"] for request in asked(world, "list.json"))
        assert set(spans) == {"20261119", "20261120"}
        load(world)
        assert {one.fields["bgn_de"] for one in asked(world, "list.json")[sum(spans.values()) :]} == {"20261120"}


def test_after_two_weeks_of_sleep_every_day_is_read_from_the_last_one_on(open_world):
    with open_world(at(date(2026, 11, 4), "16:30")) as world:
        load(world)
    with open_world() as world:
        before = len(asked(world))
        result = load(world)
        assert result.exit_code == 0, result.reasons
        wire = shown(world, date(2026, 11, 4), date(2026, 11, 20))
        listed = {number for number, row in wire.items() if row["stock_code"].strip()}
        assert listed <= set(stored(world))
        questions = asked(world, "list.json")[before : before + result.requests["dart"]]
        days = sorted({request.fields["end_de"] for request in questions})
        assert days == [f"{day:%Y%m%d}" for day in filings.business_days(date(2026, 11, 4), date(2026, 11, 20))]
        mondays = [one.fields for one in questions if one.fields["end_de"] in {"20261109", "20261116"}]
        assert {one["bgn_de"] for one in mondays} == {"20261107", "20261114"}, "with the days off before it"


def test_a_hole_is_filled_and_a_failed_day_asked_for_again(open_world):
    with open_world(at(date(2026, 11, 13), "20:30")) as world:
        load(world)
    with open_world() as world:
        world.sandbox.faults.add("500@opendart.fss.or.kr/list.json*40")
        assert load(world, workers=1).exit_code != 0
        world.sandbox.faults.clear()
        world.execute("DELETE FROM unit_ledger WHERE dataset = 'dart.filings' AND unit = '2026-11-12'")
    with open_world(EVENING + timedelta(days=1)) as world:
        assert load(world).exit_code == 0
        days = world.rows("SELECT unit FROM unit_ledger WHERE dataset = 'dart.filings' AND status = 'done' ORDER BY 1")
        assert [date.fromisoformat(unit) for (unit,) in days] == filings.business_days(
            date(2026, 11, 10), date(2026, 11, 20)
        )
        assert load(world).requests["total"] == 0, "on a Saturday nothing is left"


def test_the_first_day_of_all_is_asked_for_again_when_it_failed(open_world):
    with open_world(faults="500@opendart.fss.or.kr/bgn_de=20261117") as world:
        assert load(world).units.failed == 1
    with open_world(EVENING + timedelta(days=7), faults="404@opendart.fss.or.kr/bgn_de=20261117") as world:
        assert load(world).units.failed == 1
    with open_world(EVENING + timedelta(days=7)) as world:
        load(world)
        assert world.scalar("SELECT status FROM unit_ledger WHERE unit = '2026-11-17'") == "done"
        assert world.scalar("SELECT count(*) FROM dart_filing WHERE rcept_dt = '2026-11-17'") > 0


def test_since_reads_back_the_newest_first_and_dry_run_asks_nobody(open_world):
    with open_world() as world:
        plan = load(world, date(2026, 11, 2), dry_run=True).plan
        assert (plan.units, plan.requests) == (16, 15 * filings.PAGES)
        assert asked(world) == []
        assert load(world, date(2026, 11, 2), workers=1).exit_code == 0
        days = [request.fields["end_de"] for request in asked(world)]
        assert days == sorted(days, reverse=True)
        assert world.scalar("SELECT min(rcept_dt) FROM dart_filing") == date(2026, 11, 2)


@pytest.mark.parametrize("since", [date(2014, 12, 31), date(2026, 11, 21)])
def test_a_day_that_dart_cannot_have_is_refused(open_world, since):
    with open_world() as world, pytest.raises(UsageError, match="2015-01-01"):
        load(world, since)


def test_without_a_key_it_is_said_which(open_world):
    with open_world(without=("dart_api_key",)) as world, pytest.raises(ConfigError, match="DART_API_KEY"):
        load(world)


# --- nothing, and what cannot be ------------------------------------------------------------------------------------


def test_a_session_that_is_over_and_has_no_filing_is_not_believed_and_a_holiday_is(open_world):
    with open_world(at(date(2026, 9, 28), "08:10"), faults="dart013@opendart.fss.or.kr/list.json") as world:
        result = load(world)
        assert result.exit_code == 0, "Chuseok, and a morning on which nobody has filed yet"
        assert set(world.rows("SELECT unit, status FROM unit_ledger WHERE dataset = 'dart.filings'")) == {
            ("2026-09-25", "no_data"), ("2026-09-28", "no_data")
        }  # fmt: skip
    with open_world(at(date(2026, 9, 29), "08:10"), faults="dart013@opendart.fss.or.kr/list.json") as world:
        result = load(world)
        assert (result.exit_code, result.units.failed) == (3, 1)
        assert "2026-09-28" in result.reasons[0]
        assert "하나도 없습니다" in result.reasons[0]
    with open_world(at(date(2026, 9, 29), "08:20")) as world:
        assert load(world).exit_code == 0
        assert world.scalar("SELECT count(*) FROM dart_filing WHERE rcept_dt = '2026-09-28'") > 0


def findings(world):
    all_checks.of("weekly")
    last = world.app.calendar.latest_ended(clock.now())
    ours = [check for name, check in DECLARED.items() if name.startswith("dart.filing")]
    with world.app.engine.connect() as connection:
        return {
            found.check: found
            for found in run_checks(ours, Scope(connection, world.app.calendar, clock.now(), [last], last))
        }


def test_a_session_without_filings_lost_ones_and_mistaken_types_are_found_and_mended(open_world):
    with open_world() as world:
        load(world, date(2026, 11, 9))
        assert findings(world) == {}
        whole = world.rows("SELECT rcept_no, report_nm, filing_type FROM dart_filing ORDER BY 1")
        for planted, name, units in (
            ("DELETE FROM dart_filing WHERE rcept_dt = '2026-11-12'", "dart.filing_days", ["2026-11-12"]),
            (
                "DELETE FROM dart_filing WHERE rcept_no LIKE '202611165000%'",
                "dart.filings_lost", ["2026-11-16"],
            ),
            ("UPDATE dart_filing SET filing_type = 'rights' WHERE filing_type IS NULL", "dart.filing_types", ["all"]),
        ):  # fmt: skip
            world.execute(planted)
            found = findings(world)[name]
            assert list(found.units.values()) == [units]
            assert found.repair.startswith(("foresto retry --data dart.filing", "foresto filings load"))
            mending.mend(world.app, [one.units for one in findings(world).values()], QUICK)
            assert findings(world) == {}, planted
            assert world.rows("SELECT rcept_no, report_nm, filing_type FROM dart_filing ORDER BY 1") == whole


# --- decisions ------------------------------------------------------------------------------------------------------


def test_a_decision_is_known_with_its_filing_and_asked_for_without_a_list(open_world):
    from foresto_cli.loading import load_capital

    with open_world() as world:
        first = max(
            (one for one in dart_actions.of(world.sandbox.market)
             if one.kind == dart_actions.PAID and one.filings[0].received <= date(2026, 11, 19)),
            key=lambda one: one.filings[0].received,
        )  # fmt: skip
        day, number = first.filings[0].received, first.filings[0].number
    with open_world(at(day, "16:30")) as world:
        result = load(world)
        assert result.tables["corporate_actions"].added >= 1
        assert world.rows("SELECT filing_type FROM dart_filing WHERE rcept_no = :n", n=number) == [("rights",)]
        assert world.rows("SELECT action_type, ratio FROM corporate_actions WHERE rcept_no = :n", n=number) == [
            ("PAID_INCREASE", None)
        ]
        plan = load_capital.load_filed_actions(world.app, job.Options(dry_run=True)).plan
        decided = world.scalar(
            "SELECT count(*) FROM corporate_actions WHERE action_type NOT IN ('SPLIT', 'CONSOLIDATION')"
        )
        assert 1 <= plan.requests <= decided
        before = len(asked(world, "list.json"))
        found = load_capital.load_filed_actions(world.app, QUICK)
        assert found.requests["dart"] == plan.requests
        assert len(asked(world, "list.json")) == before
        assert world.scalar("SELECT ratio FROM corporate_actions WHERE rcept_no = :n", n=number) is not None
        assert load_capital.load_filed_actions(world.app, QUICK).requests["total"] == 0
