"""A validation says what the score was worth, that it saw nothing ahead, and what it cannot tell."""

import json
from datetime import date

import pytest
from score.stored import everything, rows

from foresto_cli.console import Console
from foresto_cli.errors import UsageError
from foresto_cli.running.results import plain_fields
from foresto_cli.score import batch as job
from foresto_cli.score import formula
from foresto_cli.score.validation import validation_report, validation_run


@pytest.fixture(scope="module")
def validated(filled, market):
    options = validation_run.Options(
        first=market.sessions[-80], last=market.sessions[-25], every=10, horizons=(5, 21), quantiles=5, least_cap=0
    )
    with filled.connect() as connection:
        return validation_run.validate(connection, options, lambda *_: None)


@pytest.mark.long
def test_a_validation_proves_that_it_saw_nothing_ahead_and_doubts_a_market_that_nobody_leaves(validated):
    assert len(validated.look_ahead) == 3
    assert not any(validated.look_ahead.values())
    assert validated.survivorship.suspect
    assert any(one.startswith("SURVIVORSHIP_SUSPECT") for one in validated.warnings)
    assert validated.machinery.future_ic == pytest.approx(1)
    assert validated.machinery.shuffled_is_nothing


def test_a_validation_measures_every_score_at_every_horizon_and_tells_what_it_cannot_tell(validated):
    told = {(one.score, one.horizon): one for one in validated.results}
    assert told.keys() == {(name, horizon) for name in (*formula.AXES, "total") for horizon in (5, 21)}
    for one in told.values():
        ic = one.ic
        assert ic.dates == 6
        assert -1 <= ic.low <= ic.mean <= ic.high <= 1
        assert len(one.deciles.means) == 5
    unsure = {(one.score, one.horizon) for one in validated.results if not one.ic.distinct_from_0}
    assert sum("구별되지 않습니다" in one for one in validated.warnings) == len(unsure)
    lost = {one.grade: one.count for one in validated.grades if one.horizon == 5}
    assert lost.keys() == {letter for _, letter in formula.GRADES}
    names = {one.score for one in validated.components}
    assert {"F1", "V6", "T8", "R9", "total-F"} <= names
    assert json.loads(json.dumps(plain_fields(validated))) == plain_fields(validated)


def test_a_validation_is_printed_with_its_doubts_first_and_the_disclaimer_last(validated, capsys):
    validation_report.show(Console(), validated)
    out = capsys.readouterr().out
    assert out.index("비트 단위") < out.index("SURVIVORSHIP_SUSPECT") < out.index("# 재무") < out.index("# 총점")
    assert out.rstrip().endswith("쓰세요.")


def test_a_validation_is_recorded_and_changes_nothing(app, market):
    before = everything(app)
    options = validation_run.Options(first=market.sessions[-60], last=market.sessions[-30], every=10, horizons=(5,))
    result = job.validated(app, options)
    assert (result.outcome, result.exit_code, result.units.done) == ("done", 0, 4)
    assert everything(app) == before
    last = "SELECT job_name, status FROM data_collection_log ORDER BY id DESC LIMIT 1"
    assert rows(app, last) == [("score validate", "done")]


@pytest.mark.parametrize(
    "changed", [{"market": "nasdaq"}, {"every": 0}, {"quantiles": 1}, {"last": date(2026, 1, 2)}, {"horizons": (0,)}]
)
def test_an_impossible_validation_is_refused(filled, market, changed):
    options = validation_run.Options(**{"first": market.sessions[-60], "last": market.sessions[-30], **changed})
    with filled.connect() as connection, pytest.raises(UsageError):
        validation_run.validate(connection, options, lambda *_: None)
