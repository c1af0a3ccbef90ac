"""kill -9 again and again in one load of many days: what is left is what an undisturbed load leaves."""

import random
import signal
import time

import pytest
from campaign.crashes import Place, content
from support import result_of, run_foresto, start_foresto

from foresto_cli.store import embedded

pytestmark = pytest.mark.slow

SESSIONS = {"FORESTO_SANDBOX_SESSIONS": "60"}
KILLS = 20


def test_killed_twenty_times_and_still_identical(home, fresh_home, tmp_path, private_tmp):
    load = ("--sandbox", "prices", "incremental", "--json")
    began = time.monotonic()
    undisturbed = private_tmp / "undisturbed"
    whole = run_foresto(undisturbed, *load, **SESSIONS)
    assert result_of(whole)["outcome"] == "done"
    took = time.monotonic() - began
    chance = random.Random(1)
    for _ in range(KILLS):
        process = start_foresto(home, *load, **SESSIONS)
        time.sleep(chance.uniform(0.3, 0.9) * took / 2)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    last = result_of(run_foresto(home, *load, **SESSIONS))
    assert last["exit_code"] == 0
    assert not embedded.is_running(home / "data" / "sandbox")
    assert content(Place(home)) == content(Place(undisturbed))
    again = result_of(run_foresto(home, *load, **SESSIONS))
    assert (again["outcome"], again["requests"]["total"]) == ("nothing_to_do", 0)
