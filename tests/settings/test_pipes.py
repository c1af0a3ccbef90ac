"""Settings in a pipe, as keepers of passwords give them: read when somebody writes, and not waited for for ever."""

import contextlib
import os
import threading
from pathlib import Path

import pytest

from foresto_cli import settings
from foresto_cli.settings import contents


def _written(pipe, *parts):
    def write():
        with contextlib.suppress(BrokenPipeError), pipe.open("wb", buffering=0) as opened:
            for part in parts:
                opened.write(part)

    threading.Thread(target=write, daemon=True).start()


@pytest.mark.parametrize("name", [".env", "config.toml"])
@pytest.mark.usefixtures("no_waiting")
def test_a_pipe_that_nobody_writes_into_is_refused(place, refused, name):
    os.mkfifo(place.config / name)
    said = refused()
    assert f"{place.config / name}은 파이프인데 30초 동안" in said


def test_what_is_written_into_a_pipe_is_read(place):
    pipe = place.config / ".env"
    os.mkfifo(pipe)
    _written(pipe, b"KRX_ID=me\n", b"KRX_PW=word\n")
    assert settings.load(place).krx_id.get_secret_value() == "me"


def test_a_pipe_without_an_end_is_too_large(place, refused):
    pipe = place.config / ".env"
    os.mkfifo(pipe)
    _written(pipe, b"#" * (contents.LARGEST + 10))
    assert "너무 큽니다" in refused()


@pytest.mark.usefixtures("no_waiting")
def test_a_pipe_of_a_stranger_is_left_alone(place):
    os.mkfifo(Path(".env"))
    assert settings.load(place).secrets() == []
