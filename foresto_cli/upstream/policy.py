"""How politely an upstream is asked, and what is remembered of that between processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from foresto_cli.errors import ForestoError


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How politely one upstream is asked.

    Attributes:
        name: key of ``requests`` in ``--json`` and of messages.
        label: what Korean messages call it.
        hosts: host → breakers that must be closed to ask it; the first is opened when it blocks us. Other hosts are
            never asked, so no cookie or key leaks.
        pace: least seconds between the starts of two requests.
        in_flight: requests under way at the same time.
        daily_budget: requests a KST day.
        shares: name of the upstream whose host this one asks too: one budget, one pace, one limit of ``in_flight``.
        opening: requests of a run before its first question, for the plan: a login.
        connect_timeout: seconds to a connection.
        read_timeout: seconds between two pieces of an answer.
        total_timeout: seconds for a whole answer, however steadily it drips.
        largest: bytes of an answer, packed or unpacked; the largest honest ones have 5 MB.
        retried: whether a failure is tried again within this run, and "too many requests" remembered until midnight;
            messages wait for the next run.
        any_success: whether every 2xx is an answer, not 200 alone.
        cut_off_means: what else than the network it may be when this upstream cuts connections off, in one sentence.
    """

    name: str
    label: str
    hosts: Mapping[str, tuple[str, ...]]
    pace: float
    daily_budget: int
    shares: str = ""
    opening: int = 0
    in_flight: int = 4
    connect_timeout: float = 10
    read_timeout: float = 30
    total_timeout: float = 90
    largest: int = 16_000_000
    retried: bool = True
    any_success: bool = False
    cut_off_means: str = ""

    @property
    def counter(self) -> str:
        """Return whose budget its requests are counted in."""
        return self.shares or self.name


@dataclass(frozen=True)
class Wait:
    """A wait before a failed request is sent again.

    Attributes:
        label: name of the upstream.
        error: the error of the last attempt.
        attempt: number of the next attempt, 2 or more.
        attempts: maximum number of attempts.
        seconds: until the next attempt.
    """

    label: str
    error: ForestoError
    attempt: int
    attempts: int
    seconds: float


class Limits(Protocol):
    """What is remembered between processes: budgets and breakers."""

    def check(self, breaker: str) -> None:
        """Raise :class:`Blocked` while ``breaker`` is open."""

    def spend(self, upstream: str, daily_budget: int) -> None:
        """Count one request, or raise :class:`BudgetSpent`."""

    def exhaust(self, upstream: str, reason: str) -> None:
        """Remember until KST midnight that the upstream called today's requests used up."""

    def block(self, breaker: str, reason: str) -> None:
        """Open ``breaker`` for 24 hours."""
