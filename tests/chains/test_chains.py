"""Chains: what needs something waits for it, what does not runs all the same; the script has the same steps."""

import dataclasses
import os
import re
import subprocess

import pytest
from support import ROOT, environment_of

from foresto_cli.chains import chain, steps
from foresto_cli.chains.steps import INDEX, INITIAL, Step
from foresto_cli.running import job
from foresto_cli.verify.verification import Verification

pytestmark = pytest.mark.long


def run(world):
    return chain.run(world.app, "initial", INITIAL, job.Options())


def test_the_first_load_does_everything_once(open_world):
    with open_world() as world:
        result = run(world)
        assert (result.outcome, result.exit_code) == ("done", 0)
        assert [step.command for step in result.steps] == [step.name for step in INITIAL]
        assert result.rows.added == sum(step.rows.added for step in result.steps) > 500
        # Who closes twice a year is known from the first load: the other half's report comes with the second.
        more = {step.command for step in run(world).steps if step.rows.added}
        assert more <= {"dart financials"}
        sent = len(world.sandbox.requests)
        again = run(world)
        assert again.exit_code == 0
        assert (again.rows.added, again.rows.changed) == (0, 0)
        # Of filings more can come in the same evening; everything else is there.
        assert {request.path for request in world.sandbox.requests[sent:]} <= {"/api/list.json"}


def test_a_step_whose_need_failed_is_left_out_and_named_and_the_rest_runs(open_world):
    lists = ("raw.githubusercontent.com/listing", "data.krx.co.kr/MDCSTAT01901", "isu_base_info", "m.stock.naver.com")
    faults = ",".join(f"truncated@{'data-dbg.krx.co.kr/' if '_' in place else ''}{place}" for place in lists)
    with open_world(faults=faults) as world:
        result = run(world)
        steps = {step.command: step for step in result.steps}
        assert steps["listing load"].exit_code == 65
        assert steps["stocks load"].outcome == "skipped"
        assert "listing load" in steps["stocks load"].reasons[0]
        assert isinstance(steps["verify daily"], Verification), "whatever failed before"
        assert steps["prices incremental"].outcome == "done"
        assert steps["prices index"].outcome == "done"
        assert (result.outcome, result.exit_code) == ("partial", 65)
        world.sandbox.faults.clear()
        assert run(world).exit_code == 0


def test_on_a_first_day_without_a_network_another_start_may_mend_everything(open_world):
    """Without a list nobody knows which companies to ask for; what kept the list from coming passes by itself."""
    with open_world(faults="500@*") as world:
        result = chain.run(world.app, "weekday", (steps.LISTING, steps.FILINGS, steps.NEW_STATEMENTS), job.Options())
        assert result.exit_code == 75
        assert [step.outcome for step in result.steps] == ["failed", "failed", "skipped"]
        alone = chain.run(world.app, "weekday", (steps.FILINGS, steps.NEW_STATEMENTS), job.Options())
        assert alone.exit_code == 78, "nobody has tried to load the list"


def test_an_error_before_a_step_began_is_its_result(open_world):
    keys = ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key", "dart_api_key")
    with open_world(without=keys, faults="404@raw.githubusercontent.com,500@m.stock.naver.com") as world:
        result = run(world)
        assert result.exit_code in {65, 75}
        assert all(step.reasons for step in result.steps if step.exit_code)


def test_the_script_has_the_steps_of_the_chain():
    script = (ROOT / "scripts" / "initial_load.sh").read_text(encoding="utf-8")
    steps = re.findall(r'^(?:step|optional) "\$@" ([a-z -]+?)(?: --.+)?$', script, re.MULTILINE)
    assert steps == [step.name for step in INITIAL]


def test_the_script_stops_where_a_step_fails(tmp_path):
    fake = tmp_path / "foresto"
    fake.write_text('#!/bin/sh\necho "$@"\n[ "$1" = prices ] && exit 75\nexit 0\n', encoding="utf-8")
    fake.chmod(0o755)
    variables = {**environment_of(tmp_path), "FORESTO": os.fspath(fake)}
    ended = subprocess.run(
        [ROOT / "scripts" / "initial_load.sh"], env=variables, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 75
    assert "다시 실행하면 이어집니다" in ended.stderr
    assert "prices index" not in ended.stdout


def test_a_step_whose_key_is_missing_is_left_out_and_is_no_failure(open_world):
    bonds = Step("bonds load", None, key="fsc_api_key")
    both = (bonds, dataclasses.replace(INDEX, needs=("bonds load",)))
    with open_world(without=("fsc_api_key",)) as world:
        result = chain.run(world.app, "monthly", both, job.Options())
        assert (result.outcome, result.exit_code) == ("done", 0)
        left_out, index = result.steps
        assert (left_out.outcome, index.outcome) == ("nothing_to_do", "done")
        assert "FSC_API_KEY" in left_out.notes[0]


def test_statements_say_when_nobody_could_say_what_was_filed(open_loaded):
    chained = [steps.FILINGS, steps.EVENING_STATEMENTS]
    with open_loaded(faults="500@opendart.fss.or.kr/list.json") as world:
        result = chain.run(world.app, "weekday_final", chained, job.Options())
        assert [step.exit_code == 0 for step in result.steps] == [False, True]
        assert "앞 단계(filings load)가 실패하여" in result.steps[1].notes[-1]
    with open_loaded() as world:
        result = chain.run(world.app, "weekday_final", chained, job.Options())
        assert "앞 단계" not in " ".join(note for step in result.steps for note in step.notes)


def test_what_a_step_follows_comes_before_it():
    for name, found in steps.CHAINS.items():
        names = [step.name for step in found]
        for place, step in enumerate(found):
            assert {*step.needs, *step.follows} <= {*names[:place]}, (name, step.name)
