"""What the verification finds in stored scores, and that scoring again brings them back."""

import pytest
from score.stored import LAST, rows
from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.collecting.checks import DAILY, Scope, run_checks
from foresto_cli.score import batch as job
from foresto_cli.verify import all_checks

ONE = "ticker = (SELECT min(ticker) FROM compass_score_history WHERE total_score IS NOT NULL)"
H, C = "compass_score_history", "compass_score_component"
FILED = "ticker = (SELECT min(ticker) FROM compass_score_history WHERE fs_rcept_dt IS NOT NULL)"
PLANTED = {
    "score.values": {
        "another total": f"UPDATE {H} SET total_score = total_score - 1 WHERE {ONE}",
        "another grade": f"UPDATE {H} SET grade = CASE grade WHEN 'S' THEN 'A' ELSE 'S' END WHERE {ONE}",
        "an axis and its total": f"UPDATE {H} SET risk_score = risk_score / 2,"
        f" total_score = total_score - risk_score * 25 / 200 WHERE {ONE} AND status = 'SCORED'",
        "ranks exchanged": f"UPDATE {H} SET rank = 3 - rank WHERE rank < 3",
        "a rank twice": f"UPDATE {H} SET rank = 1 WHERE rank = 2",
        "no total, no reason": f"UPDATE {H} SET status = 'NOT_SCORED', total_score = NULL, grade = NULL, rank = NULL,"
        f" total_percentile = NULL WHERE {ONE}",
        "a reason that nobody knows": f"UPDATE {H} SET reasons = ARRAY['MOON'] WHERE {ONE}",
        "prices of another day": f"UPDATE {H} SET price_date = price_date - 1 WHERE {ONE}",
        "a statement of tomorrow": f"UPDATE {H} SET fs_rcept_dt = score_date + 1 WHERE {FILED}",
        "another receipt, which only computing again tells": f"UPDATE {H} SET fs_rcept_no = '1' WHERE {FILED}",
        "another component": f"UPDATE {C} SET components = '[]' WHERE {ONE}",
    },
    "score.coverage": {
        "a stock without a row": f"DELETE FROM {H} WHERE {ONE}",
        "components gone": f"DELETE FROM {C} WHERE {ONE}",
        "the run gone": "DELETE FROM compass_score_run",
        "another count of the run": "UPDATE compass_score_run SET n_scored = n_scored + 1",
        "everything gone": f"DELETE FROM {H}; DELETE FROM {C}; DELETE FROM compass_score_run",
    },
    "score.beside": {
        "another copy beside the stock": f"UPDATE stocks SET compass_score = 1 WHERE {ONE}",
        "another axis beside the stock": "UPDATE stocks SET compass_risk_score = compass_risk_score + 1"
        f" WHERE ticker = (SELECT min(ticker) FROM {H} WHERE status = 'SCORED')",
    },
}


@pytest.fixture
def scored(app):
    job.score_batch(app, job.Options())
    return app


def found(app):
    asked = [one for one in all_checks.of(DAILY) if one.name.startswith("score.")]
    with app.engine.connect() as connection:
        scope = Scope(connection, app.calendar, clock.now(), app.calendar.sessions(LAST.replace(day=1), LAST), LAST)
        return {finding.check: finding for finding in run_checks(asked, scope)}


def stored(app):
    return [rows(app, f"SELECT to_jsonb(t) - 'run_id' FROM {table} t ORDER BY ticker") for table in (H, C)] + [
        rows(app, "SELECT ticker, compass_score, compass_grade, compass_risk_score FROM stocks ORDER BY 1")
    ]


def test_good_scores_have_no_finding(scored):
    assert found(scored) == {}


@pytest.mark.long
@pytest.mark.parametrize(("check", "kind"), [(check, kind) for check, kinds in PLANTED.items() for kind in kinds])
def test_a_wrong_score_is_found_and_scoring_again_brings_it_back(scored, check, kind):
    before = stored(scored)
    with scored.engine.begin() as connection:
        for statement in PLANTED[check][kind].split(";"):
            connection.execute(text(statement))
    told = found(scored)
    assert check in told
    assert told[check].units == {"score": [f"{LAST}"]}
    assert told[check].repair == f"foresto score batch --as-of {LAST} --replace"
    job.score_batch(scored, job.Options(as_of=LAST, replace=True))
    assert found(scored) == {}
    assert stored(scored) == before


def test_scores_of_inputs_that_are_others_by_now_are_no_finding(scored):
    with scored.engine.begin() as connection:
        connection.execute(text("UPDATE compass_score_run SET inputs_sha256 = 'x'"))
        connection.execute(text(f"UPDATE {H} SET fs_rcept_no = '20200101000001' WHERE fs_rcept_no IS NOT NULL"))
    assert found(scored) == {}
