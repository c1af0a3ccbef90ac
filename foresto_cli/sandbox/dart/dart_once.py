"""Working something out once, however many requests ask for it at the same time."""

from collections.abc import Callable
from functools import lru_cache, wraps
from threading import RLock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_LOCK = RLock()
"""One for everything: what is worked out calls other such functions."""


def once(maxsize: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep the newest ``maxsize`` results; a second caller waits for the first instead of repeating its work."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        kept = lru_cache(maxsize)(function)

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            with _LOCK:
                return kept(*args, **kwargs)  # type: ignore[arg-type]  # lru_cache asks for hashable arguments

        return call

    return decorate
