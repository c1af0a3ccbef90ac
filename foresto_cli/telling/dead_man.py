"""Dead-man pings: start, success, failure of a chain, so that somebody else notices when this machine is off."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from foresto_cli.app import App
from foresto_cli.telling import attempts, notify

LABEL = "실행 중단 감시(데드맨) 핑"


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
    if app.settings.foresto_ping_url is None:
        return
    error = attempts.attempt(app, LABEL, lambda: _sent(app, job, state, rid, app.redact(body)))
    # What watches over the chain never ends it, not even by failing to write down that it failed.
    with attempts.harmless():
        if error is None:
            notify.succeeded(app, "ping")
        else:
            notify.failed(app, "ping", LABEL, error)


def _sent(app: App, job: str, state: str, rid: str, body: str) -> None:
    ping = app.ping(job)
    if ping is not None:
        ping.send(state, rid, body)
