"""Locks of the embedded server's folder, held by one process alone; the kernel drops them with it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from foresto_cli import clock
from foresto_cli.errors import ForestoError, StoreUnavailable

STEP_SECONDS = 0.004


@contextmanager
def alone(start: int, patience: float) -> Iterator[None]:
    """Hold the lock that serialises starting and stopping."""
    take(start, patience, "다른 foresto가 데이터베이스를 켜거나 끄는 일을 끝내지 않고 있습니다.")
    try:
        yield
    finally:
        fcntl.flock(start, fcntl.LOCK_UN)


def take(lock: int, patience: float, holder: str, refusal: type[ForestoError] = StoreUnavailable) -> None:
    """Get ``lock`` for us alone.

    Raises:
        ForestoError: ``refusal``; ``holder`` did not let go of it within ``patience`` seconds.
    """
    until = clock.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if clock.monotonic() > until:
                raise refusal(f"{holder} 잠시 뒤 다시 실행하세요.") from None
            clock.nap(STEP_SECONDS)
        else:
            return
