"""Waiting for the network: schedulers start what was missed at the moment of waking, Wi-Fi needs half a minute more."""

import logging

from foresto_cli import clock, settings
from foresto_cli.upstream import reach

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 300
LOOK_AGAIN_SECONDS = 10


def awaited() -> None:
    """Wait some minutes for a network before the first question; a person is not made to wait.

    Whether there is one now or not, the work begins afterwards, and says itself what it could not reach.

    Raises:
        Interrupted: the process was asked to stop meanwhile.
    """
    if settings.started_by() is None:
        return
    until = clock.monotonic() + PATIENCE_SECONDS
    while not reach.is_up():
        if clock.monotonic() >= until:
            log.warning("no network after %d s", PATIENCE_SECONDS)
            return
        clock.sleep(LOOK_AGAIN_SECONDS)
