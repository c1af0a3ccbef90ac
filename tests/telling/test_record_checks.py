"""What foresto remembers of itself is verified, and --repair puts right what is certain."""

import pytest

from foresto_cli.running import job
from foresto_cli.verify import verification

A_RUN = "(job_name, job_label, status, started_at, heartbeat_at, completed_at, exit_code, host, process_id)"
AN_ALERT = "(alert_type, subject, alert_level, alert_title, alert_message, created_at, last_seen_at)"
MENDED = {
    "a unit asked for in the future": "UPDATE unit_ledger SET asked_at = '2027-06-01' WHERE unit = '2026-11-18'",
    "a run of the future": f"INSERT INTO data_collection_log {A_RUN} VALUES ('x', 'x', 'done', '2027-06-01',"
    " '2027-06-01', '2027-06-01', 0, 'x', 1)",
    "requests of the future": "INSERT INTO upstream_usage (upstream, usage_date, used)"
    " VALUES ('dart', '2027-06-01', 5)",
    "a block for a year": "INSERT INTO upstream_block VALUES ('krx', '2026-10-01', '2027-11-01', 'x')",
    "a mail never ended": "INSERT INTO market_email_log (sent_date, session_date, status, started_at, created_at)"
    " VALUES ('2026-11-10', '2026-11-09', 'sending', '2026-11-10', '2026-11-10')",
    "a source without a description": "DELETE FROM data_source WHERE source_id = 'KRX'",
    "the incident of a check that is gone": f"INSERT INTO ops_alert {AN_ALERT} VALUES ('verify', 'moon.phases',"
    " 'warning', 'x', 'x', '2026-11-01', '2026-11-01')",
}


@pytest.mark.long
@pytest.mark.parametrize("kind", MENDED)
def test_a_record_that_cannot_be_is_found_and_put_right(loaded, kind):
    loaded.execute(MENDED[kind])
    found = {finding.check: finding for finding in verification.verify_daily(loaded.app).findings}
    assert list(found) == ["records.sound"]
    result = verification.with_repair(loaded.app, verification.verify_daily, job.Options())
    assert result.findings == []


def test_an_incident_that_a_later_verification_did_not_find_has_no_cause(loaded):
    verification.verify_daily(loaded.app)
    loaded.execute(
        f"INSERT INTO ops_alert {AN_ALERT} VALUES ('verify', 'prices.order', 'critical', 'x', 'x', '2026-11-01',"
        " '2026-11-01')"
    )
    [finding] = verification.verify_daily(loaded.app).findings
    assert finding.check == "records.sound"
    assert verification.verify_daily(loaded.app).findings == [], "the verification itself has closed it"


@pytest.mark.long
def test_more_requests_than_any_budget_are_told_and_stay(loaded):
    loaded.execute("INSERT INTO upstream_usage (upstream, usage_date, used) VALUES ('dart', '2026-11-20', 50000)")
    result = verification.with_repair(loaded.app, verification.verify_daily, job.Options())
    assert [finding.check for finding in result.findings] == ["records.sound"]


def test_a_history_that_is_gone_and_a_job_that_only_fails_are_told(loaded):
    loaded.execute("DELETE FROM data_collection_log")
    [finding] = verification.verify_daily(loaded.app).findings
    assert (finding.check, finding.sample[0]["무엇"]) == ("runs.history", "기록이 사라짐")


def test_watched_stocks_that_never_were_are_named_with_what_takes_them_out(loaded):
    loaded.execute("INSERT INTO watchlist (ticker, created_at) VALUES ('999990', '2026-11-01')")
    loaded.execute(
        "INSERT INTO watchlist (ticker, last_notified_score, created_at) VALUES ('005930', 500, '2026-11-01')"
    )
    [finding] = verification.verify_daily(loaded.app).findings
    assert finding.repair == (
        "foresto watchlist remove 005930 && foresto watchlist add 005930 && foresto watchlist remove 999990"
    )
