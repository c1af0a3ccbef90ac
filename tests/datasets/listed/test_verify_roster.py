"""The weekly verification of who is listed finds what is wrong with it, and nothing when nothing is."""

import pytest

from foresto_cli import data_sets
from foresto_cli.collecting.checks import MONTHLY, WEEKLY
from foresto_cli.loading import load_listed
from foresto_cli.running import job
from foresto_cli.verify import all_checks, verification

pytestmark = pytest.mark.long

QUICK = job.Options()
LAST = "2026-11-20"
EXTRA = (
    "INSERT INTO stocks SELECT (jsonb_populate_record(s, jsonb_build_object('ticker', 'Z' || lpad(n::text, 5, '0'),"
    " 'is_active', {active}))).* FROM stocks s, generate_series(1, {count}) n WHERE s.ticker = '005930'"
)

PLANTED = {
    "two stocks too many": ("roster.count", EXTRA.format(active="true", count=2)),
    "an ETF too many": (
        "roster.count",
        (
            f"DELETE FROM etf_price_daily WHERE trade_date = '{LAST}' AND ticker IN"
            " (SELECT ticker FROM etf_price_daily LIMIT 1)"
        ),
    ),
    "stocks gone at once": (
        "roster.drop",
        "UPDATE stocks SET is_active = false WHERE ticker IN ('005930', '000660', '373220')",
    ),
    "ETFs gone at once": (
        "roster.drop",
        "UPDATE etfs SET is_active = false WHERE ticker IN (SELECT ticker FROM etfs WHERE is_active LIMIT 2)",
    ),
    "nobody left": ("roster.inactive", EXTRA.format(active="false", count=60)),
    "numbers lost": ("roster.crno", "UPDATE stocks SET crno = NULL WHERE ticker < '1'"),
}


def found(result):
    return {finding.check: finding for finding in result.findings}


def test_a_good_database_has_no_finding(loaded):
    # And four that are not in a list: freshness, the second source of prices and of the index, and table sizes before.
    levels = {verification.verify_weekly: WEEKLY, verification.verify_monthly: MONTHLY}
    wanted = {verify: len(all_checks.of(level, data_sets.every())) + 4 for verify, level in levels.items()}
    for verify, count in wanted.items():
        result = verify(loaded.app)
        assert (result.findings, result.exit_code) == ([], 0)
        assert result.checks == count
    assert {check for check, _ in PLANTED.values()} == {
        check.name for check in all_checks.of(WEEKLY) if check.name.startswith("roster.") and check.level == WEEKLY
    }


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found_named_and_alerted(loaded, fault):
    check, statements = PLANTED[fault]
    for statement in statements.split(";"):
        loaded.execute(statement)
    assert check not in found(verification.verify_daily(loaded.app)), "asked weekly only"
    result = verification.verify_weekly(loaded.app)
    finding = found(result)[check]
    assert finding.sample
    assert "foresto" in finding.repair
    assert (result.exit_code == 65) == any(one.severity == "critical" for one in result.findings)
    logged = loaded.rows("SELECT severity FROM data_quality_log WHERE rule_id = :check", check=check)
    assert logged == [(finding.severity,)]
    is_open = "SELECT count(*) FROM ops_alert WHERE subject = :check AND resolved_at IS NULL"
    assert loaded.scalar(is_open, check=check) == 1


def test_a_daily_verification_does_not_resolve_what_it_does_not_ask(loaded):
    _, gone = PLANTED["stocks gone at once"]
    loaded.execute(gone)
    verification.verify_weekly(loaded.app)
    is_open = "SELECT count(*) FROM ops_alert WHERE subject = 'roster.drop' AND resolved_at IS NULL"
    verification.verify_daily(loaded.app)
    assert loaded.scalar(is_open) == 1
    load_listed.load_stocks(loaded.app, QUICK)
    verification.verify_weekly(loaded.app)
    assert loaded.scalar(is_open) == 0


def test_all_company_numbers_lost_are_missed_and_those_never_asked_for_are_not(loaded):
    loaded.execute("UPDATE stocks SET crno = NULL")
    assert "roster.crno" in found(verification.verify_weekly(loaded.app))
    loaded.execute("DELETE FROM unit_ledger WHERE dataset = 'stocks.crno'")
    assert "roster.crno" not in found(verification.verify_weekly(loaded.app))


def test_a_preferred_share_newer_than_the_list_of_numbers_lacks_one_and_an_older_one_has_lost_it(loaded):
    share = loaded.scalar(
        "SELECT ticker FROM stocks WHERE right(ticker, 1) <> '0' AND is_active AND crno IS NOT NULL ORDER BY 1 LIMIT 1"
    )
    loaded.execute("UPDATE stocks SET crno = NULL WHERE ticker = :share", share=share)
    assert "stocks.company_numbers" in found(verification.verify_weekly(loaded.app))
    loaded.execute("UPDATE stocks SET listing_date = '2026-11-20' WHERE ticker = :share", share=share)
    told = loaded.scalar("SELECT max(unit) FROM unit_ledger WHERE dataset = 'stocks.crno' AND status = 'done'")
    assert told < "2026-11-20"
    assert "stocks.company_numbers" not in found(verification.verify_weekly(loaded.app))
