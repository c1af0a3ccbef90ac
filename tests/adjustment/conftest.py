"""The synthetic market that tests of adjustment settle, and its calendar."""

import pytest
from support import EVENING

from foresto_cli.calendar import Calendar
from foresto_cli.sandbox.market import Market


@pytest.fixture(scope="session")
def market():
    return Market(EVENING, 120, 160, 1)


@pytest.fixture(scope="session")
def calendar(market):
    return Calendar(frozenset(market.closures))
