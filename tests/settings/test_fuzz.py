"""Mutated settings: read, or refused with 78 and the place; never a bug, never a secret.

``FORESTO_FUZZ=10000 pytest tests/settings/test_fuzz.py`` is a campaign at length.
"""

import contextlib
import os
import random
import shutil
from pathlib import Path

import pytest
from campaign import broken_settings

from foresto_cli import settings
from foresto_cli.errors import ConfigError

COUNT = int(os.environ.get("FORESTO_FUZZ", "300"))
SEED = int(os.environ.get("FORESTO_FUZZ_SEED", "1"))
PLACES = (".env", "config.toml", "working folder", "environment")


def put(place, where, content, monkeypatch):
    """Put mutated settings into one place; what it holds, byte by byte."""
    if where == "environment":
        for line in content.decode("utf-8", errors="surrogateescape").splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            # Nothing else can be in an environment.
            if name and name.isascii() and "\0" not in line and name.upper() != "FORESTO_HOME" and "=" not in name:
                with contextlib.suppress(UnicodeEncodeError):
                    monkeypatch.setenv(name, value)
    else:
        file = {".env": place.config / ".env", "config.toml": place.config / "config.toml"}.get(where, Path(".env"))
        file.write_bytes(content)


def used(found):
    """Ask for everything that the settings are good for."""
    for name in settings.Settings.model_fields:
        try:
            found.demand(name)
        except ConfigError as error:
            yield str(error)
    assert isinstance(found.fsc_routes, dict)
    yield from found.origins.notes
    yield f"{found!r}"


@pytest.mark.parametrize("where", PLACES)
def test_mutated_settings_are_read_or_refused_by_name(place, monkeypatch, where):
    text = broken_settings.TOML if where == "config.toml" else broken_settings.ENV
    ends = {"read": 0, "refused": 0}
    for number in range(COUNT):
        chance = random.Random(f"{SEED}/{where}/{number}")
        content = broken_settings.mutate(text, chance)
        with monkeypatch.context() as patched:
            put(place, where, content, patched)
            try:
                said = list(used(settings.load(place)))
                ends["read"] += 1
            except ConfigError as error:
                said = [str(error)]
                ends["refused"] += 1
                assert "번째 줄" in said[0] or "UTF-8" in said[0] or "환경 변수" in said[0], (number, said)
        for sentence in said:
            assert len(sentence.splitlines()) == 1, (number, sentence)
            assert not [secret for secret in broken_settings.SECRETS if secret in sentence], (number, sentence)
            assert "hunter2" not in sentence, (number, sentence)
        for file in (place.config / ".env", place.config / "config.toml", Path(".env")):
            assert not file.exists() or file.read_bytes() == content, "nobody writes to a file of settings"
            shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)
    assert sum(ends.values()) == COUNT
    assert ends["read"], ends
    assert ends["refused"] or where == "working folder", ends
