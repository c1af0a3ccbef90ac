"""Every data set that one file describes: loaded, resumed, refused, verified, shown, exported, without its own code."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from support import EVENING

from foresto_cli import clock, data_sets
from foresto_cli.archive.export import export
from foresto_cli.chains import chain
from foresto_cli.console import Console
from foresto_cli.declared import ByDay, key_of, wire_fields
from foresto_cli.errors import BadPayload, ConfigError
from foresto_cli.loading import load_described
from foresto_cli.output.give import Form
from foresto_cli.running import job
from foresto_cli.verify import verification
from foresto_cli.views.reading.reading import given
from foresto_cli.views.reading.show_described import Wish, show

pytestmark = pytest.mark.usefixtures("no_waiting")
ONE_DATABASE = True
PATIENCE = 2
QUICK = job.Options()
GOLD = pytest.mark.parametrize("one", [data_sets.by_day("gold")], ids=["gold"])
"""What does not hang on the columns is proved with one of them."""
SETS = pytest.mark.parametrize("one", data_sets.of_kind(ByDay), ids=lambda one: one.name)
TRADED = pytest.mark.parametrize(
    "one",
    [one for one in data_sets.of_kind(ByDay) if "volume" in one.table.columns],
    ids=lambda one: one.name,
)
PRICED = pytest.mark.parametrize(
    "one",
    [one for one in data_sets.of_kind(ByDay) if {"close_price", "low_price"} <= set(one.table.columns.keys())],
    ids=lambda one: one.name,
)
DAMAGES = ("truncated", "missing_field", "renamed_field", "500", "html", "huge_number", "duplicate")
TEN_FOLD = ("close_price", "price_change", "open_price", "low_price", "high_price")
NEWEST = date(2026, 11, 19)
"""The OPEN API has a session on the next morning."""


def load(world, one, since=None, until=None, options=QUICK):
    return load_described.load(world.app, one, since, until, options)


def count(world, one, where="TRUE"):
    return world.scalar(f"SELECT count(*) FROM {one.table.name} WHERE {where}")


def first_of(one):
    (key,) = key_of(one.table)
    return f"{key} = (SELECT min({key}) FROM {one.table.name})"


def findings(world, one):
    found = verification.verify_daily(world.app).findings
    return {finding.check: finding for finding in found if finding.check.startswith(f"{one.name}.")}


@SETS
def test_every_published_session_is_loaded_once(open_world, one):
    with open_world(sessions=40) as world:
        planned = load(world, one, options=job.Options(dry_run=True))
        assert planned.plan.units == planned.plan.requests == 31
        assert world.asked("data-dbg.krx.co.kr") == []
        first = load(world, one)
        assert (first.outcome, first.units.done, first.requests["krx_openapi"]) == ("done", 31, 31)
        assert count(world, one) == 31 * len(one.names)
        assert world.scalar(f"SELECT max(trade_date) FROM {one.table.name}") == NEWEST
        second = load(world, one)
        assert (second.outcome, second.requests["total"]) == ("nothing_to_do", 0)
        assert findings(world, one) == {}


@SETS
def test_what_is_stored_is_what_was_answered(open_world, one):
    """The columns of the description against the records of the sandbox, field by field."""
    from foresto_cli.sandbox.krx.krx_described import rows as answered

    with open_world(sessions=40) as world:
        load(world, one, NEWEST, NEWEST)
        fields = wire_fields(one.table)
        key = fields[key_of(one.table)[0]]
        stored = sorted(world.rows(f"SELECT {', '.join(fields)} FROM {one.table.name}"))
        records = sorted(answered(one, world.sandbox.market, NEWEST), key=lambda record: record[key])
        assert len(stored) == len(records)
        for row, record in zip(stored, records, strict=True):
            for value, field in zip(row, fields.values(), strict=True):
                assert value == (record[field] if isinstance(value, str) else Decimal(record[field])), field


@pytest.mark.long
@SETS
def test_lost_rows_and_sessions_are_found_and_the_hint_mends_them(open_world, one):
    with open_world(sessions=40) as world:
        load(world, one)
        world.execute(f"DELETE FROM {one.table.name} WHERE trade_date = '2026-11-17'")
        world.execute(f"DELETE FROM {one.table.name} WHERE trade_date = '2026-11-16' AND {first_of(one)}")
        found = findings(world, one)
        assert {name.partition(".")[2] for name in found} == {"sessions", "rows"}
        for finding in found.values():
            words = finding.repair.split()
            assert words[:4] == ["foresto", one.name, "load", "--again"]
            since, until = (date.fromisoformat(words[words.index(word) + 1]) for word in ("--from", "--to"))
            load(world, one, since, until, job.Options(again=True))
        assert findings(world, one) == {}


@pytest.mark.long
@PRICED
def test_impossible_values_are_found_and_the_hint_mends_them(open_world, one):
    with open_world(sessions=40) as world:
        load(world, one)
        world.execute(f"UPDATE {one.table.name} SET close_price = close_price * 1000 WHERE trade_date = '2026-11-18'")
        assert findings(world, one).keys() == {f"{one.name}.values"}
        load(world, one, date(2026, 11, 18), date(2026, 11, 18), job.Options(again=True))
        assert findings(world, one) == {}


@pytest.mark.long
@PRICED
@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE {table} SET " + ", ".join(f"{name} = 10 * {name}" for name in TEN_FOLD) + " WHERE {row}",
        "UPDATE {table} SET volume = volume * 1000 WHERE {row}",
        "DELETE FROM {table} WHERE {row}; UPDATE unit_ledger SET row_count = row_count - 1 WHERE unit = '2026-11-16'",
    ],
)
def test_a_row_that_contradicts_its_neighbours_is_found_and_mended(open_world, one, damage):
    with open_world(sessions=40) as world:
        load(world, one)
        if "volume" in damage and "volume" not in one.table.columns:
            return  # an index is not traded
        row = f"trade_date = '2026-11-16' AND {first_of(one)}"
        for statement in damage.format(table=one.table.name, row=row).split(";"):
            world.execute(statement)
        assert findings(world, one).keys() == {f"{one.name}.neighbours"}
        result = verification.with_repair(world.app, verification.verify_daily, QUICK)
        assert [found.check for found in result.findings if found.check.startswith(one.name)] == []


@GOLD
@pytest.mark.parametrize("fault", DAMAGES)
def test_a_damaged_answer_is_never_stored(open_world, one, fault):
    with open_world(sessions=40, faults=f"{fault}@data-dbg.krx.co.kr") as world:
        result = load(world, one, date(2026, 11, 16), NEWEST)
        assert result.exit_code in {3, 65, 75}
        assert count(world, one) == 0
    with open_world(sessions=40) as world:
        assert load(world, one, date(2026, 11, 16), NEWEST).units.done == 4


@SETS
def test_the_rows_of_another_day_are_refused(open_world, one):
    with open_world(sessions=40, faults="other_day@data-dbg.krx.co.kr/20261118") as world:
        result = load(world, one, date(2026, 11, 16), NEWEST, job.Options(workers=1))
        assert result.units.done == 3
        assert "다른 날" in result.reasons[0]


@GOLD
def test_half_of_a_usual_answer_is_refused(open_world, one):
    from foresto_cli.collecting.by_day import DeclaredDays
    from foresto_cli.collecting.loader import Answer, Unit
    from foresto_cli.sandbox.krx.krx_described import rows as answered

    with open_world(sessions=40) as world:
        app, records = world.app, answered(one, world.sandbox.market, NEWEST)
        loader = DeclaredDays(
            app.krx_openapi, app.calendar, NEWEST, clock.now(), one, NEWEST, usual=2 * len(records) + 1
        )
        answer = Answer(Unit(f"{NEWEST}", f"{NEWEST}"), "KRX_OPENAPI", records, clock.wall())
        with pytest.raises(BadPayload, match="평소"):
            loader.parse(answer)
        loader.usual = 2 * len(records)
        assert len(loader.parse(answer).rows) == len(records)


@GOLD
def test_without_a_key_or_approval_the_operator_is_told_what_to_apply_for(open_world, one):
    with open_world(without=("krx_openapi_key",)) as world, pytest.raises(ConfigError, match=one.service.title):
        load(world, one)
    with open_world(sessions=40, faults=f"unapproved@{one.service.path.rpartition('/')[2]}") as world:
        result = load(world, one)
        assert (result.exit_code, count(world, one)) == (78, 0)
        assert one.service.title in result.reasons[0]


@GOLD
def test_what_is_not_approved_is_left_out_of_a_chain_with_a_note(open_world, one, monkeypatch):
    monkeypatch.setenv("FORESTO_DATASETS", one.name)
    with open_world(sessions=40, faults=f"unapproved@{one.service.path.rpartition('/')[2]}") as world:
        step = next(step for step in chain.steps.of(world.app, one.chain) if step.name == f"{one.name} load")
        result = step.work(world.app, QUICK)
        assert (result.exit_code, result.units.failed, count(world, one)) == (0, 0, 0)
        assert one.service.title in " ".join(result.notes)
        assert world.scalar("SELECT count(*) FROM ops_alert WHERE alert_level = 'critical'") == 0


@TRADED
def test_days_without_a_trade_are_no_fault(open_world, one, monkeypatch):
    """A thin market: nothing is traded, the same numbers stand again, and most rows have none."""
    from foresto_cli.sandbox.krx import krx_described as answers

    whole, wire = answers.rows, wire_fields(one.table)

    def still(described, market, when):
        quiet = {wire[name]: "0" for name in ("volume", "trading_value") if name in wire}
        rows = [record | quiet | {"BAS_DD": f"{when:%Y%m%d}"} for record in whole(described, market, NEWEST)]
        blank = [record | {wire[one.needed]: "-"} for record in rows]
        return rows if when != NEWEST else [rows[0], *blank[1:]]

    monkeypatch.setattr(answers, "rows", still)
    with open_world(sessions=40) as world:
        result = load(world, one, date(2026, 11, 9), NEWEST)
        assert (result.outcome, result.units.failed) == ("done", 0)
        assert findings(world, one) == {}


@SETS
def test_chains_load_it_when_it_is_switched_on(open_world, one, monkeypatch):
    monkeypatch.setenv("FORESTO_DATASETS", one.name)
    with open_world(EVENING + timedelta(days=3, hours=-12), sessions=40) as world:
        names = [step.name for step in chain.steps.of(world.app, one.chain)]
        assert names.index(f"{one.name} load") < names.index("verify daily")
        step = next(step for step in chain.steps.of(world.app, one.chain) if step.name == f"{one.name} load")
        assert step.work(world.app, QUICK).units.done > 0
        assert [service.path for service in load_described.services(world.app)] == [one.service.path]
    monkeypatch.setenv("FORESTO_DATASETS", "")
    with open_world() as world:
        assert (f"{one.name} load" in [step.name for step in chain.steps.of(world.app, one.chain)]) is one.is_default


@SETS
def test_it_is_shown_and_exported(open_world, one, tmp_path, capsys):
    with open_world(sessions=40) as world:
        with pytest.raises(ConfigError, match=f"foresto {one.name} load"):
            show(world.app, one.name, Wish())
        load(world, one)
        found = show(world.app, one.name, Wish(start=date(2026, 11, 2), end=NEWEST, most=5))
        assert len(found.rows) == 5
        assert {row["trade_date"] for row in found.rows} <= {date(2026, 11, 19), date(2026, 11, 18), date(2026, 11, 17)}
        given(Console(), found, Form())
        assert one.names[0] in capsys.readouterr().out
        given(Console(), found, Form(csv=f"{tmp_path / 'shown.csv'}"))
        assert (tmp_path / "shown.csv").read_text(encoding="utf-8").count("\n") == 6
        assert list(show(world.app, one.name, Wish(code="NOBODY")).rows) == []
        parts = export(world.app.engine, tmp_path / "out", "csv", tables=[one.table.name], advance=lambda *_: None)
        assert sum(part.rows for part in parts.parts) == count(world, one)


def test_labels_read_from_the_files_are_those_of_the_descriptions():
    assert data_sets.labels() == {one.name: one.label for one in data_sets.every()}


@SETS
def test_a_description_is_one_short_file(one):
    lines = (data_sets.FOLDER / f"{one.name.replace('-', '_')}.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    clock.pretend(None)
