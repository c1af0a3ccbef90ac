"""The Python interface asks the database of the test."""

from contextlib import ExitStack

import pytest

from foresto_cli.reading import session


@pytest.fixture
def asked(loaded, monkeypatch):
    """The loaded sandbox, as the database that ``foresto.prices(…)`` and the others read."""
    database = session.Database(loaded.app.engine, ExitStack(), is_sandbox=True, is_own=True)
    monkeypatch.setattr(session, "_current", database)
    return loaded
