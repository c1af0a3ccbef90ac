"""SIGINT, SIGTERM and SIGHUP: a collecting command finishes or rolls back its unit, any other one stops where it is."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from foresto_cli import clock
from foresto_cli.errors import Interrupted

_graceful = False


def listen() -> None:
    """Turn the signals into :class:`Interrupted`; SIGHUP stays ignored where ``nohup`` made it so."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _on_signal)


@contextmanager
def graceful() -> Iterator[None]:
    """Let the block notice a first signal by itself (``clock.interruption``); a second one does not wait."""
    global _graceful  # noqa: PLW0603  # signal handlers have no other way to be told
    _graceful = True
    try:
        yield
    finally:
        _graceful = False


def _on_signal(number: int, _frame: FrameType | None) -> None:
    first = clock.interruption() is None
    clock.wake(number)
    if not (_graceful and first):
        raise Interrupted(number)
