"""What a chain would ask for: said before anybody is asked, and nothing is stored by saying it."""

import shlex

import pytest
import typer

from foresto_cli import cli
from foresto_cli.chains import next_steps, planned, steps
from foresto_cli.running import job
from foresto_cli.settings import keys

KEYS = ("krx_id", "krx_pw", "krx_openapi_key", "fsc_api_key", "dart_api_key", "fss_api_key")
RUNS = "SELECT count(*) FROM data_collection_log"


def plan(world, name="initial"):
    return planned.plan(world.app, name, job.Options())


@pytest.mark.parametrize("name", steps.CHAINS)
def test_a_plan_asks_nobody_and_begins_no_run(open_world, name):
    with open_world() as world:
        found = plan(world, name)
        assert world.sandbox.requests == []
        assert world.scalar(RUNS) == 0
        assert [step.command for step in found.steps] == [step.name for step in steps.of(world.app, name)]
        assert found.plan.requests == sum(step.plan.requests for step in found.steps if step.plan)


@pytest.mark.parametrize("name", steps.CHAINS)
def test_nor_does_one_of_what_is_stored(open_loaded, name):
    with open_loaded() as world:
        before = world.scalar(RUNS)
        plan(world, name)
        assert world.sandbox.requests == []
        assert world.scalar(RUNS) == before


def test_what_hangs_on_the_listing_is_an_estimate_until_there_is_one(open_world, open_loaded):
    with open_world() as world:
        by_name = {step.command: step.plan for step in plan(world).steps}
        assert by_name["dart dividends"].is_estimate
        assert by_name["dart dividends"].requests == steps.COMPANIES
        assert not by_name["prices incremental"].is_estimate
    with open_loaded() as world:
        found = plan(world)
        assert not found.plan.is_estimate
        assert 0 < {step.command: step.plan for step in found.steps}["dart dividends"].requests < 100


def test_without_a_key_of_past_prices_every_stock_is_asked_about(open_world):
    with open_world(without=KEYS) as world:
        by_name = {step.command: step for step in plan(world).steps}
        assert by_name["prices incremental"].plan.upstreams["naver"].requests == steps.COMPANIES
        assert by_name["dart financials"].plan is None
        assert "DART_API_KEY" in by_name["dart financials"].notes[0]


def test_each_key_is_one_budget_whatever_steps_it_serves(open_world):
    with open_world() as world:
        found = plan(world)
        of_steps = sum(step.plan.upstreams["dart"].requests for step in found.steps if step.command.startswith("dart"))
        assert found.plan.upstreams["dart"].requests == of_steps
        budget = world.app.daily_budgets["dart"]
        world.execute(
            "INSERT INTO upstream_usage (upstream, usage_date, used) VALUES ('dart', '2026-11-20', :used)", used=budget
        )
        spent = plan(world).plan.upstreams["dart"]
        assert (spent.left, spent.days) == (0, 1)


def test_the_plan_is_told_by_step_and_by_key(open_world, capsys):
    with open_world(without=("fsc_api_key",)) as world:
        planned.show(world.app.console, plan(world))
    told = capsys.readouterr().err
    assert "DART(DART_API_KEY): 11,400번" in told
    assert "FSC_API_KEY 없음" in told
    assert "아직 요청하지 않았습니다" in told
    assert "채권, 배당(금융위), 법인등록번호(FSC_API_KEY)" in told


@pytest.mark.parametrize(
    ("seconds", "told"), [(0, "–"), (59, "1분 미만"), (61, "약 2분"), (3_600, "약 1시간 0분"), (9_000, "약 2시간 30분")]
)
def test_how_long_is_said_roughly(seconds, told):
    assert planned.about(seconds) == told


def test_the_card_after_the_first_load_names_commands_that_there_are(open_world):
    known = typer.main.get_command(cli.app())
    with open_world(without=("dart_api_key",)) as world:
        shown = next(line for line in next_steps.lines(world.app) if "score rank" in line)
        assert shown.startswith("  foresto --sandbox score rank ")
    for command, _ in (*next_steps.STEPS, *next_steps.LATER, next_steps.BY_ITSELF, next_steps.KEYS):
        found = known
        for word in shlex.split(command):
            if not hasattr(found, "commands"):
                break
            found = found.commands[word]
        assert not hasattr(found, "commands"), command


def test_every_key_is_one_of_the_settings_and_told_when_it_is_missing(open_world):
    with open_world(without=KEYS) as world:
        (told,) = keys.told_missing(world.app.settings)
        for key in keys.NEEDED:
            assert key.label in told
    with open_world() as world:
        assert list(keys.told_missing(world.app.settings)) == []
        assert all(key.is_set(world.app.settings) for key in keys.KEYS)
