"""A live dashboard in front of the sandbox, and somebody who asks it."""

import pytest
from live.visitors import Visitor, serving


@pytest.fixture
def live(loaded):
    """A dashboard of the loaded sandbox."""
    with serving(loaded.app) as found:
        found.world = loaded
        yield found


@pytest.fixture
def visitor(live):
    """Who came in by the address that was printed."""
    return Visitor(live).enter()


@pytest.fixture
def stranger(live):
    """Who has no token."""
    return Visitor(live)
