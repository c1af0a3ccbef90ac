"""Where the sessions of the upstreams come from; what sends requests is imported with the first session, not before."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from foresto_cli import clock
from foresto_cli.upstream.policy import Limits, Policy, Wait
from foresto_cli.upstream.worlds import World

if TYPE_CHECKING:
    import requests

    from foresto_cli.upstream._deadline import DeadlineAdapter
    from foresto_cli.upstream.http import UpstreamSession

LOOPBACK = ("127.0.0.1", "localhost")
"""Where plain HTTP is good enough: it does not leave the machine."""
Inspector = Callable[["requests.Response"], None]
"""Raises one of our errors when the answer of this upstream is a failure in disguise; returns when it is an answer."""


@dataclass(frozen=True)
class Transport:
    """Makes sessions that share the memory of budgets and breakers.

    Attributes:
        limits: the shared memory.
        haste: factor on paces and waits; 1 for real upstreams, near 0 for the sandbox, where nobody is hurried.
        patience: factor on time limits; 1 for real upstreams, less for the sandbox, which is on this machine.
        world: whose answers are believed.
        waits: called before a failed request is sent again.
    """

    limits: Limits
    haste: float = 1.0
    patience: float = 1.0
    world: World = World.REAL
    waits: Callable[[Wait], None] | None = None
    _lines: dict[str, "Line"] = field(default_factory=dict, init=False, repr=False)

    def wait_for_turn(self, name: str, pace: float) -> None:
        """Wait until ``pace`` seconds have passed since the last message of a channel that sends by itself."""
        self._line(name, 1).wait(pace * self.haste)

    def session(self, policy: Policy, inspect: Inspector | None = None) -> "UpstreamSession":
        """Return a new session for one upstream; all that count in one budget share pace, places and connections."""
        from foresto_cli.upstream.http import UpstreamSession

        line = self._line(policy.counter, policy.in_flight)
        return UpstreamSession(policy, self, inspect or (lambda _: None), line)

    def _line(self, name: str, in_flight: int) -> "Line":
        return self._lines.setdefault(name, Line(threading.Semaphore(in_flight)))


def _adapter() -> "DeadlineAdapter":
    from foresto_cli.upstream._deadline import DeadlineAdapter

    return DeadlineAdapter()


@dataclass
class Line:
    """What sessions of one budget share: how many ask at once, when the next may, and over which connections."""

    places: threading.Semaphore
    adapter: "DeadlineAdapter" = field(default_factory=_adapter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _next_start: float = 0.0

    def wait(self, pace: float) -> None:
        """Wait for the next start; the one after it is at least ``pace`` seconds later."""
        with self._lock:
            pause = self._next_start - clock.monotonic()
            self._next_start = max(self._next_start, clock.monotonic()) + pace
        if pause > 0:
            clock.sleep(pause)
