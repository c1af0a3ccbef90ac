"""Folders of settings of a test's own, and the sentence with which settings are refused."""

import pytest

from foresto_cli import settings
from foresto_cli.errors import ConfigError, exit_code_of
from foresto_cli.settings import Settings


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Folders of a home of this test's own, with nothing set and an empty working folder."""
    for name in (*(field.upper() for field in (*Settings.model_fields, *settings.FSC_ALIASES)), "FORESTO_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FORESTO_HOME", str(tmp_path / "home"))
    folders = settings.paths()
    folders.config.mkdir(parents=True)
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    return folders


@pytest.fixture
def refused(place):
    """Give the one sentence with which :func:`foresto_cli.settings.load` refuses."""

    def load():
        with pytest.raises(ConfigError) as caught:
            settings.load(place)
        message = str(caught.value)
        assert exit_code_of(caught.value) == 78
        assert len(message.splitlines()) == 1
        return message

    return load
