"""How often a question that failed is put again within a run, and after how long: by the kind of failure."""

from collections.abc import Callable

from tenacity import RetryCallState, Retrying, retry_if_exception

from foresto_cli import clock
from foresto_cli.errors import BudgetSpent, ForestoError, GivenUp, NetworkDown, RateLimited, Transient

WAITS: dict[type[ForestoError], tuple[float, ...]] = {
    NetworkDown: (10, 10, 10),
    Transient: (30, 60, 120),
    RateLimited: (60, 60),
}
"""Seconds to wait before each further try (docs/design.md, Errors); kinds that are not here are never retried."""


def retrying(*, retried: bool, haste: float, note: Callable[[RetryCallState], None]) -> Retrying:
    """Return what calls a function again as :data:`WAITS` says, and raises its last error when that is enough.

    Args:
        retried: whether a failure is tried again at all.
        haste: factor on the waits.
        note: called before each wait.
    """
    return Retrying(
        retry=retry_if_exception(lambda error: retried and bool(_rule(error))),
        stop=_is_enough,
        wait=lambda state: _pause(state) * haste,
        sleep=_sleep,
        before_sleep=note,
        reraise=True,
    )


def attempts(error: BaseException | None) -> int:
    """Return how many tries a question has in all that fails in this way."""
    return len(_rule(error)) + 1


def _sleep(seconds: float) -> None:
    # Looked up at each call, so that a test that replaces the clock's sleep is heard.
    clock.sleep(seconds)


def _rule(error: BaseException | None) -> tuple[float, ...]:
    if isinstance(error, BudgetSpent | GivenUp):
        return ()
    return next((waits for kind, waits in WAITS.items() if isinstance(error, kind)), ())


def _is_enough(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    return state.attempt_number > len(_rule(error))


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    waits = _rule(error)
    return waits[min(state.attempt_number, len(waits)) - 1]
