"""The ``--json`` objects: versioned, every promised key everywhere, documented."""

import json
import re

import pytest
from support import ROOT, run_foresto

from foresto_cli.chains import chain
from foresto_cli.chains.chain_results import not_done
from foresto_cli.chains.chain_results import summary as of_chain
from foresto_cli.chains.steps import CHAINS
from foresto_cli.running import job
from foresto_cli.running.results import Result
from foresto_cli.running.results import summary as of_reports

PROMISED = set(Result("x").as_json())


def test_the_page_names_exactly_the_promised_keys():
    page = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == PROMISED


def test_what_comes_to_nothing_has_every_key():
    step = CHAINS["monthly"][0]
    skipped = not_done(step, "skipped", 0, "why")
    assert set(skipped.as_json()) == set(of_reports("x", None, []).as_json()) == PROMISED
    assert set(of_chain("run x", [skipped, skipped], 0.0).as_json()) == PROMISED | {"steps"}


@pytest.mark.usefixtures("no_waiting")
def test_every_step_of_a_chain_has_every_key(open_world):
    with open_world(without=("fss_api_key",), faults="500@apis.data.go.kr") as world:
        result = chain.run(world.app, "monthly", CHAINS["monthly"], job.Options())
    assert [step.command for step in result.steps if not set(step.as_json()) >= PROMISED] == []
    assert set(result.as_json()) >= PROMISED | {"steps"}


@pytest.mark.long
def test_an_error_says_what_happened_and_what_to_do(fresh_home):
    finished = run_foresto(fresh_home, "gold", "load", "--json")
    found = json.loads(finished.stdout)
    assert (finished.returncode, found["schema"], found["exit_code"]) == (78, 1, 78)
    assert found["error"].keys() == {"code", "message", "hint"}
    assert found["error"]["code"] == "ConfigError"
    assert "KRX_OPENAPI_KEY" in found["error"]["hint"]
    assert set(found) == PROMISED | {"schema", "error"}
