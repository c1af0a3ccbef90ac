"""No damaged answer is taken for an empty one, ends in an error that is not ours, hangs or eats the memory."""

import logging
import os

import pytest
from campaign.fuzzing import CASES, campaign, peak_megabytes

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_waiting")]

log = logging.getLogger(__name__)

COUNT = int(os.environ.get("FORESTO_FUZZ", "150"))
SEED = int(os.environ.get("FORESTO_FUZZ_SEED", "1"))


@pytest.mark.parametrize("name", CASES)
def test_a_damaged_answer_is_understood_or_refused(open_world, name, record_property):
    without, make = CASES[name]
    before = peak_megabytes()
    with open_world(without=without) as world:
        outcome = campaign(world, make, COUNT, SEED)
    log.info("%s: %s, slowest %.2f s, %.1f s", name, dict(outcome.ends), outcome.slowest, outcome.seconds)
    assert not outcome.wrong, "\n".join(outcome.wrong)
    assert sum(outcome.ends.values()) == COUNT + 2
    assert len(outcome.ends) > 1
    assert peak_megabytes() - before < 400
