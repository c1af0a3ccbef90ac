"""Dead-man pings: start, success, failure of a chain, so that somebody else notices when this machine is off."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from foresto_cli.app import App
from foresto_cli.errors import ForestoError
from foresto_cli.ops import notify


class Outcome:
    """What the block says about itself; until it does, it failed."""

    def __init__(self) -> None:
        """Start as a failure without a word."""
        self.is_good = False
        self.body = ""


@contextmanager
def switch(app: App, job: str) -> Iterator[Outcome]:
    """Ping at the start of the block and, with the outcome that the block was given to fill in, at its end."""
    rid = f"{uuid.uuid4()}"
    _ping(app, job, "start", rid, "")
    outcome = Outcome()
    try:
        yield outcome
    finally:
        _ping(app, job, "success" if outcome.is_good else "fail", rid, outcome.body)


def _ping(app: App, job: str, state: str, rid: str, body: str) -> None:
    try:
        ping = app.ping(job)
        if ping is None:
            return
        ping.send(state, rid, app.redact(body))
    except ForestoError as error:
        notify.failed(app, "ping", "멈춤 감시 핑", error)
    else:
        notify.succeeded(app, "ping")
