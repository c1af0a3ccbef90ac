"""Every page of data.krx.co.kr that one file describes: one login, once a session, never half, never another day."""

import gzip
import json
from datetime import date, datetime, timedelta
from decimal import Decimal

import dart_loads
import pytest
from support import EVENING, SHARED, needs_shared

from foresto_cli import clock, data_sets
from foresto_cli.archive.export import export
from foresto_cli.chains import chain
from foresto_cli.collecting.checks import Scope
from foresto_cli.collecting.krx_pages import MOST_REQUESTS, KrxPages
from foresto_cli.collecting.loader import Answer, Unit
from foresto_cli.console import Console
from foresto_cli.datasets.prices import fundamental_checks
from foresto_cli.declared import PART, KrxPage, key_of, wire_fields
from foresto_cli.errors import ConfigError
from foresto_cli.loading import load_described, load_prices
from foresto_cli.output.give import Form
from foresto_cli.running import job
from foresto_cli.sandbox import krx as answers
from foresto_cli.settings import impossible, setting_checks
from foresto_cli.store.fragments import sql
from foresto_cli.verify import verification
from foresto_cli.views.reading.reading import given
from foresto_cli.views.reading.show_described import Wish, show

pytestmark = pytest.mark.usefixtures("no_waiting")
ONE_DATABASE = True
PATIENCE = 2
QUICK = job.Options()
SIZE = {"sessions": 40, "stocks": 60}
SESSIONS = [date(2026, 11, day) for day in (16, 17, 18, 19, 20)]
PAGES = pytest.mark.parametrize("one", data_sets.of_kind(KrxPage), ids=lambda one: one.name)
FUNDAMENTALS = data_sets.named("fundamentals")
FLOWS = data_sets.named("flows")
LOGIN = 3


def load(world, one, since=None, until=None, options=QUICK):
    return load_described.load(world.app, one, since, until, options)


def newest(one):
    return SESSIONS[-1 - one.lag]


def count(world, one, where="TRUE"):
    return world.scalar(f"SELECT count(*) FROM {one.table.name} WHERE {where}")


def findings(world, one):
    found = verification.verify_daily(world.app).findings
    return {finding.check: finding for finding in found if finding.check.startswith(f"{one.name}.")}


def answered(world, one, day):
    """Return what the sandbox answers to every question of the page, as the client hands it on."""
    key, table = answers.TABLES[one.page.bld.rpartition("/")[2]]
    assert key == one.page.answers
    when = dict.fromkeys(one.page.days, f"{day:%Y%m%d}")
    return [
        {**record, PART: part}
        for part, fields in one.page.parts.items()
        for record in table(world.sandbox.market, {**one.page.form, **fields, **when})
    ]


@PAGES
def test_the_newest_session_is_loaded_once_and_shown_and_exported(open_world, one, tmp_path, capsys):
    parts = len(one.page.parts)
    with open_world(**SIZE) as world:
        plan = load(world, one, options=job.Options(dry_run=True)).plan
        assert (plan.units, plan.requests) == (1, parts + LOGIN)
        assert world.asked("MDCSTAT") == []
        first = load(world, one)
        assert (first.outcome, first.units.done, first.requests["krx"]) == ("done", 1, parts)
        records = answered(world, one, newest(one))
        assert count(world, one) == len(records) > 40 * parts / max(parts, 2)
        assert world.rows(f"SELECT DISTINCT trade_date, source_id FROM {one.table.name}") == [(newest(one), "KRX")]
        assert (load(world, one).outcome, len(world.asked(one.page.bld))) == ("nothing_to_do", parts)
        assert findings(world, one) == {}
        found = show(world.app, one.name, Wish(most=4))
        given(Console(), found, Form())
        assert len(found.rows) == 4
        assert found.rows[0]["ticker"] in capsys.readouterr().out
        done = export(world.app.engine, tmp_path / "out", "csv", tables=[one.table.name], advance=lambda *_: None)
        assert sum(part.rows for part in done.parts) == len(records)


@PAGES
def test_what_is_stored_is_what_was_answered(open_world, one):
    with open_world(**SIZE) as world:
        load(world, one)
        compare(world, one, answered(world, one, newest(one)), newest(one))


def compare(world, one, records, day):
    fields, keys = wire_fields(one.table), key_of(one.table)
    rows = world.rows(f"SELECT {', '.join(fields)} FROM {one.table.name} WHERE trade_date = '{day}'")
    stored = {tuple(row[list(fields).index(key)] for key in keys): row for row in rows}
    assert len(stored) == len(records)
    for record in records:
        row = stored[tuple(record[fields[key]] for key in keys)]
        for value, field in zip(row, fields.values(), strict=True):
            told = record[field]
            if value is None:
                assert told in {"-", ""}, field
            else:
                assert value == (told if isinstance(value, str) else Decimal(told.replace(",", ""))), field


@needs_shared
def test_a_recorded_day_is_stored_to_the_digit(open_world):
    body = gzip.decompress((SHARED / "recorded/krx/fundamental_stk_20210108.body.gz").read_bytes())
    records = [{**record, PART: ""} for record in json.loads(body)["output"]]
    day = date(2021, 1, 8)
    with open_world(**SIZE) as world:
        app = world.app
        loader = KrxPages(app.krx, app.calendar, FUNDAMENTALS, EVENING, since=day, until=day)
        parsed = loader.parse(Answer(Unit(f"{day}", f"{day}"), "KRX", records, clock.wall()))
        assert [loader.check(row) for row in parsed.rows if loader.check(row)] == []
        now = clock.wall()
        provenance = {"batch_id": 1, "created_at": now, "updated_at": now}
        with app.engine.begin() as connection:
            loader.store(connection, Answer(Unit(f"{day}", f"{day}"), "KRX", records, now), parsed, provenance)
        compare(world, FUNDAMENTALS, records, day)
        assert world.rows("SELECT eps, per, bps, pbr, dps FROM krx_fundamental_daily WHERE ticker = '005930'") == [
            (3166, Decimal("28.05"), 37528, Decimal("2.37"), 1416)
        ]


def test_what_investors_bought_comes_to_about_nothing_and_foreigners_hold_no_more_than_all(open_world):
    with open_world(**SIZE) as world:
        load(world, FLOWS)
        load(world, data_sets.named("foreign-ownership"))
        load_prices.load_prices_between(world.app, SESSIONS[-1], SESSIONS[-1], None, QUICK)
        sums = world.rows(
            "SELECT sum(net_volume), sum(buy_volume), max(volume), count(*) FROM investor_flow_daily"
            " JOIN stock_price_daily USING (ticker, trade_date) GROUP BY ticker"
        )
        assert len(sums) > 40
        for net, bought, volume, groups in sums:
            assert groups <= 3
            assert bought <= volume
            assert abs(net) <= 0.25 * volume + groups
        assert world.scalar("SELECT max(held_share) FROM foreign_ownership_daily") <= 100


def test_a_day_that_was_read_too_early_is_read_once_more(open_world):
    with open_world(EVENING - timedelta(hours=4), **SIZE) as world:
        load(world, FUNDAMENTALS)
        assert world.rows("SELECT unit, status FROM unit_ledger") == [("2026-11-20", "provisional")]
        assert load(world, FUNDAMENTALS).outcome == "nothing_to_do"
    with open_world(EVENING, **SIZE) as world:
        again = load(world, FUNDAMENTALS)
        assert (again.units.done, again.requests["krx"]) == (1, 1)
        assert world.rows("SELECT unit, status FROM unit_ledger") == [("2026-11-20", "done")]
        assert load(world, FUNDAMENTALS).outcome == "nothing_to_do"


@pytest.mark.long
def test_what_was_missed_just_before_is_made_up_for_and_no_more(open_world):
    with open_world(EVENING - timedelta(days=4), **SIZE) as world:
        load(world, FUNDAMENTALS)
    with open_world(EVENING, **SIZE) as world:
        assert load(world, FUNDAMENTALS).requests["krx"] == 3
        days = [row[0] for row in world.rows("SELECT DISTINCT trade_date FROM krx_fundamental_daily ORDER BY 1")]
        assert days == [SESSIONS[0], *SESSIONS[2:]]
        found = findings(world, FUNDAMENTALS)["fundamentals.sessions"]
        assert found.repair == "foresto fundamentals load --again --from 2026-11-17 --to 2026-11-17"
        verification.with_repair(world.app, verification.verify_daily, QUICK)
        assert findings(world, FUNDAMENTALS) == {}


def test_history_is_asked_for_in_small_shares(open_world):
    with open_world(sessions=80, stocks=60) as world:
        result = load(world, FLOWS, date(2026, 8, 3), SESSIONS[-1], job.Options(dry_run=True))
        assert result.plan.units == MOST_REQUESTS // 3
        assert f"{MOST_REQUESTS}번까지만" in " ".join(result.notes)


@PAGES
def test_an_empty_page_is_not_yet_there_and_later_a_day_without_data(open_world, one, monkeypatch):
    name = one.page.bld.rpartition("/")[2]
    monkeypatch.setitem(answers.TABLES, name, (one.page.answers, lambda *_: []))
    with open_world(**SIZE) as world:
        result = load(world, one)
        assert (result.units.pending, result.exit_code) == (1, 75)
        assert "아직 없습니다" in result.reasons[0]
        assert world.rows("SELECT status FROM unit_ledger WHERE status = 'done'") == []
    with open_world(EVENING + timedelta(days=21), **SIZE) as world:
        result = load(world, one, newest(one), newest(one))
        assert (result.units.no_data, count(world, one)) == (1, 0)


def test_a_page_full_of_dashes_is_no_day_either(open_world, monkeypatch):
    """What KRX shows on a holiday (pykrx#236)."""

    def dashes(market, form):
        return [{**record, "TDD_CLSPRC": "-"} for record in whole(market, form)]

    _, whole = answers.TABLES["MDCSTAT03501"]
    monkeypatch.setitem(answers.TABLES, "MDCSTAT03501", ("output", dashes))
    with open_world(**SIZE) as world:
        assert load(world, FUNDAMENTALS).units.pending == 1


def test_a_question_without_an_answer_beside_others_is_half_an_answer(open_world, monkeypatch):
    _, whole = answers.TABLES["MDCSTAT02401"]
    half = lambda market, form: [] if form["invstTpCd"] == "8000" else whole(market, form)  # noqa: E731  # one line
    monkeypatch.setitem(answers.TABLES, "MDCSTAT02401", ("output", half))
    with open_world(**SIZE) as world:
        result = load(world, FLOWS)
        assert (result.units.failed, result.exit_code, count(world, FLOWS)) == (1, 65, 0)
        assert "INDIVIDUAL" in result.reasons[0]


@pytest.mark.parametrize("fault", ["truncated", "missing_field", "html", "duplicate", "block", "logout"])
def test_a_damaged_answer_is_never_stored(open_world, fault):
    with open_world(faults=f"{fault}@data.krx.co.kr/MDCSTAT03501", **SIZE) as world:
        result = load(world, FUNDAMENTALS)
        assert result.exit_code in {3, 65, 75, 78}
        assert count(world, FUNDAMENTALS) == 0
    with open_world(**SIZE) as world:
        world.execute("DELETE FROM upstream_block")
        assert load(world, FUNDAMENTALS, options=job.Options(again=True)).units.done == 1


def test_the_rows_of_another_day_are_refused(open_world):
    with open_world(faults="other_day@data.krx.co.kr/20261120", **SIZE) as world:
        result = load(world, FUNDAMENTALS, SESSIONS[-2], SESSIONS[-1], job.Options(workers=1))
        assert (result.units.done, result.units.failed) == (1, 1)
        assert "다른 날" in " ".join(result.reasons)


@pytest.mark.long
def test_rows_of_another_day_that_were_stored_are_found_and_mended(open_world):
    with open_world(**SIZE) as world:
        load_prices.load_prices_between(world.app, SESSIONS[-2], SESSIONS[-1], None, QUICK)
        load(world, FUNDAMENTALS)
        assert findings(world, FUNDAMENTALS) == {}
        world.execute("UPDATE krx_fundamental_daily SET price_change = price_change + 500")
        assert set(findings(world, FUNDAMENTALS)) == {"fundamentals.day"}
        verification.with_repair(world.app, verification.verify_daily, QUICK)
        assert findings(world, FUNDAMENTALS) == {}


def test_without_a_login_the_operator_is_told_and_chains_leave_it_out(open_world):
    with open_world(without=("krx_id", "krx_pw"), **SIZE) as world:
        with pytest.raises(ConfigError, match="KRX_ID"):
            load(world, FUNDAMENTALS)
        step = next(step for step in chain.steps.of(world.app, "weekday") if step.name == "fundamentals load")
        assert step.key == "krx_id"


def test_extras_are_off_until_they_are_switched_on(open_world, monkeypatch):
    extras = [one for one in data_sets.of_kind(KrxPage) if one.extra]
    with open_world(**SIZE) as world:
        names = {step.name for step in chain.steps.of(world.app, "weekday_final")}
        assert "fundamentals load" in names
        assert names.isdisjoint({f"{one.name} load" for one in extras})
    for words, wanted in (("all", extras), ("short", [one for one in extras if one.extra == "short"])):
        monkeypatch.setenv("FORESTO_KRX_EXTRAS", words)
        with open_world(**SIZE) as world:
            names = {step.name for step in chain.steps.of(world.app, "weekday_final")}
            assert names & {f"{one.name} load" for one in extras} == {f"{one.name} load" for one in wanted}


@pytest.mark.parametrize(("given", "kept"), [("flows, short", "flows,short"), ("all", "all"), ("gold", None)])
def test_only_words_of_pages_are_taken(given, kept):
    if kept is None:
        with pytest.raises(impossible.Wrong, match="flows"):
            setting_checks.extras(given)
        with pytest.raises(impossible.Wrong, match="gold"):
            setting_checks.described("flows")
    else:
        assert setting_checks.extras(given) == kept


@pytest.mark.long
def test_an_evening_with_all_extras_asks_krx_little(loaded, monkeypatch):
    """Twelve requests more at most, and no more than a tenth of what the host is asked in a day."""

    def evening():
        before = len(loaded.sandbox.requests)
        result = chain.run_chain(loaded.app, "weekday_final", QUICK)
        assert result.exit_code == 0
        hosts = [request.host for request in loaded.sandbox.requests[before:]]
        return hosts.count("data.krx.co.kr"), len(hosts)

    krx, every = evening()
    monkeypatch.setattr(loaded.app.settings, "foresto_krx_extras", "all")
    loaded.execute("DELETE FROM krx_fundamental_daily; DELETE FROM unit_ledger WHERE dataset = 'fundamentals'")
    more, more_in_all = evening()
    assert more <= 20
    assert more_in_all - every <= 12
    assert krx <= more


@PAGES
def test_a_description_is_one_short_file(one):
    lines = (data_sets.FOLDER / f"{one.name.replace('-', '_')}.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    if one.extra:
        assert "no recorded answer existed" in " ".join(lines).replace("\n", " ")
    assert isinstance(datetime.combine(one.since, datetime.min.time()), datetime)


@pytest.mark.long
def test_ratios_far_from_our_annual_statements_are_a_finding_and_the_market_as_it_is_has_none(loaded):
    dart_loads.load(loaded, 2025, "annual")
    dart_loads.load(loaded, 2024, "annual")
    load(loaded, FUNDAMENTALS)

    def judged():
        with loaded.app.engine.connect() as connection:
            scope = Scope(connection, loaded.app.calendar, clock.now(), SESSIONS, SESSIONS[-1])
            query = sql("{judged} SELECT count(*) AS compared, count(*) FILTER (WHERE is_far) AS far FROM judged",
                        judged=fundamental_checks.JUDGED)  # fmt: skip
            return scope.rows(query, first=SESSIONS[0])[0], fundamental_checks.far_apart(scope)

    counts, found = judged()
    assert counts["compared"] > 40
    assert (counts["far"], found) == (0, [])
    # One stock in ten may be far apart; more are a finding, with both numbers.
    loaded.execute("UPDATE krx_fundamental_daily SET eps = eps * 3 WHERE ticker IN ('000270', '000660')")
    assert judged()[1] == []
    loaded.execute("UPDATE krx_fundamental_daily SET bps = bps / 1000")
    counts, found = judged()
    assert len(found) == counts["far"] > 30
    assert {"종목", "거래소_bps", "사업보고서_bps"} <= set(found[0])
    by_check = {finding.check: finding for finding in verification.verify_weekly(loaded.app).findings}
    assert by_check["fundamentals.ratios"].repair == "foresto fundamentals load --again"
