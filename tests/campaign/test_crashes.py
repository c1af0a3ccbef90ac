"""kill -9 at random moments of the chains: a normal run afterwards leaves exactly what an undisturbed one leaves."""

import itertools
import logging
import os
import random
from collections import Counter

import psycopg
import pytest
from campaign.crashes import Place, content, disturbed, left_open, undisturbed

from foresto_cli.chains import chain
from foresto_cli.chains.steps import CHAINS
from foresto_cli.running import job
from foresto_cli.store import embedded

log = logging.getLogger(__name__)

KILLS = int(os.environ.get("FORESTO_CRASHES", "4"))
SEED = int(os.environ.get("FORESTO_CRASHES_SEED", "1"))
PER_ROUND = 12
"""Kills before everything is begun anew: what is stored already is not stored again."""


@pytest.fixture(scope="module")
def whole(fresh_home, copied_home):
    """What undisturbed chains leave, and how long each took."""
    with copied_home(fresh_home) as home:
        place = Place(home)
        took = undisturbed(place)
        assert left_open(place) == []
        yield content(place), took


def rounds(kills):
    """Yield how many kills belong to each round."""
    while kills > 0:
        yield min(kills, PER_ROUND)
        kills -= PER_ROUND


def campaign(places, kills, whole, seed):
    """Kill chains in a new place each round and compare what they leave in the end."""
    expected, took = whole
    done, chance = Counter(), random.Random(seed)
    for place, share in zip(places, rounds(kills), strict=False):
        disturbed(place, took, share, chance, done)
        found = content(place)
        log.info("so far %d: %s", done.total(), dict(done))
        assert {name for name in expected if found[name] != expected[name]} == set()
        assert left_open(place) == []
    assert done.total() == kills


@pytest.mark.long
def test_what_is_compared_can_be_asked_and_undisturbed_chains_leave_nothing_open(open_loaded):
    with open_loaded() as world:
        url = world.app.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        place = Place(world.app.folders.data, url)
        before = content(place)
        steps = [
            step
            for step in CHAINS["weekly"]
            if step.name in {"listing load", "stocks load", "dart financials", "verify weekly"}
        ]
        assert chain.run(world.app, "weekly", steps, job.Options()).exit_code == 0
        assert [one for one, _ in left_open(place)] == ["connections"], "that of this process"
        assert {name for name, found in content(place).items() if found != before[name]} >= {"financial_report"}


@pytest.mark.slow
def test_killed_chains_leave_what_undisturbed_ones_leave(fresh_home, copied_home, whole):
    def places():
        while True:
            with copied_home(fresh_home) as home:
                yield Place(home)
                assert not embedded.is_running(home / "data" / "sandbox")

    campaign(places(), KILLS, whole, SEED)


@pytest.mark.slow
def test_killed_chains_on_the_operators_own_server(private_tmp, tmp_path, whole):
    def places(url):
        for number in itertools.count():
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute(f"CREATE DATABASE round_{number}")
            yield Place(tmp_path / f"{number}", url.replace("/foresto?", f"/round_{number}?"))

    with embedded.running(private_tmp / "own server") as url:
        campaign(places(url), max(1, KILLS // 4), whole, SEED + 1)
