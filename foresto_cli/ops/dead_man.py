"""Dead-man pings: start, success, failure of a chain, so that somebody else notices when this machine is off."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from foresto_cli.app import App
from foresto_cli.errors import ForestoError
from foresto_cli.ops import notify

GOOD = (0, 3)
"""Exit codes that are a success to whoever watches: done, or done but for some units."""


@contextmanager
def switch(app: App, job: str) -> Iterator[list[dict[str, Any]]]:
    """Ping at the start of the block and at its end; the block puts its result into the list it is given."""
    rid = f"{uuid.uuid4()}"
    _ping(app, job, "start", rid, "")
    results: list[dict[str, Any]] = []
    try:
        yield results
    finally:
        result: dict[str, Any] = results[0] if results else {"exit_code": None, "outcome": "failed"}
        state = "success" if result["exit_code"] in GOOD else "fail"
        lines = [f"{result.get('command', job)}: {result['outcome']} ({result['exit_code']})"]
        lines += [f"{step['command']}: {step['outcome']} ({step['exit_code']})" for step in result.get("steps", [])]
        _ping(app, job, state, rid, "\n".join(lines))


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
