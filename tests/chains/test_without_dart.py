"""Without a key of DART, by the operator's choice: a year of jobs raises no alarm and scores what it can."""

from datetime import datetime

import pytest

from foresto_cli import clock
from foresto_cli.chains import chain
from foresto_cli.running import job

DEAD_MIRROR = True
PATIENCE = 2
SIZE = {"stocks": 60, "sessions": 300, "without": ("dart_api_key",)}
YEAR = [
    ("2026-01-05 20:20", "initial"),
    ("2026-01-06 08:10", "morning"),
    ("2026-01-06 16:30", "weekday"),
    ("2026-01-09 20:20", "weekday_final"),
    ("2026-01-10 10:00", "weekly"),
    ("2026-03-31 20:20", "weekday_final"),
    ("2026-04-01 08:10", "morning"),
    ("2026-04-01 13:00", "monthly"),
    ("2026-07-31 20:20", "weekday_final"),
    ("2026-08-01 10:00", "weekly"),
    ("2026-08-01 14:00", "quarterly"),
    ("2026-11-16 08:10", "morning"),
    ("2026-12-30 20:20", "weekday_final"),
]
"""Representative days; an evening before the jobs that verify what it brings."""
ALARMS = "SELECT alert_type, subject, alert_message FROM ops_alert WHERE alert_type <> 'mirror'"
"""The mirror stands still, as it does outside."""


OF_DART = f"{ALARMS} AND concat_ws(' ', alert_type, subject, alert_message) ~* 'score|dart|점수|재무|공시'"
"""Weeks of the year are left out: what is missing of those is told, and is not of the key."""


@pytest.mark.slow
def test_a_year_without_a_key_of_dart_has_no_alarm_for_it(open_world):
    scored = []
    for moment, name in YEAR:
        at = datetime.fromisoformat(moment).replace(tzinfo=clock.KST)
        with open_world(at, **SIZE) as world:
            result = chain.run_chain(world.app, name, job.Options())
            told = {
                step.command: step.exit_code
                for step in result.steps
                if step.command.startswith(("dart", "score")) and step.exit_code
            }
            assert told == {}, moment
            findings = [one for step in result.steps for one in (getattr(step, "findings", None) or [])]
            assert [one for one in findings if one.check.startswith(("score.missing", "dart."))] == [], moment
            assert world.rows(OF_DART) == [], moment
            scored += [step for step in result.steps if step.command == "score batch"]
    assert scored[-1].coverage["risk"] > 60 > scored[-1].coverage["financial"] == 0
    assert all("DART_API_KEY" in " ".join(step.notes) for step in scored)


@pytest.mark.long
def test_an_evening_without_a_key_of_dart_ends_with_zero(open_world):
    with open_world(**SIZE) as world:
        result = chain.run_chain(world.app, "initial", job.Options())
        assert (result.outcome, result.exit_code) == ("done", 0), result.reasons
        assert world.rows(ALARMS) == []
        assert world.scalar("SELECT count(*) FROM compass_score_history WHERE risk_score IS NOT NULL") > 20
        assert world.scalar("SELECT count(total_score) FROM compass_score_history") == 0
