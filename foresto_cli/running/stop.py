"""SIGINT and SIGTERM: a collecting command finishes or rolls back its unit, any other one stops where it is."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from foresto_cli import clock
from foresto_cli.errors import Interrupted

_graceful = False


def listen() -> None:
    """Turn both signals into :class:`Interrupted`."""
    signal.signal(signal.SIGINT, _on_signal)
    signal.signal(signal.SIGTERM, _on_signal)


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
