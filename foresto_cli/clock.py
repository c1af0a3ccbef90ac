"""The one clock: Korean standard time, settable by tests and by the sandbox.

Nothing else in foresto reads the wall clock or sleeps.
"""

import threading
import time
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from foresto_cli.errors import Interrupted

KST = ZoneInfo("Asia/Seoul")

_shift = timedelta()
_woken = threading.Event()
_woken_by = 0


def now() -> datetime:
    """Return the present moment in KST, to the microsecond."""
    return datetime.now(KST) + _shift


def today() -> date:
    """Return the present date in KST."""
    return now().date()


def wall() -> datetime:
    """Return :func:`now` without its zone: the form in which tables store KST."""
    return now().replace(tzinfo=None)


def wall_of(written: str, form: str) -> datetime:
    """Return the moment that ``written`` names in the manner of ``form`` (``strptime``), KST as tables store it.

    Raises:
        ValueError: it names none.
        TypeError: it is no text.
    """
    return datetime.strptime(written, form).replace(tzinfo=KST).replace(tzinfo=None)


def day_of(written: str, form: str = "%Y%m%d") -> date:
    """Return the day that ``written`` names, ``20261120`` unless ``form`` says otherwise.

    Raises:
        ValueError: it names none.
        TypeError: it is no text.
    """
    return wall_of(written, form).date()


LEEWAY = timedelta(minutes=5)
"""The clocks of two hosts may differ so much; a stored moment may be later than now by it."""


def believable() -> datetime:
    """Return the latest stored moment (KST wall time) that is evidence of anything.

    A moment later than now was stored while some clock was wrong: whoever decides by it takes it for not being there.
    """
    return wall() + LEEWAY


def is_past(moment: datetime) -> bool:
    """Say whether a stored moment (KST wall time) can be believed: it is not later than :func:`believable`."""
    return moment <= believable()


def is_within(moment: datetime, span: timedelta) -> bool:
    """Say whether a stored moment lies in the last ``span``; one that is later than now does not."""
    return is_past(moment) and wall() - moment < span


def monotonic() -> float:
    """Return seconds of a clock that never jumps, for durations and deadlines."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait; the only place that does.

    Raises:
        Interrupted: :func:`wake` was called, before or meanwhile.
    """
    if _woken.wait(seconds):
        raise Interrupted(_woken_by)


def nap(seconds: float) -> None:
    """Wait a moment for a process of this machine, even while stopping."""
    time.sleep(seconds)


def wake(signal_number: int) -> None:
    """End every wait of every thread, now and to come: the process was asked to stop by ``signal_number``."""
    global _woken_by  # noqa: PLW0603  # as above
    _woken_by = signal_number
    _woken.set()


def interruption() -> Interrupted | None:
    """Return the request to stop, if there was one."""
    return Interrupted(_woken_by) if _woken.is_set() else None


def pretend(moment: datetime | None) -> None:
    """Let :func:`now` go on from ``moment`` (KST if it has no zone); ``None`` sets it right again."""
    global _shift  # noqa: PLW0603  # one clock for the whole process is the point of this module
    if moment is None:
        _shift = timedelta()
        return
    aware = moment if moment.tzinfo else moment.replace(tzinfo=KST)
    _shift = aware - datetime.now(KST)
