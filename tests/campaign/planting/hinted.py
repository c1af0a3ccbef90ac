"""Running a printed hint word for word, as the operator would who copies it into a terminal."""

import contextlib
import shlex
import signal

import pytest

from foresto_cli import __main__ as entry
from foresto_cli import opening
from foresto_cli.cli._command import Globals

NOT_RUNNABLE = -1
"""Exit code of what is no command at all."""


def run(app, hint: str) -> int:
    """Run each command of ``hint`` in front of ``app``; return the first exit code that is not 0."""
    for command in hint.split("&&"):
        words = _words(command)
        if words[:1] != ["foresto"]:
            return NOT_RUNNABLE
        code = _run(app(), words[1:])
        if code:
            return code
    return 0


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []


def _run(app, arguments: list[str]) -> int:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    app.folders.state.mkdir(parents=True, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "opened", lambda *_, **__: contextlib.nullcontext(app))
        try:
            return entry._run(arguments, Globals(sandbox=True))
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
