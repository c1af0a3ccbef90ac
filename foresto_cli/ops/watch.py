"""Around every command: late jobs are noticed, a bug is an incident, incidents are told. None of it fails a command."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.errors import ForestoError
from foresto_cli.ops import alerts, notify, outage, overdue
from foresto_cli.ops.alerts import Alert
from foresto_cli.store.engine import explained

log = logging.getLogger(__name__)


@contextmanager
def attended(app: App, command: str) -> Iterator[None]:
    """Do all this around the block, whatever becomes of it."""
    with _harmless():
        outage.over(app)
        overdue.notice(app)
    try:
        yield
    except ForestoError:
        raise
    except Exception as error:
        with _harmless():
            note_bug(app, command, error)
        raise
    else:
        with _harmless():
            alerts.resolve(app.engine, "bug", command)
    finally:
        if clock.interruption() is None:
            with _harmless():
                overdue.notice(app)
                notify.deliver(app)


def note_bug(app: App, command: str, error: Exception) -> None:
    """Raise the incident of a command that ended by an error of ours."""
    title = f"{command}: foresto 의 오류"
    message = f"예상하지 못한 오류({type(error).__name__})로 끝났습니다. 로그에 자세한 내용이 있습니다(foresto doctor)."
    alerts.raise_alert(app.engine, Alert("bug", command, "critical", title, message), None)


@contextmanager
def _harmless() -> Iterator[None]:
    try:
        with explained():
            yield
    except ForestoError as error:
        log.warning("not told: %s", error)
