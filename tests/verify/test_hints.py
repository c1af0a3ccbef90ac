"""Every hint of the verification, run as it is written, empties its finding; those for a person are named here."""

import contextlib
import shlex

import pytest
import typer
from everything import load_everything
from verify.test_verify import PLANTED

from foresto_cli import cli, opening
from foresto_cli.cli._command import Globals
from foresto_cli.collecting.checks import MONTHLY
from foresto_cli.verify import all_checks, verification

PATIENCE = 1
FOR_A_PERSON = {
    "prices.review": "whether an event is genuine is read in the filing",
    "prices.duplicates": "impossible while the primary key stands; rows have to be chosen",
    "prices.overrides": "what the operator wrote of a stock or day that never was is the operator's to correct",
    "runs.history": "why a job fails, or who took the history away, stands in no table",
    "jobs.missed": "the scheduler or the machine was off",
    "score.missing": "statements of years may be missing",
    "stocks.ghosts": "nothing is ever deleted, and who is in no list is in none tomorrow",
    "listing.described": "only the mirror has descriptions; while it stands still they are in a backup or nowhere",
    "statements.sourceless": "whether such a report was ever filed stands in DART's own search",
}
QUICK = ("prices.order", "prices.lost_rows", "prices.sessions", "index.last", "ledger.unsettled")
"""Checks whose hints are run in every test run; the others are slow."""
MORE = {
    "roster.count": "UPDATE stocks SET is_active = false WHERE ticker > '1'",
    "roster.inactive": "UPDATE stocks SET is_active = false WHERE ticker > '03'",
    "roster.unpriced": "DELETE FROM stock_price_daily WHERE ticker = '000660';"
    "UPDATE fdr_stock_listing SET created_at = '2026-01-01' WHERE ticker = '000660'",
    "roster.unknown": "DELETE FROM fdr_stock_listing WHERE ticker = '000660'",
    "roster.crno": "UPDATE stocks SET crno = NULL WHERE ticker > '03'",
    "statements.reread": "UPDATE financial_report SET total_assets = total_assets * 2",
    "bonds.lost_rows": "DELETE FROM bonds WHERE isin_cd < 'KR60'",
    "bonds.maturity": "UPDATE bonds SET bond_expr_dt = NULL WHERE is_active",
    "bonds.rate": "UPDATE bonds SET interest_rate = 99 WHERE is_active",
    "bonds.values": "UPDATE bonds SET bond_expr_dt = '2020-01-01' WHERE is_active",
    "fss.orphans": "DELETE FROM deposit_products",
    "fss.rates": "UPDATE deposit_rate_options SET intr_rate = 99",
    "fss.vanished": "UPDATE deposit_products SET is_active = false, closed_on = '2026-11-19',"
    " created_at = '2026-01-01'",
}


@pytest.fixture
def run(monkeypatch):
    """Run a hint as a person would, in this process, against the given world."""

    def perform(world, hint):
        @contextlib.contextmanager
        def opened(*_, **__):
            yield world.app

        monkeypatch.setattr(opening, "opened", opened)
        for part in hint.split(" && "):
            foresto, word, *arguments = shlex.split(part)
            assert foresto == "foresto", hint
            command = typer.main.get_command(cli.app(word))
            code = command([word, *arguments], obj=Globals(sandbox=True), standalone_mode=False)
            assert code in {0, 3}, (part, code)

    return perform


def found(world, verify, check):
    return next((one for one in verify(world.app).findings if one.check == check), None)


def plant(world, statements):
    for statement in statements.split(";"):
        world.execute(statement)


def test_every_hint_is_a_command_or_for_a_person():
    for check in all_checks.of(MONTHLY):
        runs = callable(check.repair) or all(
            part.startswith("foresto ") for part in check.repair.split("&& ") if check.repair
        )
        assert runs or (check.units and not check.repair) or check.name in FOR_A_PERSON, check.name


def test_a_hint_that_begins_as_a_command_is_nothing_but_commands():
    """Words behind it would be arguments, and a bracket a mistake, to the shell it is pasted into."""
    written = {check.name: check.repair for check in all_checks.of(MONTHLY) if not callable(check.repair)}
    commands = {name: text for name, text in written.items() if text.startswith("foresto ")}
    assert {name: text for name, text in commands.items() if not text.isascii() or "(" in text} == {}


@pytest.mark.long
@pytest.mark.parametrize(
    "check",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
        for name in PLANTED
        if name not in FOR_A_PERSON
    ],
)
def test_a_hint_that_is_run_as_written_empties_its_finding(loaded, run, check):
    plant(loaded, PLANTED[check])
    finding = found(loaded, verification.verify_daily, check)
    run(loaded, finding.repair)
    assert found(loaded, verification.verify_daily, check) is None, finding.repair


OLD = "2026-11-18"
LATE = {
    "상장 목록": f"UPDATE fdr_stock_listing SET as_of_date = '{OLD}'",
    "종목": f"UPDATE stocks SET price_date = '{OLD}'",
    "ETF 시세": f"UPDATE etfs SET price_date = '{OLD}'; DELETE FROM etf_price_daily WHERE trade_date > '{OLD}'",
    "지수": f"DELETE FROM index_price_daily WHERE trade_date > '{OLD}'",
    "Compass Score": f"UPDATE compass_score_history SET score_date = '{OLD}';"
    f" UPDATE compass_score_run SET score_date = '{OLD}', price_max_date = '{OLD}'",
}
"""What the ledger has as read and no table has any more: half a backup was restored, somebody deleted it.

Prices that are late have checks of their own.
"""


@pytest.mark.long
@pytest.mark.parametrize("label", LATE)
def test_what_is_late_although_the_ledger_has_it_is_mended_by_the_hint(loaded, run, label):
    run(loaded, "foresto score batch")
    plant(loaded, LATE[label])
    finding = found(loaded, verification.verify_daily, "data.late")
    assert label in [row["자료"] for row in finding.sample]
    run(loaded, finding.repair)
    assert found(loaded, verification.verify_daily, "data.late") is None, finding.repair


@pytest.mark.long
def test_so_is_a_data_set_by_day(open_loaded, run, monkeypatch):
    monkeypatch.setenv("FORESTO_DATASETS", "gold")
    with open_loaded() as world:
        run(world, "foresto gold load")
        plant(world, "DELETE FROM gold_price_daily WHERE trade_date > '2026-11-13'")
        finding = found(world, verification.verify_daily, "data.late")
        assert finding.repair == "foresto gold load --from 2026-11-14 --to 2026-11-19 --again"
        run(world, finding.repair)
        assert found(world, verification.verify_daily, "data.late") is None


@pytest.mark.long
def test_when_everything_is_late_the_hint_is_as_long_as_its_place_allows(loaded, run):
    run(loaded, "foresto score batch")
    for statements in LATE.values():
        plant(loaded, statements)
    # What does not fit comes with the next verification.
    for _ in LATE:
        finding = found(loaded, verification.verify_daily, "data.late")
        if finding is None:
            break
        assert len(finding.repair) <= 200
        run(loaded, finding.repair)
    assert finding is None


@pytest.mark.slow
def test_so_do_the_hints_of_the_weekly_and_monthly_verification(open_loaded, run):
    with open_loaded() as world:
        load_everything(world)
        silent, stayed = [], {}
        for check, statements in MORE.items():
            plant(world, statements)
            finding = found(world, verification.verify_monthly, check)
            if finding is None:
                silent.append(check)
                continue
            run(world, finding.repair)
            if found(world, verification.verify_monthly, check) is not None:
                stayed[check] = finding.repair
        assert (silent, stayed) == ([], {})


def test_a_hint_fits_its_place_however_many_days_it_is_about(loaded):
    loaded.execute("UPDATE stock_price_daily SET high_price = low_price - 1 WHERE NOT is_halted")
    finding = found(loaded, verification.verify_daily, "prices.order")
    assert len(finding.repair) <= 200
