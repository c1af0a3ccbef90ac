"""What other programs that foresto starts see of its environment: everything but the settings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from foresto_cli.settings.model import FSC_ALIASES, Settings

OURS = frozenset({*Settings.model_fields, *FSC_ALIASES, "pgpassword"})
"""In lower case. A key that stands in our environment would be read by every program of the same account otherwise."""


def environment_of_a_child() -> dict[str, str]:
    """Return the environment for a program that has nothing to do with our keys."""
    return {name: value for name, value in os.environ.items() if name.lower() not in OURS}


@contextmanager
def keys_out_of_sight() -> Iterator[None]:
    """Keep the settings out of the environment of what libraries start meanwhile."""
    taken = {name: os.environ.pop(name) for name in list(os.environ) if name.lower() in OURS}
    try:
        yield
    finally:
        os.environ.update(taken)
