"""Around every command: late jobs are noticed, a bug is an incident, incidents are told. None of it fails a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from foresto_cli import clock, settings, streams
from foresto_cli.app import App
from foresto_cli.errors import ForestoError
from foresto_cli.telling import alerts, attempts, key_ages, late_jobs, moments, notify, offline, outage, priceless
from foresto_cli.telling.alerts import Alert


@contextmanager
def attended(app: App, command: str, *, tells: bool = True) -> Iterator[None]:
    """Do all this around the block, whatever becomes of it.

    Args:
        app: what the command works with.
        command: how it is called.
        tells: tell the incidents at its end; otherwise whoever started it does, when what else is due is done too.
    """
    with attempts.harmless(stops=True):
        outage.over(app)
        moments.notice(app)
        late_jobs.note_start(app, command)
        late_jobs.notice(app)
        key_ages.notice(app)
    try:
        yield
    except ForestoError:
        raise
    except Exception as error:
        with attempts.harmless():
            note_bug(app, command, error)
        raise
    else:
        with attempts.harmless():
            alerts.resolve(app.engine, "bug", command)
    finally:
        if clock.interruption() is None:
            with attempts.harmless():
                late_jobs.notice(app)
            with attempts.harmless():
                priceless.tell(app, None)
            with attempts.harmless():
                offline.tell(app)
            if tells:
                with attempts.harmless():
                    notify.deliver(app)


def note_bug(app: App, command: str, error: Exception) -> None:
    """Raise the incident of a command that ended by an error of ours; who sits at the terminal has seen it."""
    if settings.started_by() is None and streams.is_at_a_terminal():
        return
    title = f"{command}: foresto의 오류"
    message = f"예상하지 못한 오류({type(error).__name__})로 끝났습니다. 로그에 자세한 내용이 있습니다(foresto doctor)."
    alerts.raise_alert(app.engine, Alert("bug", command, "critical", title, message), None)
