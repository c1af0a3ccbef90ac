"""One cheap question a service: what is not approved is named, the others answer, and a refused key is said once."""

import pytest

from foresto_cli.settings import keys
from foresto_cli.telling.diagnosis import OK, WRONG
from foresto_cli.upstream.fsc_services import SERVICES
from foresto_cli.upstream.krx_openapi import ALL
from foresto_cli.views import probes

PRICES = "GetStockSecuritiesInfoService"


def found(world, key):
    return {one.name: one for one in probes.of(world.app, key)}


def test_each_service_of_the_open_data_is_asked_once_and_answers(open_world):
    with open_world(patience=1) as world:
        answers = found(world, keys.FSC)
        assert list(answers) == [f"{probes.OPEN_DATA} {service.title}" for service in SERVICES.values()]
        assert all(one.state == OK for one in answers.values())
        assert len(world.asked("1160100")) == len(SERVICES)


def test_a_service_that_is_not_applied_for_is_named_and_the_others_answer(open_world):
    with open_world(patience=1, faults=f"gateway30@apis.data.go.kr/{PRICES}") as world:
        answers = found(world, keys.FSC)
        wrong = [name for name, one in answers.items() if one.state == WRONG]
        assert wrong == [f"{probes.OPEN_DATA} 금융위원회_주식시세정보"]
        assert answers[wrong[0]].exit_code == 78


def test_a_key_that_no_service_takes_is_one_finding(open_world):
    with open_world(patience=1, faults="gateway30@apis.data.go.kr") as world:
        (one,) = found(world, keys.FSC).values()
        assert (one.name, one.state, one.exit_code) == (probes.OPEN_DATA, WRONG, 78)


@pytest.mark.parametrize("key", keys.KEYS, ids=lambda key: key.names[0])
def test_what_a_probe_costs(open_world, key):
    cost = {keys.OPENAPI: len(ALL), keys.FSC: len(SERVICES), keys.LOGIN: 4, keys.DART: 1, keys.FSS: 1}
    with open_world(patience=1) as world:
        assert all(one.state == OK for one in found(world, key).values())
        assert len(world.sandbox.requests) == cost.get(key, 0)


@pytest.mark.parametrize("key", keys.KEYS, ids=lambda key: key.names[0])
def test_without_the_key_nobody_is_asked(open_world, key):
    with open_world(without=tuple(name.lower() for name in key.names), patience=1) as world:
        assert found(world, key) == {}
        assert world.sandbox.requests == []
